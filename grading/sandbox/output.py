"""Keep the first and the last of what a program prints, and nothing between."""

from __future__ import annotations

from typing import Final

KEPT_BYTES: Final = 64 * 1024  # at each end


class Printed:
    """A bounded record of an unbounded stream."""

    def __init__(self, kept: int = KEPT_BYTES) -> None:
        self._kept = kept
        self._first = bytearray()
        self._last = bytearray()
        self.total = 0  # bytes seen

    def add(self, chunk: bytes) -> None:
        """Take the stream's next bytes."""
        self.total += len(chunk)
        room = self._kept - len(self._first)
        if room > 0:
            self._first += chunk[:room]
            chunk = chunk[room:]
        self._last += chunk[-self._kept :]
        del self._last[: -self._kept]

    def text(self) -> str:
        """Return what was kept; control characters become visible marks."""
        dropped = self.total - len(self._first) - len(self._last)
        middle = f"\n[... {dropped} bytes not kept ...]\n" if dropped else ""
        return _shown(self._first) + middle + _shown(self._last)


def shown_line(raw: bytes, most: int = 2_000) -> str:
    """Return a message of the guest as text that is safe to show and to store."""
    return _shown(raw[:most]).strip()


def _shown(raw: bytes | bytearray) -> str:
    text = raw.decode("utf-8", errors="replace")
    return "".join(
        letter
        if letter.isprintable() or letter in "\n\t"
        else "\N{REPLACEMENT CHARACTER}"
        for letter in text
    )
