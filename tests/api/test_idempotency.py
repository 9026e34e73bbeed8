from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from assessment.api.idempotency import idempotency_key
from assessment.api.v1 import orders
from assessment.models import IdempotencyRecord, Invitation, WebhookEndpoint
from assessment.services.assessments import assessment_archive
from assessment.services.idempotency import KEPT, answers_expire
from tests.api.conftest import caller

pytestmark = pytest.mark.django_db


def test_a_repeated_order_is_answered_alike_and_invites_once(api, order_body):
    key = str(uuid.uuid4())

    first = api.post("/orders", order_body, Idempotency_Key=f'"{key}"')
    again = api.post("/orders", order_body, Idempotency_Key=key)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.json()["invitation_url"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Invitation.objects.count() == 1


def test_the_order_of_fields_does_not_make_another_request(api, order_body):
    turned = dict(reversed(order_body.items()))

    first = api.post("/orders", order_body, Idempotency_Key="k")
    again = api.post("/orders", turned, Idempotency_Key="k")

    assert first.json() == again.json()


def test_without_a_key_nothing_is_ordered(api, order_body):
    response = api.post("/orders", order_body)

    assert response.status_code == 400
    assert response.json()["code"] == "idempotency.key_missing"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "schlüssel", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(api, order_body, key):
    response = api.post("/orders", order_body, Idempotency_Key=key)

    assert response.status_code == 400
    assert response.json()["errors"][0]["header"] == "Idempotency-Key"
    assert not Invitation.objects.exists()


def test_a_key_is_read_with_and_without_quotes():
    assert idempotency_key('"8e03978e"') == idempotency_key("8e03978e") == "8e03978e"
    assert idempotency_key(None) == ""


def test_the_same_key_for_another_order_is_refused(api, order_body):
    api.post("/orders", order_body, Idempotency_Key="k")
    order_body["candidate"]["email"] = "somebody.else@example.org"

    response = api.post("/orders", order_body, Idempotency_Key="k")

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency.key_reused"
    assert Invitation.objects.get().candidate_email == "li.wei@example.org"


def test_a_call_that_still_runs_is_not_started_again(api, order_body, monkeypatch):
    answers = []
    real = orders.invitation_create

    def slow(**arguments):
        monkeypatch.setattr(orders, "invitation_create", real)
        answers.append(api.post("/orders", order_body, Idempotency_Key="k"))
        return real(**arguments)

    monkeypatch.setattr(orders, "invitation_create", slow)
    first = api.post("/orders", order_body, Idempotency_Key="k")

    assert first.status_code == 201
    assert answers[0].status_code == 409
    assert answers[0].json()["code"] == "idempotency.key_busy"
    assert answers[0].json()["retryable"] is True
    assert Invitation.objects.count() == 1


def test_keys_of_two_organisations_do_not_meet(api, stranger, order_body):
    api.post("/orders", order_body, Idempotency_Key="k")

    response = stranger.post("/orders", order_body, Idempotency_Key="k")

    assert response.json()["code"] == "request.invalid"


def test_a_refusal_is_repeated_too(api, assessment, order_body):
    assessment_archive(assessment=assessment)

    first = api.post("/orders", order_body, Idempotency_Key="k")
    again = api.post("/orders", order_body, Idempotency_Key="k")

    assert first.status_code == again.status_code == 422
    assert again["Idempotency-Replayed"] == "true"
    assert again["Content-Type"] == "application/problem+json"
    for answer in (first.json(), again.json()):
        assert answer.pop("request_id").startswith("req_")
        assert answer["code"] == "assessment.invalid"


def test_a_value_that_was_mended_can_keep_its_key(api, order_body):
    order_body["candidate"]["email"] = "li.wei"
    assert api.post("/orders", order_body, Idempotency_Key="k").status_code == 400
    order_body["candidate"]["email"] = "li.wei@example.org"

    assert api.post("/orders", order_body, Idempotency_Key="k").status_code == 201


def test_a_fault_of_ours_is_forgotten_so_that_the_call_can_be_repeated(
    api, order_body, monkeypatch
):
    def broken(**arguments):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(orders, "invitation_create", broken)
        failed = api.post("/orders", order_body, Idempotency_Key="k")
    again = api.post("/orders", order_body, Idempotency_Key="k")

    assert (failed.status_code, again.status_code) == (500, 201)
    assert Invitation.objects.count() == 1


def test_an_order_that_stands_is_not_ordered_again_whatever_fails_afterwards(
    transactional_db, api, order_body, monkeypatch
):
    def ends_badly(**arguments):
        made = real(**arguments)
        transaction.on_commit(lambda: 1 / 0)
        return made

    real = orders.invitation_create
    with monkeypatch.context() as patch:
        patch.setattr(orders, "invitation_create", ends_badly)
        first = api.post("/orders", order_body, Idempotency_Key="k")
    again = api.post("/orders", order_body, Idempotency_Key="k")

    assert (first.status_code, again.status_code) == (500, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert Invitation.objects.count() == 1


def test_an_answer_is_kept_for_a_day_and_not_longer(api, order_body):
    api.post("/orders", order_body, Idempotency_Key="k")
    now = timezone.now()

    assert answers_expire(now + KEPT - timedelta(minutes=1)) == 0
    assert IdempotencyRecord.objects.get().body["invitation_url"]
    assert answers_expire(now + KEPT + timedelta(minutes=1)) == 1
    assert not IdempotencyRecord.objects.exists()


def test_an_endpoint_can_be_registered_with_a_key_and_without(api):
    body = {"url": "http://127.0.0.1:9/hook"}

    first = api.post("/webhook-endpoints", body, Idempotency_Key="k")
    again = api.post("/webhook-endpoints", body, Idempotency_Key="k")
    other = api.post("/webhook-endpoints", body)

    assert first.json() == again.json()
    assert other.json()["id"] != first.json()["id"]
    assert WebhookEndpoint.objects.count() == 2


def test_one_order_sent_from_many_threads_invites_once(
    many_threads, organisation, order_body
):
    key = uuid.uuid4().hex
    gate = threading.Barrier(6)

    def send(hiring_system):
        gate.wait()
        try:
            return hiring_system.post("/orders", order_body, Idempotency_Key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        callers = [caller(organisation) for _ in range(6)]
        responses = list(pool.map(send, callers))

    statuses = sorted(response.status_code for response in responses)
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    ids = {r.json()["id"] for r in responses if r.status_code == 201}
    assert len(ids) == 1
    assert Invitation.objects.count() == 1
    assert len(mail.outbox) == 1
