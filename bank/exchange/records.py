"""Questions as a JSON list of their published bodies, both ways.

    {"format": "inferview-questions", "schema": 1,
     "questions": [{"slug": ..., "state": ..., "body": {...}}, ...]}

A body is what a version stores (`bank.bodies`), so its digest is the same before and
after. What comes in is held against the shape of a body first, then against the
bank's own rules; every question with a fault is named, with a JSON pointer.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bank.bodies import SCHEMA as BODY_SCHEMA
from bank.bodies import body_of, text_question_of
from bank.definitions import Kind, State, TextQuestion
from bank.exchange.checking import fault_of, is_slug
from bank.exchange.errors import JsonRefused, QuestionsRefused
from bank.exchange.strict_json import json_bytes, parse_json
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bank.exchange.checking import Known
    from bank.exchange.question_yaml import Place

    Problems: TypeAlias = list[tuple[str, str]]  # JSON pointer, reason
    Shape: TypeAlias = Callable[[Any, str, Problems], None]

FORMAT: Final = "inferview-questions"
SCHEMA: Final = 1
MAX_BYTES: Final = 16 * 1024**2
MAX_QUESTIONS: Final = 2_000
_LIST_KEYS: Final = frozenset({"format", "schema", "questions"})
_RECORD_KEYS: Final = frozenset({"slug", "state", "body"})


def records_bytes(questions: Iterable[TextQuestion]) -> bytes:
    """Return the list as a file."""
    return json_bytes(
        {
            "format": FORMAT,
            "schema": SCHEMA,
            "questions": [record_of(question) for question in questions],
        }
    )


def record_of(question: TextQuestion) -> dict[str, Any]:
    """Return one question as the list has it."""
    return {
        "slug": question.slug,
        "state": str(question.state),
        "body": body_of(question),
    }


def read_records(data: bytes, path: str, known: Known) -> tuple[TextQuestion, ...]:
    """Return the questions of a list.

    `known` gives questions of the bank, for aliases of what is not in the file.

    Raises: `JsonRefused`, `FileRefused`; `QuestionsRefused` with every question that
        has a fault.
    """
    values = parse_json(data, path)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        message = f"{path}: not a list of questions (no format {FORMAT!r} in it)"
        raise JsonRefused(message)
    if values.get("schema") != SCHEMA or set(values) != _LIST_KEYS:
        message = f"{path}: not schema {SCHEMA} of the format, or unknown keys in it"
        raise JsonRefused(message)
    records = values["questions"]
    if not isinstance(records, list) or not 0 < len(records) <= MAX_QUESTIONS:
        message = f"{path}: questions must be a list of 1 to {MAX_QUESTIONS}"
        raise JsonRefused(message)
    problems: Problems = []
    questions: dict[str, TextQuestion] = {}
    seen: set[str] = set()
    for number, record in enumerate(records):
        question = question_of_record(record, f"#/questions/{number}", problems)
        if question is None:
            continue
        if question.slug in seen:
            reason = f"{question.slug!r} is here twice"
            problems.append((f"#/questions/{number}/slug", reason))
        seen.add(question.slug)
        questions[f"#/questions/{number}/body"] = question
    check_rules(questions, known, problems)
    if problems:
        raise QuestionsRefused(
            [f"{path}: {pointer}: {reason}" for pointer, reason in problems]
        )
    return tuple(questions.values())


def question_of_record(
    record: object, pointer: str, problems: Problems
) -> TextQuestion | None:
    """Return a record's question when its shape is right, else note what is not."""
    before = len(problems)
    if not isinstance(record, dict) or set(record) != _RECORD_KEYS:
        problems.append((pointer, "needs exactly the keys slug, state, body"))
        return None
    slug, state = record["slug"], record["state"]
    if not isinstance(slug, str) or not is_slug(slug):
        problems.append((f"{pointer}/slug", "is not lower-case words and hyphens"))
    if state not in list(State):
        problems.append((f"{pointer}/state", "must be one of " + ", ".join(State)))
    body = record["body"]
    if isinstance(body, dict) and body.get("kind") == Kind.SPEED:
        reason = "a speed task; only a bundle carries those"
        problems.append((f"{pointer}/body/kind", reason))
    else:
        _BODY(body, f"{pointer}/body", problems)
    if len(problems) > before:
        return None
    return text_question_of(body, slug=slug, state=State(state))


def check_rules(
    questions: Mapping[str, TextQuestion], known: Known, problems: Problems
) -> None:
    """Hold questions against the bank's rules, by the pointer to their bodies."""
    here = {question.slug: question for question in questions.values()}

    def found(slug: str) -> TextQuestion | None:
        return here.get(slug) or known(slug)

    for pointer, question in questions.items():
        fault = fault_of(question, found)
        if fault is not None:
            place = pointer + pointer_of(fault.place)
            problems.append((place, f"{question.slug}: {fault.reason}"))


def pointer_of(place: Place) -> str:
    """Return where a body has what stands at this place of a `question.yaml`."""
    parts = list(place)
    if parts and parts[0] in {"prompt", "key_points", "misconceptions", "contrasts"}:
        parts.insert(0, "rubric")
    if len(parts) > 3 and parts[0] == "rubric":  # noqa: PLR2004 # rubric, list, number, then what the body names otherwise
        if parts[3] == "opposite":
            parts[3] = "opposites"
        elif parts[3] in LANGUAGES:
            part = "pairs" if parts[1] == "contrasts" else "phrasings"
            parts.insert(3, part)
    return "".join(f"/{part}" for part in parts)


# -- the shape of a body --------------------------------------------------------------


def _text(value: object, pointer: str, problems: Problems) -> None:
    if not isinstance(value, str):
        problems.append((pointer, "must be a text"))


def _whole(value: object, pointer: str, problems: Problems) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        problems.append((pointer, "must be a whole number"))


def _number(value: object, pointer: str, problems: Problems) -> None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not 0 < float(str(value)) < math.inf:
        problems.append((pointer, "must be a number above 0"))


def _exactly(wanted: object) -> Shape:
    def check(value: object, pointer: str, problems: Problems) -> None:
        if value != wanted or type(value) is not type(wanted):
            problems.append((pointer, f"must be {wanted!r}"))

    return check


def _list(item: Shape, *, length: int | None = None) -> Shape:
    def check(value: object, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append((pointer, "must be a list"))
        elif length is not None and len(value) != length:
            problems.append((pointer, f"must have {length} items"))
        else:
            for number, found in enumerate(value):
                item(found, f"{pointer}/{number}", problems)

    return check


def _object(fields: Mapping[str, Shape]) -> Shape:
    def check(value: object, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.append((pointer, "must be an object"))
            return
        for name in sorted(value.keys() - fields.keys()):
            problems.append((pointer, f"has the unknown key {name!a}"))
        for name, shape in fields.items():
            if name in value:
                shape(value[name], f"{pointer}/{name}", problems)
            else:
                problems.append((pointer, f"lacks the key {name!r}"))

    return check


def _by_language(item: Shape) -> Shape:
    def check(value: object, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict) or not value.keys() <= set(LANGUAGES):
            known = ", ".join(LANGUAGES)
            problems.append((pointer, f"must be an object with keys out of {known}"))
            return
        for language, found in value.items():
            item(found, f"{pointer}/{language}", problems)

    return check


def _perhaps(shape: Shape) -> Shape:
    def check(value: object, pointer: str, problems: Problems) -> None:
        if value is not None:
            shape(value, pointer, problems)

    return check


_TEXTS: Final = _by_language(_text)
_LISTS: Final = _by_language(_list(_text))
_PLACE: Final = {"document": _text, "number": _whole}
_BODY: Final = _object(
    {
        "schema": _exactly(BODY_SCHEMA),
        "kind": _exactly(str(Kind.TEXT)),
        "topic": _text,
        "difficulty": _whole,
        "minutes": _whole,
        "title": _TEXTS,
        "rubric": _object(
            {
                "prompt": _TEXTS,
                "key_points": _list(
                    _object(
                        {
                            "id": _text,
                            "weight": _number,
                            "phrasings": _LISTS,
                            "opposites": _TEXTS,
                        }
                    )
                ),
                "misconceptions": _list(_object({"id": _text, "phrasings": _LISTS})),
                "contrasts": _list(
                    _object(
                        {"pairs": _by_language(_list(_list(_text, length=2), length=2))}
                    )
                ),
            }
        ),
        "sources": _list(_object(_PLACE)),
        "alias_of": _text,
        "related": _list(_text),
        "competency": _perhaps(_TEXTS),
        "errata": _list(
            _object({**_PLACE, "says": _TEXTS, "right": _TEXTS, "source": _text})
        ),
        "follow_ups": _perhaps(_LISTS),
        "reading": _list(_object({"title": _text, "authors": _text, "year": _whole})),
        "explanation": _perhaps(_TEXTS),
    }
)
