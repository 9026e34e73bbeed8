"""Why the service cannot start: always one sentence that says what to do."""

from __future__ import annotations


class CannotStart(Exception):
    """Something on this machine must change before the service can run."""
