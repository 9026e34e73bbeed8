"""What is said of a stored mark; graded by n-grams in place of the model."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command

from assessment.models import Grade
from assessment.services.grades import mark_override
from assessment.states import AttemptState
from grading.results import as_json
from grading.text.background import background_of
from grading.text.encoder import HashEncoder
from grading.text.grade import grade_text
from grading.text.vectors import Remembering
from tests.make.assessment import (
    TEXT_ANSWER,
    judged_body,
    make_assessment,
    make_attempt,
    make_question,
    make_recruiter,
    text_body,
    text_question,
)
from workers.translate import text_answer_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt():
    """An attempt whose one answer the grader of today has marked."""
    return graded()


def graded(text=TEXT_ANSWER):
    attempt = make_attempt(
        AttemptState.SUBMITTED,
        assessment=make_assessment(questions=[make_question()]),
        answers=[text],
    )
    answer = attempt.items.get().answer
    grade = grade_text(
        text_answer_from(answer), Remembering(HashEncoder()), background_of(())
    )
    return make_again(answer, as_json(grade))


def make_again(answer, body):
    """Store a grade; return the attempt."""
    job = answer.jobs.get()
    Grade.objects.create(
        job=job,
        answer=answer,
        version_id=answer.item.version_id,
        answer_revision=answer.revision,
        score=body["score"],
        body=json.loads(json.dumps(body)),
    )
    return answer.item.attempt


def explain(*arguments) -> str:
    out = io.StringIO()
    call_command("explain_grade", *arguments, stdout=out)
    return out.getvalue()


def test_every_point_is_told_with_what_stood_for_and_against_it(attempt):
    grade = Grade.objects.get()

    out = explain(str(attempt.uid), "1")

    assert f"score        {grade.score:.4f}" in out
    assert f"again        {grade.score:.4f}, the same" in out
    for point in text_question().rubric.key_points:
        assert f"{point.id}: credit" in out
        assert point.opposites["en"] in out
    assert "standing" in out
    assert "background" in out
    assert "The teacher also serves" in out
    assert "no interval" in out
    assert grade.body["engine"] in out


def test_an_answer_is_found_by_its_row_as_well(attempt):
    answer = attempt.items.get().answer

    assert explain(str(answer.pk)) == explain(str(attempt.uid), "1")


def test_the_mark_computed_again_is_the_stored_one(attempt):
    told = json.loads(explain(str(attempt.uid), "1", "--json"))

    assert told["agrees"] is True
    assert told["computed_again"] == told["score"] == Grade.objects.get().score
    assert told["grade"] == Grade.objects.get().body
    assert told["misconceptions"]["teacher-serves"] == "The teacher also serves"
    assert told["earlier_grades"] == 0


def test_an_empty_answer_is_explained_too():
    attempt = graded("")

    out = explain(str(attempt.uid), "1")

    assert "score        0.0000" in out
    assert "the same" in out
    assert out.count("clause     none") == 3


def test_a_mark_that_does_not_come_out_again_is_an_error(attempt, capsys):
    grade = Grade.objects.get()
    Grade.objects.filter(pk=grade.pk).update(score=grade.score / 2 + 0.3)

    with pytest.raises(CommandError) as caught:
        call_command("explain_grade", str(attempt.uid), "1")

    assert caught.value.returncode == 1
    assert "NOT the same" in capsys.readouterr().out


def test_an_older_grade_is_shown_and_cannot_be_computed_again(capsys):
    attempt = make_attempt(AttemptState.GRADED)  # as an engine of the tests marks
    older = text_body()
    for name in ("low", "high", "doubt", "review", "reasons", "details"):
        del older[name]
    Grade.objects.filter(answer__item__position=1).update(body=older)

    with pytest.raises(CommandError) as caught:
        call_command("explain_grade", str(attempt.uid), "1")

    assert caught.value.returncode == 1
    out = capsys.readouterr().out
    assert "did not keep" in out
    assert "targets: credit 1.0000" in out


def test_a_head_that_is_gone_is_our_fault(capsys):
    attempt = make_attempt(
        AttemptState.GRADED,
        assessment=make_assessment(questions=[make_question()]),
        bodies=[judged_body()],
    )

    with pytest.raises(CommandError) as caught:
        call_command("explain_grade", str(attempt.uid), "1")

    assert caught.value.returncode == 3
    out = capsys.readouterr().out
    assert "90 % interval 0.4100 to 0.7200   doubt 0.83" in out
    assert "to be read   doubt, copied_rubric" in out


def test_a_persons_mark_is_named(attempt):
    item = attempt.items.get()
    mark_override(item=item, score=0.8, reason="why", by=make_recruiter())

    assert "gave 0.80, which counts" in explain(str(attempt.uid), "1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-uid", "1"),
        (str(uuid.UUID(int=0)), "1"),
        ("{uid}", "9"),
        ("{uid}", "one"),
        ("{uid}", "9" * 30),
        ("{uid}",),
        ("99999999",),
        ("-1",),
        ("²",),
    ],
)
def test_what_is_not_there_is_said_in_a_line(attempt, arguments):
    given = [argument.format(uid=attempt.uid) for argument in arguments]

    with pytest.raises(CommandError) as caught:
        explain("--", *given)

    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)


def test_code_has_no_explanation_of_a_text():
    attempt = make_attempt(AttemptState.GRADED)

    with pytest.raises(CommandError, match="no grade of a text") as caught:
        explain(str(attempt.uid), "2")

    assert caught.value.returncode == 2
