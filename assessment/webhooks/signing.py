"""Sign webhook messages, and verify signed ones.

Source: Standard Webhooks 1.0.0, scheme `v1` (HMAC-SHA256 over id, time and body).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def signed_headers(
    *, secret: str, message_id: str, moment: datetime, body: str
) -> dict[str, str]:
    """Return the headers that name, date and sign one try of a message.

    `secret` is `whsec_...`, `moment` the time of this try, aware and in UTC.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body),
    }


def is_genuine(*, secret: str, headers: Mapping[str, str], body: str) -> bool:
    """Say whether a message was signed with `secret` within the last five minutes."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
