"""What happened to an attempt: who, what, when, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from assessment.models import Grade, Override

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from assessment.models import Attempt, AttemptEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One thing that happened."""

    at: datetime
    who: str  # an e-mail; empty: the candidate or the service itself
    what: str


def history_of(attempt: Attempt) -> tuple[HistoryLine, ...]:
    """Return everything that changed an attempt or one of its marks."""
    invitation = attempt.invitation
    lines = [
        HistoryLine(
            at=invitation.created_at,
            who=_invited_by(attempt),
            what=_("invited the candidate"),
        )
    ]
    if attempt.consented_at:
        lines.append(
            HistoryLine(
                at=attempt.consented_at,
                who=_("The candidate"),
                what=_("agreed to what is recorded (text %(version)s)")
                % {"version": attempt.consent_version},
            )
        )
    lines.extend(
        HistoryLine(at=event.at, who=_by(event), what=_what(event))
        for event in attempt.events.select_related("by")
    )
    lines.extend(
        HistoryLine(
            at=mark.at,
            who=_name(mark.by),
            what=_("marked question %(position)s with %(score)s: %(reason)s")
            % {
                "position": mark.item.position,
                "score": round(100 * mark.score),
                "reason": mark.reason,
            },
        )
        for mark in Override.objects.filter(item__attempt=attempt).select_related(
            "by", "item"
        )
    )
    lines.extend(_graded_again(attempt))
    return tuple(sorted(lines, key=attrgetter("at")))


def _graded_again(attempt: Attempt) -> list[HistoryLine]:
    """Return a line for each grade that replaced an older one."""
    lines = []
    latest: dict[int, float] = {}  # answer -> score
    grades = Grade.objects.filter(answer__item__attempt=attempt).order_by("id")
    for answer, score, at, position in grades.values_list(
        "answer", "score", "created_at", "answer__item__position"
    ):
        if answer in latest:
            lines.append(
                HistoryLine(
                    at=at,
                    who=_("The service"),
                    what=_("graded question %(position)s again: %(old)s became %(new)s")
                    % {
                        "position": position,
                        "old": round(100 * latest[answer]),
                        "new": round(100 * score),
                    },
                )
            )
        latest[answer] = score
    return lines


def _invited_by(attempt: Attempt) -> str:
    invitation = attempt.invitation
    if invitation.created_by is not None:
        return _name(invitation.created_by)
    if invitation.api_key is not None:
        return _("API key %(name)s") % {"name": invitation.api_key.name}
    return _("The service")


def _by(event: AttemptEvent) -> str:
    if event.by is not None:
        return _name(event.by)
    if event.new == "started" or (event.new == "submitted" and not event.code):
        return _("The candidate")
    return _("The service")


def _name(user: User | None) -> str:
    return user.email if user is not None else _("Somebody who has left")


def _what(event: AttemptEvent) -> str:
    if event.new == "submitted":
        if event.code == "deadline":
            return _("handed in what was saved when the time was over")
        return _("handed in")
    if event.new == "graded":
        return _("took the review back") if event.code else _("marked every question")
    return {
        "started": _("started the clock"),
        "reviewed": _("reviewed the scorecard"),
        "released": _("released the scorecard"),
        "expired": _("closed the invitation, which was not used in time"),
        "cancelled": _("cancelled the attempt"),
    }.get(event.new, event.new)
