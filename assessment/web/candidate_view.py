"""From a sitting's rows to what its pages show: plain values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assessment.services import attempts as attempt_service
from assessment.services.answers import LONGEST_CODE_BYTES, LONGEST_TEXT
from bank.definitions import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from assessment.models import Attempt, AttemptItem


class Filled(StrEnum):
    """How far a question is answered."""

    EMPTY = "empty"
    BASELINE = "baseline"  # code that is still the baseline it began with
    SAVED = "saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in one language."""

    language: str  # "zh" or "en"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """One question in a list: what it is and how far it is answered."""

    position: int
    title: Text
    is_code: bool
    minutes: int
    filled: Filled
    characters: int
    revision: int
    saved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One answer as it was handed in."""

    line: QuestionLine
    text: str
    sha256: str  # hexadecimal, of the text as UTF-8


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    """One question with everything its page shows."""

    line: QuestionLine
    prompts: tuple[Text, ...]  # Markdown; the page's language first
    languages: tuple[str, ...]  # an answer may be in one of them
    language: str  # the present answer's
    text: str
    baseline: str  # of a code question
    untouched: bool  # nothing was ever saved
    limit: int  # characters of prose, bytes of code


def languages_for(attempt: Attempt, page_language: str) -> tuple[str, ...]:
    """Return the assessment's languages, the page's own first."""
    languages = list(attempt.invitation.assessment.languages)
    own = "zh" if page_language.startswith("zh") else "en"
    return tuple(sorted(languages, key=lambda language: language != own))


def question_line(item: AttemptItem, languages: Sequence[str]) -> QuestionLine:
    """Return one question's line in a list."""
    body, answer = item.version.body, item.answer
    is_code = body["kind"] == Kind.SPEED
    if not answer.text.strip():
        filled = Filled.EMPTY
    elif is_code and answer.text == body["baseline"]:
        filled = Filled.BASELINE
    else:
        filled = Filled.SAVED
    return QuestionLine(
        position=item.position,
        title=_texts(body["title"], languages)[0],
        is_code=is_code,
        minutes=body["minutes"],
        filled=filled,
        characters=len(answer.text),
        revision=answer.revision,
        saved_at=answer.saved_at,
    )


def question_page(item: AttemptItem, languages: Sequence[str]) -> QuestionPage:
    """Return one question's page."""
    body, answer = item.version.body, item.answer
    line = question_line(item, languages)
    baseline = str(body["baseline"]) if line.is_code else ""
    untouched = answer.revision == 0 and not answer.text
    return QuestionPage(
        line=line,
        prompts=_texts(
            body["statement"] if line.is_code else body["rubric"]["prompt"], languages
        ),
        languages=tuple(languages),
        language=answer.language,
        text=baseline if untouched else answer.text,
        baseline=baseline,
        untouched=untouched,
        limit=LONGEST_CODE_BYTES if line.is_code else LONGEST_TEXT,
    )


def receipt_line(item: AttemptItem, languages: Sequence[str]) -> ReceiptLine:
    """Return one answer's line of the receipt."""
    text = item.answer.text
    return ReceiptLine(
        line=question_line(item, languages),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def remaining_seconds(attempt: Attempt, now: datetime) -> float:
    """Return how long the candidate may still write; 0 when the time is over."""
    if attempt.deadline is None:
        return 0.0
    return max(0.0, (attempt.deadline - now).total_seconds())


def clock_words(seconds: float) -> str:
    """Return a time left as the countdown shows it, 1:02:03 or 02:03."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def clock_facts(attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Return the clock as scripts read it; the server's own, in UTC."""
    return {
        "state": str(attempt.state),
        "server_now": now.isoformat(),
        "deadline": attempt.deadline.isoformat() if attempt.deadline else None,
        "remaining_seconds": round(remaining_seconds(attempt, now), 3),
        "grace_seconds": attempt_service.GRACE.total_seconds(),
    }


def _texts(texts: Mapping[str, str], languages: Sequence[str]) -> tuple[Text, ...]:
    """Return a {zh, en} pair's texts in `languages`; what is there when none is."""
    found = [
        Text(language=lang, text=texts[lang]) for lang in languages if lang in texts
    ]
    if not found:
        found = [Text(language=lang, text=text) for lang, text in texts.items()]
    return tuple(found)
