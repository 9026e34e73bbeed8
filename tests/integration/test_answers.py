from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.errors import AnswerConflict, AnswerTooLong, AttemptNotOpen
from assessment.models import Answer, Attempt
from assessment.services.answers import (
    KEEP_EVERY,
    LONGEST_TEXT,
    Draft,
    answer_save,
    late_text_keep,
    storable,
)
from assessment.services.attempts import GRACE, attempt_close_if_over
from assessment.states import AttemptState
from tests.make.assessment import make_assessment, make_attempt, make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    attempt = make_attempt(
        AttemptState.STARTED, assessment=make_assessment(questions=[make_question()])
    )
    return attempt.items.select_related("attempt").get()


def draft(text, *, base=0, tab="a", seq=1, language=""):
    return Draft(
        text=text, base_revision=base, client_id=tab, client_seq=seq, language=language
    )


def save(item, written, *, now=None, code=False):
    return answer_save(item=item, draft=written, code=code, now=now or timezone.now())


def text_of(item) -> str:
    return Answer.objects.get(item=item).text


def test_each_save_is_a_revision(item):
    start = Answer.objects.get(item=item).revision
    first = save(item, draft("one", base=start))
    second = save(item, draft("one two", base=first.revision, seq=2))

    assert (first.revision, second.revision) == (start + 1, start + 2)
    assert text_of(item) == "one two"


def test_the_same_draft_sent_twice_is_saved_once(item):
    base = Answer.objects.get(item=item).revision
    first = save(item, draft("one", base=base))
    again = save(item, draft("one", base=base))

    assert again == first


def test_an_older_draft_of_the_same_tab_cannot_undo_a_newer_one(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("newer", base=base, seq=2))
    save(item, draft("older", base=base, seq=1))

    assert text_of(item) == "newer"


def test_two_tabs_cannot_overwrite_each_other_unseen(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("from a", base=base, tab="a"))
    with pytest.raises(AnswerConflict):
        save(item, draft("from b", base=base, tab="b"))

    assert text_of(item) == "from a"


def test_a_tab_that_has_seen_the_other_text_may_go_on(item):
    base = Answer.objects.get(item=item).revision
    seen = save(item, draft("from a", base=base, tab="a"))
    save(item, draft("from b", base=seen.revision, tab="b"))

    assert text_of(item) == "from b"


def test_nothing_is_saved_before_the_start():
    attempt = make_attempt(AttemptState.STARTED)
    item = attempt.items.select_related("attempt").first()
    Attempt.objects.update(state=AttemptState.INVITED)

    with pytest.raises(AttemptNotOpen):
        save(item, draft("early"))


def test_a_save_on_its_way_at_the_deadline_counts(item):
    base = Answer.objects.get(item=item).revision
    almost = item.attempt.deadline + GRACE - timedelta(seconds=1)
    save(item, draft("in time", base=base), now=almost)

    assert text_of(item) == "in time"


def test_a_late_text_is_kept_aside_and_does_not_count(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("in time", base=base))
    late = item.attempt.deadline + GRACE
    with pytest.raises(AttemptNotOpen) as refusal:
        save(item, draft("too late", base=base + 1, seq=2), now=late)
    late_text_keep(refusal.value, now=late)

    assert text_of(item) == "in time"
    assert [kept.text for kept in item.answer.saves.filter(late=True)] == ["too late"]


def test_the_deadline_hands_in_the_last_saved_state(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("last words", base=base))
    attempt = item.attempt

    assert not attempt_close_if_over(attempt=attempt, now=attempt.deadline)
    assert attempt_close_if_over(attempt=attempt, now=attempt.deadline + GRACE)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUBMITTED
    assert attempt.submitted_by_timeout
    assert text_of(item) == "last words"


def test_an_answer_of_a_megabyte_is_refused_and_the_old_one_stays(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("short", base=base))
    with pytest.raises(AnswerTooLong, match="50,000"):
        save(item, draft("x" * 1_000_000, base=base + 1, seq=2))

    assert text_of(item) == "short"
    assert len("x" * 1_000_000) > LONGEST_TEXT


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("right\u202eto left", "right\u202eto left"),
        (" \t\n", " \t\n"),
        ("zero\u200bwidth 中文 😀", "zero\u200bwidth 中文 😀"),
    ],
)
def test_only_what_no_database_can_keep_is_replaced(item, written, kept):
    base = Answer.objects.get(item=item).revision
    saved = save(item, draft(written, base=base))

    assert text_of(item) == kept == storable(written)
    assert saved.changed_characters is (written != kept)


def test_a_text_that_mostly_vanishes_is_kept(item):
    base = Answer.objects.get(item=item).revision
    save(item, draft("a long and careful answer", base=base))
    save(item, draft("", base=base + 1, seq=2))

    assert "a long and careful answer" in [
        kept.text for kept in item.answer.saves.all()
    ]


def test_old_texts_are_kept_every_half_minute(item):
    base = Answer.objects.get(item=item).revision
    now = timezone.now()
    for number in range(1, 5):
        save(
            item,
            draft("word " * number * 10, base=base + number - 1, seq=number),
            now=now + (number - 1) * KEEP_EVERY / 2,
        )

    assert 1 <= item.answer.saves.count() <= 3
