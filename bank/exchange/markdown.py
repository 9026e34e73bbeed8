"""Questions as a Markdown document in the shape that `bank.documents` reads.

    # name of the set
    #### 1. title
    **题目：** prompt            or Question, Answer, Explanation
    **答案：**
    - statement of a key point
    **解析：** explanation, else the competency

Only one language, only the statements: the document is for reading, and for those who
want to start from it. It is read back before it is handed out, so what reaches a file
has as many questions and key points as went in, under the same titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bank.documents import parse_document
from bank.errors import DocumentError
from bank.exchange.errors import NotExportable
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bank.definitions import TextQuestion

LABELS: Final[Mapping[str, tuple[str, str, str]]] = {
    "zh": ("**题目：**", "**答案：**", "**解析：**"),
    "en": ("**Question:**", "**Answer:**", "**Explanation:**"),
}
_FENCE: Final = re.compile(r"[ ]{0,3}(```|~~~)")
# A line of a prompt that the reader would take for a heading or a rule.
_STRUCTURE: Final = re.compile(r"[ ]{0,3}(#|([-*_])(?:[ \t]*\2){2,}[ \t]*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One question and its number in the document."""

    number: int
    question: TextQuestion


def languages_of(questions: Sequence[Numbered]) -> list[str]:
    """Return the languages that all of the questions are in."""
    return [
        language
        for language in LANGUAGES
        if all(_is_in(one.question, language) for one in questions)
    ]


def document_text(questions: Sequence[Numbered], *, heading: str, language: str) -> str:
    """Return the document; numbers must rise.

    Raises: `NotExportable` when a question lacks the language, or would be read back
        with another title or another number of key points.
    """
    asked, answered, explained = LABELS[language]
    parts = [f"# {_one_line(heading)}"]
    for one in questions:
        question = one.question
        if not _is_in(question, language):
            message = f"{question.slug}: is not in the language {language}"
            raise NotExportable(message)
        prompt = _unstructured(question.rubric.prompt[language])
        title = _one_line(question.title[language])
        prompt = _unstructured(question.rubric.prompt[language])
        title = _one_line(question.title[language])
        parts += [f"#### {one.number}. {title}", f"{asked} {prompt}"]
        points = [
            f"- {_one_line(point.statement(language))}"
            for point in question.rubric.key_points
        ]
        parts.append("\n".join([answered, "", *points]))
        explanation = question.explanation or question.competency or {}
        if explanation.get(language):
            parts.append(f"{explained} {_unstructured(explanation[language])}")
    text = "\n\n".join(parts) + "\n"
    _check(text, questions, language)
    return text


def _is_in(question: TextQuestion, language: str) -> bool:
    texts = [question.title, question.rubric.prompt]
    lists = [point.phrasings for point in question.rubric.key_points]
    return all(found.get(language) for found in (*texts, *lists))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unstructured(text: str) -> str:
    """Return Markdown that opens no section of the document."""
    lines, code = [], False
    for line in text.split("\n"):
        if _FENCE.match(line):
            code = not code
        lines.append(f"\\{line}" if not code and _STRUCTURE.match(line) else line)
    return "\n".join(lines)


def _check(text: str, questions: Sequence[Numbered], language: str) -> None:
    """Read the document as an import would, and compare."""
    try:
        report = parse_document(text, path="export.md", language=language)
    except DocumentError as error:
        message = f"the document would not be read back: {error}"
        raise NotExportable(message) from error
    read = {question.number: question for question in report.questions}
    for one in questions:
        found = read.get(one.number)
        title = _one_line(one.question.title[language])
        points = len(one.question.rubric.key_points)
        if found is None or found.heading != title or len(found.key_points) != points:
            message = (
                f"{one.question.slug}: Markdown in its texts would make another "
                "question of it"
            )
            raise NotExportable(message)
