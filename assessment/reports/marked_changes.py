"""Two wordings of a text as one, with what went and what came marked. Pure.

Words of Latin script are compared whole, Chinese sign by sign: that is how people
of either script see a change. Where hardly anything is left of the old text the
marks would be confetti, so it goes as a whole and the new one comes as a whole.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A number with its decimals, a word, one run of spaces, or any single sign.
_TOKENS: Final = re.compile(
    r"[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_])|[A-Za-z0-9_]+|\s+|.", re.DOTALL
)
_FEWEST_KEPT: Final = 0.3  # share of both texts that must be the same
# difflib's time grows with the product of the lengths; longer texts go whole.
_MOST_TOKENS: Final = 4000
# Between two changes this little is no island worth keeping: a space, one sign.
_SHORTEST_ISLAND: Final = 1


class Mark(StrEnum):
    """What happened to a piece."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text of one mark."""

    mark: Mark
    text: str


def marked_changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces in reading order.

    Kept and gone joined are `before`, kept and new joined are `after`.
    """
    if before == after:
        return _pieces([(Mark.KEPT, before)])
    first, second = _TOKENS.findall(before), _TOKENS.findall(after)
    whole = [(Mark.GONE, before), (Mark.NEW, after)]
    if max(len(first), len(second)) > _MOST_TOKENS:
        return _pieces(whole)
    matcher = difflib.SequenceMatcher(a=first, b=second, autojunk=False)
    if matcher.ratio() < _FEWEST_KEPT:
        return _pieces(whole)
    found: list[tuple[Mark, str]] = []
    gone = new = ""
    codes = matcher.get_opcodes()
    for place, (tag, start, end, low, high) in enumerate(codes):
        kept = "".join(first[start:end])
        inside = 0 < place < len(codes) - 1
        if tag == "equal" and not (inside and len(kept) <= _SHORTEST_ISLAND):
            found += [(Mark.GONE, gone), (Mark.NEW, new), (Mark.KEPT, kept)]
            gone = new = ""
        else:
            gone += kept
            new += "".join(second[low:high])
    return _pieces([*found, (Mark.GONE, gone), (Mark.NEW, new)])


def _pieces(found: list[tuple[Mark, str]]) -> tuple[Piece, ...]:
    return tuple(Piece(mark=mark, text=text) for mark, text in found if text)
