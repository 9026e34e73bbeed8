"""Whatever is sent, and whatever breaks: one shape, a stable code, no inside."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from assessment.api.errors import PROBLEMS
from assessment.api.v1 import orders
from assessment.models import ApiKey, Invitation
from assessment.services.organisations import api_key_create, api_key_revoke
from assessment.states import AttemptState
from tests.api.caller import Caller
from tests.api.conftest import caller
from tests.make.assessment import make_attempt

pytestmark = pytest.mark.django_db

MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "code",
    "retryable",
    "instance",
    "request_id",
}


def check_problem(response, status, code):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) - {"errors"} == MEMBERS
    assert problem["status"] == status == PROBLEMS[code].status
    assert problem["code"] == code
    assert problem["title"] == PROBLEMS[code].title
    assert problem["retryable"] is PROBLEMS[code].retryable
    assert problem["type"].endswith(f"/api/v1/errors/{code}")
    assert problem["request_id"] == response["X-Request-Id"]
    assert problem["instance"].startswith("/api/")
    assert problem["detail"].endswith(".") or code == "request.malformed"
    assert ("errors" in problem) == (code == "request.invalid")
    for error in problem.get("errors", ()):
        assert len(set(error) & {"pointer", "parameter", "header"}) == 1
        assert error["detail"]
    return problem


NOBODY = uuid.UUID(int=7)
NESTED = b'{"a":' * 9_000 + b"1" + b"}" * 9_000
SHAPES = {
    "no key": (Caller(), "GET", "/orders", {}, 401, "auth.key_missing"),
    "bad JSON": (None, "POST", "/orders", {"content": b"{"}, 400, "request.malformed"),
    "half a byte": (
        None,
        "POST",
        "/orders",
        {"content": b'{"a": "\xff"}'},
        400,
        "request.malformed",
    ),
    "deep JSON": (
        None,
        "POST",
        "/orders",
        {"content": NESTED[:60_000]},
        400,
        "request.malformed",
    ),
    "not a number": (
        None,
        "POST",
        "/orders",
        {"content": b'{"a": NaN}'},
        400,
        "request.malformed",
    ),
    "a huge number": (
        None,
        "POST",
        "/orders",
        {"content": b'{"metadata": {"a": 1e999}}'},
        400,
        "request.invalid",
    ),
    "a number of 5000 digits": (
        None,
        "POST",
        "/orders",
        {"content": b"1" * 5_000},
        400,
        "request.malformed",
    ),
    "a form": (
        None,
        "POST",
        "/orders",
        {"content": b"a=b", "media_type": "application/x-www-form-urlencoded"},
        415,
        "request.unsupported_media_type",
    ),
    "1 MB": (
        None,
        "POST",
        "/orders",
        {"content": b'{"a": "' + b"x" * 1_000_000 + b'"}'},
        413,
        "request.too_large",
    ),
    "a body in pieces": (
        None,
        "POST",
        "/orders",
        {"content": b"{}", "headers": {"Transfer-Encoding": "chunked"}},
        411,
        "request.length_required",
    ),
    "a lying length": (
        None,
        "POST",
        "/orders",
        {"content": b"{}", "headers": {"Content-Length": "-5"}},
        413,
        "request.too_large",
    ),
    "no such method": (
        None,
        "DELETE",
        "/orders",
        {},
        405,
        "request.method_not_allowed",
    ),
    "OPTIONS": (None, "OPTIONS", "/orders", {}, 405, "request.method_not_allowed"),
    "an unknown path": (None, "GET", "/candidates", {}, 404, "not_found"),
    "an unknown path with a method of its own": (
        None,
        "PURGE",
        "/candidates",
        {},
        404,
        "not_found",
    ),
    "a slash too many": (None, "GET", "/orders/", {}, 404, "not_found"),
    "an id that is none": (None, "GET", "/orders/17", {}, 404, "not_found"),
    "nobody's order": (None, "GET", f"/orders/{NOBODY}", {}, 404, "not_found"),
    "nobody's result": (None, "GET", f"/orders/{NOBODY}/result", {}, 404, "not_found"),
    "nobody's assessment": (
        None,
        "GET",
        f"/assessments/{NOBODY}",
        {},
        404,
        "not_found",
    ),
    "nobody's endpoint": (
        None,
        "GET",
        f"/webhook-endpoints/{NOBODY}",
        {},
        404,
        "not_found",
    ),
    "an unknown code": (None, "GET", "/errors/nothing", {}, 404, "not_found"),
    "an unknown status": (
        None,
        "GET",
        "/orders",
        {"parameters": {"status": "done"}},
        400,
        "request.invalid",
    ),
    "a forged cursor": (
        None,
        "GET",
        "/orders",
        {"parameters": {"cursor": "1' OR 1=1"}},
        400,
        "request.invalid",
    ),
    "another list's cursor": (
        None,
        "GET",
        "/assessments",
        {"parameters": {"cursor": str(NOBODY)}},
        400,
        "request.invalid",
    ),
    "no limit": (
        None,
        "GET",
        "/orders",
        {"parameters": {"limit": "0"}},
        400,
        "request.invalid",
    ),
    "a limit in other digits": (
        None,
        "GET",
        "/orders",
        {"parameters": {"limit": "٣"}},
        400,
        "request.invalid",
    ),
    "a limit too high": (
        None,
        "GET",
        "/assessments",
        {"parameters": {"limit": "201"}},
        400,
        "request.invalid",
    ),
    "no idempotency key": (
        None,
        "POST",
        "/orders",
        {"content": b"ORDER"},
        400,
        "idempotency.key_missing",
    ),
    "an address that is none": (
        None,
        "POST",
        "/webhook-endpoints",
        {"content": b'{"url": "ftp://example.org/"}'},
        422,
        "webhook.endpoint_refused",
    ),
    "an event that is none": (
        None,
        "POST",
        "/webhook-endpoints",
        {"content": b'{"url": "http://127.0.0.1/", "event_types": ["x"]}'},
        400,
        "request.invalid",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_refusal_has_the_same_shape(api, order_body, name):
    who, method, path, sent, status, code = SHAPES[name]
    if sent.get("content") == b"ORDER":
        sent = {**sent, "content": json.dumps(order_body).encode()}

    response = (who or api).send(method, path, **sent)

    check_problem(response, status, code)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        "Bearer ivk_00000000_wrong",
        "Bearer ivk_",
        "Bearer \xe4\xf6",
        "Bearer " + "x" * 5_000,
        "Basic " + b64encode(b"ivk_00000000_wrong:").decode(),
        "Basic !!!",
        "Basic /w==",
        "Bearer",
        "Token abc",
    ],
    ids=range(9),
)
def test_a_wrong_key_gets_nothing(db, header):
    response = Caller().send("GET", "/orders", headers={"Authorization": header})

    check_problem(response, 401, "auth.key_invalid")
    assert response["WWW-Authenticate"].startswith("Bearer ")


def test_half_of_a_key_is_no_key(api):
    check_problem(Caller(api.key[:-1]).get("/orders"), 401, "auth.key_invalid")
    check_problem(Caller(api.key[:12]).get("/orders"), 401, "auth.key_invalid")


def test_a_key_ends_with_its_time_and_when_it_is_revoked(organisation):
    now = timezone.now()
    expired = caller(organisation, expires_at=now - timedelta(seconds=1))
    row, key = api_key_create(organisation=organisation, name="old")
    assert Caller(key).get("/orders").status_code == 200
    api_key_revoke(key=row)

    check_problem(expired.get("/orders"), 401, "auth.key_expired")
    check_problem(Caller(key).get("/orders"), 401, "auth.key_revoked")


def test_a_key_may_do_what_its_scopes_say(organisation, order_body, assessment):
    attempt = make_attempt(AttemptState.RELEASED, assessment=assessment)
    order = f"/orders/{attempt.invitation.uid}"
    reader = caller(organisation, scopes=["orders:read"])
    writer = caller(organisation, scopes=["orders:write"])

    assert reader.get(order).status_code == 200
    for response, scope in (
        (reader.get("/assessments"), "assessments:read"),
        (reader.post("/orders", order_body, Idempotency_Key="k"), "orders:write"),
        (reader.post(f"{order}/cancel"), "orders:write"),
        (reader.post(f"{order}/renew-link"), "orders:write"),
        (reader.get(f"{order}/result"), "results:read"),
        (reader.get("/webhook-endpoints"), "webhooks:write"),
        (writer.get("/orders"), "orders:read"),
        (writer.get(order), "orders:read"),
    ):
        problem = check_problem(response, 403, "auth.scope_missing")
        assert scope in problem["detail"]
    assert Invitation.objects.count() == 1


def test_basic_carries_the_key_as_user_name(api):
    header = "Basic " + b64encode(f"{api.key}:".encode()).decode()

    response = Caller().send("GET", "/orders", headers={"Authorization": header})

    assert response.status_code == 200


def test_a_key_is_stored_as_its_digest_and_its_use_is_remembered(api):
    row = ApiKey.objects.get()
    assert row.last_used_at is None
    assert api.key not in json.dumps([row.digest, row.prefix, row.name])

    api.get("/orders")

    row.refresh_from_db()
    assert row.last_used_at is not None


def test_a_bug_of_ours_shows_nothing_of_our_inside(api, monkeypatch, caplog):
    def broken(organisation):
        message = "secret table secret_rows"
        raise RuntimeError(message)

    monkeypatch.setattr(orders, "orders_of", broken)
    response = api.get("/orders")

    problem = check_problem(response, 500, "service.error")
    assert "secret" not in response.content.decode()
    assert problem["request_id"] in caplog.text
    assert "secret_rows" in caplog.text


def test_a_database_that_is_away_asks_for_patience(api, monkeypatch):
    def locked(organisation):
        raise OperationalError

    monkeypatch.setattr(orders, "orders_of", locked)
    response = api.get("/orders")

    check_problem(response, 503, "service.unavailable")
    assert response["Retry-After"] == "5"


def test_errors_are_in_english_whatever_the_reader_prefers(api):
    response = api.send(
        "POST",
        "/orders",
        content=b"{}",
        headers={"Accept-Language": "zh-Hans", "Idempotency-Key": "k"},
    )

    problem = check_problem(response, 400, "request.invalid")
    assert "This field is required." in [e["detail"] for e in problem["errors"]]
    assert response["Content-Language"] == "en"


def test_what_the_candidate_sent_is_not_repeated_in_an_error(api, order_body):
    order_body["candidate"] |= {"email": "li.wei at example", "language": "Klingon"}
    order_body["expires_at"] = "2020-01-01T00:00:00Z"

    response = api.post("/orders", order_body, Idempotency_Key="k")

    check_problem(response, 400, "request.invalid")
    assert "li.wei" not in response.content.decode()
    assert "Li Wei" not in response.content.decode()


def test_a_media_type_that_is_not_offered_is_refused(api):
    response = api.send("GET", "/orders", headers={"Accept": "text/csv"})

    check_problem(response, 406, "request.not_acceptable")


def test_answers_are_not_kept_by_caches(api):
    assert api.get("/orders")["Cache-Control"] == "no-store"


def test_head_is_answered_like_get(api):
    response = api.client.head(
        "/api/v1/orders", headers={"Authorization": f"Bearer {api.key}"}
    )

    assert (response.status_code, response.content) == (200, b"")
