from __future__ import annotations

import pytest

from assessment.reports.load import scorecard_of
from assessment.reports.totals import totals_of
from assessment.services.grades import mark_override
from assessment.states import AttemptState
from tests.make.assessment import make_attempt

pytestmark = pytest.mark.django_db


def test_a_list_shows_the_same_total_as_the_scorecard(ruth):
    attempts = [make_attempt(state) for state in AttemptState]
    graded = attempts[list(AttemptState).index(AttemptState.GRADED)]
    for score in (0.1, 0.9):
        mark_override(
            item=graded.items.get(position=1), score=score, reason="why", by=ruth
        )

    totals = totals_of(attempt.pk for attempt in attempts)

    assert totals == {
        attempt.pk: pytest.approx(scorecard_of(attempt).total)
        if scorecard_of(attempt).total is not None
        else None
        for attempt in attempts
    }
    assert sum(total is not None for total in totals.values()) == 3
