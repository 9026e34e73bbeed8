"""Mark answers: JSON lines in, JSON lines out, in order.

In, one object a line:

    {"id": "a1", "question": {"document": "questions.txt", "number": 3},
     "language": "en", "answer": "..."}

`question` is a place in a document, a `slug` of the bank, or ad hoc:
`{"prompt": "...", "reference": "...", "key_points": ["..."], "language": "en"}`, of
which the last two may be missing. Out: `{"id", "score", "low", "high", "doubt",
"review", "reasons", "points", "flags", "encoder", ...}` or `{"id", "error": {"code",
"detail"}}`; empty lines are passed over. The 90 % interval (`low`, `high`) and the
`doubt` are null with an encoder that was not calibrated with people's marks.

Exit status 0 when every line got its line, 2 when the input as a whole cannot be read.
Needs no database and no service. What is answered together is encoded together; a line
never waits for a later one.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank.definitions import TextQuestion
from bank.documents import read_document, text_question
from bank.errors import BankError, UnknownQuestion
from bank.parsing import find_by_source, load_bank
from grading.errors import EncoderUnavailable, GradingError, NoReferenceAnswer
from grading.inputs import LANGUAGES, TextAnswer
from grading.text.adhoc import adhoc_rubric
from grading.text.grade import grade_many
from workers.background import background_from
from workers.encoder import encoder

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from bank.definitions import SpeedQuestion
    from bank.documents import DocumentReport
    from grading.inputs import Rubric
    from grading.results import TextGrade
    from grading.text.background import Background

    Question = TextQuestion | SpeedQuestion

DOCUMENTS_VARIABLE: Final = "INFERVIEW_DOCUMENTS"
MOST_TOGETHER: Final = 16  # answers that are encoded in one call
LONGEST_LINE: Final = 16 * 1024 * 1024  # bytes
NOT_TEXT: Final = "request.not_text"
TOO_LARGE: Final = "request.too_large"
UNKNOWN_LANGUAGE: Final = "request.unknown_language"
_WAITING_LINES: Final = 64  # read ahead of the marking


class Refused(Exception):
    """A line cannot be marked: `code` for machines, `detail` for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Missing(Refused):
    """A field is not there."""

    def __init__(self, *, what: str) -> None:
        super().__init__("request.missing_field", f"{what} is missing")


class WrongType(Refused):
    """A field holds another kind of value."""

    def __init__(self, *, name: str, what: str) -> None:
        super().__init__("request.wrong_type", f"{name} must be {what}")


class NotJson(Refused):
    """A line is not a JSON object."""

    def __init__(self, *, detail: str) -> None:
        super().__init__("request.not_json", f"not a JSON object: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line: what to mark, or why it is refused."""

    id: str | int | float | None
    answer: TextAnswer | None
    refusal: Refused | None = None


class Command(BaseCommand):
    """Mark answers given as JSON lines."""

    help = "Mark answers: JSON lines in, JSON lines out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument(
            "file", nargs="?", default="-", help="JSON lines; - for standard input"
        )

    def handle(self, *_args: object, **options: str) -> None:
        """Mark line by line."""
        name = options["file"]
        marking = _Marking(_Questions())
        if name == "-":
            self._mark(sys.stdin.buffer, marking)
            return
        try:
            with Path(name).open("rb") as file:
                _check_whole(file, name)
                self._mark(file, marking)
        except OSError as error:
            message = f"{name}: {error.strerror or error}"
            raise CommandError(message, returncode=2) from error

    def _mark(self, source: BinaryIO, marking: _Marking) -> None:
        for lines in _batches(source):
            for result in marking.results(lines):
                self.stdout.write(_as_line(result))
            self.stdout.flush()


class _Questions:
    """Rubrics by slug or by place in a document; the bank is read on first use."""

    def __init__(self) -> None:
        self._bank: Mapping[str, Question] | None = None
        self._documents: dict[str, DocumentReport] = {}

    @property
    def bank(self) -> Mapping[str, Question]:
        """Return the shipped bank.

        Raises: `BankError` when one of its folders is broken.
        """
        if self._bank is None:
            self._bank = load_bank(settings.BANK_FOLDER)
        return self._bank

    def by_slug(self, slug: str) -> Rubric:
        """Return a question's rubric.

        Raises: `BankError`, `Refused`.
        """
        if slug not in self.bank:
            message = f"no question is called {slug}"
            raise UnknownQuestion(message)
        return _rubric(self.bank[slug])

    def by_source(self, document: str, number: int) -> Rubric:
        """Return the rubric of a document's question, from the bank or the document.

        Raises: `BankError`, `Refused`.
        """
        try:
            return _rubric(find_by_source(self.bank, document, number))
        except UnknownQuestion:
            report = self._document(document)
            if report is None:
                raise
        for question in report.questions:
            if question.number == number:
                return text_question(report, question).rubric
        message = f"{document} has no question {number}"
        raise UnknownQuestion(message)

    def _document(self, name: str) -> DocumentReport | None:
        folder = os.environ.get(DOCUMENTS_VARIABLE, "")
        if not folder or Path(name).name != name or "\0" in name:
            return None
        path = Path(folder) / name
        if name not in self._documents:
            if not path.is_file():
                return None
            self._documents[name] = read_document(path)
        return self._documents[name]


class _Marking:
    """Lines to results; the encoder is loaded when the first answer needs it."""

    def __init__(self, questions: _Questions) -> None:
        self._questions = questions
        self._background: Background | None = None
        self._unavailable: EncoderUnavailable | None = None

    def results(self, lines: list[bytes | None]) -> Iterator[dict[str, Any]]:
        """Return one result per line, in order; None stands for an endless line."""
        wanted = [self._wanted(line) for line in lines]
        answers = [w.answer for w in wanted if w.answer is not None]
        try:
            grades = iter(self._grades(answers))
        except GradingError as error:
            for want in wanted:
                refusal = want.refusal or Refused(error.code, str(error))
                yield _refusal(want.id, refusal)
            return
        for want in wanted:
            if want.refusal is not None:
                yield _refusal(want.id, want.refusal)
            else:
                yield _result(want.id, next(grades))

    def _grades(self, answers: list[TextAnswer]) -> list[TextGrade]:
        if not answers:
            return []
        if self._unavailable is not None:
            raise self._unavailable  # asking again for each line would take minutes
        try:
            loaded = encoder()
        except EncoderUnavailable as error:
            self._unavailable = error
            raise
        if self._background is None:
            self._background = background_from(self._questions.bank)
        return grade_many(answers, loaded, self._background)

    def _wanted(self, line: bytes | None) -> Wanted:
        known: str | int | float | None = None
        try:
            fields = _object(line)
            known = _id(fields)
            return Wanted(id=known, answer=self._answer(fields))
        except Refused as refusal:
            return Wanted(id=known, answer=None, refusal=refusal)
        except (BankError, GradingError) as error:
            return Wanted(
                id=known, answer=None, refusal=Refused(error.code, str(error))
            )

    def _answer(self, fields: Mapping[str, Any]) -> TextAnswer:
        language = _language(fields, "language")
        text = _text(fields, "answer")
        rubric = self._rubric(_field(fields, "question", dict, "an object"))
        if not rubric.key_points:
            message = "the question has no key point to compare with"
            raise NoReferenceAnswer(message)
        return TextAnswer(text=text, language=language, rubric=rubric)

    def _rubric(self, question: Mapping[str, Any]) -> Rubric:
        if "slug" in question:
            return self._questions.by_slug(_text(question, "slug"))
        if "document" in question:
            number = _field(question, "number", int, "a whole number")
            if isinstance(number, bool):
                raise WrongType(name="number", what="a whole number")
            return self._questions.by_source(_text(question, "document"), number)
        if "prompt" not in question and "reference" not in question:
            raise Missing(what="slug, document and number, or prompt and reference")
        return adhoc_rubric(
            _text(question, "prompt"),
            _text(question, "reference"),
            key_points=_texts(question, "key_points"),
            language=(
                _language(question, "language")
                if question.get("language") is not None
                else None
            ),
        )


def _rubric(question: Question) -> Rubric:
    if not isinstance(question, TextQuestion):
        detail = f"{question.slug} is answered with code: see judge"
        raise Refused(NOT_TEXT, detail)
    return question.rubric


def _check_whole(file: BinaryIO, name: str) -> None:
    """Read a file once for its encoding, before anything is answered."""
    for number, line in enumerate(file, start=1):
        _check_line(line, number, name)
    file.seek(0)


def _check_line(line: bytes, number: int, name: str) -> None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{name}: line {number} is not UTF-8"
        raise CommandError(message, returncode=2) from error


def _batches(source: BinaryIO) -> Iterator[list[bytes | None]]:
    """Yield what has come in, at most `MOST_TOGETHER` lines, never waiting for more.

    Raises: `CommandError` when a line is not UTF-8 (lines before it are answered).
    """
    lines: queue.Queue[bytes | _End | None] = queue.Queue(maxsize=_WAITING_LINES)
    threading.Thread(target=_read_into, args=(source, lines), daemon=True).start()
    number, ended = 0, False
    while not ended:
        batch: list[bytes | None] = []
        failure: CommandError | None = None
        while len(batch) < MOST_TOGETHER:
            try:
                line = lines.get(block=not batch)
            except queue.Empty:
                break
            if isinstance(line, _End):
                ended, failure = True, line.failure
                break
            number += 1
            if line is not None and number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line is not None and not line.strip():
                continue
            try:
                _check_line(line or b"", number, "standard input")
            except CommandError as error:
                ended, failure = True, error
                break
            batch.append(line)
        if batch:
            yield batch
        if failure is not None:
            raise failure


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """Nothing more comes; `failure` says why when it was cut short."""

    failure: CommandError | None = None


def _read_into(source: BinaryIO, lines: queue.Queue[bytes | _End | None]) -> None:
    """Put every line of `source` into the queue, None for one that is too long."""
    try:
        while line := source.readline(LONGEST_LINE + 1):
            if len(line) <= LONGEST_LINE:
                lines.put(line)
                continue
            while line and not line.endswith(b"\n"):
                line = source.readline(LONGEST_LINE)
            lines.put(None)
    except OSError as error:
        message = f"the input broke off: {error.strerror or error}"
        lines.put(_End(failure=CommandError(message, returncode=2)))
    else:
        lines.put(_End())


def _object(line: bytes | None) -> Mapping[str, Any]:
    if line is None:
        detail = f"longer than {LONGEST_LINE} bytes"
        raise Refused(TOO_LARGE, detail)
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotJson(detail=str(error)) from error
    if not isinstance(value, dict):
        raise NotJson(detail=f"it is {type(value).__name__}")
    return value


def _id(fields: Mapping[str, Any]) -> str | int | float:
    if fields.get("id") is None:
        raise Missing(what="id")
    known = fields["id"]
    if isinstance(known, bool) or not isinstance(known, str | int | float):
        raise WrongType(name="id", what="a string or a number")
    return known


def _field(fields: Mapping[str, Any], name: str, kind: type, what: str) -> Any:  # noqa: ANN401 - the caller names the type
    if fields.get(name) is None:
        raise Missing(what=name)
    if not isinstance(fields[name], kind):
        raise WrongType(name=name, what=what)
    return fields[name]


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(_field(fields, name, str, "a string"))


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if fields.get(name) is None:
        return ()
    found = _field(fields, name, list, "a list of strings")
    if not all(isinstance(text, str) for text in found):
        raise WrongType(name=name, what="a list of strings")
    return tuple(found)


def _language(fields: Mapping[str, Any], name: str) -> str:
    language = _text(fields, name)
    if language not in LANGUAGES:
        detail = f"{name} must be one of {', '.join(LANGUAGES)}"
        raise Refused(UNKNOWN_LANGUAGE, detail)
    return language


def _result(known: str | float | None, grade: TextGrade) -> dict[str, Any]:
    return {
        "id": known,
        "score": grade.score,
        "low": grade.low,
        "high": grade.high,
        "doubt": grade.doubt,
        "review": grade.review,
        "reasons": list(grade.reasons),
        "points": [asdict(point) for point in grade.points],
        "flags": list(grade.flags),
        "encoder": grade.encoder,
        "engine": grade.engine,
        "device": grade.device,
        "language": grade.language,
        "schema": grade.schema,
    }


def _refusal(known: str | float | None, refusal: Refused) -> dict[str, Any]:
    return {"id": known, "error": {"code": refusal.code, "detail": refusal.detail}}


def _as_line(result: Mapping[str, Any]) -> str:
    """Return readable JSON; with a lone surrogate in it, escaped JSON."""
    line = json.dumps(result, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(result)
    return line
