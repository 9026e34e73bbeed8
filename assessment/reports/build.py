"""From values to one scorecard: arithmetic and wording, no database.

A total is the mean of the marks that count, weighted by the items' weights. The
mark that counts is the person's where there is one, else the worker's. While one
item has no mark there is no total: a fault of ours never lowers a score.

A worker's mark of a text has a 90 % interval, and so has a mean of such marks:

    low  = mean - sqrt(sum((weight x (score - low))^2)) / sum(weight)
    high = mean + sqrt(sum((weight x (high - score))^2)) / sum(weight)

kept inside [0, 1]. A person's mark and that of measured code count as known. This
assumes that the errors of different answers are independent; where one candidate's
way of writing misleads the grader in every answer, the true interval is wider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

SCHEMA = 1  # of the JSON below; goes up when a field changes meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A 90 % interval of a mark."""

    low: float  # in [0, 1]
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A person's own mark."""

    score: float  # in [0, 1]
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One question of the sitting, with what was answered and found."""

    item_id: int
    position: int
    slug: str
    version: int
    kind: str  # "text" or "speed"
    topic: str
    title: Mapping[str, str]
    prompt: Mapping[str, str]
    weight: float
    answer: str
    answer_language: str
    answer_revision: int
    saved_at: datetime | None
    job_state: str  # of the latest job; empty: none yet
    job_code: str  # why it is held or failed
    auto_score: float | None  # the worker's mark
    grade: Mapping[str, Any] | None  # `grading.results` as JSON, with the evidence
    overrides: tuple[Mark, ...]  # oldest first; the last one counts
    late_text: str  # written after the end; evidence, not part of the answer
    rubric_complete: bool

    @property
    def score(self) -> float | None:
        """Return the mark that counts, or None while there is none."""
        if self.overrides:
            return self.overrides[-1].score
        return self.auto_score

    @property
    def span(self) -> Span | None:
        """Return the interval of the worker's mark, or None where none is known.

        The `low` and `high` of measured code are speed-ups, not marks.
        """
        if self.kind != "text" or self.grade is None:
            return None
        low, high = self.grade.get("low"), self.grade.get("high")
        if low is None or high is None:
            return None
        return Span(low=low, high=high)

    @property
    def awaits_reader(self) -> bool:
        """Say whether the worker wants a person to read it and nobody has marked it."""
        return not self.overrides and bool((self.grade or {}).get("review"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """What came out in one topic."""

    topic: str
    name: Mapping[str, str]
    score: float | None
    span: Span | None
    marked: int
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Everything a recruiter reads about one sitting."""

    order_id: str
    external_id: str
    candidate_name: str
    candidate_email: str
    organisation: str
    assessment_id: str
    assessment: str
    state: str
    duration_minutes: int
    started_at: datetime | None
    submitted_at: datetime | None
    submitted_by_timeout: bool
    total: float | None
    span: Span | None  # of the total
    marked: int
    topics: tuple[TopicLine, ...]
    items: tuple[ItemLine, ...]
    devices: tuple[str, ...]  # where code was measured; more than one is never mixed


class Weighed(Protocol):
    """Anything that has a mark, perhaps, and a weight."""

    @property
    def weight(self) -> float:
        """Return how much it counts beside the others."""

    @property
    def score(self) -> float | None:
        """Return the mark that counts, or None while there is none."""


def weighted_mean(lines: Sequence[Weighed]) -> float | None:
    """Return the mean of the marks that count, or None while one is missing."""
    if not lines or any(line.score is None for line in lines):
        return None
    weights = sum(line.weight for line in lines)
    return sum(line.weight * (line.score or 0.0) for line in lines) / weights


def mean_span(items: Sequence[ItemLine]) -> Span | None:
    """Return the interval of the items' mean mark; the module says how and when.

    None where there is no mean, where nothing in it is an estimate, and where an
    estimate has no interval of its own.
    """
    mean = weighted_mean(items)
    if mean is None:
        return None
    below, above = [], []
    for item in items:
        if item.overrides or item.kind != "text":
            continue
        if item.span is None or item.auto_score is None:
            return None
        below.append(item.weight * max(0.0, item.auto_score - item.span.low))
        above.append(item.weight * max(0.0, item.span.high - item.auto_score))
    if not below:
        return None
    weights = sum(item.weight for item in items)
    return Span(
        low=max(0.0, mean - math.hypot(*below) / weights),
        high=min(1.0, mean + math.hypot(*above) / weights),
    )


def topics_of(
    items: Sequence[ItemLine], names: Mapping[str, Mapping[str, str]]
) -> tuple[TopicLine, ...]:
    """Return one line for each topic, in the order in which they were asked."""
    order = dict.fromkeys(item.topic for item in items)
    lines = []
    for topic in order:
        own = [item for item in items if item.topic == topic]
        lines.append(
            TopicLine(
                topic=topic,
                name=names.get(topic, {"zh": topic, "en": topic}),
                score=weighted_mean(own),
                span=mean_span(own),
                marked=sum(item.score is not None for item in own),
                items=len(own),
            )
        )
    return tuple(lines)


def devices_of(items: Sequence[ItemLine]) -> tuple[str, ...]:
    """Return the kinds of machine on which code was measured."""
    return tuple(
        dict.fromkeys(
            str(item.grade["device"])
            for item in items
            if item.kind == "speed" and item.grade is not None
        )
    )


def as_json(card: Scorecard) -> dict[str, Any]:
    """Return a scorecard as JSON values, as hiring systems get it.

    Scores are in [0, 1]; times are ISO 8601 in UTC.
    """
    return {
        "schema": SCHEMA,
        "order_id": card.order_id,
        "external_id": card.external_id,
        "candidate": {"name": card.candidate_name, "email": card.candidate_email},
        "assessment": {"id": card.assessment_id, "title": card.assessment},
        "started_at": _time(card.started_at),
        "submitted_at": _time(card.submitted_at),
        "submitted_by_timeout": card.submitted_by_timeout,
        "score": card.total,
        **_span_json(card.span),
        "topics": [
            {
                "topic": line.topic,
                "name": dict(line.name),
                "score": line.score,
                **_span_json(line.span),
                "items": line.items,
            }
            for line in card.topics
        ],
        "items": [_item_json(item) for item in card.items],
    }


def with_later_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scorecard's JSON with the fields that it was frozen too early for."""
    span = {"low": None, "high": None}
    return {
        **span,
        **body,
        "topics": [{**span, **topic} for topic in body["topics"]],
        "items": [{**span, **_NOT_JUDGED, **item} for item in body["items"]],
    }


_NOT_JUDGED: Final = {"doubt": None, "review": False, "reasons": ()}


def _span_json(span: Span | None) -> dict[str, float | None]:
    return {"low": span.low if span else None, "high": span.high if span else None}


def _item_json(item: ItemLine) -> dict[str, Any]:
    latest = item.overrides[-1] if item.overrides else None
    text = item.grade if item.kind == "text" and item.grade is not None else {}
    return {
        "position": item.position,
        "question": {
            "slug": item.slug,
            "version": item.version,
            "kind": item.kind,
            "topic": item.topic,
            "title": dict(item.title),
        },
        "weight": item.weight,
        "score": item.score,
        "automatic_score": item.auto_score,
        **_span_json(item.span),
        "doubt": text.get("doubt"),
        "review": bool(text.get("review")),
        "reasons": list(text.get("reasons", ())),
        "override": (
            {
                "score": latest.score,
                "reason": latest.reason,
                "by": latest.by,
                "at": _time(latest.at),
            }
            if latest
            else None
        ),
        "answer": item.answer,
        "answer_language": item.answer_language,
        "grade": dict(item.grade) if item.grade is not None else None,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
