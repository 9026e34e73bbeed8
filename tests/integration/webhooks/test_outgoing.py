from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpcore
import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from assessment.models import WebhookDelivery
from assessment.services.sweeps import sweep_deliveries
from assessment.services.webhooks import LEASE, RETRY_AFTER, endpoint_disable
from assessment.states import AttemptState, DeliveryState
from assessment.webhooks import outgoing
from assessment.webhooks.outgoing import deliver, seconds_of
from tests.integration.webhooks.receiver import Reply
from tests.make.assessment import make_attempt
from workers.tasks.hooks import deliver_webhook

pytestmark = pytest.mark.django_db


def again(delivery) -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery.pk)


def make_due(delivery) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        next_at=timezone.now() - timedelta(seconds=1)
    )


def test_a_message_arrives_once_with_a_signature_that_the_receiver_can_verify(
    delivery, receiver
):
    deliver_webhook(delivery.pk)
    deliver_webhook(delivery.pk)

    (received,) = receiver.received
    message = Webhook(delivery.endpoint.secret).verify(received.body, received.headers)
    assert message["type"] == "attempt.started"
    assert message["data"]["status"] == "started"
    assert received.path == "/hooks?team=a"
    assert received.headers["webhook-id"] == delivery.message_id
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "Inferview-Webhooks/1"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    stored = again(delivery)
    assert (stored.state, stored.last_status, stored.tries) == (
        DeliveryState.DELIVERED,
        204,
        1,
    )
    assert stored.delivered_at is not None


def test_a_changed_message_does_not_verify(delivery, receiver):
    deliver(delivery.pk)

    (received,) = receiver.received
    forged = received.body.replace("started", "released")
    with pytest.raises(WebhookVerificationError):
        Webhook(delivery.endpoint.secret).verify(forged, received.headers)


def test_events_of_one_attempt_arrive_in_their_own_messages(endpoint, receiver):
    make_attempt(AttemptState.RELEASED, external_id="application-4711")
    for delivery in WebhookDelivery.objects.order_by("pk"):
        make_due(delivery)
        deliver(delivery.pk)

    told = [json.loads(received.body) for received in receiver.received]
    assert [(body["type"], body["data"]["status"]) for body in told] == [
        ("attempt.started", "started"),
        ("attempt.submitted", "submitted"),
        ("report.released", "released"),
    ]
    assert {body["data"]["external_id"] for body in told} == {"application-4711"}
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 3


def test_a_receiver_that_fails_is_called_again_with_the_same_id(
    delivery, receiver, sent, django_capture_on_commit_callbacks
):
    receiver.replies = [Reply(status=500, body=b"a page of ours, never stored")]
    before = timezone.now()

    deliver(delivery.pk)
    failed = again(delivery)
    deliver(delivery.pk)  # too early: nothing is sent

    assert (failed.state, failed.last_status) == (DeliveryState.PENDING, 500)
    assert failed.last_error == "HTTP 500"
    wait = (failed.next_at - before).total_seconds()
    assert RETRY_AFTER[0] <= wait <= RETRY_AFTER[0] * 1.1 + 5
    assert len(receiver.received) == 1

    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_deliveries(timezone.now()) == 0
    make_due(delivery)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_deliveries(timezone.now()) == 1
    assert sent[-1][1] == delivery.pk
    deliver(delivery.pk)

    first, second = receiver.received
    assert again(delivery).state == DeliveryState.DELIVERED
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    Webhook(delivery.endpoint.secret).verify(second.body, second.headers)


def test_the_receiver_may_ask_for_more_patience_but_not_for_less(delivery, receiver):
    receiver.replies = [
        Reply(status=429, headers={"Retry-After": "120"}),
        Reply(status=503, headers={"Retry-After": "1"}),
    ]
    before = timezone.now()

    deliver(delivery.pk)
    assert (again(delivery).next_at - before).total_seconds() >= 120
    make_due(delivery)
    deliver(delivery.pk)
    assert (again(delivery).next_at - before).total_seconds() >= RETRY_AFTER[1]


def test_410_disables_the_endpoint_and_gives_up_what_waits(
    delivery, receiver, endpoint
):
    make_attempt(AttemptState.STARTED)
    waiting = WebhookDelivery.objects.latest("pk")
    receiver.replies = [Reply(status=410)]

    deliver(delivery.pk)
    deliver(waiting.pk)
    make_attempt(AttemptState.STARTED)

    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert endpoint.disabled_reason == "gone"
    assert (again(delivery).state, again(delivery).last_status) == (
        DeliveryState.GIVEN_UP,
        410,
    )
    assert again(waiting).state == DeliveryState.GIVEN_UP
    assert len(receiver.received) == 1
    assert WebhookDelivery.objects.count() == 2


def test_what_is_recorded_while_an_endpoint_is_disabled_is_not_sent(
    delivery, receiver, endpoint
):
    endpoint_disable(endpoint=endpoint, reason="by hand")
    WebhookDelivery.objects.update(state=DeliveryState.PENDING)

    deliver(delivery.pk)

    assert receiver.received == []
    assert again(delivery).state == DeliveryState.GIVEN_UP


def test_a_redirect_is_a_failure_and_leads_nowhere(delivery, receiver):
    receiver.replies = [
        Reply(
            status=307, headers={"Location": f"http://127.0.0.1:{receiver.port}/else"}
        )
    ]

    deliver(delivery.pk)

    assert [received.path for received in receiver.received] == ["/hooks?team=a"]
    assert again(delivery).last_error == "HTTP 307, redirects are not followed"


@pytest.mark.parametrize(
    "reply",
    [Reply(silent_seconds=10.0), Reply(drip_seconds=0.05)],
    ids=["says nothing", "says one byte now and then"],
)
def test_a_slow_receiver_costs_one_time_limit_and_no_more(
    delivery, receiver, monkeypatch, reply
):
    monkeypatch.setattr(outgoing, "TIMEOUT", 0.6)
    receiver.replies = [reply]

    began = time.monotonic()
    deliver(delivery.pk)

    assert time.monotonic() - began < 3
    stored = again(delivery)
    assert stored.state == DeliveryState.PENDING
    assert stored.last_status is None
    assert "Timeout" in stored.last_error


def test_the_time_limit_is_shorter_than_the_lease():
    assert LEASE.total_seconds() / 2 > outgoing.TIMEOUT


def test_a_long_reply_is_not_read_to_its_end(delivery, receiver, monkeypatch):
    read = []
    real = outgoing.TimedStream.read

    def counted(self, max_bytes, timeout=None):
        piece = real(self, max_bytes, timeout)
        read.append(len(piece))
        return piece

    monkeypatch.setattr(outgoing.TimedStream, "read", counted)
    receiver.replies = [Reply(status=200, body=b"x" * 5_000_000)]

    deliver(delivery.pk)

    assert sum(read) < 10 * outgoing.LONGEST_REPLY
    assert again(delivery).state == DeliveryState.DELIVERED


def test_a_receiver_that_is_away_is_called_again_later(delivery, receiver):
    receiver.stop()

    deliver(delivery.pk)

    stored = again(delivery)
    assert stored.state == DeliveryState.PENDING
    assert "ConnectError" in stored.last_error


def test_what_is_not_http_is_a_failure(delivery, receiver, monkeypatch):
    receiver.replies = [Reply(status=200, headers={"X\x00": "y"})]

    deliver(delivery.pk)

    assert again(delivery).state == DeliveryState.PENDING
    assert "ProtocolError" in again(delivery).last_error


def test_two_workers_send_a_message_once(many_threads, delivery, receiver):
    receiver.replies = [Reply(silent_seconds=0.2), Reply(silent_seconds=0.2)]
    gate = threading.Barrier(4)

    def work(_number):
        gate.wait()
        try:
            deliver(delivery.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert len(receiver.received) == 1
    assert (again(delivery).state, again(delivery).tries) == (
        DeliveryState.DELIVERED,
        1,
    )


def test_a_worker_that_died_in_the_middle_is_followed_by_another(delivery, receiver):
    WebhookDelivery.objects.update(
        lease_until=timezone.now() - timedelta(seconds=1), tries=1
    )

    deliver(delivery.pk)

    assert len(receiver.received) == 1
    assert again(delivery).tries == 2


def test_a_message_of_a_deleted_endpoint_is_let_go(delivery, receiver, endpoint):
    endpoint.delete()

    deliver(delivery.pk)

    assert receiver.received == []


def test_the_proxies_of_the_environment_are_not_used(delivery, receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    deliver(delivery.pk)

    assert len(receiver.received) == 1


def test_an_encrypted_call_names_the_host_and_connects_to_the_checked_machine(
    monkeypatch,
):
    calls = []

    class Wire(httpcore.MockStream):
        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            calls.append(("tls", server_hostname, ssl_context.check_hostname))
            return self

        def write(self, buffer, timeout=None):
            calls.append(("sent", buffer.split(b"\r\n")[:2]))

    def connect(self, host, port, **options):
        calls.append(("tcp", host, port))
        return Wire([b"HTTP/1.1 204 No Content\r\n\r\n"])

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(
        outgoing, "permitted_machines", lambda host, port: ["203.0.113.7"]
    )

    reply = outgoing.post("https://hooks.example.org/in", body="{}", headers={})

    assert reply.status == 204
    assert calls[0] == ("tcp", "203.0.113.7", 443)
    assert calls[1] == ("tls", "hooks.example.org", True)
    assert calls[2] == ("sent", [b"POST /in HTTP/1.1", b"Host: hooks.example.org"])


NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("120", 120),
        (" 7 ", 7),
        ("-1", None),
        ("soon", None),
        ("9" * 400, 999_999_999),
        (format_datetime(NOON + timedelta(minutes=2), usegmt=True), 120),
        (format_datetime(NOON - timedelta(days=2), usegmt=True), 0),
        ("Thu, 26 Nov 2026 12:02:00", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert seconds_of(header, now=NOON) == seconds
