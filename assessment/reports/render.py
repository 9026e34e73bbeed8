"""From a scorecard to what a page shows: words, numbers, links and shapes.

Everything is made from the scorecard's JSON (`assessment.reports.build.as_json`),
so that the live page and the one that was frozen at release read the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessment.reports.build import with_later_fields
from assessment.states import JobState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from assessment.models import Report

PAGE_LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}
LINK_SALT: Final = "assessment.report"
LINK_SECONDS: Final = 7 * 24 * 3600
FOUND_FROM: Final = 50  # points of 100 from which a key point is called found


class LinkExpired(Exception):
    """The signed link was ours, but its time is over."""


class LinkForged(Exception):
    """The signed link is none of ours."""


def scorecard_link(report: Report) -> str:
    """Return an address that shows a released scorecard for seven days, to anybody."""
    signed = signing.dumps(str(report.uid), salt=LINK_SALT)
    return f"{settings.BASE_URL}/r/{signed}/"


def report_uid_of(signed: str) -> UUID:
    """Return the report that a signed link is about.

    Raises: `LinkExpired`, `LinkForged`.
    """
    try:
        return UUID(signing.loads(signed, salt=LINK_SALT, max_age=LINK_SECONDS))
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise LinkForged from error


# -- words ----------------------------------------------------------------------------

VERDICTS: Mapping[str, StrOrPromise] = {
    "faster": gettext_lazy("Correct and faster than the baseline"),
    "not_faster": gettext_lazy("Correct, but not faster than the baseline"),
    "inconclusive": gettext_lazy("Correct; whether it is faster could not be told"),
    "wrong_output": gettext_lazy("Gives wrong results"),
    "time_limit": gettext_lazy("Ran past the time limit"),
    "memory_limit": gettext_lazy("Used more memory than allowed"),
    "crashed": gettext_lazy("Crashed while it ran"),
    "load_failed": gettext_lazy("Could not be loaded"),
    "refused": gettext_lazy("Breaks the rules of the task"),
}

FAULTS: Mapping[str, StrOrPromise] = {
    "bank.no_reference": gettext_lazy("The question has no key point to mark against."),
    "bank.task_broken": gettext_lazy("The task’s own files cannot be used."),
    "bank.baseline_broken": gettext_lazy("The task’s own baseline does not work."),
    "service.encoder_unavailable": gettext_lazy(
        "The language model could not be loaded."
    ),
    "service.sandbox_unavailable": gettext_lazy("The sandbox could not be started."),
    "service.node_too_busy": gettext_lazy(
        "The machine was too busy to measure anything."
    ),
    "service.guest_protocol": gettext_lazy(
        "The sandbox answered in a way that we do not understand."
    ),
    "service.worker_lost": gettext_lazy("The worker stopped in the middle of it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """A state in one word, with the tone of its sign."""

    label: StrOrPromise
    tone: str = ""


STATES: Mapping[str, Pill] = {
    "invited": Pill(label=gettext_lazy("Invited")),
    "started": Pill(label=gettext_lazy("Under way"), tone="busy"),
    "submitted": Pill(label=gettext_lazy("Being graded"), tone="busy"),
    "graded": Pill(label=gettext_lazy("Graded"), tone="warn"),
    "reviewed": Pill(label=gettext_lazy("Reviewed"), tone="good"),
    "released": Pill(label=gettext_lazy("Released"), tone="good"),
    "expired": Pill(label=gettext_lazy("Expired")),
    "cancelled": Pill(label=gettext_lazy("Cancelled"), tone="bad"),
}
STOPPED: Final = Pill(label=gettext_lazy("Grading stopped"), tone="warn")

# Guards of the text grader, `grading.text.guards.Flag`.
FLAGS: Mapping[str, StrOrPromise] = {
    "empty": gettext_lazy("Nothing was written that could be marked."),
    "instruction": gettext_lazy(
        "Sentences that address the marking were taken out before it."
    ),
    "hidden_characters": gettext_lazy(
        "The answer holds characters that nobody can see; they were left out."
    ),
    "keyword_list": gettext_lazy(
        "A list of terms without statements keeps a tenth of its credit."
    ),
    "other_question": gettext_lazy(
        "Reads like an answer to another question; a fifth of the credit is kept."
    ),
    "prompt_repeated": gettext_lazy("Much of the answer repeats the question."),
    "repetition": gettext_lazy("Most sentences stand there more than once."),
    "copied_rubric": gettext_lazy(
        "A sentence is word for word one of the rubric’s own."
    ),
    "too_long": gettext_lazy("Only the beginning of this long answer was compared."),
    "other_language": gettext_lazy(
        "Written in another language than the candidate said."
    ),
    "uncovered_language": gettext_lazy(
        "Partly in a language that is not marked here: neither Chinese nor English."
    ),
    "misconception": gettext_lazy(
        "Says something that the rubric knows as a misconception; this costs marks."
    ),
    "incomplete_rubric": gettext_lazy(
        "No specialist has written down what would be wrong here. A fluent but wrong "
        "answer may get marks: read it yourself."
    ),
}

# Why the text grader wants a person: a flag, or its doubt.
REASONS: Mapping[str, StrOrPromise] = {
    **FLAGS,
    "doubt": gettext_lazy(
        "The mark is uncertain: a person may well see the answer differently."
    ),
}

NOTES: Mapping[str, StrOrPromise] = {
    "prompt": gettext_lazy("these words are the question’s own"),
    "keyword_list": gettext_lazy("a term in a list, without a statement"),
}

# What machines are asked about themselves, `grading.speed.machine`.
FACTS: Mapping[str, StrOrPromise] = {
    "device": gettext_lazy("measured on"),
    "processor": gettext_lazy("processor"),
    "cores": gettext_lazy("cores"),
    "usable_cores": gettext_lazy("cores that could be used"),
    "load": gettext_lazy("load over 1, 5 and 15 minutes"),
    "kernel": gettext_lazy("kernel"),
    "cpu_capability": gettext_lazy("vector instructions"),
    "wait_statistics": gettext_lazy("waiting time was known"),
    "share_waited": gettext_lazy("share of time spent waiting"),
    "gpu": gettext_lazy("GPU"),
    "gpu_memory_bytes": gettext_lazy("GPU memory in bytes"),
    "gpu_clock_mhz": gettext_lazy("GPU clock in MHz"),
    "gpu_temperature_c": gettext_lazy("GPU temperature in °C"),
    "gpu_power_mw": gettext_lazy("GPU power in mW"),
}

DEVICES: Mapping[str, StrOrPromise] = {
    "cpu": gettext_lazy("CPU"),
    "cuda": gettext_lazy("CUDA GPU"),
}


def note_words(note: str, misconceptions: Mapping[str, str]) -> str:
    """Return why a sentence near a point earned little or nothing.

    `misconceptions` has the rubric's own sentence for each id, where it is known.
    """
    kind, _colon, name = note.partition(":")
    if kind == "misconception":
        statement = misconceptions.get(name, "")
        if statement:
            return _("near a known misconception: “%(statement)s”") % {
                "statement": statement
            }
        return _("near a known misconception (%(name)s)") % {"name": name}
    return str(NOTES.get(note, note))


def flag_words(flag: str) -> str:
    """Return what a guard of the text grader says, in the page's language."""
    known = FLAGS.get(flag)
    return str(known) if known else flag.replace("_", " ")


def reason_words(reason: str, doubt: float | None) -> str:
    """Return why a person should read an answer, in the page's language."""
    if reason == "doubt" and doubt is not None:
        return doubt_words(doubt)
    known = REASONS.get(reason)
    return str(known) if known else reason.replace("_", " ")


def doubt_words(doubt: float) -> str:
    """Return how uncertain a mark is. `doubt`: the share of marks that are less so."""
    return _(
        "The mark is more uncertain than %(share)s %% of those that were held against "
        "people’s own."
    ) % {"share": round(100 * doubt)}


def in_own_words(texts: Mapping[str, str]) -> str:
    """Return the text in the page's language, else in any that it has."""
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text with the language that it is in, as a value for `lang`."""

    text: str
    lang: str


def words_of(texts: Mapping[str, str]) -> Words:
    """Return the text in the page's language, else in one that it has."""
    text = in_own_words(texts)
    language = next((key for key, value in texts.items() if value == text), "en")
    return Words(text=text, lang=PAGE_LANGUAGES.get(language, language))


def percent(score: float | None) -> int | None:
    """Return a mark of [0, 1] in points of 100, as whole as it is known."""
    return None if score is None else round(100 * score)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSpan:
    """A 90 % interval of a mark, in words and as places on its bar."""

    low: int  # points of 100
    high: int
    words: str
    start: str  # on a bar that runs from 2 to 102
    end: str


def mark_span(values: Mapping[str, Any]) -> MarkSpan | None:
    """Return the interval in a scorecard's JSON, or None where there is none."""
    low, high = percent(values["low"]), percent(values["high"])
    if low is None or high is None:
        return None
    return MarkSpan(
        low=low,
        high=high,
        words=_("between %(low)s and %(high)s with 90 %% confidence")
        % {"low": low, "high": high},
        start=f"{2 + low}",
        end=f"{2 + high}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no mark yet, and whose turn it is."""

    whose: str  # "author" or "service"
    sentence: str
    code: str


def fault_of(state: str, code: str) -> Fault | None:
    """Return what keeps a job from ending, or None when nothing does."""
    if state not in {JobState.HELD, JobState.FAILED}:
        return None
    known = FAULTS.get(code)
    return Fault(
        whose="author" if state == JobState.HELD else "service",
        sentence=str(known) if known else "",
        code=code,
    )


# -- the answer with its evidence -----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an answer in which the same key points found their words."""

    text: str
    earned: tuple[int, ...] = ()  # numbers of the points that it earned, from 1
    refused: tuple[int, ...] = ()  # numbers of points that it came near to, for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricWords:
    """What a rubric says, by id, where it is at hand."""

    misconceptions: Mapping[str, str]
    opposites: Mapping[str, str]  # of key points


NO_RUBRIC: Final = RubricWords(misconceptions={}, opposites={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What stood for and against the words nearest to a key point.

    Numbers are ready to be shown, in standard deviations but for the first; empty
    where they are not known.
    """

    background: str  # mean similarity with sentences about other things
    standing: str
    net: str  # after what speaks against it
    misconception: str  # the nearest one's sentence, else its id
    misconception_standing: str
    opposite: str  # its sentence
    lean: str  # towards the point or its opposite, as a size
    leans_to_point: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One key point with what was found for it."""

    number: int  # from 1, as in the passages
    statement: str
    quote: str
    credit: int  # points of 100
    weight: str
    similarity: str  # with two decimals; empty when nothing was found
    note: str
    missing: bool  # nothing was found
    comparison: Comparison | None  # None: graded before this was kept


def evidence_of(
    points: Iterable[Mapping[str, Any]],
    rubric: RubricWords = NO_RUBRIC,
    details: Mapping[str, Any] | None = None,
) -> tuple[Evidence, ...]:
    """Return one line for each key point of a text grade, in the rubric's order.

    `details`: what the grade keeps to be computed again.
    """
    compared = {entry["point"]: entry for entry in (details or {}).get("points", ())}
    return tuple(
        Evidence(
            number=number,
            statement=str(point["statement"]),
            quote=str(point["sentence"]),
            credit=round(100 * point["credit"]),
            weight=_number(point["weight"]),
            similarity=f"{point['similarity']:.2f}" if point["sentence"] else "",
            note=note_words(str(point.get("note", "")), rubric.misconceptions),
            missing=not point["sentence"],
            comparison=_comparison(compared.get(point["point"], {}), rubric),
        )
        for number, point in enumerate(points, start=1)
    )


def _comparison(entry: Mapping[str, Any], rubric: RubricWords) -> Comparison | None:
    if entry.get("standing") is None:
        return None
    wrong = str(entry.get("misconception") or "")
    lean = entry.get("opposite")
    return Comparison(
        background=_decimals(entry.get("background_mean"), 2),
        standing=_decimals(entry["standing"], 1),
        net=_decimals(entry.get("net"), 1),
        misconception=rubric.misconceptions.get(wrong, wrong),
        misconception_standing=(
            _decimals(entry.get("misconception_standing"), 1) if wrong else ""
        ),
        opposite=rubric.opposites.get(str(entry["point"]), ""),
        lean="" if lean is None else _decimals(abs(lean), 1),
        leans_to_point=lean is not None and lean >= 0,
    )


def _decimals(value: float | None, places: int) -> str:
    """Return a number with a true minus sign; empty for none."""
    return "" if value is None else f"{value:.{places}f}".replace("-", "−")


def passages_of(
    answer: str, points: Sequence[Mapping[str, Any]]
) -> tuple[Passage, ...]:
    """Return the answer cut at every span of a key point; joined, it is the answer.

    Spans are character positions in the answer as stored. One that does not lie in
    the answer is left out: it belongs to another revision.
    """
    spans = [
        (number, int(point["start"]), int(point["end"]), point["credit"] > 0)
        for number, point in enumerate(points, start=1)
        if 0 <= point["start"] < point["end"] <= len(answer)
        and (point["credit"] > 0 or point.get("note"))
    ]
    cuts = sorted(
        {0, len(answer)}
        | {start for _number, start, _end, _good in spans}
        | {end for _number, _start, end, _good in spans}
    )
    return tuple(
        Passage(
            text=answer[left:right],
            earned=tuple(n for n, s, e, good in spans if good and s <= left < e),
            refused=tuple(n for n, s, e, good in spans if not good and s <= left < e),
        )
        for left, right in pairwise(cuts)
    )


# -- the measured speed-up ------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A speed-up with its 99 % interval, in words and as places on a line.

    Places run from 0 to 100; the line is logarithmic, so that twice as fast and
    half as fast lie equally far from one.
    """

    words: str
    one: str
    low: str
    middle: str
    width: str  # from low to high, never too thin to see


def interval_of(grade: Mapping[str, Any]) -> Interval | None:
    """Return a speed grade's interval, or None when nothing was measured."""
    low, middle, high = grade["low"], grade["speedup"], grade["high"]
    if low is None or middle is None or high is None or not low > 0:
        return None
    left = math.log(min(0.8, low * 0.9))
    right = math.log(max(1.5, high * 1.1))

    def place(ratio: float) -> float:
        return 100 * (math.log(ratio) - left) / (right - left)

    return Interval(
        words=_("%(value)s (%(low)s to %(high)s)")
        % {"value": f"{middle:.2f}x", "low": f"{low:.2f}", "high": f"{high:.2f}"},
        one=f"{place(1.0):.2f}",
        low=f"{place(low):.2f}",
        middle=f"{place(middle):.2f}",
        width=f"{max(place(high) - place(low), 0.6):.2f}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known of the machine."""

    name: str
    value: str


def facts_of(machine: Mapping[str, Any], *, under: str = "") -> tuple[Fact, ...]:
    """Return a machine's facts as flat lines, in the order in which they came."""
    lines: list[Fact] = []
    for key, value in machine.items():
        name = under + str(FACTS.get(key, key.replace("_", " ")))
        if isinstance(value, dict):
            lines.extend(facts_of(value, under=f"{name}: "))
        elif isinstance(value, list | tuple):
            lines.append(Fact(name=name, value=", ".join(map(_plain, value)) or "–"))
        elif value not in (None, ""):
            lines.append(Fact(name=name, value=_plain(value)))
    return tuple(lines)


def _number(value: float) -> str:
    """Return a number as short as it can be written, the same in every locale."""
    return f"{value:g}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How one input case's outputs compared with the reference."""

    name: str
    calls: int
    correct: bool
    worst_error: str  # in units of the tolerance; empty when not measurable
    detail: str


def _case(case: Mapping[str, Any]) -> Case:
    worst = case["worst_error"]
    return Case(
        name=str(case["case"]),
        calls=case["calls"],
        correct=case["correct"],
        worst_error="" if worst is None else f"{worst:.3g}",
        detail=str(case.get("detail", "")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedView:
    """What one measured submission shows."""

    verdict: str  # its name, for a class
    headline: str
    reason: str  # the judge's own sentence, in English
    interval: Interval | None
    credited: str
    above_reference: bool  # better than the task's own solution
    pairs: int
    compared: str  # what of the two programs, in words
    device: str
    device_words: str
    cases: tuple[Case, ...]
    facts: tuple[Fact, ...]
    output: str
    seconds: int


# By the task's metric and the clock of the judgement.
COMPARED: Final = {
    ("time", "cpu"): gettext_lazy("processor time"),
    ("time", "wall"): gettext_lazy("wall time"),
    ("memory", "cpu"): gettext_lazy("most memory held"),
    ("memory", "wall"): gettext_lazy("most memory held"),
    ("bytes", "cpu"): gettext_lazy("processor time and the time to send what it made"),
    ("bytes", "wall"): gettext_lazy("wall time and the time to send what it made"),
}


def speed_of(grade: Mapping[str, Any]) -> SpeedView:
    """Return what a page shows of a speed grade."""
    verdict = str(grade["verdict"])
    device = str(grade["device"])
    credited = grade["credited"]
    details = grade.get("details", {})
    return SpeedView(
        verdict=verdict,
        headline=str(VERDICTS.get(verdict, verdict)),
        reason=str(grade["reason"]),
        interval=interval_of(grade),
        credited="" if credited is None else f"{credited:.2f}x",
        above_reference=bool(details.get("above_reference")),
        pairs=int(grade["pairs"]),
        compared=str(COMPARED[str(details.get("metric", "time")), str(grade["clock"])]),
        device=device,
        device_words=str(DEVICES.get(device, device)),
        cases=tuple(_case(case) for case in grade["cases"]),
        facts=facts_of(grade["machine"]),
        output=str(grade.get("output", "")),
        seconds=round(grade["seconds"]),
    )


def series_of(grade: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw series of a measurement, with what reproduces it."""
    kept = (
        "schema",
        "engine",
        "task_digest",
        "verdict",
        "speedup",
        "low",
        "high",
        "credited",
        "pairs",
        "baseline_seconds",
        "candidate_seconds",
        "clock",
        "device",
        "machine",
        "details",
    )
    return {key: grade[key] for key in kept if key in grade}


# -- the whole card -------------------------------------------------------------------


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
        weight=_number(item["weight"]),
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
        coverage="" if coverage is None else _decimals(coverage, 2),
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
