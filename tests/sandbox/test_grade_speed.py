"""The whole judge on the two tasks that ship, and its ways to fail."""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from grading.errors import BaselineBroken, SandboxUnavailable, TaskBroken
from grading.inputs import SpeedSubmission
from grading.results import Verdict, as_json
from grading.sandbox import ways
from grading.speed.device import DeviceUnavailable
from grading.speed.grade import grade_speed, try_speed
from grading.speed.progress import Stage

BANK = Path(__file__).parents[2] / "bank" / "questions"
TASK = Path(__file__).parents[1] / "adversarial" / "task"
SLUGS = ("fused-rmsnorm-residual", "kv-cache-decode")
QUICK_AND_SLOW = (pytest.param(SLUGS[0], marks=pytest.mark.slow), SLUGS[1])
FAST = b"import torch\ndef solve(x, w):\n    return torch.tanh(x @ w)\n"


def submission(source=FAST, folder=TASK, **changes):
    given = SpeedSubmission(
        source=source, task_folder=folder, device="cpu", budget_seconds=2.0
    )
    return replace(given, **changes)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_the_reference_of_a_shipped_task_is_faster(slug):
    folder = BANK / slug
    grade = grade_speed(
        submission((folder / "reference.py").read_bytes(), folder, budget_seconds=8.0)
    )

    assert grade.verdict is Verdict.FASTER, grade.reason
    assert grade.low > 1.02
    assert grade.low <= grade.speedup <= grade.high
    assert grade.credited == grade.low
    assert 0.0 < grade.score <= 1.0
    assert all(case.correct for case in grade.cases)


@pytest.mark.parametrize("slug", QUICK_AND_SLOW)
def test_the_baseline_of_a_shipped_task_earns_nothing(slug):
    folder = BANK / slug
    grade = grade_speed(
        submission((folder / "baseline.py").read_bytes(), folder, budget_seconds=2.0)
    )

    assert grade.verdict in (Verdict.NOT_FASTER, Verdict.INCONCLUSIVE)
    assert grade.score == 0.0
    assert grade.credited == 1.0


def _wrong():
    for slug in SLUGS:
        yield from sorted((BANK / slug / "wrong").glob("*.py"))


@pytest.mark.parametrize(
    "path", list(_wrong()), ids=lambda p: f"{p.parts[-3]}-{p.stem}"
)
def test_the_wrong_variants_of_a_shipped_task_are_wrong(path):
    grade = grade_speed(submission(path.read_bytes(), path.parents[1]))

    assert grade.verdict is Verdict.WRONG_OUTPUT
    assert grade.score == 0.0
    assert "times the tolerance" in grade.reason


def test_a_grade_holds_what_reproduces_it():
    grade = grade_speed(submission())
    stored = as_json(grade)

    assert grade.pairs == len(grade.baseline_seconds) == len(grade.candidate_seconds)
    assert {case.case for case in grade.cases} == {"measured", "small"}
    assert grade.clock == "cpu"
    assert len(grade.task_digest) == 64
    assert grade.details["processes"] >= 8
    assert sorted(set(grade.details["process_of_pair"])) == list(
        range(1, grade.details["processes"] + 1)
    )
    assert len(grade.details["process_of_pair"]) == grade.pairs
    assert len(grade.details["core_of_process"]) == grade.details["processes"]
    assert set(grade.details["core_of_process"]) <= os.sched_getaffinity(0)
    orders = defaultdict(Counter)
    turns = zip(
        grade.details["process_of_pair"], grade.details["baseline_first"], strict=True
    )
    for process, baseline_first in turns:
        orders[process][baseline_first] += 1
    assert all(order[True] == order[False] >= 2 for order in orders.values())
    for name in ("processor", "torch", "kernel", "load", "sandbox", "limits", "start"):
        assert stored["machine"][name]
    assert stored["verdict"] == "faster"


def test_packages_of_other_programs_look_empty_and_torch_is_there():
    look = b"""
import os, sys
name = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
for folder in (os.path.join(sys.prefix, name), "/usr/lib/python3/dist-packages"):
    seen = os.listdir(folder) if os.path.isdir(folder) else []
    print("others", len(seen), os.access(folder, os.W_OK))
"""
    grade = try_speed(submission(look + FAST))

    assert grade.verdict is Verdict.FASTER
    assert grade.output == "others 0 False\n" * 2


def test_a_quick_run_is_nobodys_grade():
    grade = try_speed(submission())

    assert grade.verdict is Verdict.FASTER
    assert grade.pairs == 16
    assert grade.score == 0.0
    assert grade.details["mode"] == "run"


def test_who_watches_a_quick_run_sees_stages_counts_and_what_is_printed():
    seen = []
    grade = try_speed(submission(b"print('epoch 1')\n" + FAST), watch=seen.append)

    stages = [moment.stage for moment in seen]
    assert list(dict.fromkeys(stages)) == list(Stage)
    assert all(moment.cases_checked <= moment.cases == 2 for moment in seen)
    assert {moment.pairs_wanted for moment in seen} == {grade.pairs}
    assert seen[0].output == ""
    assert seen[-1].output == grade.output == "epoch 1\n"


def test_a_wrong_case_is_told_by_shape_and_error_and_not_by_its_numbers():
    source = b"import torch\ndef solve(x, w):\n    return torch.tanh(x @ w) + 1e-3\n"
    grade = grade_speed(submission(source))

    assert grade.verdict is Verdict.WRONG_OUTPUT
    assert "of shape" in grade.reason
    assert "times the tolerance" in grade.reason
    wrong = [case for case in grade.cases if not case.correct]
    assert wrong[0].worst_error > 1.0


def test_a_small_case_that_is_wrong_is_enough():
    source = (
        b"import torch\ndef solve(x, w):\n"
        b"    return torch.tanh(x @ w) if len(x) > 100 else torch.zeros(x.shape)\n"
    )
    grade = grade_speed(submission(source))

    assert grade.verdict is Verdict.WRONG_OUTPUT
    assert "case small" in grade.reason


def test_a_broken_baseline_is_never_the_candidates_fault(tmp_path):
    folder = Path(shutil.copytree(TASK, tmp_path / "task"))
    for text in (
        "def solve(x, w): return x @ w",
        "def solve(x, w): raise ValueError",
        "def solve(",
    ):
        (folder / "baseline.py").write_text(text)
        with pytest.raises(BaselineBroken, match=r"baseline\.py"):
            grade_speed(submission(folder=folder))


def test_a_broken_task_is_never_the_candidates_fault(tmp_path):
    with pytest.raises(TaskBroken):
        grade_speed(submission(folder=tmp_path))


def test_where_the_jail_is_missing_nothing_is_run(monkeypatch):
    monkeypatch.setattr(ways, "found_way", lambda: (None, "It is missing."))
    monkeypatch.setattr("grading.sandbox.start._warm", {})

    with pytest.raises(SandboxUnavailable, match="It is missing"):
        grade_speed(submission())


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    with pytest.raises(DeviceUnavailable):
        grade_speed(submission(device="cuda"))


@pytest.mark.slow  # cold starts take seconds; the jail's own tests make one
def test_without_a_warm_guest_lanes_are_made_cold_and_say_so(monkeypatch):
    monkeypatch.setattr(
        "grading.sandbox.start._cold_because", {os.getpid(): "told to by a test"}
    )
    grade = try_speed(submission())

    assert grade.verdict is Verdict.FASTER
    assert grade.machine["start"] == "cold: told to by a test"


@pytest.mark.gpu
@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_task_is_judged_on_a_gpu(slug):
    folder = BANK / slug
    grade = grade_speed(
        submission((folder / "reference.py").read_bytes(), folder, device="cuda")
    )

    assert grade.device == "cuda"
    assert grade.machine["gpu"]
    assert grade.clock == "wall"
    assert all(case.correct for case in grade.cases)
