from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from assessment import dispatch
from assessment.services.organisations import api_key_create
from tests.api.caller import Caller
from tests.make.assessment import make_assessment, make_organisation
from tests.make.threads import database_of_many_threads


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


@pytest.fixture(autouse=True)
def _no_request_counted_yet():
    cache.clear()


@pytest.fixture
def organisation(db):
    return make_organisation()


@pytest.fixture
def assessment(organisation):
    return make_assessment(organisation=organisation)


def caller(organisation, **changes) -> Caller:
    _row, key = api_key_create(organisation=organisation, name="hiring", **changes)
    return Caller(key)


@pytest.fixture
def api(organisation) -> Caller:
    return caller(organisation)


@pytest.fixture
def stranger(db) -> Caller:
    """The hiring system of another organisation."""
    return caller(make_organisation(slug="other", name="Other"))


@pytest.fixture
def order_body(assessment) -> dict[str, Any]:
    return {
        "assessment_id": str(assessment.uid),
        "candidate": {"name": "Li Wei", "email": "li.wei@example.org"},
    }


@pytest.fixture
def many_threads(transactional_db, tmp_path):
    """A database on which threads may write at once."""
    with database_of_many_threads(tmp_path):
        yield
