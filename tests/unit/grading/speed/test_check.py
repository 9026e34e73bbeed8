"""What the trials of a task come to, with a judge that is told its verdicts."""

from __future__ import annotations

import pytest

from grading.errors import BaselineBroken, NodeTooBusy, SandboxUnavailable
from grading.results import SpeedGrade, Verdict
from grading.speed.check import Stand, check_task, stand_of
from grading.speed.draws import Drawn


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "a-task"
    (place / "wrong").mkdir(parents=True)
    (place / "question.yaml").write_text("speed: {reference_speedup: 4}\n")
    for name in ("baseline", "reference", "wrong/coarse", "wrong/skips"):
        (place / f"{name}.py").write_text(name)
    return place


def graded(verdict, low=None, high=None):
    credited = low if verdict is Verdict.FASTER else None
    return SpeedGrade(
        verdict=verdict,
        reason="A sentence.",
        score=0.5 if verdict is Verdict.FASTER else 0.0,
        speedup=low,
        low=low,
        high=high,
        credited=credited,
        cases=(),
        pairs=24,
        baseline_seconds=(),
        candidate_seconds=(),
        clock="cpu",
        device="cpu",
        machine={},
        seconds=1.0,
    )


GOOD = {
    "baseline": graded(Verdict.NOT_FASTER, 0.99, 1.01),
    "reference": graded(Verdict.FASTER, 4.1, 4.3),
    "wrong/coarse": graded(Verdict.WRONG_OUTPUT),
    "wrong/skips": graded(Verdict.TIME_LIMIT),
}


def drawn(_name, wrong=None):
    return Drawn(draws=3, calls=12, wrong=wrong, worst=0.25)


def checked(folder, *, quick=True, draws=drawn, **changes):
    asked = []

    def judge(submission):
        asked.append(submission)
        found = {**GOOD, **changes}[submission.source.decode()]
        if isinstance(found, Exception):
            raise found
        return found

    trials = check_task(
        folder, "cpu", quick=quick, judge=judge, draw=lambda _, name, __: draws(name)
    )
    return list(trials), asked


def test_a_good_task_passes(folder):
    trials, asked = checked(folder)

    assert stand_of(trials) is Stand.PASSED
    assert [trial.program for trial in trials] == [
        "baseline.py",
        "reference.py",
        "wrong/coarse.py",
        "wrong/skips.py",
        "baseline.py (draws)",
        "reference.py (draws)",
    ]
    assert trials[-1].reason.startswith("Right on 12 calls with 3 draws of weights")
    assert {one.task_folder for one in asked} == {folder}


@pytest.mark.parametrize(
    ("program", "grade", "words"),
    [
        ("baseline", graded(Verdict.FASTER, 1.1, 1.2), "must be not_faster"),
        ("baseline", graded(Verdict.WRONG_OUTPUT), "must be not_faster"),
        ("reference", graded(Verdict.NOT_FASTER, 0.9, 1.0), "must be faster"),
        ("reference", graded(Verdict.FASTER, 2.9, 3.0), "3.03 are promised"),
        ("wrong/coarse", graded(Verdict.FASTER, 1.1, 1.2), "must earn nothing"),
        ("wrong/coarse", graded(Verdict.LOAD_FAILED), "does not run"),
    ],
)
def test_a_program_that_gets_what_it_must_not_fails_the_task(
    folder, program, grade, words
):
    trials, _ = checked(folder, **{program: grade})
    failed = [trial for trial in trials if trial.stand is Stand.FAILED]

    assert stand_of(trials) is Stand.FAILED
    assert [trial.program for trial in failed] == [f"{program}.py"]
    assert words in failed[0].reason


def test_a_reference_that_is_wrong_on_a_rare_draw_fails_the_task(folder):
    def draws(name):
        return drawn(name, wrong="recall is 0.8." if name == "reference.py" else None)

    trials, _ = checked(folder, draws=draws)
    (failed,) = [trial for trial in trials if trial.stand is Stand.FAILED]

    assert failed.program == "reference.py (draws)"
    assert "recall is 0.8." in failed.reason


@pytest.mark.parametrize(
    "found",
    [
        graded(Verdict.INCONCLUSIVE, 0.9, 1.3),
        graded(Verdict.FASTER, 2.9, 3.4),  # the promise lies within
        NodeTooBusy("Only 3 pairs."),
    ],
)
def test_what_a_busy_machine_cannot_tell_is_no_failure(folder, found):
    trials, _ = checked(folder, reference=found)

    assert stand_of(trials) is Stand.INCONCLUSIVE


def test_what_was_not_decided_is_measured_again_with_patience(folder):
    unsure = graded(Verdict.INCONCLUSIVE, 0.9, 1.3)
    _, asked = checked(folder, quick=False, baseline=unsure)
    patience = [one.patience for one in asked if one.source == b"baseline"]

    assert patience[0] == 1.0
    assert patience[1] > 1.0
    assert len(patience) == 2


def test_a_task_without_wrong_programs_is_not_done(folder):
    (folder / "wrong" / "skips.py").unlink()
    trials, _ = checked(folder)

    assert stand_of(trials) is Stand.FAILED
    assert "at least 2" in trials[-1].reason


def test_a_broken_task_fails_and_a_machine_that_cannot_judge_does_not(folder):
    trials, _ = checked(folder, baseline=BaselineBroken("baseline.py: raised"))
    assert stand_of(trials) is Stand.FAILED
    assert "raised" in trials[0].reason

    (folder / "question.yaml").write_text("speed: []\n")
    trials, _ = checked(folder)
    assert stand_of(trials) is Stand.FAILED

    (folder / "question.yaml").write_text("speed: {reference_speedup: 4}\n")
    with pytest.raises(SandboxUnavailable):
        checked(folder, baseline=SandboxUnavailable("no jail"))


def test_a_missing_program_is_a_failure(folder):
    (folder / "reference.py").unlink()
    trials, _ = checked(folder)

    assert stand_of(trials) is Stand.FAILED
