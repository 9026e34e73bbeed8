"""Grading stored answers again, by n-grams in place of the model."""

from __future__ import annotations

import functools
import io
import uuid

import pytest
from django.core.management import CommandError, call_command

from assessment.errors import NotReady
from assessment.models import Grade, Job, Report
from assessment.reports.history import history_of
from assessment.reports.load import scorecard_of
from assessment.services.grades import grade_again, mark_override
from assessment.services.sweeps import sweep_jobs
from assessment.states import AttemptState, JobState
from bank.errors import QuestionFormatError
from grading.errors import EncoderUnavailable
from grading.text.background import background_of
from grading.text.calibration import ENGINE
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_recruiter,
    text_body,
)
from workers.management.commands import regrade as command

pytestmark = pytest.mark.django_db

NAME, NUMBER = ENGINE.split("@")


@pytest.fixture(autouse=True)
def letters(monkeypatch):
    """No model: answers are graded by n-grams."""
    monkeypatch.setattr(command, "encoder", functools.cache(_letters))
    monkeypatch.setattr(command, "background", lambda: background_of(()))


def _letters():
    return Remembering(HashEncoder())


def text_attempt(state=AttemptState.GRADED, *, score=0.31, slug="soft-targets"):
    """Return an attempt of one text question whose mark an older engine gave."""
    return make_attempt(
        state,
        assessment=make_assessment(questions=[make_question(slug)]),
        bodies=[text_body(score=score)],
    )


def regrade(*arguments) -> str:
    out = io.StringIO()
    call_command("regrade", *arguments, stdout=out)
    return out.getvalue()


def scores(attempt) -> list[float]:
    return list(
        Grade.objects.filter(answer__item__attempt=attempt)
        .order_by("pk")
        .values_list("score", flat=True)
    )


def test_a_dry_run_says_who_would_move_and_writes_nothing():
    attempt = text_attempt()
    jobs = list(Job.objects.values())

    out = regrade("--all", "--dry-run")

    line, total = out.splitlines()
    assert str(attempt.uid) in line
    assert "question 1  soft-targets v1  0.31 -> " in line
    assert "would be stored" in line
    assert total.startswith("graded again: 1; moved by 0.005 or more: 1 (")
    assert scores(attempt) == [0.31]
    assert list(Job.objects.values()) == jobs


def test_a_newer_grade_stands_beside_the_older_and_counts():
    attempt = text_attempt()

    out = regrade("--attempt", str(attempt.uid))

    old, new = scores(attempt)
    assert old == 0.31
    assert abs(new - old) >= 0.005
    assert "  stored" in out
    (line,) = scorecard_of(attempt).items
    assert line.auto_score == new
    assert line.grade["engine"].startswith(ENGINE)
    grade = Grade.objects.latest("pk")
    assert grade.version_id == attempt.items.get().version_id
    assert grade.answer_revision == grade.answer.revision


def test_the_job_of_a_newer_grade_is_done_and_sends_nothing(
    sent, django_capture_on_commit_callbacks
):
    attempt = text_attempt()
    sent.clear()

    with django_capture_on_commit_callbacks(execute=True):
        regrade("--all")
        sweep_jobs(attempt.changed_at)

    job = Grade.objects.latest("pk").job
    assert job.state == JobState.GRADED
    assert [(e.old, e.new, e.code) for e in job.events.all()] == [
        ("queued", "running", "regraded"),
        ("running", "graded", "regraded"),
    ]
    assert sent == []


def test_the_history_says_that_the_mark_changed():
    attempt = text_attempt()
    regrade("--all")

    _old, new = scores(attempt)
    assert f"graded question 1 again: 31 became {round(100 * new)}" in [
        line.what for line in history_of(attempt)
    ]


def test_grading_again_twice_stores_once():
    attempt = text_attempt()

    regrade("--all")
    again = regrade("--all")

    assert len(scores(attempt)) == 2
    assert again == (
        "graded again: 1; moved by 0.005 or more: 0; graded like this already: 1\n"
    )


def test_a_persons_mark_goes_on_counting():
    attempt = text_attempt()
    mark_override(
        item=attempt.items.get(), score=0.66, reason="why", by=make_recruiter()
    )

    out = regrade("--all")

    card = scorecard_of(attempt)
    assert "a person gave 0.66, which counts" in out
    assert card.total == 0.66
    assert card.items[0].auto_score != 0.31


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (AttemptState.RELEASED, "It is released"),
        (AttemptState.REVIEWED, "A person has reviewed it"),
    ],
)
def test_what_a_person_has_signed_stays_and_is_named(state, because):
    attempt = text_attempt(state)
    reports = list(Report.objects.values())

    out = regrade("--all")

    assert because in out.splitlines()[0]
    assert "stored" not in out
    assert f"{because}" in out.splitlines()[-1]
    assert scores(attempt) == [0.31]
    assert list(Report.objects.values()) == reports
    with pytest.raises(NotReady, match=because):
        grade_again(counting=Grade.objects.get(), score=0.1, body=text_body())
    assert scores(attempt) == [0.31]


def test_who_comes_second_changes_nothing():
    attempt = text_attempt()
    counting = Grade.objects.get()
    regrade("--all")

    with pytest.raises(NotReady, match="meanwhile"):
        grade_again(counting=counting, score=0.1, body=text_body())

    assert len(scores(attempt)) == 2


def test_one_question_can_be_graded_again_alone():
    wanted = text_attempt()
    other = text_attempt(slug="other-targets")

    out = regrade("--question", "soft-targets")

    assert out.splitlines()[-1].startswith("graded again: 1;")
    assert len(scores(wanted)) == 2
    assert scores(other) == [0.31]


def test_code_is_never_graded_again_here():
    attempt = make_attempt(AttemptState.GRADED)

    regrade("--all")

    text, code = attempt.items.all()
    assert text.answer.grades.count() == 2
    assert code.answer.grades.count() == 1


def test_many_answers_go_in_batches(monkeypatch):
    monkeypatch.setattr(command, "TOGETHER", 2)
    attempts = [text_attempt() for _ in range(3)]

    regrade("--all")

    assert [len(scores(attempt)) for attempt in attempts] == [2, 2, 2]
    assert len({scores(attempt)[1] for attempt in attempts}) == 1


@pytest.mark.parametrize(
    ("engine", "limit", "before"),
    [
        ("key-points@1 background=0a", ("key-points", 2), True),
        ("key-points@2 background=0a head=b", ("key-points", 2), False),
        ("key-points@10", ("key-points", 2), False),
        ("rubric-1", ("key-points", 1), True),
        ("other@9", ("key-points", 1), True),
        ("", ("key-points", 1), True),
    ],
)
def test_an_engine_is_earlier_by_its_number_or_by_its_method(engine, limit, before):
    assert command.graded_before(engine, limit) is before


def test_only_grades_of_an_earlier_engine_are_taken_when_asked():
    attempt = text_attempt()
    regrade("--all")
    limit = f"{NAME}@{NUMBER}"

    assert regrade("--all", "--engine-before", limit) == (
        "no graded answer to grade again\n"
    )
    assert "graded again: 1;" in regrade(
        "--all", "--engine-before", f"{NAME}@{int(NUMBER) + 1}"
    )
    assert len(scores(attempt)) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--all", "--question", "soft-targets"),
        ("--attempt", "no-uid"),
        ("--attempt", str(uuid.UUID(int=0))),
        ("--question", "no-such"),
        ("--all", "--engine-before", "two"),
    ],
)
def test_bad_arguments_change_nothing(arguments):
    attempt = text_attempt()

    with pytest.raises(CommandError):
        regrade(*arguments)

    assert scores(attempt) == [0.31]


@pytest.mark.parametrize(
    "fault", [EncoderUnavailable("gone"), QuestionFormatError("q.yaml", 1, "broken")]
)
def test_a_fault_of_ours_leaves_every_grade_as_it_is(monkeypatch, fault):
    attempt = text_attempt()

    def broken():
        raise fault

    monkeypatch.setattr(command, "background", broken)

    with pytest.raises(CommandError) as caught:
        regrade("--all")

    assert caught.value.returncode == 3
    assert scores(attempt) == [0.31]
