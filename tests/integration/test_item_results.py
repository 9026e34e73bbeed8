from __future__ import annotations

import dataclasses

import pytest
from django.utils import timezone

from assessment.models import Override
from assessment.selectors.item_results import answers_by_version, item_results
from assessment.states import AttemptState
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_organisation,
    make_question,
    make_recruiter,
    make_speed_question,
    speed_body,
    text_body,
    text_question,
)

pytestmark = pytest.mark.django_db


def graded(organisation, *, text=0.6, speed=0.4, state=AttemptState.GRADED):
    assessment = make_assessment(
        organisation=organisation,
        questions=[make_question(), make_speed_question()],
    )
    return make_attempt(
        state,
        assessment=assessment,
        by=make_recruiter(
            f"somebody@{organisation.slug}.example", organisation=organisation
        ),
        bodies=[text_body(score=text), speed_body(score=speed)],
    )


def test_a_result_has_the_mark_the_rest_and_the_points():
    acme = make_organisation()
    graded(acme)

    (result,) = item_results(acme, make_question())
    (code,) = item_results(acme, make_speed_question())

    assert (result.score, result.rest, result.language) == (0.6, 0.4, "en")
    assert result.points == {
        "targets": 1.0,
        "temperature": 0.0,
        "speed": 0.8,
        "mixed-loss": 0.0,
    }
    assert (code.score, code.rest, code.verdict) == (0.4, 0.6, "faster")


def test_another_organisation_sees_nothing_of_it():
    acme, other = make_organisation(), make_organisation("other", "Other")
    graded(acme)

    assert item_results(other, make_question()) == []
    assert answers_by_version(other, make_question()) == {}


@pytest.mark.parametrize(
    "state", [AttemptState.STARTED, AttemptState.SUBMITTED, AttemptState.INVITED]
)
def test_a_sitting_that_is_not_marked_yet_is_not_counted(state):
    acme = make_organisation()
    graded(acme, state=state)

    assert item_results(acme, make_question()) == []


def test_a_persons_mark_counts_here_too():
    acme = make_organisation()
    attempt = graded(acme)
    item = attempt.items.get(position=1)
    Override.objects.create(item=item, score=0.9, reason="Said", at=timezone.now())

    (result,) = item_results(acme, make_question())
    (code,) = item_results(acme, make_speed_question())

    assert result.score == 0.9
    assert code.rest == 0.9


def test_answers_can_be_counted_by_version():
    acme = make_organisation()
    graded(acme)
    question = make_question(minutes=9)
    make_attempt(
        AttemptState.GRADED,
        assessment=make_assessment(organisation=acme, questions=[question]),
        bodies=[text_body(score=0.2)],
    )

    assert answers_by_version(acme, question) == {1: 1, 2: 1}
    assert [r.score for r in item_results(acme, question, version=2)] == [0.2]
    assert [r.rest for r in item_results(acme, question, version=2)] == [None]
    assert len(item_results(acme, question)) == 2


def test_the_question_that_is_asked_is_the_one_that_is_counted():
    acme = make_organisation()
    graded(acme)
    other = make_question(
        "other-question",
        title={"en": "Other"},
        rubric=dataclasses.replace(text_question().rubric, prompt={"en": "Why?"}),
    )

    assert item_results(acme, other) == []
