"""Grade stored answers again with today's engine, encoder and calibration.

    python manage.py regrade (--attempt UID | --question SLUG | --all)
                             [--engine-before NAME@NUMBER] [--dry-run]

Written answers that have a grade are held once more against the question version that
was asked. Each whose mark moves gets a line: the attempt, the question, the old and
the new mark with its interval, and what becomes of it. With `--dry-run` nothing is
written. Without, a newer grade is put beside the older one wherever the engine, the
encoder, the calibration or the mark changed; the older one stays in the history, and a
person's own mark goes on counting before both. What a person has reviewed or released
keeps its grades and is named: no report changes by itself.

Exit status 0; 2 for bad arguments, 3 when the encoder or the bank cannot be loaded
(what was stored until then stays).
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from assessment.errors import NotReady
from assessment.models import Attempt, Grade, Override
from assessment.selectors.grades import text_grades_that_count
from assessment.services.grades import grade_again, kept_because
from assessment.states import AttemptState
from bank.errors import BankError
from bank.models import Question
from grading.errors import GradingError
from grading.results import as_json
from grading.text.grade import grade_many
from workers.encoder import background, encoder
from workers.management.commands.judge import one_line
from workers.translate import text_answer_from

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping

    from grading.results import TextGrade

BAD_ARGUMENT: Final = 2
OUR_FAULT: Final = 3
TOGETHER: Final = 16  # answers that are encoded in one call
MOVES_FROM: Final = 0.005  # engines that count as one differ by less
_ENGINE: Final = re.compile(r"([\w.-]+)@(\d+)")


class Command(BaseCommand):
    """Say whose mark would move, and move it."""

    help = "Grade stored text answers again with today's engine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which answers, and whether to store."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--attempt", type=_uid, help="those of one attempt")
        which.add_argument("--question", help="those to one question, by its slug")
        which.add_argument("--all", action="store_true", help="all")
        parser.add_argument(
            "--engine-before",
            type=_engine,
            metavar="NAME@NUMBER",
            help="only grades of an earlier number, or of another method",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say who would move; write nothing"
        )

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401  # as Django gives them
        """Grade, tell, store."""
        grades = _wanted(options)
        if not grades:
            self.stdout.write("no graded answer to grade again")
            return
        told: Counter[str] = Counter()
        moves: list[float] = []
        for move in _moves(grades):
            outcome = _outcome(move, dry_run=options["dry_run"])
            told[outcome] += 1
            if move.moved:
                moves.append(move.by)
                self.stdout.write(_line(move, outcome))
        self.stdout.write(_sum(told, moves))


SAME: Final = "graded like this already"
STORED: Final = "stored"
WOULD_STORE: Final = "would be stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One answer's mark until now and today's."""

    counting: Grade
    new: TextGrade
    own_mark: float | None  # a person's, which counts before both

    @property
    def by(self) -> float:
        """Return how far the mark goes up."""
        return self.new.score - self.counting.score

    @property
    def moved(self) -> bool:
        """Say whether the mark is another one."""
        return abs(self.by) >= MOVES_FROM

    @property
    def attempt(self) -> Attempt:
        """Return whose answer it is."""
        return self.counting.answer.item.attempt


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        message = f"{text} is no attempt's id, as in its page's address"
        raise ArgumentTypeError(message) from error


def _engine(text: str) -> tuple[str, int]:
    found = _ENGINE.fullmatch(text)
    if found is None:
        message = f"{text} is not NAME@NUMBER, as in key-points@1"
        raise ArgumentTypeError(message)
    return found[1], int(found[2])


def graded_before(engine: str, limit: tuple[str, int]) -> bool:
    """Say whether a grade's `engine` is another method, or an earlier number of it.

    What follows the number (the background, the head) does not matter here.
    """
    found = _ENGINE.match(engine)
    name, number = limit
    return found is None or found[1] != name or int(found[2]) < number


def _wanted(options: Mapping[str, Any]) -> list[int]:
    """Return the ids of the grades to look at.

    Raises: `CommandError`, status 2, for an attempt or question that is not there.
    """
    attempt, question = options["attempt"], options["question"]
    if attempt and not Attempt.objects.filter(uid=attempt).exists():
        message = f"there is no attempt {attempt}"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    if question and not Question.objects.filter(slug=question).exists():
        message = f"no question is called {question}"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    found = text_grades_that_count(attempt=attempt, question=question or "")
    limit = options["engine_before"]
    return [
        pk
        for pk, engine in found.values_list("pk", "body__engine")
        if limit is None or graded_before(engine or "", limit)
    ]


def _moves(grades: list[int]) -> Iterator[Move]:
    """Grade in batches, in the order of `grades`.

    Raises: `CommandError`, status 3.
    """
    for first in range(0, len(grades), TOGETHER):
        some = grades[first : first + TOGETHER]
        rows = list(text_grades_that_count().filter(pk__in=some))
        own = _own_marks(rows)
        try:
            marked = grade_many(
                [text_answer_from(row.answer) for row in rows], encoder(), background()
            )
        except GradingError as error:
            raise CommandError(one_line(error), returncode=OUR_FAULT) from error
        except BankError as error:
            raise CommandError(str(error), returncode=OUR_FAULT) from error
        for row, new in zip(rows, marked, strict=True):
            yield Move(counting=row, new=new, own_mark=own.get(row.answer.item_id))


def _own_marks(rows: list[Grade]) -> dict[int, float]:
    """Return by item what a person gave last."""
    items = [row.answer.item_id for row in rows]
    found = Override.objects.filter(item__in=items).order_by("pk")
    return dict(found.values_list("item", "score"))


def _outcome(move: Move, *, dry_run: bool) -> str:
    """Store the new grade unless it is a dry run, and say what became of it."""
    if not move.moved and _made_by(move.counting.body) == _made_by(as_json(move.new)):
        return SAME
    if kept := kept_because(AttemptState(move.attempt.state)):
        return kept
    if dry_run:
        return WOULD_STORE
    try:
        grade_again(
            counting=move.counting, score=move.new.score, body=as_json(move.new)
        )
    except NotReady as refusal:
        return str(refusal)
    return STORED


def _made_by(body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what a grade was made with, beside the question's version."""
    details = body.get("details", {})
    return body["engine"], body["encoder"], str(details.get("calibration", ""))


def _line(move: Move, outcome: str) -> str:
    item = move.counting.answer.item
    version = move.counting.version
    words = [
        f"{move.attempt.uid}  question {item.position}",
        f"{version.question.slug} v{version.number}",
        f"{move.counting.score:.2f} -> {move.new.score:.2f}{_interval(move.new)}",
        f"{move.by:+.2f}",
        outcome,
    ]
    if move.own_mark is not None:
        words.append(f"a person gave {move.own_mark:.2f}, which counts")
    if move.new.review:
        words.append(f"for a person: {', '.join(move.new.reasons)}")
    return "  ".join(words)


def _interval(grade: TextGrade) -> str:
    if grade.low is None or grade.high is None:
        return ""
    return f" ({grade.low:.2f} to {grade.high:.2f})"


def _sum(told: Counter[str], moves: list[float]) -> str:
    words = [f"graded again: {told.total()}"]
    words.append(f"moved by {MOVES_FROM} or more: {len(moves)}")
    if moves:
        mean = sum(moves) / len(moves)
        words[-1] += f" (mean {mean:+.2f}, most {max(moves, key=abs):+.2f})"
    for outcome, count in told.items():
        words.append(f"{outcome.rstrip('.')}: {count}")
    return "; ".join(words)
