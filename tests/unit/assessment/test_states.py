from __future__ import annotations

import pytest

from assessment.states import (
    ATTEMPT_NEXT,
    DELIVERY_NEXT,
    JOB_NEXT,
    AttemptState,
    DeliveryState,
    JobState,
    may_follow,
)


@pytest.mark.parametrize(
    ("states", "table"),
    [
        (AttemptState, ATTEMPT_NEXT),
        (JobState, JOB_NEXT),
        (DeliveryState, DELIVERY_NEXT),
    ],
)
def test_every_state_says_what_may_follow(states, table):
    assert set(table) == set(states)


def test_an_end_state_of_an_attempt_has_no_follower():
    for end in (AttemptState.RELEASED, AttemptState.EXPIRED, AttemptState.CANCELLED):
        assert not any(may_follow(end, new) for new in AttemptState)


def test_nothing_is_released_that_was_not_reviewed():
    before = [old for old in AttemptState if may_follow(old, AttemptState.RELEASED)]

    assert before == [AttemptState.REVIEWED]


def test_a_failed_job_can_be_tried_again_and_a_graded_one_cannot():
    assert may_follow(JobState.FAILED, JobState.QUEUED)
    assert not may_follow(JobState.GRADED, JobState.QUEUED)
