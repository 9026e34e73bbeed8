from __future__ import annotations

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
    topics_of,
    weighted_mean,
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
        marked=1,
        topics=topics_of(lines, {}),
        items=lines,
        devices=(),
    )

    body = json.loads(json.dumps(as_json(card)))

    (item,) = body["items"]
    assert body["score"] == pytest.approx(0.9)
    assert item["automatic_score"] == pytest.approx(0.2)
    assert item["override"] == {
        "score": 0.9,
        "reason": "why",
        "by": "ruth@acme.example",
        "at": NOON.isoformat(),
    }
    assert (body["started_at"], body["submitted_at"]) == (NOON.isoformat(), None)
