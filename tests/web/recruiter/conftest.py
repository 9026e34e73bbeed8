from __future__ import annotations

import pytest
from django.test import Client

from assessment import dispatch
from tests.make.assessment import make_organisation, make_recruiter


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[tuple[str, int]]:
    """What would have gone over the wire: (task, row id)."""
    messages: list[tuple[str, int]] = []
    monkeypatch.setattr(
        dispatch.app,
        "send_task",
        lambda task, args, **options: messages.append((task, args[0])),
    )
    return messages


@pytest.fixture
def ruth(db):
    return make_recruiter("ruth@acme.example")


@pytest.fixture
def stranger(db):
    """A recruiter of another organisation."""
    return make_recruiter(
        "sam@other.example", organisation=make_organisation("other", "Other")
    )


@pytest.fixture
def client(ruth) -> Client:
    """A browser in which Ruth is signed in."""
    browser = Client()
    browser.force_login(ruth, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def other(stranger) -> Client:
    """A browser in which somebody of another organisation is signed in."""
    browser = Client()
    browser.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def text_of(response):
    return response.content.decode()
