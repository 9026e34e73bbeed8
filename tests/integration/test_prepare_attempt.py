"""An attempt that begins has its rubrics encoded before anybody hands in."""

from __future__ import annotations

import logging

import pytest

from assessment import dispatch
from assessment.states import AttemptState
from grading.errors import EncoderUnavailable
from grading.text.background import BUILT_IN
from grading.text.encoder import HashEncoder
from grading.text.grade import grade_many
from grading.text.vectors import Remembering
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_speed_question,
)
from workers import encoder as held
from workers.tasks.text import prepare_attempt
from workers.translate import text_answer_from

pytestmark = pytest.mark.django_db


class _Counting:
    """Letters for an encoder, which notes what it was asked to encode."""

    name = "hash@1"
    device = "cpu"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.append(list(texts))
        return HashEncoder().encode(texts)


@pytest.fixture
def counting(monkeypatch):
    inner = _Counting()
    remembering = Remembering(inner)
    monkeypatch.setattr(held, "encoder", lambda: remembering)
    monkeypatch.setattr(held, "background", lambda: BUILT_IN)
    monkeypatch.setattr(held, "_prepared", set())
    inner.remembering = remembering
    return inner


@pytest.fixture
def attempt():
    questions = [make_question(), make_speed_question()]
    return make_attempt(
        AttemptState.STARTED, assessment=make_assessment(questions=questions)
    )


def test_a_start_asks_for_it_behind_everything_that_waits(
    sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        attempt = make_attempt(AttemptState.STARTED)

    assert (dispatch.PREPARE_TASK, attempt.pk) in sent
    assert dispatch.QUEUES[dispatch.PREPARE_TASK] == "text"
    assert dispatch.PRIORITIES[dispatch.PREPARE_TASK] > dispatch.DEFAULT_PRIORITY


def test_what_is_marked_afterwards_needs_no_more_than_its_own_sentences(
    counting, attempt
):
    prepare_attempt(attempt.pk)
    counting.asked.clear()
    item = attempt.items.get(version__question__kind="text")
    item.answer.text = "Soft targets tell which wrong classes are near. 软目标有信息。"
    for language in ("en", "zh"):
        item.answer.language = language
        grade_many([text_answer_from(item.answer)], counting.remembering, BUILT_IN)

    encoded = {text for texts in counting.asked for text in texts}
    assert encoded
    assert all(text in item.answer.text for text in encoded)


def test_a_process_does_it_once(counting, attempt):
    prepare_attempt(attempt.pk)
    counting.asked.clear()

    prepare_attempt(attempt.pk)

    assert counting.asked == []


def test_a_model_that_is_gone_is_logged_and_harms_nobody(monkeypatch, attempt, caplog):
    def gone():
        raise EncoderUnavailable

    monkeypatch.setattr(held, "encoder", gone)
    monkeypatch.setattr(held, "background", lambda: BUILT_IN)
    monkeypatch.setattr(held, "_prepared", set())

    with caplog.at_level(logging.WARNING):
        prepare_attempt(attempt.pk)

    assert f"attempt {attempt.pk} is not prepared" in caplog.text
