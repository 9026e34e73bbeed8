from __future__ import annotations

import pytest

from assessment.reports.item_statistics import FEWEST
from assessment.states import AttemptState
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_speed_question,
    speed_body,
    text_body,
)
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

PAGE = "/recruiter/questions/soft-targets/statistics/"


@pytest.fixture
def sittings(db, ruth):
    assessment = make_assessment(questions=[make_question(), make_speed_question()])

    def sit(count):
        for number in range(count):
            make_attempt(
                AttemptState.GRADED,
                assessment=assessment,
                bodies=[
                    text_body(score=number % 2 / 1),
                    speed_body(score=0.3 + number % 2 / 5),
                ],
            )

    return sit


def test_without_data_it_says_how_much_is_missing(client, sittings):
    sittings(2)

    page = text_of(client.get(PAGE))

    assert "No statistics yet: 2 marked answers" in page
    assert f"{FEWEST - 2} more are needed" in page
    assert "Mean mark" not in page


def test_with_enough_answers_the_numbers_are_there(client, sittings):
    sittings(FEWEST)

    page = text_of(client.get(PAGE))

    assert "0.50 (0.12 to 0.88)" in page  # the mean mark
    assert "0.50 (0.24 to 0.76)" in page  # the share of marks of 0.5 or more
    assert "1.00 (0.72 to 1.00)" in page  # the point that all had
    assert "0.00 (0.00 to 0.28)" in page  # and the one that nobody had
    assert "1.00 (1.00 to 1.00)" in page  # with the rest of the sitting
    assert "Who does well elsewhere does better here too." in page
    task = text_of(client.get("/recruiter/questions/fused-norm/statistics/"))
    assert "Correct and faster than the baseline" in task


def test_nobody_sees_the_numbers_of_another_organisation(other, sittings):
    sittings(FEWEST)

    page = text_of(other.get(PAGE))

    assert "No statistics yet: 0 marked answers" in page
    assert "0.50" not in page
    assert "Acme" not in page


def test_one_version_can_be_counted_alone(client, sittings):
    sittings(FEWEST)
    make_question("soft-targets", minutes=9)

    every = text_of(client.get(PAGE))
    newer = text_of(client.get(f"{PAGE}?version=2"))

    assert f"all versions ({FEWEST})" in every
    assert "Mean mark" in every
    assert "No statistics yet: 0 marked answers" in newer
