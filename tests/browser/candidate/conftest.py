"""A candidate who sits in front of a real browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from assessment.models import Answer, Attempt
from tests.make.assessment import make_assessment, make_invitation

if TYPE_CHECKING:
    from assessment.models import Invitation


@dataclass
class Seat:
    """A profile in which a sitting is under way."""

    invitation: Invitation
    token: str
    visit: Any
    profile: Any
    page: Any

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(invitation=self.invitation)

    @property
    def root(self) -> str:
        return f"/a/{self.attempt.uid}/"

    def answer(self, position=1) -> Answer:
        return self.attempt.items.get(position=position).answer

    def open(self, path, profile=None):
        return self.visit(f"{self.root}{path}", profile=profile or self.profile)

    def same_browser_after_a_crash(self):
        """Leave the profile as a crash does, and return it as it is found later.

        The old one is not closed: its pages would say goodbye to the server, and
        the network's emulation may end before they do. A crash says nothing.
        """
        state = self.profile.storage_state()
        self.profile = self.visit.profile(storage_state=state)
        return self.profile


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Keep messages from leaving; no worker runs here."""
    monkeypatch.setattr("assessment.dispatch._send", lambda task, row_id: None)


@pytest.fixture
def seat(visit):
    """Return how to sit down: agree, start the clock, stand before question 1."""

    def sit_down(**options) -> Seat:
        chinese = options.pop("chinese", False)
        invitation, token = make_invitation(
            assessment=make_assessment(), language="zh" if chinese else "en"
        )
        profile = visit.profile(**options)
        page = visit(f"/i/{token}/", profile=profile)
        page.locator(".agree button").click()
        page.locator("form[action$='/start/'] button").click()
        page.wait_for_url("**/1/")
        return Seat(
            invitation=invitation, token=token, visit=visit, profile=profile, page=page
        )

    return sit_down
