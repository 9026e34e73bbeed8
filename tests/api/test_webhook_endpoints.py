from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.dispatch import DELIVER_TASK
from assessment.models import WebhookDelivery, WebhookEndpoint
from assessment.services.webhooks import (
    RETRY_AFTER,
    delivery_claim,
    delivery_done,
    delivery_failed,
    delivery_gone,
)
from assessment.states import AttemptState, DeliveryState
from tests.make.assessment import make_attempt

pytestmark = pytest.mark.django_db

URL = "http://127.0.0.1:9/hook?team=a"


@pytest.fixture
def endpoint(api):
    return api.post("/webhook-endpoints", {"url": URL}).json()


@pytest.fixture
def told(endpoint, assessment):
    """Deliveries of an attempt that was handed in, oldest first."""
    make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    return list(WebhookDelivery.objects.order_by("pk"))


def test_the_secret_is_shown_when_the_endpoint_is_made_and_never_again(api, endpoint):
    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["url"] == URL
    assert endpoint["event_types"] == []

    looked_up = api.get(f"/webhook-endpoints/{endpoint['id']}").json()
    (listed,) = api.get("/webhook-endpoints").json()["results"]

    assert looked_up["secret"] is None
    assert listed == looked_up == {**endpoint, "secret": None}


def test_two_endpoints_have_two_secrets(api, endpoint):
    other = api.post("/webhook-endpoints", {"url": URL}).json()

    assert other["secret"] != endpoint["secret"]


def test_an_endpoint_hears_the_events_that_it_wants(api, assessment):
    wanted = {"url": URL, "event_types": ["attempt.submitted", "attempt.submitted"]}
    endpoint = api.post("/webhook-endpoints", wanted).json()
    make_attempt(AttemptState.RELEASED, assessment=assessment)

    path = f"/webhook-endpoints/{endpoint['id']}/deliveries"
    (delivery,) = api.get(path).json()["results"]

    assert endpoint["event_types"] == ["attempt.submitted"]
    assert delivery["event_type"] == "attempt.submitted"


def test_a_deleted_endpoint_is_gone_with_what_it_was_told(api, endpoint, told):
    response = api.delete(f"/webhook-endpoints/{endpoint['id']}")

    assert (response.status_code, response.content) == (204, b"")
    assert api.get(f"/webhook-endpoints/{endpoint['id']}").status_code == 404
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_another_organisations_endpoints_do_not_exist(stranger, endpoint, told):
    path = f"/webhook-endpoints/{endpoint['id']}"

    assert stranger.get("/webhook-endpoints").json()["results"] == []
    for response in (
        stranger.get(path),
        stranger.delete(path),
        stranger.post(f"{path}/enable"),
        stranger.get(f"{path}/deliveries"),
        stranger.post(f"{path}/deliveries/{told[0].message_id}/replay"),
    ):
        assert response.status_code == 404
    assert WebhookEndpoint.objects.count() == 1


def test_deliveries_say_how_the_sending_went(api, endpoint, told):
    now = timezone.now()
    started, submitted = told
    delivery_claim(started.pk, now=now)
    delivery_done(started.pk, status=204, now=now)
    later = submitted.next_at + timedelta(seconds=1)
    delivery_claim(submitted.pk, now=later)
    delivery_failed(submitted.pk, status=500, error="HTTP 500", now=later)

    page = api.get(f"/webhook-endpoints/{endpoint['id']}/deliveries").json()

    second, first = page["results"]
    assert (first["state"], first["last_status"], first["tries"]) == (
        "delivered",
        204,
        1,
    )
    assert first["next_at"] is None
    assert (second["state"], second["last_status"]) == ("pending", 500)
    assert second["last_error"] == "HTTP 500"
    assert second["next_at"] is not None
    assert "body" not in second


def test_deliveries_come_in_pages(api, endpoint, told):
    path = f"/webhook-endpoints/{endpoint['id']}/deliveries"
    first = api.get(path, limit="1").json()
    second = api.get(path, limit="1", cursor=first["next_cursor"]).json()

    seen = [first["results"][0]["message_id"], second["results"][0]["message_id"]]
    assert seen == [told[1].message_id, told[0].message_id]
    assert second["next"] is None


def test_a_given_up_message_is_sent_again_once_its_endpoint_is_enabled(
    api, endpoint, told, sent, django_capture_on_commit_callbacks
):
    delivery_gone(told[0].pk, status=410, reason="gone")
    base = f"/webhook-endpoints/{endpoint['id']}"
    replay = f"{base}/deliveries/{told[0].message_id}/replay"

    early = api.post(replay)
    assert (early.status_code, early.json()["code"]) == (409, "state.not_ready")
    assert api.get(base).json()["disabled_reason"] == "gone"

    enabled = api.post(f"{base}/enable").json()
    assert enabled["disabled_at"] is None
    with django_capture_on_commit_callbacks(execute=True):
        again = api.post(replay)

    assert again.status_code == 202
    assert again.json()["state"] == "pending"
    assert again.json()["message_id"] == told[0].message_id
    assert sent[-1] == (DELIVER_TASK, told[0].pk)


def test_a_message_that_was_not_given_up_is_not_sent_again(api, endpoint, told):
    path = f"/webhook-endpoints/{endpoint['id']}/deliveries"

    response = api.post(f"{path}/{told[0].message_id}/replay")
    unknown = api.post(f"{path}/msg_nothing/replay")

    assert (response.status_code, response.json()["code"]) == (
        409,
        "state.illegal_move",
    )
    assert unknown.status_code == 404


def test_an_endpoint_that_never_answers_is_disabled_after_its_last_try(told):
    delivery = told[0]
    now = delivery.next_at
    waits = []
    for _ in range(len(RETRY_AFTER) + 1):
        assert delivery_claim(delivery.pk, now=now)
        delivery_failed(delivery.pk, status=None, error="ConnectError", now=now)
        delivery.refresh_from_db()
        waits.append((delivery.next_at - now).total_seconds())
        now = delivery.next_at

    assert delivery.state == DeliveryState.GIVEN_UP
    for wait, planned in zip(waits, RETRY_AFTER, strict=False):
        assert planned <= wait <= planned * 1.1 + 1
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.disabled_reason == "unreachable"
    told[1].refresh_from_db()
    assert told[1].state == DeliveryState.GIVEN_UP


REFUSED = {
    "no scheme": "example.org/hook",
    "another scheme": "ftp://example.org/",
    "a file": "file:///etc/passwd",
    "no host": "http:///hook",
    "credentials": "https://user:secret@example.org/",
    "a fragment": "https://example.org/#hook",
    "port 0": "https://example.org:0/",
    "a port too high": "https://example.org:70000/",
    "no port": "https://example.org:http/",
    "a line break": "https://example.org/\r\nHost: other",
    "NUL": "https://example.org/\x00",
    "too long": "https://example.org/" + "x" * 500,
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_an_address_that_cannot_be_called_is_refused(api, url):
    response = api.post("/webhook-endpoints", {"url": url})

    assert response.status_code in {400, 422}
    assert response.json()["code"] in {"request.invalid", "webhook.endpoint_refused"}
    assert not WebhookEndpoint.objects.exists()


def test_a_private_address_is_refused_where_that_is_forbidden(api, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    response = api.post("/webhook-endpoints", {"url": "http://169.254.169.254/latest"})

    assert (response.status_code, response.json()["code"]) == (
        422,
        "webhook.endpoint_refused",
    )
    assert not WebhookEndpoint.objects.exists()
