"""Memory and bytes, measured on real lanes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grading.errors import SandboxUnavailable
from grading.inputs import SpeedSubmission
from grading.results import Verdict, as_json
from grading.sandbox import cgroup
from grading.speed.grade import grade_speed, try_speed

TASKS = Path(__file__).parents[1] / "adversarial" / "tasks"


def submission(task, source, seconds=1.0):
    return SpeedSubmission(
        source=source if isinstance(source, bytes) else source.encode(),
        task_folder=task,
        device="cpu",
        budget_seconds=seconds,
    )


def shipped(task, name):
    return submission(TASKS / task, (TASKS / task / name).read_bytes())


def test_who_keeps_nothing_is_credited_the_memory_of_who_does():
    grade = grade_speed(shipped("memory", "reference.py"))
    details = grade.details

    assert grade.verdict is Verdict.FASTER, grade.reason
    assert "times its memory" in grade.reason
    assert details["metric"] == "memory"
    assert details["unit"] == "bytes"
    assert len(details["candidate_counted"]) == grade.pairs == details["processes"]
    for held in details["baseline_counted"]:
        assert 32e6 < held < 60e6  # four calls of 8 MB, and what torch touched
    for held in details["candidate_counted"]:
        assert held < 8e6
    assert {case.case: case.calls for case in grade.cases}["measured"] == (
        4 * grade.pairs
    )


def test_a_mark_has_an_interval_too():
    details = grade_speed(shipped("memory", "reference.py")).details

    assert 0 < details["score_low"] <= details["score_high"] <= 1
    assert isinstance(details["above_reference"], bool)


def test_the_same_leak_is_no_better_than_itself():
    grade = grade_speed(shipped("memory", "baseline.py"))

    assert grade.verdict is Verdict.NOT_FASTER, grade.reason
    assert grade.high < 1.02
    assert grade.details["above_reference"] is False


def test_where_no_group_counts_memory_nothing_is_guessed(monkeypatch):
    monkeypatch.setattr(cgroup.Group, "memory_peak", lambda self: None)

    with pytest.raises(SandboxUnavailable, match="Memory cannot be measured"):
        grade_speed(shipped("memory", "reference.py"))


def test_a_shorter_message_arrives_earlier():
    grade = try_speed(shipped("bytes", "reference.py"))
    details = as_json(grade)["details"]

    assert grade.verdict is Verdict.FASTER, grade.reason
    assert "with the sending" in grade.reason
    assert set(details["candidate_bytes"]) == {10_001}
    assert set(details["baseline_bytes"]) == {20_001}
    for counted, seconds in zip(
        details["candidate_counted"], grade.candidate_seconds, strict=True
    ):
        assert counted == pytest.approx(seconds + 0.010001)


def test_a_message_of_no_known_form_is_wrong_in_words():
    grade = grade_speed(
        submission(
            TASKS / "bytes",
            "import torch\ndef solve(n):\n"
            "    return torch.full((len(n) + 1,), 7, dtype=torch.uint8), "
            "torch.tensor([1])\n",
        )
    )

    assert grade.verdict is Verdict.WRONG_OUTPUT
    assert "no known form" in grade.reason


AGREES = """
def accept(outputs, truth, inputs):
    share = float(((outputs[0] - truth[0]).abs() < 1e-3).float().mean())
    return share >= 0.9, (1 - share) / 0.1, f"{share:.2f} agree, 0.9 are asked"
"""


@pytest.fixture
def lenient(tmp_path):
    """Return the corpus's task with a rule instead of a tolerance."""
    folder = Path(shutil.copytree(TASKS.parent / "task", tmp_path / "task"))
    with (folder / "checker.py").open("a") as file:
        file.write(AGREES)
    path = folder / "question.yaml"
    text = path.read_text()
    assert ", atol: 2.0e-5, rtol: 2.0e-5" in text
    path.write_text(text.replace(", atol: 2.0e-5, rtol: 2.0e-5", ""))
    return folder


@pytest.mark.parametrize(("skipped", "right"), [(0, True), (20, True), (60, False)])
def test_a_rule_decides_about_every_call(lenient, skipped, right):
    grade = try_speed(
        submission(
            lenient,
            "import torch\ndef solve(x, w):\n    y = torch.tanh(x @ w)\n"
            f"    if len(x) > 100:\n        y[:{skipped}] = 5\n    return y\n",
        )
    )

    assert (grade.verdict is Verdict.FASTER) is right, grade.reason
    measured = next(case for case in grade.cases if case.case == "measured")
    if right:
        assert measured.worst_error == pytest.approx(skipped / 30, abs=1e-3)
    else:
        assert "0.80 agree, 0.9 are asked" in grade.reason
        assert measured.worst_error == pytest.approx(2.0, abs=1e-3)
