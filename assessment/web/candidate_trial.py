"""A candidate's own run as scripts and pages read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from assessment.reports.judge_words import judge_words
from assessment.selectors.trials import (
    LONGEST_OUTPUT,
    latest_trial,
    trial_progress,
    trials_ahead,
    trials_used,
)
from assessment.states import JobState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assessment.models import AttemptItem, Trial

COUNTS: Final = ("cases_checked", "cases", "pairs", "pairs_wanted")


def trial_facts(item: AttemptItem) -> dict[str, Any]:
    """Return the newest run of a question's code, and the allowance of runs.

    `state` is "none", "queued", "running", "finished" or "failed"; a failed run was
    our fault and is not counted. A running one says how far it is once its worker
    has: `stage`, counts, and what the program printed so far.
    """
    trial = latest_trial(item)
    facts: dict[str, Any] = {
        "state": "none",
        "runs_used": trials_used(item),
        "runs_allowed": settings.TRIALS_PER_QUESTION,
    }
    if trial is None:
        return facts
    facts["at"] = trial.created_at.isoformat()
    state = trial.job.state
    if state == JobState.QUEUED:
        return {**facts, "state": "queued", "ahead": trials_ahead(trial)}
    if state == JobState.RUNNING:
        return {**facts, "state": "running", **_progress_facts(trial)}
    if state != JobState.GRADED or trial.result is None:
        return {**facts, "state": "failed"}
    result = trial.result
    reason = judge_words(str(result["reason"]))
    return {
        **facts,
        "state": "finished",
        "verdict": result["verdict"],
        "reason": reason.text,
        "reason_language": reason.lang,
        "speedup": result["speedup"],
        "low": result["low"],
        "high": result["high"],
        "device": result["device"],
        **_output_facts(result),
    }


def _progress_facts(trial: Trial) -> dict[str, Any]:
    progress = trial_progress(trial)
    if progress is None:
        return {}
    counts = {name: progress[name] for name in COUNTS}
    return {"stage": progress["stage"], **counts, **_output_facts(progress)}


def _output_facts(said: Mapping[str, Any]) -> dict[str, Any]:
    output = str(said.get("output") or "")
    return {
        "output": output[:LONGEST_OUTPUT],
        "output_cut": len(output) > LONGEST_OUTPUT,
    }
