"""Questions as a table for spreadsheets, one row for each thing a question holds.

    slug, part, id, language, text, ...      columns; each part uses some of them
    paging, question, ...                    facts first, then its texts
    paging, point, block-table, ...          a key point and its weight
    paging, phrasing, block-table, en, ...   in order, the first one is the statement

A cell that a spreadsheet would compute gets an apostrophe on the way out and loses it
on the way in; `table_reading` is that way.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bank.definitions import TextQuestion
    from grading.inputs import Rubric

COLUMNS: Final = (
    "slug",
    "part",
    "id",
    "language",
    "text",
    "belongs_to",
    "weight",
    "document",
    "number",
    "authors",
    "year",
    "state",
    "topic",
    "difficulty",
    "minutes",
    "alias_of",
    "related",
)
# The columns that each part fills, besides slug and part; all of them but in
# `question`, where an alias takes its facts from the question that it names.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "question": ("state", "topic", "difficulty", "minutes", "alias_of", "related"),
    "source": ("document", "number"),
    "title": ("language", "text"),
    "prompt": ("language", "text"),
    "competency": ("language", "text"),
    "point": ("id", "weight"),
    "phrasing": ("id", "language", "text"),
    "opposite": ("id", "language", "text"),
    "misconception": ("id", "language", "text"),
    "contrast": ("id", "language", "text", "belongs_to"),
    "erratum": ("id", "document", "number", "text"),
    "says": ("id", "language", "text"),
    "right": ("id", "language", "text"),
    "follow_up": ("language", "text"),
    "reading": ("text", "authors", "year"),
    "explanation": ("language", "text"),
}
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_BOM: Final = "\ufeff"


def table_bytes(questions: Iterable[TextQuestion]) -> bytes:
    """Return the table as CSV that spreadsheet programs open as UTF-8.

    An alias is its own words; the question with its rubric should be there too.
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for question in questions:
        for part, cells in _rows(question):
            row = {"slug": question.slug, "part": part, **cells}
            writer.writerow({name: guarded(value) for name, value in row.items()})
    return (_BOM + stream.getvalue()).encode()


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet computes; `unguarded` gives the text back."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _rows(question: TextQuestion) -> Iterator[tuple[str, dict[str, str]]]:
    yield "question", _facts(question)
    for source in question.sources:
        number = str(source.number)
        yield "source", {"document": source.document, "number": number}
    yield from _texts("title", question.title)
    yield from _texts("prompt", question.rubric.prompt)
    if not question.alias_of:
        yield from _texts("competency", question.competency or {})
        yield from _rubric_rows(question.rubric)
    for place, erratum in enumerate(question.errata, start=1):
        yield (
            "erratum",
            {
                "id": str(place),
                "document": erratum.document,
                "number": str(erratum.number),
                "text": erratum.source,
            },
        )
        yield from _texts("says", erratum.says, str(place))
        yield from _texts("right", erratum.right, str(place))
    if question.alias_of:
        return
    for language, texts in (question.follow_ups or {}).items():
        for text in texts:
            yield "follow_up", {"language": language, "text": text}
    for work in question.reading:
        year = str(work.year)
        cells = {"text": work.title, "authors": work.authors, "year": year}
        yield "reading", cells
    yield from _texts("explanation", question.explanation or {})


def _facts(question: TextQuestion) -> dict[str, str]:
    if question.alias_of:
        return {"state": str(question.state), "alias_of": question.alias_of}
    return {
        "state": str(question.state),
        "topic": question.topic,
        "difficulty": str(question.difficulty),
        "minutes": str(question.minutes),
        "related": " ".join(question.related),
    }


def _rubric_rows(rubric: Rubric) -> Iterator[tuple[str, dict[str, str]]]:
    for point in rubric.key_points:
        weight = f"{point.weight:.9f}".rstrip("0").rstrip(".")
        yield "point", {"id": point.id, "weight": weight}
        yield from _lists("phrasing", point.phrasings, point.id)
        yield from _texts("opposite", point.opposites, point.id)
    for wrong in rubric.misconceptions:
        yield from _lists("misconception", wrong.phrasings, wrong.id)
    for place, contrast in enumerate(rubric.contrasts, start=1):
        for language, pairs in contrast.pairs.items():
            for subject, belongs in pairs:
                yield (
                    "contrast",
                    {
                        "id": str(place),
                        "language": language,
                        "text": subject,
                        "belongs_to": belongs,
                    },
                )


def _texts(
    part: str, texts: Mapping[str, str], name: str = ""
) -> Iterator[tuple[str, dict[str, str]]]:
    for language, text in texts.items():
        yield part, {"id": name, "language": language, "text": text}


def _lists(
    part: str, lists: Mapping[str, tuple[str, ...]], name: str
) -> Iterator[tuple[str, dict[str, str]]]:
    for language, texts in lists.items():
        for text in texts:
            yield part, {"id": name, "language": language, "text": text}
