"""Which state follows which. Pure: no Django, so it reads as a drawing.

An attempt:

    invited ──> started ──> submitted ──> graded ──> reviewed ──> released
      │ │          │            │           ^ │           │
      │ │          └────────────┴──> cancelled <──────────┘
      │ └──> expired                        └─ (reviewed ─> graded: reopened)
      └────> cancelled

A piece of grading work:

    queued ──> running ──> graded
       ^          │ ├────> held      (a person must look)
       └──────────┘ └────> failed
       (lost worker, retry)

A webhook delivery:

    pending ──> delivered
       │ ^──┐
       │    └ (retry)
       └─────> given_up

The tables below are the same drawings as data.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class AttemptState(StrEnum):
    """Where one candidate's sitting stands."""

    INVITED = "invited"
    STARTED = "started"
    SUBMITTED = "submitted"
    GRADED = "graded"
    REVIEWED = "reviewed"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class JobState(StrEnum):
    """Where one piece of grading work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    GRADED = "graded"
    HELD = "held"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """Where one webhook message stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class JobKind(StrEnum):
    """What a piece of grading work does."""

    TEXT = "text"  # marks a written answer
    SPEED = "speed"  # judges the code that was handed in
    TRIAL = "trial"  # the candidate's own quick run; never a mark


ATTEMPT_NEXT: Mapping[AttemptState, frozenset[AttemptState]] = MappingProxyType(
    {
        AttemptState.INVITED: frozenset(
            {AttemptState.STARTED, AttemptState.EXPIRED, AttemptState.CANCELLED}
        ),
        AttemptState.STARTED: frozenset(
            {AttemptState.SUBMITTED, AttemptState.CANCELLED}
        ),
        AttemptState.SUBMITTED: frozenset(
            {AttemptState.GRADED, AttemptState.CANCELLED}
        ),
        AttemptState.GRADED: frozenset({AttemptState.REVIEWED, AttemptState.CANCELLED}),
        AttemptState.REVIEWED: frozenset(
            {AttemptState.RELEASED, AttemptState.GRADED, AttemptState.CANCELLED}
        ),
        AttemptState.RELEASED: frozenset(),
        AttemptState.EXPIRED: frozenset(),
        AttemptState.CANCELLED: frozenset(),
    }
)

JOB_NEXT: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.QUEUED: frozenset({JobState.RUNNING}),
        JobState.RUNNING: frozenset(
            {JobState.GRADED, JobState.HELD, JobState.FAILED, JobState.QUEUED}
        ),
        JobState.HELD: frozenset({JobState.QUEUED}),
        JobState.GRADED: frozenset(),
        JobState.FAILED: frozenset({JobState.QUEUED}),
    }
)

DELIVERY_NEXT: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        DeliveryState.PENDING: frozenset(
            {DeliveryState.DELIVERED, DeliveryState.GIVEN_UP}
        ),
        DeliveryState.DELIVERED: frozenset(),
        DeliveryState.GIVEN_UP: frozenset({DeliveryState.PENDING}),
    }
)

_State = TypeVar("_State", AttemptState, JobState, DeliveryState)


def may_follow(old: _State, new: _State) -> bool:
    """Say whether something in state `old` may go to `new`."""
    if isinstance(old, AttemptState):
        return new in ATTEMPT_NEXT[old]
    if isinstance(old, JobState):
        return new in JOB_NEXT[old]
    return new in DELIVERY_NEXT[old]
