"""A candidate's quick run, as its worker carries it out and tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from assessment.errors import TrialsUsedUp
from assessment.models import Trial
from assessment.selectors.trials import trial_progress, trials_used
from assessment.services.trials import trial_start
from assessment.states import AttemptState, JobState
from grading.errors import SandboxUnavailable
from grading.inputs import SpeedSubmission
from grading.results import SpeedGrade, Verdict
from grading.speed.progress import Progress, Stage
from tests.make.assessment import make_assessment, make_attempt
from workers.tasks import speed

pytestmark = pytest.mark.django_db

SOURCE = "def solve(x): return x"
MOMENT = Progress(
    stage=Stage.MEASURING,
    cases_checked=2,
    cases=4,
    pairs=5,
    pairs_wanted=8,
    output="z" * 100_000,
)
GRADE = SpeedGrade(
    verdict=Verdict.FASTER,
    reason="told",
    score=0.0,
    speedup=1.2,
    low=1.1,
    high=1.3,
    credited=1.1,
    cases=(),
    pairs=8,
    baseline_seconds=(),
    candidate_seconds=(),
    clock="cpu",
    device="cpu",
    machine={},
    seconds=1.0,
)


@pytest.fixture(autouse=True)
def no_task_folder(monkeypatch, sent):
    """Let no message leave, and read no task: what is judged is not the subject."""
    monkeypatch.setattr(speed, "trial_submission_of", lambda job_id: job_id)
    yield
    cache.clear()


@pytest.fixture
def item():
    attempt = make_attempt(AttemptState.STARTED, assessment=make_assessment())
    return attempt.items.get(version__question__kind="speed")


def started(item) -> Trial:
    return trial_start(item=item, source=SOURCE, now=timezone.now())


def judging(monkeypatch, outcome=GRADE):
    def judge(submission, *, watch):
        watch(MOMENT)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(speed, "try_speed", judge)


def test_a_page_can_see_how_far_a_run_is(item, monkeypatch):
    judging(monkeypatch)
    trial = started(item)

    speed.trial_job(trial.job_id)

    progress = trial_progress(trial)
    assert (progress["stage"], progress["pairs"]) == ("measuring", 5)
    assert len(progress["output"]) == 8_001
    assert type(progress["stage"]) is str


def test_the_real_judge_tells_how_far_it_is(item, monkeypatch):
    folder = Path(__file__).parents[1] / "adversarial" / "task"
    source = b"print('epoch 1')\n" + (folder / "baseline.py").read_bytes()
    given = SpeedSubmission(source=source, task_folder=folder, device="cpu")
    monkeypatch.setattr(speed, "trial_submission_of", lambda job_id: given)
    trial = started(item)

    speed.trial_job(trial.job_id)

    trial.refresh_from_db()
    last = trial_progress(trial)
    assert (last["stage"], last["pairs_wanted"]) == ("measuring", 16)
    assert last["output"] == trial.result["output"] == "epoch 1\n"
    assert trial.result["pairs"] == 16


def test_a_run_ends_well_though_nobody_can_be_told_how_far_it_is(item, monkeypatch):
    def away(*_):
        raise RedisConnectionError

    monkeypatch.setattr("assessment.services.trials.cache.set", away)
    judging(monkeypatch)
    trial = started(item)

    speed.trial_job(trial.job_id)

    trial.refresh_from_db()
    assert trial.job.state == JobState.GRADED
    assert trial.result["verdict"] == "faster"


def test_a_run_that_fails_by_our_fault_is_not_counted(item, monkeypatch, settings):
    settings.TRIALS_PER_QUESTION = 1
    judging(monkeypatch, SandboxUnavailable("no namespaces"))
    trial = started(item)
    for _ in range(3):
        speed.trial_job(trial.job_id)

    trial.job.refresh_from_db()
    assert trial.job.state == JobState.FAILED
    assert trials_used(item) == 0

    judging(monkeypatch)
    speed.trial_job(started(item).job_id)
    assert trials_used(item) == 1
    with pytest.raises(TrialsUsedUp):
        started(item)
    assert Trial.objects.count() == 2
