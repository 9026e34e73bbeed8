from __future__ import annotations

import pytest
from django.utils import timezone

from assessment.errors import EndpointRefused
from assessment.models import ApiKey, WebhookDelivery, WebhookEndpoint
from assessment.services.organisations import key_digest
from assessment.states import DeliveryState
from assessment.web import forms
from assessment.webhooks.addresses import check_address
from tests.make.assessment import make_organisation
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

SETTINGS = "/recruiter/settings/"


@pytest.fixture(autouse=True)
def no_name_is_looked_up(monkeypatch):
    def check(url):
        if "bad" in url:
            raise EndpointRefused
        if not url.startswith("https://hooks."):
            check_address(url)

    monkeypatch.setattr(forms, "check_address", check)


def make_key(client, **changes):
    form = {"name": "Bridge", "scopes": ["orders:read"]} | changes
    return client.post(f"{SETTINGS}keys/", form, follow=True)


def make_hook(client, url="https://hooks.example.org/x", **changes):
    return client.post(f"{SETTINGS}webhooks/", {"url": url} | changes, follow=True)


def make_delivery(state):
    return WebhookDelivery.objects.create(
        endpoint=WebhookEndpoint.objects.get(),
        message_id="msg_1",
        event_type="report.released",
        body="{}",
        state=state,
        tries=9,
        next_at=timezone.now(),
    )


def test_a_key_is_shown_once_and_only_its_digest_stays(client):
    page = text_of(make_key(client))
    again = text_of(client.get(SETTINGS))

    row = ApiKey.objects.get()
    start = page.index(row.prefix + "_")
    key = page[start:].split("<")[0]
    assert key_digest(key) == row.digest
    assert row.scopes == ["orders:read"]
    assert key not in again
    assert row.prefix in again


@pytest.mark.parametrize("changes", [{"name": ""}, {"scopes": []}, {"scopes": ["all"]}])
def test_a_refused_key_is_not_made(client, changes):
    page = make_key(client, **changes)

    assert "error-summary" in text_of(page)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_says_so(client):
    make_key(client)
    row = ApiKey.objects.get()

    client.post(f"{SETTINGS}keys/{row.pk}/revoke/")

    row.refresh_from_db()
    assert row.revoked_at is not None
    assert "Revoked" in text_of(client.get(SETTINGS))


def test_an_address_is_registered_with_its_own_secret(client):
    page = text_of(make_hook(client, event_types=["report.released"]))

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.event_types == ["report.released"]
    assert endpoint.secret in page


@pytest.mark.parametrize(
    "changes",
    [
        {"url": ""},
        {"url": "not an address"},
        {"url": "ftp://hooks.example.org/"},
        {"url": "https://bad.example.org/"},
        {"event_types": ["everything"]},
    ],
)
def test_a_refused_address_is_not_registered(client, changes):
    page = make_hook(client, **changes)

    assert page.status_code == 200
    assert "error-summary" in text_of(page)
    assert not WebhookEndpoint.objects.exists()


def test_a_disabled_address_gives_up_what_waits(client):
    make_hook(client)
    waiting = make_delivery(DeliveryState.PENDING)

    client.post(f"{SETTINGS}webhooks/{waiting.endpoint.uid}/disable/")

    waiting.refresh_from_db()
    waiting.endpoint.refresh_from_db()
    assert waiting.state == DeliveryState.GIVEN_UP
    assert waiting.endpoint.disabled_at is not None


def test_a_message_that_was_given_up_is_sent_again(
    client, sent, django_capture_on_commit_callbacks
):
    make_hook(client)
    delivery = make_delivery(DeliveryState.GIVEN_UP)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{SETTINGS}deliveries/{delivery.pk}/replay/")

    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PENDING
    assert sent == [("workers.deliver_webhook", delivery.pk)]


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.DELIVERED])
def test_only_what_was_given_up_is_sent_again(client, sent, state):
    make_hook(client)
    delivery = make_delivery(state)

    client.post(f"{SETTINGS}deliveries/{delivery.pk}/replay/")

    delivery.refresh_from_db()
    assert delivery.state == state
    assert sent == []


def test_nothing_is_sent_to_a_disabled_address(client, sent):
    make_hook(client)
    delivery = make_delivery(DeliveryState.GIVEN_UP)
    client.post(f"{SETTINGS}webhooks/{delivery.endpoint.uid}/disable/")

    page = client.post(f"{SETTINGS}deliveries/{delivery.pk}/replay/", follow=True)

    assert "nothing was sent" in text_of(page)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.GIVEN_UP


def test_another_organisation_reaches_no_key_address_or_message(client, other):
    make_key(client)
    make_hook(client)
    key, delivery = ApiKey.objects.get(), make_delivery(DeliveryState.GIVEN_UP)

    answers = [
        other.post(f"{SETTINGS}keys/{key.pk}/revoke/"),
        other.post(f"{SETTINGS}webhooks/{delivery.endpoint.uid}/disable/"),
        other.post(f"{SETTINGS}deliveries/{delivery.pk}/replay/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    key.refresh_from_db()
    delivery.refresh_from_db()
    assert key.revoked_at is None
    assert delivery.state == DeliveryState.GIVEN_UP
    page = text_of(other.get(SETTINGS))
    assert key.prefix not in page
    assert "hooks.example.org" not in page
    assert make_organisation("other").api_keys.count() == 0


@pytest.mark.parametrize("path", ["keys/", "webhooks/"])
def test_the_address_of_a_form_leads_to_its_page(client, path):
    assert client.get(f"{SETTINGS}{path}")["Location"] == SETTINGS
