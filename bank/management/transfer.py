"""What the exporting and importing commands share: picking, publishing, telling.

Files and values are `bank.exchange`; here they meet the database.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from bank.bodies import kind_of, text_question_of
from bank.definitions import Kind, State, TextQuestion
from bank.documents import IMPORTED_TOPIC
from bank.exchange.bundles import BundleSet
from bank.exchange.checking import as_alias
from bank.exchange.errors import QuestionsRefused
from bank.publishing import Outcome, question_publish, set_create
from bank.selectors import (
    current_version,
    current_versions,
    question_by_slug,
    question_of,
    question_sets,
    set_by_slug,
    set_items,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence

    from django.core.management.base import OutputWrapper

    from bank.errors import BankError
    from bank.exchange.bundles import Question
    from bank.models import QuestionSet
    from bank.publishing import PublishResult, SetResult

IMPORTER = "an import"  # who moved a question, in its history


# -- out ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What is to go out, in the order asked for."""

    questions: tuple[Question, ...]
    sets: tuple[BundleSet, ...]

    @property
    def texts(self) -> tuple[TextQuestion, ...]:
        """Return the questions that are answered in prose."""
        return tuple(q for q in self.questions if isinstance(q, TextQuestion))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the slugs of the others."""
        return tuple(q.slug for q in self.questions if not isinstance(q, TextQuestion))


def add_selection(parser: ArgumentParser) -> None:
    """Take the file, the questions that go into it, and leave to replace it."""
    parser.add_argument("path", help="the file to write")
    parser.add_argument("slugs", nargs="*", help="questions; none: all of them")
    parser.add_argument("--set", default="", help="the questions of this set instead")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace a file that is there"
    )


def picked(slugs: Sequence[str], set_slug: str) -> Picked:
    """Return what the database asks now; all of it when nothing is named.

    The question that an alias shares its rubric with comes along.

    Raises: `UnknownQuestion`, `UnknownSet`.
    """
    if slugs and set_slug:
        message = "name questions or a set, not both"
        raise CommandError(message, returncode=2)
    sets: list[QuestionSet] = []
    if set_slug:
        sets = [set_by_slug(set_slug)]
        slugs = [item.question.slug for item in set_items(sets[0].pk)]
    if slugs:
        versions = [current_version(question_by_slug(s)) for s in dict.fromkeys(slugs)]
    else:
        versions = list(current_versions().order_by("question__slug"))
        sets = list(question_sets())
    questions = {
        version.question.slug: question_of(version, bank_folder=settings.BANK_FOLDER)
        for version in versions
    }
    for question in list(questions.values()):
        canonical = getattr(question, "alias_of", "")
        if canonical and canonical not in questions:
            version = current_version(question_by_slug(canonical))
            questions[canonical] = question_of(
                version, bank_folder=settings.BANK_FOLDER
            )
    return Picked(
        questions=tuple(questions.values()),
        sets=tuple(_bundle_set(row) for row in sets),
    )


def _bundle_set(row: QuestionSet) -> BundleSet:
    return BundleSet(
        slug=row.slug,
        name=row.name,
        description=row.description,
        questions=tuple(item.question.slug for item in set_items(row.pk)),
    )


def refuse_named_tasks(chosen: Picked, slugs: Sequence[str]) -> None:
    """Refuse a task that was asked for by name where only texts can go."""
    for slug in chosen.tasks:
        if slug in slugs:
            message = f"{slug}: is a speed task; only export_bank carries those"
            raise CommandError(message, returncode=2)


def program_version() -> str:
    """Return what files say made them."""
    project = settings.BASE_DIR / "pyproject.toml"
    version = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    return f"inferview {version}"


# -- in -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What publishing did."""

    questions: tuple[PublishResult, ...]
    sets: tuple[SetResult, ...]


def add_intake(parser: ArgumentParser) -> None:
    """Take the file, and whether to write anything."""
    parser.add_argument("path", help="the file to read")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would change, write nothing"
    )


def known_question(slug: str) -> TextQuestion | None:
    """Return a text question as the database asks it now, if it has it."""
    found = current_versions().filter(question__slug=slug).first()
    if found is None or kind_of(found.body) is not Kind.TEXT:
        return None
    return text_question_of(found.body, slug=slug, state=State(found.question.state))


def published(
    questions: Sequence[Question],
    sets: Sequence[BundleSet] = (),
    *,
    name: str,
    dry_run: bool,
) -> Intake:
    """Publish all of it or nothing; `name` is the file's, for the history.

    Aliases in the database get the new rubric of a question that changed.

    Raises: `SlugTaken`, `UnknownQuestion`.
    """
    with transaction.atomic():
        results = [
            question_publish(question, by=IMPORTER, reason=f"imported from {name}")
            for question in [*questions, *_followers(questions)]
        ]
        written = [
            set_create(
                slug=one.slug,
                name=one.name,
                description=one.description,
                questions=one.questions,
            )
            for one in sets
        ]
        if dry_run:
            transaction.set_rollback(True)
    return Intake(questions=tuple(results), sets=tuple(written))


def _followers(questions: Sequence[Question]) -> Iterator[TextQuestion]:
    """Yield the stored aliases of these questions, with their new rubric."""
    here = {question.slug for question in questions}
    for question in questions:
        if not isinstance(question, TextQuestion) or question.topic == IMPORTED_TOPIC:
            continue
        for version in current_versions().filter(body__alias_of=question.slug):
            if version.question.slug not in here:
                alias = text_question_of(
                    version.body,
                    slug=version.question.slug,
                    state=State(version.question.state),
                )
                yield as_alias(alias, question)


def tell(out: OutputWrapper, intake: Intake, *, dry_run: bool) -> None:
    """Print a line for each change and one with the sums."""
    for question in intake.questions:
        if question.outcome is not Outcome.UNCHANGED:
            out.write(
                f"question {question.slug} v{question.number}: {question.outcome}"
            )
    for one in intake.sets:
        if one.outcome is not Outcome.UNCHANGED:
            out.write(f"set {one.slug} ({one.questions} questions): {one.outcome}")
    changed = sum(q.outcome is not Outcome.UNCHANGED for q in intake.questions)
    sums = f"{len(intake.questions)} questions, {changed} changed"
    if intake.sets:
        sums += f"; {len(intake.sets)} sets"
    out.write(f"{sums}; nothing was written" if dry_run else sums)


def refusal(error: BankError) -> CommandError:
    """Return the error that ends a command: a line for each fault, with its code."""
    lines = error.problems if isinstance(error, QuestionsRefused) else (str(error),)
    told = "\n".join(f"{line} ({error.code})" for line in lines)
    return CommandError(told, returncode=2)
