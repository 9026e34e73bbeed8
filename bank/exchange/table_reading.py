"""Questions out of a table, with every fault by its row and column; see `tables`.

Rows are counted as spreadsheets count them, the header is row 1.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bank.definitions import Erratum, Reading, Source, State, TextQuestion
from bank.documents import IMPORTED_TOPIC
from bank.errors import QuestionFormatError
from bank.exchange.archive import text_of
from bank.exchange.checking import fault_of, is_slug
from bank.exchange.errors import FileRefused, QuestionsRefused
from bank.exchange.tables import COLUMNS, PARTS, unguarded
from bank.marked_yaml import Scalar
from grading.inputs import LANGUAGES, Contrast, KeyPoint, Misconception, Rubric

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from bank.exchange.checking import Known
    from bank.exchange.question_yaml import Place

MAX_BYTES: Final = 16 * 1024**2
MAX_ROWS: Final = 200_000
MAX_QUESTION_ROWS: Final = 2_000  # ours have about 200
MAX_CELL: Final = 32_000  # characters; Excel holds 32,767
MAX_FAULTS: Final = 1_000  # that are named
_FACTS: Final = ("topic", "difficulty", "minutes")
_OF_ALIAS: Final = frozenset(
    {"question", "source", "title", "prompt", "erratum", "says", "right"}
)
_WHOLE: Final = ("number", "year", "difficulty", "minutes")
_DIGITS: Final = re.compile(r"\d{1,9}")
_DECIMAL: Final = re.compile(r"\d{1,9}(\.\d{1,9})?")
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row as it stands in the table."""

    number: int  # the header is 1
    part: str
    cells: Mapping[str, str]  # only those that are filled

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class _Faults:
    """What is wrong, by row and column."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []

    def add(self, row: int, column: str, reason: str) -> None:
        place = f"row {row}, column {column}" if column else f"row {row}"
        self._found.append((row, f"{self._path}: {place}: {reason}"))

    def count(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raise `QuestionsRefused` when there is any, in the table's order."""
        if not self._found:
            return
        lines = [line for _, line in sorted(self._found, key=lambda found: found[0])]
        more = len(lines) - MAX_FAULTS
        if more > 0:
            lines = [*lines[:MAX_FAULTS], f"{self._path}: and {more} more"]
        raise QuestionsRefused(lines)


def read_table(data: bytes, path: str, known: Known) -> tuple[TextQuestion, ...]:
    """Return the questions of a table, in its order.

    `known` gives questions of the bank, for aliases of what is not in the table.
    Every fault of a cell is named; of the rules between cells (how many phrasings a
    key point needs, say) the first that each question breaks.

    Raises: `FileRefused`; `QuestionsRefused` with the faults.
    """
    rows = _read_rows(text_of(data, path), path)
    faults = _Faults(path)
    groups: dict[str, list[_Row]] = defaultdict(list)
    faulty: set[str] = set()
    for row in rows:
        before = faults.count()
        if _check_row(row, faults):
            groups[row["slug"]].append(row)
        if faults.count() > before:
            faulty.add(row["slug"])
    if not groups and not faults.count():
        message = f"{path}: no question in the table"
        raise FileRefused(message)
    drafts: dict[str, _Draft] = {}
    for slug, group in groups.items():
        if len(group) > MAX_QUESTION_ROWS:
            reason = f"{slug} has more than {MAX_QUESTION_ROWS} rows"
            faults.add(group[MAX_QUESTION_ROWS].number, "slug", reason)
            continue
        before = faults.count()
        draft = _Draft(slug, group, faults)
        draft.read()
        if faults.count() == before and slug not in faulty:
            drafts[slug] = draft
    there = {row["slug"] for row in rows}
    questions = _assembled(drafts, there, known, faults)
    faults.raise_any()
    return tuple(questions)


def _read_rows(text: str, path: str) -> list[_Row]:
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    columns: list[str] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MAX_ROWS:
                message = f"{path}: more than {MAX_ROWS} rows"
                raise FileRefused(message)
            if number == 1:
                columns = _columns(cells, path)
                continue
            rows.extend(_row(number, cells, columns, path))
    except csv.Error as error:
        message = f"{path}: line {reader.line_num}: not CSV: {error}"
        raise FileRefused(message) from error
    return rows


def _columns(cells: list[str], path: str) -> list[str]:
    columns = [cell.strip().casefold() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    for name in columns:
        if name not in COLUMNS or columns.count(name) > 1:
            message = (
                f"{path}: row 1: {name[:40]!a} is no column, or is there twice; "
                "columns: " + ", ".join(COLUMNS)
            )
            raise FileRefused(message)
    for name in COLUMNS[:2]:
        if name not in columns:
            message = f"{path}: row 1: the column {name} is missing"
            raise FileRefused(message)
    return columns


def _row(
    number: int, cells: list[str], columns: list[str], path: str
) -> Iterator[_Row]:
    if any(len(cell) > MAX_CELL for cell in cells):
        message = f"{path}: row {number}: a cell of more than {MAX_CELL} characters"
        raise FileRefused(message)
    if any(cells[len(columns) :]):
        message = f"{path}: row {number}: more cells than columns"
        raise FileRefused(message)
    filled = {
        column: unguarded(cell).replace("\r\n", "\n")
        for column, cell in zip(columns, cells, strict=False)
        if cell
    }
    if filled:
        part = filled.get("part", "")
        yield _Row(number=number, part=part, cells=filled)


def _check_row(row: _Row, faults: _Faults) -> bool:
    """Check one row by itself; say whether it is clear what it is a row of.

    A row with a wrong cell is still there: others may refer to it.
    """
    if not is_slug(row["slug"]):
        faults.add(row.number, "slug", f"{row['slug'][:60]!a} is not a slug")
    if row.part not in PARTS:
        reason = f"{row.part[:60]!a} is no part; parts: " + ", ".join(PARTS)
        faults.add(row.number, "part", reason)
        return False
    used = PARTS[row.part]
    for column in row.cells.keys() - {"slug", "part", *used}:
        reason = f"a {row.part} row does not use this column"
        faults.add(row.number, column, reason)
    if row.part != "question":
        for column in used:
            if not row[column]:
                faults.add(row.number, column, f"a {row.part} row needs it")
    for column in row.cells.keys() & set(used):
        reason = _cell_fault(column, row[column], row.part)
        if reason:
            faults.add(row.number, column, reason)
    return is_slug(row["slug"])


def _cell_fault(column: str, cell: str, part: str) -> str:
    """Say what is wrong with a filled cell, whatever question it belongs to."""
    if column == "language" and cell not in LANGUAGES:
        return "must be one of " + ", ".join(LANGUAGES)
    if column in _WHOLE and not _DIGITS.fullmatch(cell):
        return "must be a whole number"
    if column == "weight" and not (_DECIMAL.fullmatch(cell) and float(cell) > 0):
        return "must be a number above 0"
    if column == "state" and cell not in list(State):
        return "must be one of " + ", ".join(State)
    counted = part in {"contrast", "erratum", "says", "right"}
    if column == "id" and counted and not _DIGITS.fullmatch(cell):
        return "must be the number that its rows share"
    return ""


class _Draft:
    """The rows of one question on their way to a value."""

    def __init__(self, slug: str, rows: list[_Row], faults: _Faults) -> None:
        self.slug = slug
        self._rows = rows
        self._faults = faults
        self._first = rows[0].number
        self._where: dict[Place, tuple[int, str]] = {}  # row and column
        self._fact_row = rows[0]  # until its question row is found
        self._by_part: dict[str, list[_Row]] = defaultdict(list)

    @property
    def alias_of(self) -> str:
        return self._fact_row["alias_of"]

    def read(self) -> None:
        """Note every fault that shows without the other questions."""
        for row in self._rows:
            self._by_part[row.part].append(row)
        facts = self._by_part["question"]
        if len(facts) != 1:
            row = facts[1] if facts else self._rows[0]
            reason = f"{self.slug} needs exactly one question row"
            self._faults.add(row.number, "part", reason)
            return
        self._fact_row = facts[0]
        self._note(("alias_of",), facts[0], "alias_of")
        self._check_facts(facts[0])
        for row in self._rows:
            if self.alias_of and row.part not in _OF_ALIAS:
                reason = f"an alias has no {row.part}; it takes the other question's"
                self._faults.add(row.number, "part", reason)
            if facts[0]["topic"] != IMPORTED_TOPIC:
                self._check_texts(row)
        self._check_ids("phrasing", "point")
        self._check_ids("opposite", "point")
        self._check_ids("says", "erratum")
        self._check_ids("right", "erratum")
        for part in ("point", "erratum"):
            self._check_once(part, ("id",))
        for part in ("title", "prompt", "competency", "explanation"):
            self._check_once(part, ("language",))
        for part in ("opposite", "says", "right"):
            self._check_once(part, ("id", "language"))

    def _check_facts(self, facts: _Row) -> None:
        if not facts["state"]:
            self._faults.add(facts.number, "state", "a question row needs it")
        for column in (*_FACTS, "related"):
            if self.alias_of and facts[column]:
                reason = "an alias takes it from the other question"
                self._faults.add(facts.number, column, reason)
        for column in _FACTS:
            if not self.alias_of and not facts[column]:
                self._faults.add(facts.number, column, "a question row needs it")

    def _check_texts(self, row: _Row) -> None:
        for column in ("text", "belongs_to", "document", "authors"):
            if row[column]:
                node = Scalar("", row.number, row[column])
                try:
                    text = node.text("the text", lines=row.part == "prompt")
                except QuestionFormatError as error:
                    self._faults.add(row.number, column, error.reason)
                else:
                    if text != row[column]:
                        reason = "has outer white space, or is not in normal form C"
                        self._faults.add(row.number, column, reason)

    def _check_ids(self, part: str, of: str) -> None:
        there = {row["id"] for row in self._by_part[of]}
        for row in self._by_part[part]:
            if row["id"] not in there:
                reason = f"there is no {of} row with the id {row['id'][:60]!a}"
                self._faults.add(row.number, "id", reason)

    def _check_once(self, part: str, columns: tuple[str, ...]) -> None:
        seen: dict[tuple[str, ...], int] = {}
        for row in self._by_part[part]:
            key = tuple(row[column] for column in columns)
            first = seen.setdefault(key, row.number)
            if first != row.number:
                reason = f"a second {part} row, the first is row {first}"
                self._faults.add(row.number, columns[-1], reason)

    # -- values

    def alias(self, canonical: TextQuestion) -> TextQuestion:
        """Return the question: its own words, the other one's rubric."""
        return dataclasses.replace(
            canonical,
            slug=self.slug,
            state=State(self._fact_row["state"]),
            alias_of=canonical.slug,
            title=self._texts("title", ("title",)),
            rubric=dataclasses.replace(
                canonical.rubric, prompt=self._texts("prompt", ("prompt",))
            ),
            sources=tuple(self._sources()),
            errata=tuple(self._errata()),
            review=None,
        )

    def question(self) -> TextQuestion:
        """Return the question, no alias."""
        facts = self._fact_row
        for column in (*_FACTS, "related", "state"):
            self._note((column,), facts, column)
        return TextQuestion(
            slug=self.slug,
            state=State(facts["state"]),
            topic=facts["topic"],
            difficulty=int(facts["difficulty"]),
            minutes=int(facts["minutes"]),
            title=self._texts("title", ("title",)),
            rubric=Rubric(
                prompt=self._texts("prompt", ("prompt",)),
                key_points=tuple(self._points()),
                misconceptions=tuple(self._misconceptions()),
                contrasts=tuple(self._contrasts()),
            ),
            sources=tuple(self._sources()),
            related=tuple(facts["related"].split()),
            competency=self._texts("competency", ("competency",)) or None,
            errata=tuple(self._errata()),
            follow_ups=self._lists("follow_up", ("follow_ups",)) or None,
            reading=tuple(self._reading()),
            explanation=self._texts("explanation", ("explanation",)) or None,
        )

    def tell(self, place: Place, reason: str) -> None:
        """Note a fault that the bank's parser found at this place."""
        for length in range(len(place), 0, -1):
            found = self._where.get(place[:length])
            if found is not None:
                self._faults.add(*found, reason)
                return
        self._faults.add(self._first, "", f"{self.slug}: {reason}")

    def _note(self, place: Place, row: _Row, column: str) -> None:
        self._where.setdefault(place, (row.number, column))

    def _texts(self, part: str, place: Place, name: str = "") -> dict[str, str]:
        texts = {}
        for row in self._by_part[part]:
            if row["id"] == name:
                texts[row["language"]] = row["text"]
                self._note((*place, row["language"]), row, "text")
                self._note(place, row, "text")
        return {name: texts[name] for name in LANGUAGES if name in texts}

    def _lists(
        self, part: str, place: Place, name: str = ""
    ) -> dict[str, tuple[str, ...]]:
        lists: dict[str, list[str]] = defaultdict(list)
        for row in self._by_part[part]:
            if row["id"] == name:
                texts = lists[row["language"]]
                inner: Place = (*place, row["language"])
                self._note((*inner, len(texts)), row, "text")
                self._note(inner, row, "text")
                self._note(place, row, "id")
                texts.append(row["text"])
        return {name: tuple(lists[name]) for name in LANGUAGES if name in lists}

    def _points(self) -> Iterator[KeyPoint]:
        for number, row in enumerate(self._by_part["point"]):
            place: Place = ("key_points", number)
            self._note(("key_points",), row, "part")
            for inner in ((*place, "id"), place):
                self._note(inner, row, "id")
            self._note((*place, "weight"), row, "weight")
            yield KeyPoint(
                id=row["id"],
                weight=float(row["weight"]),
                phrasings=self._lists("phrasing", place, row["id"]),
                opposites=self._texts("opposite", (*place, "opposite"), row["id"]),
            )

    def _misconceptions(self) -> Iterator[Misconception]:
        names = dict.fromkeys(row["id"] for row in self._by_part["misconception"])
        for number, name in enumerate(names):
            place: Place = ("misconceptions", number)
            phrasings = self._lists("misconception", place, name)
            self._where[(*place, "id")] = self._where[place]
            self._where.setdefault(("misconceptions",), self._where[place])
            yield Misconception(id=name, phrasings=phrasings)

    def _contrasts(self) -> Iterator[Contrast]:
        names = dict.fromkeys(row["id"] for row in self._by_part["contrast"])
        for number, name in enumerate(names):
            place: Place = ("contrasts", number)
            pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
            for row in self._by_part["contrast"]:
                if row["id"] == name:
                    for inner in ((*place, row["language"]), place):
                        self._note(inner, row, "text")
                    pairs[row["language"]].append((row["text"], row["belongs_to"]))
            told = {name: tuple(pairs[name]) for name in LANGUAGES if name in pairs}
            for language, both in told.items():
                if len(both) != 2:  # noqa: PLR2004 # a pair
                    reason = f"contrast {name}, {language}: {len(both)} rows, not 2"
                    self.tell((*place, language), reason)
                    return
            # The lengths were counted just now.
            yield Contrast(pairs=told)  # type: ignore[arg-type]

    def _sources(self) -> Iterator[Source]:
        for number, row in enumerate(self._by_part["source"]):
            self._note(("sources", number), row, "document")
            yield Source(document=row["document"], number=int(row["number"]))

    def _errata(self) -> Iterator[Erratum]:
        for number, row in enumerate(self._by_part["erratum"]):
            place: Place = ("errata", number)
            self._note(place, row, "document")
            self._note((*place, "number"), row, "number")
            self._note((*place, "source"), row, "text")
            yield Erratum(
                document=row["document"],
                number=int(row["number"]),
                says=self._texts("says", (*place, "says"), row["id"]),
                right=self._texts("right", (*place, "right"), row["id"]),
                source=row["text"],
            )

    def _reading(self) -> Iterator[Reading]:
        for number, row in enumerate(self._by_part["reading"]):
            place: Place = ("reading", number)
            self._note((*place, "title"), row, "text")
            self._note((*place, "authors"), row, "authors")
            self._note((*place, "year"), row, "year")
            yield Reading(
                title=row["text"], authors=row["authors"], year=int(row["year"])
            )


def _assembled(
    drafts: Mapping[str, _Draft],
    there: Container[str],
    known: Known,
    faults: _Faults,
) -> list[TextQuestion]:
    """Return the questions without a fault; those with a rubric before their aliases.

    `there`: every slug of the table, that of a question with faults too.
    """
    done: dict[str, TextQuestion] = {}

    def found(slug: str) -> TextQuestion | None:
        return done.get(slug) or (None if slug in there else known(slug))

    for slug, draft in sorted(drafts.items(), key=lambda item: bool(item[1].alias_of)):
        before = faults.count()
        if draft.alias_of:
            canonical = found(draft.alias_of)
            if canonical is None:
                if draft.alias_of not in there:
                    reason = f"there is no question {draft.alias_of!r}"
                    draft.tell(("alias_of",), reason)
                continue
            question = draft.alias(canonical)
        else:
            question = draft.question()
        fault = None if faults.count() > before else fault_of(question, found)
        if fault is not None:
            draft.tell(fault.place, fault.reason)
        elif faults.count() == before:
            done[slug] = question
    return [done[slug] for slug in drafts if slug in done]
