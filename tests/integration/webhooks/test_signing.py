from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from assessment.webhooks.signing import is_genuine, signed_headers

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = (
    '{"type":"assessment.scored","timestamp":"2026-01-01T00:00:00Z",'
    '"data":{"id":"inv_1"}}'
)


def test_the_published_vector_is_signed_as_published():
    headers = signed_headers(
        secret=SECRET,
        message_id="msg_01TESTVECTOR",
        moment=datetime.fromtimestamp(1_767_225_600, tz=UTC),
        body=BODY,
    )

    assert headers == {
        "webhook-id": "msg_01TESTVECTOR",
        "webhook-timestamp": "1767225600",
        "webhook-signature": "v1,jA7t0/EPxEvd8jjPJ7qUXUz9bwXf/ekehQH9N2UCaCo=",
    }


def signed(moment=None, body=BODY):
    return signed_headers(
        secret=SECRET, message_id="msg_1", moment=moment or timezone.now(), body=body
    )


def test_a_signed_message_is_genuine_for_five_minutes():
    now = timezone.now()

    assert is_genuine(secret=SECRET, headers=signed(now), body=BODY)
    old = signed(now - timedelta(minutes=6))
    assert not is_genuine(secret=SECRET, headers=old, body=BODY)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "1"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": ""},
    ],
)
def test_a_message_with_a_changed_header_is_not_genuine(changes):
    assert not is_genuine(secret=SECRET, headers={**signed(), **changes}, body=BODY)


def test_a_message_of_another_secret_is_not_genuine():
    other = "whsec_" + "B" * 44

    assert not is_genuine(secret=other, headers=signed(), body=BODY)


def test_text_beyond_ascii_is_signed_as_utf8():
    body = '{"external_id":"申请-7"}'

    assert is_genuine(secret=SECRET, headers=signed(body=body), body=body)
