"""A candidate with a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from assessment.models import Attempt
from tests.make.assessment import make_assessment, make_invitation

if TYPE_CHECKING:
    from typing import Any

    from assessment.models import Invitation


@dataclass
class Candidate:
    """Speaks the pages' own addresses, as a browser does."""

    invitation: Invitation
    token: str
    client: Client = field(default_factory=Client)
    seq: int = 0

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(invitation=self.invitation)

    @property
    def root(self) -> str:
        return f"/a/{self.attempt.uid}/"

    def agree(self):
        return self.client.post(f"/i/{self.token}/")

    def start(self):
        self.agree()
        return self.client.post(f"{self.root}start/")

    def answer(self, position=1):
        return self.attempt.items.get(position=position).answer

    def put(self, text, *, position=1, client_id="tab1", base=None, seq=None, **more):
        self.seq += 1
        return self.client.put(
            f"{self.root}{position}/draft",
            {
                "text": text,
                "base_revision": self.answer(position).revision
                if base is None
                else base,
                "client_id": client_id,
                "client_seq": self.seq if seq is None else seq,
                "language": "en",
                **more,
            },
            content_type="application/json",
        )

    def move_deadline(self, **ago):
        """Let the deadline lie so long ago."""
        Attempt.objects.filter(pk=self.attempt.pk).update(
            deadline=timezone.now() - timedelta(**ago)
        )


def candidate(**changes: Any) -> Candidate:
    invitation, token = make_invitation(**changes)
    return Candidate(invitation=invitation, token=token)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Keep messages from leaving; the rows are what is tested here."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "assessment.dispatch._send", lambda task, row_id: sent.append((task, row_id))
    )
    return sent


@pytest.fixture
def li(db) -> Candidate:
    """A candidate who has not agreed yet; one text question, one task."""
    return candidate(assessment=make_assessment())


@pytest.fixture
def writing(li: Candidate) -> Candidate:
    """The same candidate with the clock running."""
    li.start()
    return li
