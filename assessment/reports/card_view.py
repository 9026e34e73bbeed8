"""From a scorecard to what a page shows.

Everything is made from the scorecard's JSON (`assessment.reports.build.as_json`),
so that the live page and the one that was frozen at release read the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from assessment.reports.answer_view import (
    NO_RUBRIC,
    Evidence,
    Passage,
    RubricWords,
    evidence_of,
    passages_of,
)
from assessment.reports.build import with_later_fields
from assessment.reports.speed_view import SpeedView, speed_of
from assessment.reports.words import (
    DEVICES,
    PAGE_LANGUAGES,
    MarkSpan,
    Words,
    decimals,
    doubt_words,
    flag_words,
    in_own_words,
    mark_span,
    percent,
    plain_number,
    reason_words,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


FOUND_FROM: Final = 50  # points of 100 from which a key point is called found


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    """A person's own mark, ready to be shown."""

    score: int  # points of 100
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One question of a scorecard, ready to be shown."""

    position: int
    slug: str
    version: int
    kind: str
    title: Words
    topic: str
    weight: str
    score: int | None  # points of 100
    automatic: int | None
    override: OverrideView | None  # the one that counts
    answer: str
    answer_language: str  # a value for `lang`
    passages: tuple[Passage, ...]
    evidence: tuple[Evidence, ...]
    raw_flags: tuple[str, ...]
    found: int  # key points that earned at least half of their credit
    flags: tuple[str, ...]
    measured_span: MarkSpan | None  # of the computed mark
    review: bool  # the grader wants a person to read it
    reasons: tuple[str, ...]  # why, in sentences
    other_flags: tuple[str, ...]  # those of `flags` that are no reason for it
    doubt: str  # how uncertain the computed mark is; empty: not known
    coverage: str  # share of the rubric's weight, less errors; empty: not kept
    calibration: str
    trained: bool  # a head made the mark, not a formula
    encoder: str
    engine: str
    device_words: str
    speed: SpeedView | None

    @property
    def overridden(self) -> int | None:
        """Return the person's mark in points of 100, or None."""
        return None if self.override is None else self.override.score

    @property
    def span(self) -> MarkSpan | None:
        """Return the interval of the mark that counts; a person's has none."""
        return None if self.override else self.measured_span


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What came out in one topic, ready to be shown."""

    name: str
    score: int | None
    span: MarkSpan | None
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """One scorecard, ready to be shown."""

    total: int | None
    span: MarkSpan | None
    marked: int
    topics: tuple[TopicView, ...]
    items: tuple[ItemView, ...]


def card_view(
    body: Mapping[str, Any],
    rubrics: Mapping[int, RubricWords] | None = None,
) -> CardView:
    """Return what a page shows of a scorecard's JSON.

    `rubrics`: what the rubrics say, by the questions' positions, where it is at hand.
    """
    known = rubrics or {}
    body = with_later_fields(body)
    names = {
        line["topic"]: in_own_words(line["name"]) for line in body.get("topics", ())
    }
    items = tuple(
        _item_view(item, names, known.get(item["position"], NO_RUBRIC))
        for item in body["items"]
    )
    return CardView(
        total=percent(body["score"]),
        span=mark_span(body),
        marked=sum(item.score is not None for item in items),
        topics=tuple(
            TopicView(
                name=in_own_words(line["name"]),
                score=percent(line["score"]),
                span=mark_span(line),
                items=line["items"],
            )
            for line in body["topics"]
        ),
        items=items,
    )


def _override_view(mark: Mapping[str, Any] | None) -> OverrideView | None:
    if mark is None:
        return None
    return OverrideView(
        score=round(100 * mark["score"]),
        reason=mark["reason"],
        by=mark["by"],
        at=datetime.fromisoformat(mark["at"]),
    )


def _item_view(
    item: Mapping[str, Any],
    names: Mapping[str, str],
    rubric: RubricWords,
) -> ItemView:
    question = item["question"]
    grade = item["grade"]
    speed = speed_of(grade) if grade and question["kind"] == "speed" else None
    points = grade["points"] if grade and speed is None else ()
    flags = tuple(grade["flags"]) if grade and speed is None else ()
    details = grade.get("details", {}) if grade and speed is None else {}
    evidence = evidence_of(points, rubric, details)
    doubt, coverage = item["doubt"], details.get("coverage")
    return ItemView(
        position=item["position"],
        slug=question["slug"],
        version=question["version"],
        kind=question["kind"],
        title=words_of(question["title"]),
        topic=names.get(question["topic"], question["topic"]),
        weight=plain_number(item["weight"]),
        score=percent(item["score"]),
        automatic=percent(item["automatic_score"]),
        override=_override_view(item["override"]),
        answer=item["answer"],
        answer_language=PAGE_LANGUAGES.get(item["answer_language"], "en"),
        passages=passages_of(item["answer"], points),
        evidence=evidence,
        found=sum(line.credit >= FOUND_FROM for line in evidence),
        flags=tuple(flag_words(flag) for flag in flags),
        raw_flags=flags,
        measured_span=mark_span(item),
        review=item["review"],
        reasons=tuple(reason_words(reason, doubt) for reason in item["reasons"]),
        other_flags=tuple(
            flag_words(flag) for flag in flags if flag not in item["reasons"]
        ),
        doubt="" if doubt is None else doubt_words(doubt),
        coverage="" if coverage is None else decimals(coverage, 2),
        calibration=str(details.get("calibration", "")),
        trained=bool(details.get("head")),
        encoder=grade["encoder"] if grade and speed is None else "",
        engine=grade["engine"] if grade else "",
        device_words=str(DEVICES.get(grade["device"], grade["device"]))
        if grade
        else "",
        speed=speed,
    )


def moment_of(text: str | None) -> datetime | None:
    """Return a time of a scorecard's JSON."""
    return datetime.fromisoformat(text) if text else None
