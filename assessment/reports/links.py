"""Signed addresses of released scorecards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.core import signing

if TYPE_CHECKING:
    from assessment.models import Report

LINK_SALT: Final = "assessment.report"
LINK_SECONDS: Final = 7 * 24 * 3600


class LinkExpired(Exception):
    """The signed link was ours, but its time is over."""


class LinkForged(Exception):
    """The signed link is none of ours."""


def scorecard_link(report: Report) -> str:
    """Return an address that shows a released scorecard for seven days, to anybody."""
    signed = signing.dumps(str(report.uid), salt=LINK_SALT)
    return f"{settings.BASE_URL}/r/{signed}/"


def report_uid_of(signed: str) -> UUID:
    """Return the report that a signed link is about.

    Raises: `LinkExpired`, `LinkForged`.
    """
    try:
        return UUID(signing.loads(signed, salt=LINK_SALT, max_age=LINK_SECONDS))
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise LinkForged from error
