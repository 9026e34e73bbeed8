"""A Markdown document of interview questions to plain values, and what was left out.

The shape that is read, in either language:

    ### any section
    #### 3. What is a KV cache?          a numbered heading
    **Question:** ...                    may be missing: the heading is the question
    **Answer:** an introduction
    - **Head:** text                     bullets and numbered steps are key points,
    1. **Head:** text                    nested ones too
    **Explanation:** ...                 kept apart

Labels may be Chinese (题目, 答案, 解析), colons and numerals full-width. A numbered
heading without an answer is an overview, not a question. Nothing is left out in
silence: a report has the questions, what was skipped and why, and what is wrong.
Pure: reads one file, knows no database.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bank.definitions import Source, State, TextQuestion
from bank.errors import DocumentError
from bank.twins import Twins, twins
from grading.inputs import KeyPoint, Rubric

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_LINES: Final = 200_000
MAX_LINE: Final = 8_000  # characters; longer lines are not prose
MAX_HEADING: Final = 400
MAX_TEXT: Final = 20_000  # characters of a prompt or an explanation
MAX_POINTS: Final = 60  # of one question
MAX_HEADS: Final = 3  # bullets above a nested one that give it their names
MAX_QUESTIONS: Final = 500
IMPORTED_TOPIC: Final = "imported"
IMPORTED_DIFFICULTY: Final = 2
IMPORTED_MINUTES: Final = 5

_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_HAN_SHARE: Final = 0.2  # of the letters, from which a text counts as Chinese

_HEADING: Final = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t\u3000]+|(?=\d))(.*)")
_NUMBERED: Final = re.compile(
    r"(?:第\s?)?(?:question|problem|q|问题|题目)?\s?(\d{1,9})"
    r"(?:\s?[题问]\s?[.、:)]?|\s?[、:)]|\s?\.(?!\d))\s*(.*)",
    re.IGNORECASE,
)
_BULLET: Final = re.compile(
    r"(?P<indent>[ \t\u3000]*)"
    r"(?P<marker>[-*+][ \t]+|[-*+]$|[•·●◦▪–][ \t]*|[①-⑳][ \t.、]*"
    r"|[(（]\d{1,3}[)）][ \t]*|\d{1,3}(?:[.．](?!\d)|[)）、])[ \t]*)"
    r"(?P<text>.*)"
)
_BOLD_HEAD: Final = re.compile(
    r"(?:\*\*|__)([^*_]{1,200}?)(?:\*\*|__)\s*([:：]?)\s*(.*)"
)
_RULE: Final = re.compile(r"[ ]{0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_FENCE: Final = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_QUOTE: Final = re.compile(r"^[ ]{0,3}>[ ]?")

# What a chat model leaves around the text it was asked for.
_TOKEN: Final = re.compile(
    r"#?\[?gMASK\]?#?(?:[ ]?<?sop>?)?|<\|[A-Za-z0-9_ ]{1,40}\|>|<｜[^｜<>]{1,40}｜>"
)
_WEAK_TOKEN: Final = re.compile(
    r"</?s>|<(?:sop|eop|bos|eos|pad|unk)>|\[/?INST\]|<</?SYS>>|\[(?:CLS|SEP|MASK|PAD)\]"
    r"|</?(?:start|end)_of_turn>|\bsop\b"
)

_LABELS: Final = {
    "question": "题目|题干|问题|question|problem|prompt",
    "answer": "参考答案|答案|回答|解答|reference answer|answer|solution",
    "explanation": "答案解析|解析|说明|explanation|analysis|rationale",
}
_LABEL: Final = re.compile(
    r"(?P<open>\*\*|__|【)?\s{0,3}(?:"
    + "|".join(f"(?P<{part}>{words})" for part, words in _LABELS.items())
    + r")\s{0,3}(?P<colon>[:：])?\s{0,3}(?P<close>\*\*|__|】)?\s{0,3}"
    + r"(?P<late>[:：])?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
# Bold openings of a paragraph that announce something, and name no point.
_ANNOUNCING: Final = re.compile(
    "示例|例如|例子|注意|注|总结|小结|example|note|summary|in short", re.IGNORECASE
)
_SENTENCE_END: Final = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s+")
_SLUG_PART: Final = re.compile(r"[a-z0-9]+")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{12,}")


class Part(StrEnum):
    """Which part of a question a line stands in."""

    QUESTION = "question"
    ANSWER = "answer"
    EXPLANATION = "explanation"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPoint:
    """One bullet or numbered step of an answer."""

    line: int
    head: str  # its bold opening without the colon; empty when it has none
    text: str  # what follows; empty when the head is all

    @property
    def statement(self) -> str:
        """Return head and text as one sentence, without saying the head twice."""
        if not self.head or not self.text or self.text.startswith(self.head):
            return self.text or self.head
        return f"{self.head}{'：' if _HAN.search(self.text) else ': '}{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuestion:
    """One question as the document has it."""

    number: int
    line: int  # of its heading, from 1
    heading: str
    prompt: str  # Markdown; the heading where the document has no question part
    key_points: tuple[DocumentPoint, ...]
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A place that was understood and left out."""

    line: int
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A place that looks like a question, or part of one, and cannot be read."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """What one document gave."""

    path: str
    document: str  # base name
    language: str  # "zh" or "en"
    questions: tuple[DocumentQuestion, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    twins: tuple[Twins, ...]


def read_document(path: Path, *, language: str = "auto") -> DocumentReport:
    """Read a document of at most `MAX_BYTES`; `language` is "zh", "en" or "auto".

    Raises: `DocumentError` when it cannot be read, is too large, is no UTF-8, holds
        a NUL or has no question.
    """
    return parse_document(_read(path), path=str(path), language=language)


def _read(path: Path) -> str:
    if not path.is_file():
        why = "is a folder" if path.is_dir() else "there is no such file"
        message = f"{path}: {why}"
        raise DocumentError(message)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise DocumentError(message) from error
    if len(data) > MAX_BYTES:
        message = f"{path}: larger than {MAX_BYTES // 1024**2} MiB"
        raise DocumentError(message)
    return decoded(data, str(path))


def decoded(data: bytes, path: str) -> str:
    """Return a document's bytes as text without its byte order mark.

    Raises: `DocumentError` with the byte position of what is not UTF-8 or is NUL.
    """
    nul = data.find(0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = error.start if nul < 0 else min(nul, error.start)
        line = data.count(b"\n", 0, bad) + 1
        hint = " (UTF-16?)" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ""
        message = f"{path}:{line}: not UTF-8 text at byte {bad}{hint}"
        raise DocumentError(message) from error
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        message = f"{path}:{line}: a NUL character at byte {nul}"
        raise DocumentError(message)
    return text.removeprefix("\ufeff")


def parse_document(text: str, *, path: str, language: str = "auto") -> DocumentReport:
    """Turn a document's text into questions; `path` is what the report calls it.

    Raises: `DocumentError` when it has no question, or more than `MAX_LINES`.
    """
    reading = _Reading()
    raw = re.split(r"\r\n|\n|\r", text)
    if len(raw) > MAX_LINES:
        message = f"{path}: {len(raw)} lines, {MAX_LINES} are allowed"
        raise DocumentError(message)
    lines = tuple(_cleaned(raw, reading))
    _read_sections(_sections(lines, reading), reading)
    if not reading.questions:
        message = f"{path}: no question found" + _nearest_miss(reading)
        raise DocumentError(message)
    questions = tuple(reading.questions)
    _note_gaps(questions, reading)
    return DocumentReport(
        path=path,
        document=re.split(r"[/\\]", path)[-1],
        language=_language(questions) if language == "auto" else language,
        questions=questions,
        skipped=tuple(sorted(reading.skipped, key=lambda item: item.line)),
        problems=tuple(sorted(reading.problems, key=lambda item: item.line)),
        twins=twins({question.number: question.heading for question in questions}),
    )


def text_question(report: DocumentReport, question: DocumentQuestion) -> TextQuestion:
    """Return a document's question as one of the bank: one language, equal weights.

    Nobody wrote misconceptions for it, so its rubric says that it is not complete.
    It is live all the same: whoever imports a document wants to ask from it, and its
    topic keeps it out of every draw that does not name imported questions.
    """
    language = report.language
    return TextQuestion(
        slug=f"{document_slug(report.document)}-q{question.number:02d}",
        state=State.LIVE,
        topic=IMPORTED_TOPIC,
        difficulty=IMPORTED_DIFFICULTY,
        minutes=IMPORTED_MINUTES,
        title={language: question.heading},
        rubric=Rubric(
            prompt={language: question.prompt},
            key_points=tuple(
                KeyPoint(
                    id=f"p{place}",
                    weight=1.0,
                    phrasings={language: _phrasings(point)},
                )
                for place, point in enumerate(question.key_points, start=1)
            ),
        ),
        sources=(Source(document=report.document, number=question.number),),
        explanation={language: question.explanation} if question.explanation else None,
    )


def document_slug(document: str) -> str:
    """Return a short slug for a document's base name, the same every time.

    A name that loses something on the way (other scripts, great length) gets a piece
    of its hash, so that two such documents do not share a slug by accident.
    """
    stem = unicodedata.normalize("NFKC", document).casefold()
    stem = re.sub(r"\.(md|markdown|txt|text)$", "", stem)
    parts = [
        part[:8] if _HEXADECIMAL.fullmatch(part) else part
        for part in _SLUG_PART.findall(stem)
    ]
    slug = "-".join(["doc", *parts])
    if re.search(r"[^a-z0-9 _.-]", stem) or len(slug) > 40 or not parts:  # noqa: PLR2004 # leaves room for a hash and a number
        digest = hashlib.sha256(document.encode()).hexdigest()[:8]
        return f"{slug[:40].rstrip('-')}-{digest}"
    return slug


def _phrasings(point: DocumentPoint) -> tuple[str, ...]:
    # The text alone is how an answer says it; the head alone would pay for a noun.
    if point.head and point.text and point.text != point.statement:
        return point.statement, point.text
    return (point.statement,)


# -- lines ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    code: bool = False  # inside a fence

    @property
    def blank(self) -> bool:
        return not self.text.strip()


@dataclass(slots=True)
class _Reading:
    """What is found while one document is read."""

    questions: list[DocumentQuestion] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    full: bool = False  # no further question is taken

    def skip(self, line: int, what: str, why: str) -> None:
        self.skipped.append(Skipped(line=line, what=_short(what), why=why))

    def problem(self, line: int, reason: str) -> None:
        self.problems.append(Problem(line=line, reason=reason))


def _cleaned(raw: list[str], reading: _Reading) -> Iterator[_Line]:
    """Yield the lines without control tokens and characters, fences marked."""
    fences = _fenced(raw, reading)
    for number, line in enumerate(raw, start=1):
        if number in fences:
            yield _Line(number, line, code=True)
            continue
        if len(line) > MAX_LINE:
            reading.problem(number, f"a line of {len(line)} characters; left out")
            continue
        visible = _without_controls(line)
        if visible != line:
            reading.skip(number, ascii(line), "control characters")
        plain = _without_tokens(visible)
        if plain != visible:
            reading.skip(number, visible, "a language model's control tokens")
        yield _Line(number, _QUOTE.sub("", plain, count=1))


def _fenced(raw: list[str], reading: _Reading) -> frozenset[int]:
    """Return the numbers of the lines that are code; an open end fences nothing."""
    fenced: set[int] = set()
    start, mark = 0, ""
    for number, line in enumerate(raw, start=1):
        found = _FENCE.match(line)
        if not start and found:
            start, mark = number, found[1]
        elif start and found and found[1].startswith(mark) and line.strip() == found[1]:
            fenced.update(range(start, number + 1))
            start = 0
    if start:
        reading.problem(start, "a code fence that is never closed; read as text")
    return frozenset(fenced)


def _without_controls(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    return "".join(
        character
        for character in line
        if character == "\t" or unicodedata.category(character) not in {"Cc", "Cf"}
    )


def _without_tokens(line: str) -> str:
    """Drop control tokens, but not those that a text quotes in backticks."""
    bare = _WEAK_TOKEN.sub("", _TOKEN.sub("", line))
    if not bare.strip(" #"):
        return "" if line.strip(" #") else line
    spans = re.split(r"(`[^`]*`)", line)
    return "".join(
        span if span.startswith("`") else _TOKEN.sub("", span) for span in spans
    )


# -- sections -------------------------------------------------------------------------


@dataclass(slots=True)
class _Section:
    """A heading and the lines up to the next one that is not part of it."""

    line: int
    level: int
    title: str
    number: int | None
    parent: int  # line of the heading above, 0 at the top
    body: list[_Line] = field(default_factory=list)
    answer_line: int = 0  # where its first answer begins; 0: nowhere

    @property
    def answered(self) -> bool:
        return bool(self.answer_line)

    def add(self, line: _Line) -> None:
        self.body.append(line)
        if not self.answer_line and _label(line) is Part.ANSWER:
            self.answer_line = line.number


def _sections(lines: tuple[_Line, ...], reading: _Reading) -> list[_Section]:
    """Cut the document at its headings.

    A deeper heading inside an answer, numbered or not, belongs to the question.
    """
    sections: list[_Section] = [_Section(0, 0, "", None, 0)]
    above = [0] * 7  # by level: the line of the latest heading
    for line in lines:
        found = None if line.code else _HEADING.fullmatch(line.text)
        if not found:
            sections[-1].add(line)
            continue
        level, title = len(found[1]), _plain(_unclosed(found[2]))
        if len(title) > MAX_HEADING:
            reading.problem(line.number, f"a heading of {len(title)} characters")
            title = title[:MAX_HEADING]
        current = sections[-1]
        number, rest = _numbered(title)
        label = _label(_Line(line.number, title + ":"))
        inside = current.number is not None and level > current.level
        if label and current.number is not None:
            current.add(_Line(line.number, f"**{title}:**"))
        elif inside and current.answered and title:
            marker = "" if number is None else f"{number}. "
            current.add(_Line(line.number, f"{marker}**{rest or title}:**"))
        else:
            parent = max(above[:level])
            above[level] = line.number
            sections.append(_Section(line.number, level, rest, number, parent))
    return sections


def _unclosed(title: str) -> str:
    """Return a heading's text without the signs that may close it."""
    text = title.rstrip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def _numbered(title: str) -> tuple[int | None, str]:
    """Split a heading into its number, if it has one, and its words."""
    found = _NUMBERED.fullmatch(_narrow(title))
    if not found:
        return None, title
    rest = title[len(title) - len(found[2]) :].strip()
    return int(found[1]), rest


def _read_sections(sections: list[_Section], reading: _Reading) -> None:
    asking = {s.parent for s in sections if s.number is not None and s.answered}
    begun: set[int] = set()
    seen: dict[int, int] = {}
    for section in sections:
        if section.number is None:
            _leave_out(section, reading)
        elif section.answered:
            begun.add(section.parent)
            _read_numbered(section, seen, reading)
        elif section.parent in asking and section.parent in begun:
            reading.problem(
                section.line, f"question {section.number} has no answer; left out"
            )
        else:
            reading.skip(
                section.line,
                f"{section.number}. {section.title}",
                "a numbered heading without an answer, so not a question",
            )


def _leave_out(section: _Section, reading: _Reading) -> None:
    if section.answered:
        place = section.line or section.answer_line
        reading.problem(place, "an answer under a heading without a number; left out")
    elif section.title:
        reading.skip(section.line, section.title, "a heading without a number")
    else:
        for line in section.body:
            if not line.blank:
                reading.skip(line.number, line.text, "text before the first heading")
                break


def _read_numbered(section: _Section, seen: dict[int, int], reading: _Reading) -> None:
    number = section.number or 0
    if number in seen:
        reason = f"question {number} is here twice, first in line {seen[number]}"
        reading.problem(section.line, f"{reason}; left out")
    elif not 0 < number < 10_000:  # noqa: PLR2004 # four digits
        reading.problem(section.line, f"{number} is no number for a question; left out")
    elif len(reading.questions) >= MAX_QUESTIONS:
        if not reading.full:
            reason = f"more than {MAX_QUESTIONS} questions; the rest is left out"
            reading.problem(section.line, reason)
        reading.full = True
    else:
        seen[number] = section.line
        question = _Body(section, reading).question()
        if question:
            reading.questions.append(question)


# -- one question ---------------------------------------------------------------------


class _Body:
    """The lines of one question, taken apart."""

    def __init__(self, section: _Section, reading: _Reading) -> None:
        self._section = section
        self._reading = reading
        self._texts: dict[Part, list[str]] = {part: [] for part in Part}
        self._prose: list[_Line] = []  # of the answer, outside its list
        self._items: list[_Item] = []
        self._after_blank = False
        self._over = False

    def question(self) -> DocumentQuestion | None:
        """Return the question, or None after reporting why there is none."""
        section = self._section
        part = Part.QUESTION
        for line in self._section.body:
            label = _label(line)
            if label:
                part = label
                line = _Line(line.number, _after_label(line))  # noqa: PLW2901 # the rest of the line is read on
                self._after_blank = False
            if self._over and not line.blank:
                self._reading.skip(line.number, line.text, "text after a rule")
                break
            if not line.code and _RULE.fullmatch(line.text):
                self._over = any(map(self._texts.get, Part)) or bool(self._items)
                continue
            if part is Part.ANSWER:
                self._answer(line)
            else:
                self._texts[part].append(line.text)
        prompt = _block(self._texts[Part.QUESTION]) or section.title
        if not prompt:
            self._reading.problem(
                section.line, f"question {section.number} asks nothing; left out"
            )
            return None
        points = self._points()
        if not points:
            self._reading.problem(
                section.line, f"question {section.number} has an empty answer; left out"
            )
            return None
        return DocumentQuestion(
            number=section.number or 0,
            line=section.line,
            heading=section.title or _short(prompt),
            prompt=self._bounded(prompt, "prompt"),
            key_points=points,
            explanation=self._bounded(
                _block(self._texts[Part.EXPLANATION]), "explanation"
            ),
        )

    def _answer(self, line: _Line) -> None:
        if line.blank:
            self._after_blank = True
            return
        if line.code:
            if _FENCE.match(line.text) and line.text.strip(" `~") != "":
                self._reading.skip(line.number, line.text, "code in an answer")
            return
        found = _BULLET.fullmatch(line.text)
        indent = len(line.text) - len(line.text.lstrip())
        if found:
            self._items.append(_Item(line.number, indent, found["text"].strip()))
        elif self._items and (indent >= 2 or not self._after_blank):  # noqa: PLR2004 # Markdown's indent of a list's text
            self._items[-1].more.append(line.text.strip())
        else:
            self._paragraph(line)
        self._after_blank = False

    def _paragraph(self, line: _Line) -> None:
        """Read a line outside every list: a bold head with text is a point too."""
        bold = _BOLD_HEAD.fullmatch(line.text.strip())
        head = bold[1].rstrip(":： ") if bold else ""
        if bold and bold[3] and not _ANNOUNCING.fullmatch(head):
            self._items.append(_Item(line.number, 0, line.text.strip()))
        elif self._items and not bold:
            self._reading.skip(
                line.number, line.text, "text after an answer's list, no key point"
            )
        else:
            self._prose.append(line)

    def _points(self) -> tuple[DocumentPoint, ...]:
        points: list[DocumentPoint] = []
        above: list[tuple[int, str]] = []  # heads of items that only introduce others
        for place, item in enumerate(self._items):
            if len(points) > MAX_POINTS:
                break
            head, text = item.parts()
            above = [entry for entry in above if entry[0] < item.indent][-MAX_HEADS:]
            following = self._items[place + 1 : place + 2]
            if head and not text and following and following[0].indent > item.indent:
                above.append((item.indent, head))
                continue
            if not head and not text:
                self._reading.problem(item.line, "an empty bullet")
                continue
            heads = [*(entry[1] for entry in above), head]
            name = " / ".join(filter(None, heads))
            points.append(DocumentPoint(line=item.line, head=name, text=text))
        if not points:
            points = list(self._sentences())
        if len(points) > MAX_POINTS:
            line = points[MAX_POINTS].line
            reason = f"more than {MAX_POINTS} key points; the rest is left out"
            self._reading.problem(line, reason)
        return tuple(points[:MAX_POINTS])

    def _sentences(self) -> Iterator[DocumentPoint]:
        """Yield the sentences of an answer that has no list."""
        for line in self._prose:
            for sentence in _SENTENCE_END.split(_plain(line.text)):
                text = sentence.strip().rstrip("。；;").strip()
                if any(map(str.isalnum, text)):
                    yield DocumentPoint(line=line.number, head="", text=text)

    def _bounded(self, text: str, what: str) -> str:
        if len(text) > MAX_TEXT:
            reason = f"the {what} has {len(text)} characters; cut at {MAX_TEXT}"
            self._reading.problem(self._section.line, reason)
        return text[:MAX_TEXT]


@dataclass(slots=True)
class _Item:
    line: int
    indent: int
    text: str
    more: list[str] = field(default_factory=list)

    def parts(self) -> tuple[str, str]:
        """Return the bold head, without its colon, and the text."""
        whole = self.text
        for line in self.more:
            tight = _HAN.search(whole[-1:] + line[:1]) or whole[-1:] in "，。、；：）"
            whole += line if tight else f" {line}"
        found = _BOLD_HEAD.fullmatch(whole)
        if not found:
            return "", _plain(whole)
        head = _plain(found[1])
        if found[2] or head.endswith((":", "：")) or not found[3]:
            return head.rstrip(":： "), _plain(found[3])
        return "", _plain(whole)  # emphasis at the start of a sentence


def _label(line: _Line) -> Part | None:
    """Say which part a line opens, if it opens one."""
    found = None if line.code else _LABEL.fullmatch(line.text.strip())
    if not found or not (
        (found["open"] and found["close"]) or found["colon"] or found["late"]
    ):
        return None
    return next(Part(part) for part in _LABELS if found[part])


def _after_label(line: _Line) -> str:
    found = _LABEL.fullmatch(line.text.strip())
    return found["rest"] if found else ""


# -- text -----------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Return a line without Markdown's emphasis, code marks and link targets."""
    text = re.sub(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)", r"\1", text)
    text = re.sub(r"\*\*|(?<!\w)__|__(?!\w)|`", "", text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*]{1,300})(?<=\S)\*(?![\w*])", r"\1", text)
    return " ".join(text.split())


def _block(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip()


def _narrow(text: str) -> str:
    """Return the text with full-width forms narrowed, character by character."""
    return "".join(
        chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character
        for character in text
    ).replace("。", ".")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"  # noqa: PLR2004 # fits a terminal


def _language(questions: tuple[DocumentQuestion, ...]) -> str:
    text = "".join(
        question.prompt + "".join(point.statement for point in question.key_points)
        for question in questions
    )
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return "zh" if han >= _HAN_SHARE * (han + latin) else "en"


def _note_gaps(questions: tuple[DocumentQuestion, ...], reading: _Reading) -> None:
    previous = 0
    for question in questions:
        if question.number < previous:
            reason = f"question {question.number} comes after {previous}"
            reading.problem(question.line, reason)
        elif question.number > previous + 1:
            missing = f"{previous + 1}"
            if question.number > previous + 2:
                missing += f" to {question.number - 1}"
            reason = (
                f"number {missing} does not occur before question {question.number}"
            )
            reading.problem(question.line, reason)
        previous = max(previous, question.number)


def _nearest_miss(reading: _Reading) -> str:
    """Return what came closest to a question, to tell the author where to look."""
    if reading.problems:
        first = min(reading.problems, key=lambda problem: problem.line)
        return f"; line {first.line}: {first.reason}"
    for item in reading.skipped:
        if "numbered heading" in item.why:
            return f"; line {item.line}: {item.why}"
    return " (no numbered heading followed by an answer)"
