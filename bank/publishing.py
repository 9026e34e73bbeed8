"""Put questions and sets into the database. Nobody else writes the bank's rows.

Publishing is by content: the same wording again changes nothing, a new one becomes
the next version, one that was published before becomes the current one again.

A state is changed by its author, who may say any, or by a person, who takes the steps
of `definitions.STATE_NEXT`. What the author says counts when it is news: a question
that a person retired stays retired until its folder says something else than before.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F

from bank.bodies import body_of, digest_of, kind_of
from bank.definitions import STATE_NEXT, State, TextQuestion, may_follow
from bank.documents import IMPORTED_TOPIC, text_question
from bank.errors import MoveNotAllowed, SlugTaken, UnknownQuestion
from bank.models import (
    Question,
    QuestionMove,
    QuestionSet,
    QuestionSource,
    QuestionVersion,
    SetItem,
)
from bank.sets import ready_made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bank.definitions import SpeedQuestion
    from bank.documents import DocumentReport


MOST_BY: Final = 150  # characters; as long as the columns
MOST_REASON: Final = 500


class Outcome(StrEnum):
    """What publishing one question did."""

    CREATED = "created"
    NEW_VERSION = "new version"
    REVERTED = "earlier version again"
    MOVED = "moved"  # state, topic or the like; the wording stayed
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """One question after publishing."""

    slug: str
    outcome: Outcome
    question_id: int
    version_id: int
    number: int  # of the current version


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResult:
    """One set after it was written."""

    slug: str
    outcome: Outcome  # created, moved or unchanged
    set_id: int
    questions: int


@transaction.atomic
def question_publish(
    question: TextQuestion | SpeedQuestion,
    *,
    by: str = "",
    reason: str = "",
    shipped: bool = False,
) -> PublishResult:
    """Make `question`, as it is worded now, the version that is asked.

    Its state is taken over when it is new or differs from what was published last;
    `by` and `reason` go into the history then. `shipped`: it has a folder in the
    bank that comes with the program.

    Locks: the question's row, so two processes that publish it take turns.
    Raises: `SlugTaken` when the slug belongs to a question of another kind.
    """
    body = body_of(question)
    digest = digest_of(body)
    facts: dict[str, object] = {
        "topic": question.topic,
        "difficulty": question.difficulty,
        "minutes": question.minutes,
        "declared": question.state,
    }
    row, created = Question.objects.get_or_create(
        slug=question.slug,
        defaults={"kind": kind_of(body), "state": question.state, **facts},
    )
    row = Question.objects.select_for_update().get(pk=row.pk)
    if row.kind != kind_of(body):
        message = f"{question.slug!r} is a {row.kind} question"
        raise SlugTaken(message)

    version, outcome = _version(row, body, digest)
    if outcome is not Outcome.UNCHANGED:
        facts["current_number"] = version.number
    if question.state != row.declared:
        facts["state"] = question.state
    if shipped:
        facts["shipped"] = True
    old = "" if created else row.state
    changed = {name for name, value in facts.items() if getattr(row, name) != value}
    if changed:
        for name in changed:
            setattr(row, name, facts[name])
        row.save(update_fields=[*changed, "changed_at"])
        if outcome is Outcome.UNCHANGED and changed - {"shipped"}:
            outcome = Outcome.MOVED
    if row.state != old:
        _note_move(row, old, by=by, reason=reason)
    _sources_replace(row, question)
    return PublishResult(
        slug=row.slug,
        outcome=Outcome.CREATED if created else outcome,
        question_id=row.pk,
        version_id=version.pk,
        number=version.number,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResult:
    """One question after a person moved it."""

    slug: str
    old: State
    new: State
    number: int  # of the current version
    aliases: tuple[str, ...]  # live questions that share the rubric


@transaction.atomic
def question_move(
    slug: str, to: State, *, by: str = "", reason: str = ""
) -> MoveResult:
    """Move a stored question to another state, one step of `STATE_NEXT`.

    Nothing else changes: sets keep it, attempts keep their version of it.

    Locks: the question's row.
    Raises: `UnknownQuestion`; `MoveNotAllowed` with the states it may go to.
    """
    row = Question.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        message = f"no question {slug!r}"
        raise UnknownQuestion(message)
    old = State(row.state)
    if not may_follow(old, to):
        steps = " or ".join(sorted(STATE_NEXT[old]))
        message = f"{slug!r} is {old} and cannot become {to}, only {steps}"
        raise MoveNotAllowed(message)
    _state_store(row, to, by=by, reason=reason)
    return MoveResult(
        slug=slug,
        old=old,
        new=to,
        number=row.current_number,
        aliases=tuple(
            QuestionVersion.objects.filter(
                body__alias_of=slug,
                number=F("question__current_number"),
                question__state=State.LIVE,
            )
            .order_by("question__slug")
            .values_list("question__slug", flat=True)
        ),
    )


def _state_store(row: Question, to: State, *, by: str, reason: str) -> None:
    """Give a locked row another state, with its line of history."""
    old, row.state = row.state, to
    row.save(update_fields=["state", "changed_at"])
    _note_move(row, old, by=by, reason=reason)


def _note_move(row: Question, old: str, *, by: str, reason: str) -> None:
    QuestionMove.objects.create(
        question=row,
        old=old,
        new=row.state,
        number=row.current_number,
        by=by[:MOST_BY],
        reason=reason[:MOST_REASON],
    )


def _version(
    row: Question, body: Mapping[str, object], digest: str
) -> tuple[QuestionVersion, Outcome]:
    """Return the version with this wording, stored now if it is new."""
    found = QuestionVersion.objects.filter(question=row, digest=digest).first()
    if found is not None:
        same = found.number == row.current_number
        return found, Outcome.UNCHANGED if same else Outcome.REVERTED
    last = QuestionVersion.objects.filter(question=row).order_by("-number").first()
    number = last.number + 1 if last else 1
    stored = QuestionVersion.objects.create(
        question=row, number=number, digest=digest, body=body
    )
    return stored, Outcome.NEW_VERSION


def _sources_replace(row: Question, question: TextQuestion | SpeedQuestion) -> None:
    wanted = {(source.document, source.number) for source in question.sources}
    stored = {(source.document, source.number): source for source in row.sources.all()}
    for place, source in stored.items():
        if place not in wanted:
            source.delete()
    QuestionSource.objects.bulk_create(
        QuestionSource(question=row, document=document, number=number)
        for document, number in sorted(wanted - stored.keys())
    )


@transaction.atomic
def set_create(
    *,
    slug: str,
    name: Mapping[str, str],
    questions: Sequence[str],
    description: Mapping[str, str] | None = None,
) -> SetResult:
    """Store a set of the questions with these slugs, or make it so.

    A set that is so already is left alone, so this may be called again.

    Locks: the set's row.
    Raises: `UnknownQuestion` for a slug that is not in the bank.
    """
    wanted = {"name": dict(name), "description": dict(description or {})}
    row, created = QuestionSet.objects.get_or_create(slug=slug, defaults=wanted)
    row = QuestionSet.objects.select_for_update().get(pk=row.pk)
    moved = _items_replace(row, questions)
    if any(getattr(row, key) != value for key, value in wanted.items()) or moved:
        row.name, row.description = wanted["name"], wanted["description"]
        row.save(update_fields=["name", "description", "changed_at"])
        moved = True
    outcome = Outcome.MOVED if moved else Outcome.UNCHANGED
    return SetResult(
        slug=slug,
        outcome=Outcome.CREATED if created else outcome,
        set_id=row.pk,
        questions=len(set(questions)),
    )


@transaction.atomic
def set_replace(slug: str, questions: Sequence[str]) -> bool:
    """Give a set these questions in this order; say whether that changed it.

    Locks: the set's row.
    Raises: `QuestionSet.DoesNotExist`; `UnknownQuestion` for a slug that is not in
        the bank.
    """
    row = QuestionSet.objects.select_for_update().get(slug=slug)
    return _items_replace(row, questions)


def _items_replace(row: QuestionSet, questions: Sequence[str]) -> bool:
    slugs = list(dict.fromkeys(questions))
    stored = list(
        SetItem.objects.filter(question_set=row)
        .order_by("position")
        .values_list("question__slug", flat=True)
    )
    if stored == slugs:
        return False
    ids = dict(Question.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    missing = [slug for slug in slugs if slug not in ids]
    if missing:
        message = f"no question {missing[0]!r}"
        raise UnknownQuestion(message)
    SetItem.objects.filter(question_set=row).delete()
    SetItem.objects.bulk_create(
        SetItem(question_set=row, question_id=ids[slug], position=position)
        for position, slug in enumerate(slugs, start=1)
    )
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class BankResult:
    """What loading a whole bank did."""

    questions: tuple[PublishResult, ...]
    retired: tuple[str, ...]  # slugs whose folders are gone
    sets: tuple[SetResult, ...]


@transaction.atomic
def bank_publish(
    questions: Mapping[str, TextQuestion | SpeedQuestion],
    *,
    shipped: bool = False,
    by: str = "",
) -> BankResult:
    """Publish every question of a bank and the sets that come with it, or nothing.

    `shipped`: this is the whole of the bank that comes with the program, so what was
    in it before and is not now gets retired. What came from elsewhere is left alone.
    """
    published = tuple(
        question_publish(question, by=by, reason=_declared(question), shipped=shipped)
        for question in questions.values()
    )
    retired = _retire_missing(set(questions), by=by) if shipped else ()
    sets = tuple(
        set_create(
            slug=ready.slug,
            name=ready.name,
            description=ready.description,
            questions=ready.questions,
        )
        for ready in ready_made(questions)
    )
    return BankResult(questions=published, retired=retired, sets=sets)


def _declared(question: TextQuestion | SpeedQuestion) -> str:
    """Return why a question gets its state: its folder, and who looked at it."""
    reason = f"its folder says {question.state}"
    if isinstance(question, TextQuestion) and question.review is not None:
        review = question.review
        reason += f"; reviewed by {review.by} on {review.on.isoformat()}"
    return reason


def _retire_missing(there: set[str], *, by: str) -> tuple[str, ...]:
    gone = Question.objects.select_for_update().filter(shipped=True)
    retired = []
    for row in gone.exclude(slug__in=there).order_by("slug"):
        # Whatever the folder says when it comes back will be news.
        row.shipped, row.declared = False, ""
        row.save(update_fields=["shipped", "declared", "changed_at"])
        if row.state != State.RETIRED:
            reason = "its folder is no longer in the bank"
            _state_store(row, State.RETIRED, by=by, reason=reason)
            retired.append(row.slug)
    return tuple(retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What importing one document did."""

    questions: tuple[PublishResult, ...]
    gone: tuple[str, ...]  # slugs of an earlier import that the document lacks now
    question_set: SetResult | None


@transaction.atomic
def document_publish(
    report: DocumentReport,
    *,
    set_slug: str = "",
    state: State = State.LIVE,
    by: str = "",
) -> ImportResult:
    """Publish a document's questions, and the set of them if it is named, or nothing.

    New questions get `state`; those of an earlier import keep theirs. What an earlier
    import gave and the document no longer has stays as it is, because somebody may
    be answering it.

    Raises: `SlugTaken` when a slug belongs to another document's question, or the
        set holds questions that are not from this document.
    """
    found = [text_question(report, question) for question in report.questions]
    declared = dict(
        Question.objects.filter(
            slug__in=[question.slug for question in found]
        ).values_list("slug", "declared")
    )
    questions = [
        dataclasses.replace(question, state=State(declared.get(question.slug) or state))
        for question in found
    ]
    _refuse_foreign(report.document, [question.slug for question in questions])
    earlier = set(
        Question.objects.filter(
            topic=IMPORTED_TOPIC, sources__document=report.document
        ).values_list("slug", flat=True)
    )
    if set_slug:
        _refuse_foreign_set(set_slug, earlier, report.document)
    published = tuple(
        question_publish(question, by=by, reason=f"imported from {report.document}")
        for question in questions
    )
    slugs = [result.slug for result in published]
    written = None
    if set_slug:
        written = set_create(
            slug=set_slug,
            name={report.language: report.document},
            questions=slugs,
        )
    return ImportResult(
        questions=published,
        gone=tuple(sorted(earlier - set(slugs))),
        question_set=written,
    )


def _refuse_foreign(document: str, slugs: list[str]) -> None:
    """Refuse slugs whose rows did not come from this document."""
    for row in Question.objects.filter(slug__in=slugs).prefetch_related("sources"):
        documents = {source.document for source in row.sources.all()}
        if row.topic != IMPORTED_TOPIC or document not in documents:
            message = (
                f"{document}: the slug {row.slug!r} belongs to a question of "
                f"{', '.join(sorted(documents)) or 'the bank'}; rename the document"
            )
            raise SlugTaken(message)


def _refuse_foreign_set(slug: str, earlier: set[str], document: str) -> None:
    items = SetItem.objects.filter(question_set__slug=slug)
    foreign = items.exclude(question__slug__in=earlier).first()
    if foreign is not None:
        message = (
            f"the set {slug!r} holds questions that are not from {document}; "
            "choose another slug"
        )
        raise SlugTaken(message)
