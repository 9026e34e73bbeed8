"""`manage.py check_task`, as it is typed, and on all that ships."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grading.results import Verdict
from grading.sandbox import ways
from grading.speed.check import Stand, check_task

CORPUS = Path(__file__).parents[1] / "adversarial"
BANK = Path(__file__).parents[2] / "bank" / "questions"
WRONG = ("computes_a_quarter", "remembers_the_first_answer")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("grading.speed.check.QUICK_SECONDS", 1.0)
    place = Path(shutil.copytree(CORPUS / "task", tmp_path / "a-task"))
    (place / "wrong").mkdir()
    for name in WRONG:
        source = CORPUS / "cases" / name / "submission.py"
        shutil.copy(source, place / "wrong" / f"{name}.py")
    return place


def checked(*arguments):
    out = StringIO()
    call_command("check_task", *map(str, arguments), "--device", "cpu", stdout=out)
    return out.getvalue()


def test_a_task_that_tells_right_from_wrong_passes(folder):
    lines = [
        json.loads(line)
        for line in checked(folder, "--quick", "--json").strip().splitlines()
    ]
    stands = {line["program"]: line["stand"] for line in lines}

    # on a busy machine a few seconds may not do for the baseline
    assert stands.pop("baseline.py") in ("passed", "inconclusive")
    assert set(stands.values()) == {"passed"}
    assert len(stands) == 5  # two wrong ones, the reference, and two rows of draws
    judged = [line for line in lines if "(draws)" not in line["program"]]
    assert all(line["grade"]["task_digest"] for line in judged)


@pytest.mark.slow
def test_a_task_whose_wrong_program_is_right_fails(folder):
    shutil.copy(folder / "reference.py", folder / "wrong" / f"{WRONG[0]}.py")
    out = StringIO()

    with pytest.raises(CommandError, match="failed: a-task") as caught:
        call_command("check_task", str(folder), "--quick", "--device=cpu", stdout=out)
    assert caught.value.returncode == 1
    assert "must earn nothing" in out.getvalue()
    assert "1 failed: a-task" in out.getvalue()


@pytest.mark.parametrize(
    "arguments", [(), ("no-such-task",), ("{folder}", "--all"), ("/", "--quick")]
)
def test_bad_arguments_are_2(folder, arguments):
    with pytest.raises(CommandError) as caught:
        checked(*(text.format(folder=folder) for text in arguments))
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)


def test_a_machine_that_cannot_judge_is_3(folder, monkeypatch):
    monkeypatch.setattr(ways, "found_way", lambda: (None, "It is missing."))
    monkeypatch.setattr("grading.sandbox.start._warm", {})

    with pytest.raises(CommandError, match="not judged: a-task: It is missing") as one:
        checked(folder)
    assert one.value.returncode == 3


@pytest.mark.slow  # half a minute a task
@pytest.mark.parametrize(
    "folder",
    sorted(path.parent for path in BANK.glob("*/baseline.py")),
    ids=lambda path: path.name,
)
def test_a_task_that_ships_does_its_work(folder):
    trials = list(check_task(folder, "cpu", quick=True))
    failed = [trial for trial in trials if trial.stand is Stand.FAILED]
    # How much faster a reference is depends on the processor, and a test has no say
    # in that; that it is faster does not. `check_task` itself holds the promise.
    slower_here = [
        trial
        for trial in failed
        if trial.program == "reference.py"
        and trial.grade is not None
        and trial.grade.verdict is Verdict.FASTER
    ]

    assert len(trials) >= 4  # baseline, reference, two wrong ones
    assert failed == slower_here, [(trial.program, trial.reason) for trial in failed]
