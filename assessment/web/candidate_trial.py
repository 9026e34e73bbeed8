"""A candidate's own run as scripts and pages read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from assessment.selectors.sittings import latest_trial, trials_ahead
from assessment.services.trials import trials_left
from assessment.states import JobState

if TYPE_CHECKING:
    from assessment.models import AttemptItem

LONGEST_OUTPUT: Final = 8_000  # characters of what a program printed


def trial_facts(item: AttemptItem) -> dict[str, Any]:
    """Return the newest run of a question's code and how many runs are left.

    `state` is "none", "queued", "running", "finished" or "failed"; a failed run was
    our fault and is not counted.
    """
    trial = latest_trial(item)
    facts: dict[str, Any] = {"state": "none", "runs_left": trials_left(item)}
    if trial is None:
        return facts
    facts["at"] = trial.created_at.isoformat()
    state = trial.job.state
    if state == JobState.QUEUED:
        return {**facts, "state": "queued", "ahead": trials_ahead(trial)}
    if state == JobState.RUNNING:
        return {**facts, "state": "running"}
    if state != JobState.GRADED or trial.result is None:
        return {**facts, "state": "failed"}
    result = trial.result
    output = str(result.get("output") or "")
    return {
        **facts,
        "state": "finished",
        "verdict": result["verdict"],
        "reason": result["reason"],
        "speedup": result["speedup"],
        "low": result["low"],
        "high": result["high"],
        "device": result["device"],
        "output": output[:LONGEST_OUTPUT],
        "output_cut": len(output) > LONGEST_OUTPUT,
    }
