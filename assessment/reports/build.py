"""From values to one scorecard: arithmetic and wording, no database.

A total is the mean of the marks that count, weighted by the items' weights. The
mark that counts is the person's where there is one, else the worker's. While one
item has no mark there is no total: a fault of ours never lowers a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

SCHEMA = 1  # of the JSON below; goes up when a field changes meaning


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicLine:
    """What came out in one topic."""

    topic: str
    name: Mapping[str, str]
    score: float | None
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
        "topics": [
            {
                "topic": line.topic,
                "name": dict(line.name),
                "score": line.score,
                "items": line.items,
            }
            for line in card.topics
        ],
        "items": [_item_json(item) for item in card.items],
    }


def _item_json(item: ItemLine) -> dict[str, Any]:
    latest = item.overrides[-1] if item.overrides else None
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
