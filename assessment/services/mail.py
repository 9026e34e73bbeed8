"""Write to candidates."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

if TYPE_CHECKING:
    from assessment.models import Invitation

log = logging.getLogger(__name__)

PAGE_LANGUAGE = {"zh": "zh-hans", "en": "en"}


def invitation_url(token: str) -> str:
    """Return the address that a candidate opens."""
    return f"{settings.BASE_URL}/i/{token}/"


def send_invitation_on_commit(invitation: Invitation, token: str) -> None:
    """Write to the candidate once the invitation is visible to others."""
    transaction.on_commit(partial(_send_invitation, invitation, token))


def _send_invitation(invitation: Invitation, token: str) -> None:
    # A mail server that is down must not undo the invitation: the recruiter sees
    # the link on the page and in the API, and can send it again.
    context = {
        "invitation": invitation,
        "assessment": invitation.assessment,
        "url": invitation_url(token),
        "support": settings.SUPPORT_EMAIL,
    }
    with translation.override(PAGE_LANGUAGE[invitation.language]):
        subject = render_to_string("email/invitation_subject.txt", context).strip()
        body = render_to_string("email/invitation.txt", context)
    try:
        send_mail(subject, body, None, [invitation.candidate_email])
    except OSError:
        log.exception("invitation %s could not be mailed", invitation.uid)
