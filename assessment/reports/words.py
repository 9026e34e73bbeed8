"""What a scorecard's codes and numbers are called, in its reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessment.states import JobState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

PAGE_LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}

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


def plain_number(value: float) -> str:
    """Return a number as short as it can be written, the same in every locale."""
    return f"{value:g}"


def decimals(value: float | None, places: int) -> str:
    """Return a number with a true minus sign; empty for none."""
    return "" if value is None else f"{value:.{places}f}".replace("-", "−")
