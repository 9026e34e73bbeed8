"""Save what candidates write. The hot path: few statements, no framework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from assessment.errors import AnswerConflict, AnswerTooLong, AttemptNotOpen
from assessment.models import Answer, AnswerSave, Attempt
from assessment.services.attempts import GRACE
from assessment.states import AttemptState

if TYPE_CHECKING:
    from datetime import datetime

    from assessment.models import AttemptItem

LONGEST_TEXT: Final = 50_000  # characters; a long written answer has about 5,000
LONGEST_CODE_BYTES: Final = 256 * 1024
# An older text is kept when it stood this long or when much of it went away.
KEEP_EVERY: Final = timedelta(seconds=30)
KEEP_WHEN_SHRUNK_TO: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text on its way from one browser tab."""

    text: str
    base_revision: int  # the revision that the tab had when it began to change it
    client_id: str  # names the tab
    client_seq: int  # the tab's own count of saves, from 1 up
    language: str  # "zh" or "en"; empty: as before


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of a draft."""

    revision: int
    saved_at: datetime
    changed_characters: bool  # characters that no database keeps were replaced


def storable(text: str) -> str:
    """Return `text` with what cannot be stored replaced by U+FFFD.

    NUL cannot stand in PostgreSQL's text, a lone surrogate in no UTF-8. All else,
    bidirectional controls included, is the candidate's and stays.
    """
    return "".join(
        "\ufffd" if char == "\x00" or "\ud800" <= char <= "\udfff" else char
        for char in text
    )


@transaction.atomic
def answer_save(*, item: AttemptItem, draft: Draft, code: bool, now: datetime) -> Saved:
    """Save a draft as the answer's next revision.

    The same draft sent twice (a reply that got lost) is saved once and answered
    alike. A text that comes after the end is kept aside as late evidence.

    Raises: `AnswerTooLong`; `AnswerConflict` when another tab saved meanwhile;
        `AttemptNotOpen` before the start and after the end.
    """
    _check_length(draft.text, code=code)
    text = storable(draft.text)
    # Locked and read anew: a hand-in that commits meanwhile must be seen.
    attempt = Attempt.objects.select_for_update().get(pk=item.attempt_id)
    answer = Answer.objects.select_for_update().get(item=item)
    if attempt.state == AttemptState.INVITED:
        raise AttemptNotOpen
    if attempt.state != AttemptState.STARTED or (
        attempt.deadline is not None and now >= attempt.deadline + GRACE
    ):
        raise _Late(answer, text)
    repeated = (
        draft.client_id == answer.client_id and draft.client_seq <= answer.client_seq
    )
    if repeated and answer.saved_at is not None:
        return Saved(
            revision=answer.revision,
            saved_at=answer.saved_at,
            changed_characters=False,
        )
    if draft.base_revision != answer.revision and draft.client_id != answer.client_id:
        raise AnswerConflict
    if _worth_keeping(answer, text, draft.client_id, now):
        AnswerSave.objects.create(
            answer=answer, text=answer.text, revision=answer.revision, at=now
        )
    answer.text = text
    answer.revision += 1
    answer.client_id = draft.client_id
    answer.client_seq = draft.client_seq
    answer.saved_at = now
    if draft.language:
        answer.language = draft.language
    answer.save()
    return Saved(
        revision=answer.revision, saved_at=now, changed_characters=text != draft.text
    )


class _Late(AttemptNotOpen):
    """Carries a late text out of the transaction that refuses it."""

    sentence = (
        "The time is over and this assessment was handed in. What you wrote since "
        "is kept for the reviewer, but is not part of the answer."
    )

    def __init__(self, answer: Answer, text: str) -> None:
        super().__init__()
        self.answer = answer
        self.text = text


def late_text_keep(error: AttemptNotOpen, *, now: datetime) -> None:
    """Keep a text that came too late where a reviewer can see it."""
    if not isinstance(error, _Late) or error.text == error.answer.text:
        return
    latest = error.answer.saves.filter(late=True).last()
    if latest is None or latest.text != error.text:
        AnswerSave.objects.create(
            answer=error.answer,
            text=error.text,
            revision=error.answer.revision,
            at=now,
            late=True,
        )


def _check_length(text: str, *, code: bool) -> None:
    if code:
        size = len(text.encode("utf-8", "replace"))
        if size > LONGEST_CODE_BYTES:
            message = (
                f"This file has {size:,} bytes; {LONGEST_CODE_BYTES:,} are allowed. "
                "It was not saved."
            )
            raise AnswerTooLong(message)
    elif len(text) > LONGEST_TEXT:
        message = (
            f"This answer has {len(text):,} characters; {LONGEST_TEXT:,} are allowed. "
            "It was not saved."
        )
        raise AnswerTooLong(message)


def _worth_keeping(answer: Answer, text: str, client_id: str, now: datetime) -> bool:
    if not answer.text or answer.text == text or answer.saved_at is None:
        return False
    if len(text) < KEEP_WHEN_SHRUNK_TO * len(answer.text):
        return True
    if client_id != answer.client_id:
        return True  # another tab's text; perhaps the person had to choose
    latest = answer.saves.last()
    return latest is None or now - latest.at >= KEEP_EVERY
