"""Read attempts, their items and their marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from assessment.models import Attempt, AttemptItem, Grade, Invitation, Override
from assessment.states import AttemptState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from assessment.models import Organisation


def attempts_of(organisation: Organisation) -> QuerySet[Attempt]:
    """Return every attempt that this organisation may see, newest first."""
    return Attempt.objects.filter(invitation__organisation=organisation).select_related(
        "invitation__assessment__organisation"
    )


def attempt_of_browser(uid: UUID, digest: str) -> Attempt | None:
    """Return the attempt that this browser may write, if it is the one bound to it."""
    if not digest:
        return None
    return (
        Attempt.objects.select_related("invitation__assessment__organisation")
        .filter(uid=uid, session_digest=digest)
        .first()
    )


def items_of(attempt: Attempt) -> QuerySet[AttemptItem]:
    """Return an attempt's items in order, with their answers and versions."""
    return attempt.items.select_related("answer", "version__question")


def all_items_marked(attempt: Attempt) -> bool:
    """Say whether every item has a grade or a person's own mark."""
    return not (
        attempt.items.annotate(
            graded=Exists(Grade.objects.filter(answer__item=OuterRef("pk"))),
            overridden=Exists(Override.objects.filter(item=OuterRef("pk"))),
        )
        .filter(graded=False, overridden=False)
        .exists()
    )


def attempts_over_at(moment: datetime) -> QuerySet[Attempt]:
    """Return started attempts whose deadline lies before `moment`."""
    return Attempt.objects.filter(state=AttemptState.STARTED, deadline__lte=moment)


def attempts_expired_at(moment: datetime) -> QuerySet[Attempt]:
    """Return attempts that were never started and now cannot be."""
    return Attempt.objects.filter(
        state=AttemptState.INVITED, invitation__expires_at__lte=moment
    ).select_related("invitation")


def attempts_complete_but_waiting() -> QuerySet[Attempt]:
    """Return submitted attempts; the sweep looks whether all marks are there."""
    return Attempt.objects.filter(state=AttemptState.SUBMITTED)


def invitations_of(organisation: Organisation) -> QuerySet[Invitation]:
    """Return every invitation that this organisation may see, newest first."""
    return Invitation.objects.filter(organisation=organisation).select_related(
        "attempt", "assessment"
    )


def invitations_matching(
    organisation: Organisation, words: str
) -> QuerySet[Invitation]:
    """Return the invitations whose candidate or assessment contains `words`."""
    found = invitations_of(organisation)
    for word in words.split():
        found = found.filter(
            Q(candidate_name__icontains=word)
            | Q(candidate_email__icontains=word)
            | Q(assessment__title__icontains=word)
        )
    return found
