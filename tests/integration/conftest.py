from __future__ import annotations

import pytest

from assessment import dispatch


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
