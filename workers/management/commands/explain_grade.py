"""Show how a stored mark of a text answer came about, and compute it once more.

    python manage.py explain_grade ATTEMPT QUESTION_NUMBER [--json]
    python manage.py explain_grade ANSWER_ID [--json]

ATTEMPT is the id in the address of the scorecard. Every key point comes with its
credit, the clause that earned it, the similarity, the background, the nearest
misconception and the opposite; then the question's contrasts, the guards and the
features. The mark is computed again from nothing but what the grade stored; standings
are in standard deviations above the background. No encoder is loaded.

Exit status 0 when the stored mark and the computed one agree; 1 when they do not, and
for a grade of an engine that did not keep what computes it again; 2 when there is no
such answer or no grade; 3 when what the grade was made with is not here any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from assessment.models import Answer, Grade, Override
from assessment.selectors.grades import answer_of, text_grades_that_count
from grading.errors import EncoderUnavailable
from grading.text.grade import DECIMALS, rescored
from workers.management.commands.judge import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping

DIFFERENT: Final = 1
BAD_ARGUMENT: Final = 2
OUR_FAULT: Final = 3
MOST_DIGITS: Final = 18  # of a row's id; a database refuses more
NAMED: Final = frozenset(
    {
        "point",
        "background_mean",
        "standing",
        "net",
        "misconception",
        "misconception_standing",
        "opposite",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The mark, computed from what the grade stored."""

    score: float | None  # None: it cannot be
    agrees: bool
    why_not: str = ""
    status: int = 0


class Command(BaseCommand):
    """Explain one stored mark."""

    help = "Show how a stored mark came about and compute it again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the answer."""
        parser.add_argument(
            "which",
            metavar="ATTEMPT|ANSWER_ID",
            help="an attempt's id, or alone: the id of an answer's row",
        )
        parser.add_argument(
            "number", nargs="?", metavar="QUESTION_NUMBER", help="from 1"
        )
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401  # as Django gives them
        """Find, compute again, print."""
        grade = _grade(options["which"], options["number"])
        again = _again(grade)
        if options["json"]:
            self.stdout.write(
                json.dumps(_object(grade, again), ensure_ascii=True, allow_nan=False)
            )
        else:
            for line in _lines(grade, again):
                self.stdout.write(line.encode("utf-8", "replace").decode())
        if again.status:
            raise CommandError(again.why_not, returncode=again.status)


def _grade(which: str, number: str | None) -> Grade:
    """Return the grade that counts.

    Raises: `CommandError`, status 2.
    """
    answer = _answer(which, number)
    if answer is None:
        what = f"question {number} of attempt {which}" if number else f"answer {which}"
        message = f"there is no {what}"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    grade = text_grades_that_count().filter(answer=answer).first()
    if grade is None:
        message = f"answer {answer.pk} has no grade of a text"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    return grade


def _answer(which: str, number: str | None) -> Answer | None:
    if number is None:
        return Answer.objects.filter(pk=_whole(which)).first()
    try:
        attempt = UUID(which)
    except ValueError:
        return None
    return answer_of(attempt, _whole(number))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        message = f"{text} is no number; for one question give an attempt and a number"
        raise CommandError(message, returncode=BAD_ARGUMENT)
    return int(text)


def _again(grade: Grade) -> Again:
    try:
        score = rescored(grade.body)
    except KeyError:
        return Again(
            score=None,
            agrees=False,
            why_not="this grade's engine did not keep what computes it again; "
            "see regrade --dry-run",
            status=DIFFERENT,
        )
    except EncoderUnavailable as error:
        return Again(
            score=None, agrees=False, why_not=one_line(error), status=OUR_FAULT
        )
    # Both are rounded; anything from one unit of the last place on is a difference.
    if abs(score - grade.score) < 0.5 * 10**-DECIMALS:
        return Again(score=score, agrees=True)
    return Again(
        score=score,
        agrees=False,
        why_not=f"the stored mark is {grade.score}, computed again it is {score}",
        status=DIFFERENT,
    )


# -- what the question says -----------------------------------------------------------


def _rubric(grade: Grade) -> Mapping[str, Any]:
    found: Mapping[str, Any] = grade.version.body["rubric"]
    return found


def _misconceptions(grade: Grade) -> dict[str, str]:
    """Return by id each misconception's first phrasing, in the answer's language."""
    language = grade.answer.language
    return {
        wrong["id"]: _spoken(wrong["phrasings"], language)[0]
        for wrong in _rubric(grade)["misconceptions"]
    }


def _opposites(grade: Grade) -> dict[str, str]:
    language = grade.answer.language
    return {
        point["id"]: point["opposites"][language]
        for point in _rubric(grade)["key_points"]
        if point["opposites"].get(language)
    }


def _contrasts(grade: Grade) -> list[list[list[str]]]:
    """Return the pairs of each contrast: what belongs to which side."""
    language = grade.answer.language
    return [_spoken(c["pairs"], language) for c in _rubric(grade)["contrasts"]]


def _spoken(texts: Mapping[str, Any], language: str) -> Any:  # noqa: ANN401  # phrasings or pairs
    return texts.get(language) or next(iter(texts.values()))


# -- as JSON --------------------------------------------------------------------------


def _object(grade: Grade, again: Again) -> dict[str, Any]:
    own = _own_mark(grade)
    return {
        "answer": grade.answer_id,
        "attempt": str(grade.answer.item.attempt.uid),
        "position": grade.answer.item.position,
        "question": {
            "slug": grade.version.question.slug,
            "version": grade.version.number,
        },
        "revision": grade.answer_revision,
        "graded_at": grade.created_at.isoformat(),
        "earlier_grades": _earlier(grade),
        "score": grade.score,
        "computed_again": again.score,
        "agrees": again.agrees,
        "own_mark": own.score if own else None,
        "misconceptions": _misconceptions(grade),
        "opposites": _opposites(grade),
        "contrasts": _contrasts(grade),
        "grade": grade.body,
    }


def _earlier(grade: Grade) -> int:
    return Grade.objects.filter(answer=grade.answer_id, pk__lt=grade.pk).count()


def _own_mark(grade: Grade) -> Override | None:
    return Override.objects.filter(item=grade.answer.item_id).order_by("pk").last()


# -- as text --------------------------------------------------------------------------


def _lines(grade: Grade, again: Again) -> Iterator[str]:
    body = grade.body
    details = body.get("details", {})
    yield from _head(grade, again)
    compared = {entry["point"]: entry for entry in details.get("points", ())}
    wrongs, opposites = _misconceptions(grade), _opposites(grade)
    for number, point in enumerate(body["points"], start=1):
        yield ""
        yield from _point(
            number, point, compared.get(point["point"], {}), wrongs, opposites
        )
    yield ""
    for first, second in _contrasts(grade):
        yield f"contrast     {first[0]}: {first[1]}  |  {second[0]}: {second[1]}"
    for name, value in details.get("features", {}).items():
        yield f"feature      {name} = {value:g}"


def _head(grade: Grade, again: Again) -> Iterator[str]:
    body, item = grade.body, grade.answer.item
    details = body.get("details", {})
    yield (
        f"answer       {grade.answer_id}: question {item.position} "
        f"({grade.version.question.slug} v{grade.version.number}) of attempt "
        f"{item.attempt.uid}, {grade.answer.language}, revision {grade.answer_revision}"
    )
    yield (
        f"graded       {grade.created_at.isoformat(timespec='seconds')}, "
        f"{_earlier(grade)} earlier"
    )
    yield f"score        {grade.score:.4f}{_certainty(body)}"
    yield "again        " + (
        again.why_not
        if again.score is None
        else f"{again.score:.4f}, {'the same' if again.agrees else 'NOT the same'}"
    )
    own = _own_mark(grade)
    if own:
        yield f"a person     gave {own.score:.2f}, which counts"
    if body.get("review"):
        yield f"to be read   {', '.join(body.get('reasons', ()))}"
    yield f"engine       {body['engine']}"
    yield f"encoder      {body['encoder']} on {body['device']}"
    yield f"calibration  {details.get('calibration') or 'not kept'}"
    yield f"guards       {', '.join(body['flags']) or 'none fired'}"
    if "coverage" in details:
        factor = details.get("factor", 1.0)
        yield f"coverage     {details['coverage']:.4f}, guards leave {factor:g} of it"


def _certainty(body: Mapping[str, Any]) -> str:
    if body.get("low") is None or body.get("high") is None:
        return "   no interval: the encoder is not calibrated with people's marks"
    doubt = "" if body.get("doubt") is None else f"   doubt {body['doubt']:.2f}"
    return f"   90 % interval {body['low']:.4f} to {body['high']:.4f}{doubt}"


def _point(
    number: int,
    point: Mapping[str, Any],
    compared: Mapping[str, Any],
    wrongs: Mapping[str, str],
    opposites: Mapping[str, str],
) -> Iterator[str]:
    yield (
        f"point {number:<6} {point['point']}: credit {point['credit']:.4f}, "
        f"weight {point['weight']:g}"
    )
    yield f"  says       {point['statement']}"
    if point["sentence"]:
        clause = " ".join(point["sentence"].split())
        yield f"  clause     {clause} ({point['start']} to {point['end']})"
        yield f"  similarity {point['similarity']:.4f}"
    else:
        yield "  clause     none"
    if compared.get("standing") is not None:
        yield (
            f"  standing   {compared['standing']:.4f}, "
            f"{compared['net']:.4f} after what speaks against it; "
            f"background {compared['background_mean']:.4f}"
        )
    wrong = compared.get("misconception")
    if wrong:
        size = compared.get("misconception_standing")
        at = "" if size is None else f", standing {size:.4f}"
        yield f"  error      {wrong}: {wrongs.get(wrong, '')}{at}"
    lean = compared.get("opposite")
    if lean is not None:
        side = "the point" if lean >= 0 else "its opposite"
        opposite = opposites.get(point["point"], "")
        yield f"  opposite   {opposite} (leans to {side} by {abs(lean):.4f})"
    for name, value in compared.items():
        if name not in NAMED and value is not None:
            yield f"  {name:<10} {value}"
    if point.get("note"):
        yield f"  note       {point['note']}"
