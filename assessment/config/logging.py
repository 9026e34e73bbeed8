"""Keep what opens a door out of the log."""

from __future__ import annotations

import logging
import re
from typing import Final

# A candidate's link and the link to a released scorecard open without a password.
_LINK: Final = re.compile(r"(/(?:i|r)/)[^/\\s\"']{8,}")


class WithoutLinks(logging.Filter):
    """Replace the secret part of such links in every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; let it pass."""
        line = record.getMessage()
        shortened = _LINK.sub(r"\1...", line)
        if shortened != line:
            record.msg, record.args = shortened, None
        return True
