"""Who may sign in: people whom an operator has made, by e-mail and password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    """allauth without sign-up, and with addresses that a Host header cannot bend."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # closed to all
        """Say no: recruiters are made by `create_recruiter`."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Return the subject under our name instead of the host's."""
        return f"Inferview: {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a password reset at the service's own address."""
        path = reverse("account_reset_password")
        return f"{settings.BASE_URL}{path}key/{key}/"
