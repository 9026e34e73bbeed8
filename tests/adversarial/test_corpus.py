"""Programs that cheat, programs that break, and honest ones: each gets its due.

A new trick becomes a folder in `cases` before anything is mended:
`submission.py`, `expect.toml` (the verdicts it may get) and `why.md`. Most are about
time and judged with `task`; `expect.toml` names another of `tasks` where the trick is
about memory or bytes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from grading.inputs import SpeedSubmission
from grading.speed.grade import grade_speed
from grading.speed.statistics import CREDIT_MARGIN

HERE = Path(__file__).parent
TASK = HERE / "task"
CHEAT_SECONDS = 1.0  # of measuring
# Eight processes are soon over, and one that is disturbed hides any speed-up of theirs.
HONEST_SECONDS = 4.0
MOST_OUTPUT = 140 * 1024  # twice 64 KiB and the mark between


def _expected(folder):
    return tomllib.loads((folder / "expect.toml").read_text())


def _task(expected):
    return HERE / "tasks" / expected["task"] if "task" in expected else TASK


def _parameters():
    for folder in sorted((HERE / "cases").iterdir()):
        sample = _expected(folder)["sample"]
        yield pytest.param(
            folder, id=folder.name, marks=() if sample else (pytest.mark.slow,)
        )


@pytest.mark.parametrize("folder", list(_parameters()))
def test_a_program_gets_its_due(folder):
    expected = _expected(folder)

    grade = grade_speed(
        SpeedSubmission(
            source=(folder / "submission.py").read_bytes(),
            task_folder=_task(expected),
            device="cpu",
            budget_seconds=HONEST_SECONDS if expected["honest"] else CHEAT_SECONDS,
        )
    )

    assert grade.verdict in expected["verdicts"], grade.reason
    assert grade.reason.strip()
    assert len(grade.output) <= MOST_OUTPUT
    assert expected.get("prints", "") in grade.output
    if "never_prints" in expected:
        assert expected["never_prints"] not in grade.output
    if not expected["honest"]:
        assert grade.score == 0.0
        assert grade.credited is None or grade.credited == 1.0
    elif grade.verdict == "faster":
        assert grade.credited > CREDIT_MARGIN


@pytest.mark.parametrize(
    "folder", sorted((HERE / "cases").iterdir()), ids=lambda p: p.name
)
def test_a_case_says_why_it_is_here(folder):
    names = {path.name for path in folder.iterdir()}

    assert {"submission.py", "expect.toml", "why.md"} <= names
    assert (folder / "why.md").read_text().strip()
    assert _expected(folder)["verdicts"]
