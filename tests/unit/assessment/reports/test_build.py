from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from assessment.reports.build import (
    ItemLine,
    Mark,
    Scorecard,
    as_json,
    devices_of,
    mean_span,
    topics_of,
    weighted_mean,
    with_later_fields,
)
from tests.make.assessment import speed_body

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def line(score: float | None, **changes: Any) -> ItemLine:
    values: dict[str, Any] = {
        "item_id": 1,
        "position": 1,
        "slug": "q",
        "version": 1,
        "kind": "text",
        "topic": "kernels",
        "title": {"zh": "题", "en": "Title"},
        "prompt": {"en": "Prompt"},
        "weight": 1.0,
        "answer": "words",
        "answer_language": "en",
        "answer_revision": 1,
        "saved_at": NOON,
        "job_state": "graded",
        "job_code": "",
        "auto_score": score,
        "grade": None,
        "overrides": (),
        "late_text": "",
        "rubric_complete": True,
    }
    return ItemLine(**(values | changes))


def mark(score: float) -> Mark:
    return Mark(score=score, reason="why", by="ruth@acme.example", at=NOON)


def test_a_total_is_the_weighted_mean_of_the_marks_that_count():
    lines = [line(1.0, weight=3.0), line(0.0, weight=1.0)]

    assert weighted_mean(lines) == pytest.approx(0.75)


def test_the_latest_mark_of_a_person_counts():
    marked = line(0.2, overrides=(mark(0.9), mark(0.4)))

    assert marked.score == pytest.approx(0.4)
    assert weighted_mean([marked]) == pytest.approx(0.4)


def test_one_missing_mark_leaves_no_total():
    assert weighted_mean([line(1.0), line(None)]) is None
    assert weighted_mean([]) is None


def test_a_person_can_mark_what_has_no_grade():
    assert weighted_mean([line(None, overrides=(mark(0.5),))]) == pytest.approx(0.5)


def judged(score: float, low: float | None, high: float | None, **changes: Any):
    grade = {"low": low, "high": high, "review": False}
    return line(score, grade=grade, **changes)


def test_a_total_of_one_has_the_interval_of_its_mark():
    span = mean_span([judged(0.5, 0.4, 0.7)])

    assert (span.low, span.high) == pytest.approx((0.4, 0.7))


def test_errors_of_different_answers_partly_cancel():
    lines = [judged(0.5, 0.2, 0.9), judged(0.7, 0.3, 0.9, weight=2.0)]

    span = mean_span(lines)

    mean = weighted_mean(lines)
    assert span.low == pytest.approx(mean - (0.3**2 + 0.8**2) ** 0.5 / 3)
    assert span.high == pytest.approx(mean + (0.4**2 + 0.4**2) ** 0.5 / 3)
    assert span.low > (0.2 + 2 * 0.3) / 3


def test_an_interval_stays_inside_the_scale():
    # A mark may lie outside its own interval: what is faint counts as nothing.
    span = mean_span([judged(0.0, 0.1, 0.3), judged(1.0, 0.2, 0.9)])

    assert span.low >= 0.0
    assert span.high <= 1.0
    assert span.low <= 0.5 <= span.high


def test_a_persons_mark_and_measured_code_count_as_known():
    lines = [
        judged(0.5, 0.3, 0.7),
        judged(0.1, 0.0, 0.9, overrides=(mark(0.5),)),
        line(0.5, kind="speed", grade=speed_body()),
    ]

    span = mean_span(lines)

    assert (span.low, span.high) == pytest.approx((0.5 - 0.2 / 3, 0.5 + 0.2 / 3))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [line(None)],
        [judged(0.5, None, None)],
        [judged(0.5, 0.4, 0.6), line(0.5, grade={"score": 0.5})],
        [judged(0.5, 0.4, 0.6), line(None)],
        [line(0.5, kind="speed", grade=speed_body())],
        [judged(0.5, 0.4, 0.6, overrides=(mark(0.5),))],
    ],
    ids=["none", "no mark", "uncalibrated", "older", "one open", "code", "person"],
)
def test_where_no_interval_is_known_none_is_shown(lines):
    assert mean_span(lines) is None


def test_the_speed_ups_of_code_are_not_taken_for_its_mark():
    assert line(0.5, kind="speed", grade=speed_body()).span is None


def test_an_answer_waits_until_a_person_has_marked_it():
    wanted = line(0.5, grade={"review": True})

    assert wanted.awaits_reader
    assert not dataclasses.replace(wanted, overrides=(mark(0.4),)).awaits_reader
    assert not line(0.5, grade={"score": 0.5}).awaits_reader
    assert not line(None).awaits_reader


def test_what_was_frozen_earlier_gets_the_later_fields_without_values():
    older = {
        "score": 0.5,
        "topics": [{"topic": "kernels", "score": 0.5}],
        "items": [{"position": 1, "score": 0.5}],
    }

    body = with_later_fields(older)

    assert (body["low"], body["topics"][0]["high"]) == (None, None)
    assert body["items"][0] == {
        "position": 1,
        "score": 0.5,
        "low": None,
        "high": None,
        "doubt": None,
        "review": False,
        "reasons": (),
    }
    assert "low" not in older
    now = body | {"low": 0.1}
    assert with_later_fields(now) == now


def test_topics_stand_in_the_order_in_which_they_were_asked():
    lines = [
        line(1.0, topic="memory"),
        line(0.5, topic="kernels"),
        line(None, topic="memory"),
    ]

    topics = topics_of(lines, {"memory": {"en": "Memory", "zh": "内存"}})

    assert [(t.topic, t.score, t.marked, t.items) for t in topics] == [
        ("memory", None, 1, 2),
        ("kernels", 0.5, 1, 1),
    ]
    assert topics[1].name == {"zh": "kernels", "en": "kernels"}


def test_each_kind_of_machine_is_named_once():
    lines = [
        line(0.5, kind="speed", grade=speed_body(device="cuda")),
        line(0.5, kind="speed", grade=speed_body(device="cpu")),
        line(0.5, kind="speed", grade=speed_body(device="cuda")),
        line(None, kind="speed"),
    ]

    assert devices_of(lines) == ("cuda", "cpu")


def test_a_scorecard_becomes_json_with_both_marks():
    lines = (line(0.2, overrides=(mark(0.9),)),)
    card = Scorecard(
        order_id="o",
        external_id="",
        candidate_name="Li Wei",
        candidate_email="li@example.org",
        organisation="Acme",
        assessment_id="a",
        assessment="Kernels",
        state="reviewed",
        duration_minutes=60,
        started_at=NOON,
        submitted_at=None,
        submitted_by_timeout=False,
        total=weighted_mean(lines),
        span=mean_span(lines),
        marked=1,
        topics=topics_of(lines, {}),
        items=lines,
        devices=(),
    )

    body = json.loads(json.dumps(as_json(card)))

    (item,) = body["items"]
    assert body["score"] == pytest.approx(0.9)
    assert item["automatic_score"] == pytest.approx(0.2)
    assert (item["low"], item["review"], item["reasons"]) == (None, False, [])
    assert item["override"] == {
        "score": 0.9,
        "reason": "why",
        "by": "ruth@acme.example",
        "at": NOON.isoformat(),
    }
    assert (body["started_at"], body["submitted_at"]) == (NOON.isoformat(), None)
