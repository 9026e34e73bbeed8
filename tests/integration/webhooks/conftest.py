from __future__ import annotations

import pytest

from assessment.models import WebhookDelivery
from assessment.services.webhooks import endpoint_create
from assessment.states import AttemptState
from tests.integration.webhooks.receiver import Receiver
from tests.make.assessment import make_attempt, make_organisation
from tests.make.threads import database_of_many_threads


@pytest.fixture
def receiver():
    started = Receiver()
    yield started
    started.stop()


@pytest.fixture
def endpoint(db, receiver):
    return endpoint_create(organisation=make_organisation(), url=receiver.url)


@pytest.fixture
def delivery(endpoint) -> WebhookDelivery:
    """The first message of an attempt that was started."""
    make_attempt(AttemptState.STARTED)
    return WebhookDelivery.objects.select_related("endpoint").get()


@pytest.fixture
def many_threads(transactional_db, tmp_path):
    """A database on which threads may write at once."""
    with database_of_many_threads(tmp_path):
        yield
