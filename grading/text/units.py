"""Cut an answer into sentences and clauses, each with its place in the answer.

A unit is what one similarity is asked of: every sentence, and every clause of a
sentence that has several. Positions are counted in the answer exactly as it was
handed in; the words that are compared are a cleaned copy (`plain`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS: Final = 60_000  # of an answer that are read; ten times a long one
MOST_UNITS: Final = 400  # of an answer that are compared
LONGEST_UNIT: Final = 600  # characters of one unit; an encoder reads about 512 tokens
SHORTEST_WORDS: Final = 4  # a clause with fewer joins its neighbour

HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN: Final = re.compile(f"[{HAN}]")
_WORD: Final = re.compile(rf"[^\W_{HAN}]+(?:['’.\-][^\W_{HAN}]+)*")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SENTENCE_END: Final = re.compile(
    r"""
    [。！？；!?;]+[”’」』)）"']*        # closing marks in either script
    | \.+[”’"')]*(?=\s|$)              # a full stop that ends a word
    | [\r\n\u2028\u2029\x0b\x0c]+      # a line
    """,
    re.VERBOSE,
)
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|resp|fig|eq|sec|no|dr|mr|ms|st)"
    r"|(?:^|\s)[A-Za-z]|(?:^|\n)\s*\d{1,2})\.$",
    re.IGNORECASE,
)
_LIST_MARK: Final = re.compile(
    r"""\s*(?:
        [-*+•·●○▪◦–—>\#]+\s+
        | \(?\d{1,2}[.)、）:：](?!\d)\s*
        | [（(]\s*(?:\d{1,2}|[a-zA-Z]|[一二三四五六七八九十]{1,3})\s*[)）]\s*
        | [一二三四五六七八九十]{1,3}\s*[、.．]\s*
        | 第[一二三四五六七八九十\d]{1,3}[，,、：:]\s*
        | [①-⑳]\s*
    )+""",
    re.VERBOSE,
)
_CLAUSE_END: Final = re.compile(
    r"""
    [,，](?!\d{3}(?!\d))\s*            # a comma that does not group digits
    | (?:[：]|:(?=\s))\s*
    | \s+[-–—]{1,2}\s+ | [—]{1,2}
    | \s*(?:->|=>|→|⇒)\s*
    | \s+(?=(?:but|because|while|whereas|so\ that|however|since|although|though
        |instead|otherwise|therefore|hence|thus|which)\b)
    | (?<=[\u3400-\u9fff])(?=(?:但是|但|因为|所以|因此|而且|而不是|同时|然后|否则
        |不过|然而|从而|以及|并且))
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One sentence or clause of an answer."""

    text: str  # exactly as in the answer
    plain: str  # cleaned: what is compared
    start: int  # characters from the answer's beginning
    end: int
    sentence: int  # number of the sentence it belongs to
    whole: bool  # the whole sentence, not a clause of it


def plain(text: str) -> str:
    """Return `text` as a reader sees it: compatible forms, one space, no tricks.

    Control, zero-width, direction and tag characters are dropped.
    """
    seen = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def has_hidden(text: str) -> bool:
    """Say whether the text holds characters that a reader does not see."""
    bare = text.replace("\u200d", "").replace("\ufe0f", "").replace("\ufeff", "", 1)
    return bool(_INVISIBLE.search(bare) or _CONTROL.search(bare))


def words(text: str) -> int:
    """Return about how many words `text` has; two Han characters make one."""
    return len(_WORD.findall(text)) + (len(_HAN_RUN.findall(text)) + 1) // 2


def language_of(text: str, *, otherwise: str) -> str:
    """Return "zh" or "en" by the script of most words; `otherwise` without words."""
    han = len(_HAN_RUN.findall(text)) / 2
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    if not han and not latin:
        return otherwise
    return "zh" if han * 2 >= latin else "en"


def sentences_of(text: str) -> list[Unit]:
    """Return the sentences of `text`, in order; empty for text without words.

    Only the first `MOST_CHARACTERS` are read, and of them whole sentences: half of one
    could say what nobody said.
    """
    found: list[Unit] = []
    for start, end in _sentence_spans(text[:MOST_CHARACTERS]):
        unit = _unit(text, start, end, number=len(found), whole=True)
        if unit is not None:
            found.append(unit)
    if len(text) > MOST_CHARACTERS and len(found) > 1:
        found.pop()
    return found


def clauses_of(text: str, sentence: Unit) -> list[Unit]:
    """Return the clauses of one sentence of `text`; empty when it is one clause."""
    spans: list[tuple[int, int]] = []
    at = sentence.start
    for match in _CLAUSE_END.finditer(text, sentence.start, sentence.end):
        if match.end() <= at or match.start() >= sentence.end:
            continue
        spans.append((at, match.end()))
        at = match.end()
    spans.append((at, sentence.end))
    units = [
        _unit(text, start, end, number=sentence.sentence, whole=False)
        for start, end in _joined(text, spans)
    ]
    clauses = [unit for unit in units if unit is not None]
    return clauses if len(clauses) > 1 else []


def _sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start : match.end()]
        if match.group().startswith(".") and _ABBREVIATION.search(
            piece[-12:].rstrip("\"')”’")
        ):
            continue
        yield from _short_enough(start, match.end())
        start = match.end()
    yield from _short_enough(start, len(text))


def _short_enough(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span, cut where it is longer than any honest sentence."""
    while end - start > LONGEST_UNIT:
        yield start, start + LONGEST_UNIT
        start += LONGEST_UNIT
    if start < end:
        yield start, end


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join pieces that are too short to say anything to what follows them."""
    joined: list[tuple[int, int]] = []
    open_start: int | None = None
    for start, end in spans:
        first = start if open_start is None else open_start
        if words(text[first:end]) < SHORTEST_WORDS:
            open_start = first
            continue
        joined.append((first, end))
        open_start = None
    if open_start is not None:
        if joined:
            joined[-1] = (joined[-1][0], spans[-1][1])
        else:
            joined.append((open_start, spans[-1][1]))
    return joined


def _unit(text: str, start: int, end: int, *, number: int, whole: bool) -> Unit | None:
    """Return the unit between two places, without list mark and outer space."""
    mark = _LIST_MARK.match(text, start, end)
    if mark is not None and mark.end() < end:
        start = mark.end()
    while start < end and (text[start].isspace() or text[start] in "，,：:、"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "，,：:、"):
        end -= 1
    seen = plain(text[start:end])
    if words(seen) == 0:
        return None
    return Unit(
        text=text[start:end],
        plain=seen,
        start=start,
        end=end,
        sentence=number,
        whole=whole,
    )
