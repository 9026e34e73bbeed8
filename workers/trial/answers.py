"""The answers that a question is tried with, made of rubrics. Pure.

Nobody writes them by hand, so every question can be tried the day it is written. They
are harsher than people and milder: no candidate repeats a rubric word for word, and
none lists its nouns. They show what a rubric cannot tell apart, not how candidates
will fare.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bank.definitions import TextQuestion
    from grading.inputs import KeyPoint, Rubric

SEED: Final = 4  # of the order in which nouns stand
_HALVES: Final = 3  # ways to cut a rubric in two, each gives two answers
_NEAR_HALF: Final = 0.05  # of the weight
_LEAST_TERMS: Final = 12  # of a list: fewer are no list
_STOP: Final = {"en": ". ", "zh": "。"}
_COMMA: Final = {"en": ", ", "zh": "，"}
_SHORTEST: Final = {"en": 3, "zh": 2}  # letters of a term
_LONGEST_HAN: Final = 6  # characters of a term; more are a clause

_WORDS: Final = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*[A-Za-z0-9]")
_HAN_RUNS: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[A-Za-z][A-Za-z0-9.+-]+")
# What stands between nouns; what is left of a sentence without it is a list of terms.
_HAN_LINKS: Final = re.compile(
    "因为|所以|如果|即使|只要|只有|而且|并且|或者|以及|例如|比如|通过|根据|按照|需要|"
    "其他|其中|其余|一些|这些|那些|它们|他们|什么|怎么|怎样|哪个|哪些|一次|各自|反而|"
    "可以|应该|应当|能够|不能|不会|不是|没有|就是|都是|还是|越是|之间|之前|之后|时候|"
    "[的了在是和与或把被让使由对从向到为以而且则就才都也还又再要会能可不没有无只每各个"
    "这那它其之所用比越更最较很太等后前时中上下里内外间按沿来去]"
)
_ENGLISH_LINKS: Final = re.compile(
    "about|above|after|again|against|all|also|and|another|any|are|"
    "around|because|been|before|being|below|between|both|but|can|"
    "cannot|could|does|done|down|during|each|either|every|few|for|"
    "from|further|get|gets|give|gives|goes|had|has|have|her|here|"
    "how|however|into|its|itself|just|keep|keeps|less|lets|like|"
    "made|make|makes|many|may|more|most|much|must|need|needs|"
    "neither|never|nor|not|nothing|off|once|one|only|onto|other|"
    "others|our|out|over|own|per|put|puts|rather|same|say|says|"
    "should|since|some|still|such|take|takes|than|that|the|their|"
    "them|then|there|these|they|this|those|three|through|too|two|"
    "under|until|upon|use|used|uses|very|was|were|what|when|where|"
    "whether|which|while|who|whose|why|will|with|within|without|"
    "would|yet|you|your",
    re.IGNORECASE,
)


class Column(StrEnum):
    """What an answer is made of; one column of the table."""

    OWN = "own"  # one phrasing of each key point
    HALF = "half"  # of key points that hold about half of the weight
    WRONG = "wrong"  # misconceptions, one by one and together
    FOREIGN = "foreign"  # all statements of a question that has nothing to do with it
    NOUNS = "nouns"  # the terms of the rubric, as a list
    PROMPT = "prompt"  # the question, repeated
    OPPOSITES = "opposites"  # all of them; for information
    COPIED = "copied"  # one statement, over and over; for information


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One answer to one question."""

    column: Column
    name: str  # what tells it from the others of its column
    text: str


def tries(
    question: TextQuestion, language: str, foreign: Mapping[str, TextQuestion]
) -> tuple[Try, ...]:
    """Return all answers that `question` is tried with in `language`.

    `foreign` holds the questions whose references must not answer it, by slug. What a
    draft lacks is not tried; without a key point in `language`, nothing is.
    """
    rubric = question.rubric
    if not _spoken(rubric.key_points, language):
        return ()
    made = itertools.chain(
        _own(rubric, language),
        _halves(rubric, language),
        _wrong(rubric, language),
        _foreign(foreign, language),
        _nouns(rubric, language),
        _prompt(rubric, language),
        _opposites(rubric, language),
        _copied(rubric, language),
    )
    return tuple(one for one in made if one.text)


def strangers(
    question: TextQuestion, texts: Mapping[str, TextQuestion]
) -> dict[str, TextQuestion]:
    """Return the questions that `question` has nothing to do with, by slug.

    Neither it nor its twins, nor what one of the two names as related. Aliases have
    the reference of the question they repeat, so they are left out.
    """
    own = question.alias_of or question.slug
    kin = {own, *(_canonical(name, texts) for name in question.related)}
    return {
        slug: other
        for slug, other in texts.items()
        if not other.alias_of
        and slug not in kin
        and own not in {_canonical(name, texts) for name in other.related}
    }


def _canonical(slug: str, texts: Mapping[str, TextQuestion]) -> str:
    return (texts[slug].alias_of or slug) if slug in texts else slug


def _own(rubric: Rubric, language: str) -> Iterator[Try]:
    """Yield answers of one phrasing for each point; the first is the reference."""
    points = _spoken(rubric.key_points, language)
    for mix in range(_mixes(points, language)):
        yield Try(
            column=Column.OWN,
            name=f"mix {mix}",
            text=_said(points, language, first=mix),
        )
    for turn in (0, 1):
        yield Try(
            column=Column.OWN,
            name=f"turning mix {turn}",
            text=_said(points, language, first=turn, step=1),
        )


def _halves(rubric: Rubric, language: str) -> Iterator[Try]:
    """Yield answers of half of the points, and of the other half."""
    points = _spoken(rubric.key_points, language)
    for mix, chosen in enumerate(halves([point.weight for point in points])):
        for inside in (True, False):
            part = [p for at, p in enumerate(points) if (at in chosen) == inside]
            yield Try(
                column=Column.HALF,
                name="+".join(point.id for point in part),
                text=_said(part, language, first=mix),
            )


def halves(weights: Sequence[float]) -> list[frozenset[int]]:
    """Return some sets of places that hold about half of the weight.

    The first is nearest to half. Each further one is, among those within `_NEAR_HALF`
    of it, the one that differs most from those before it and their
    complements.
    """
    if len(weights) < 2:  # noqa: PLR2004 - one point cannot be halved
        return []
    total = sum(weights)
    ways = [
        frozenset((0, *rest))  # with the first point: the complements are without it
        for size in range(len(weights) - 1)
        for rest in itertools.combinations(range(1, len(weights)), size)
    ]

    def distance(way: frozenset[int]) -> float:
        return abs(sum(weights[at] for at in way) / total - 0.5)

    ways.sort(key=lambda way: (round(distance(way), 9), sorted(way)))
    near = [way for way in ways if distance(way) <= _NEAR_HALF]
    chosen = ways[:1]
    while len(chosen) < _HALVES and len(chosen) < len(near):
        chosen.append(
            max(
                (way for way in near if way not in chosen),
                key=lambda way: min(_difference(way, c, len(weights)) for c in chosen),
            )
        )
    return chosen


def _difference(one: frozenset[int], other: frozenset[int], size: int) -> int:
    apart = len(one ^ other)
    return min(apart, size - apart)


def _wrong(rubric: Rubric, language: str) -> Iterator[Try]:
    wrongs = [w for w in rubric.misconceptions if w.phrasings.get(language)]
    for wrong in wrongs:
        for number, text in enumerate(wrong.phrasings[language]):
            name = f"{wrong.id} {number}"
            yield Try(column=Column.WRONG, name=name, text=text)
    for mix in range(max((len(w.phrasings[language]) for w in wrongs), default=0)):
        texts = [w.phrasings[language] for w in wrongs]
        yield Try(
            column=Column.WRONG,
            name=f"all, mix {mix}",
            text=_joined((t[mix % len(t)] for t in texts), language),
        )


def _foreign(foreign: Mapping[str, TextQuestion], language: str) -> Iterator[Try]:
    for slug, question in foreign.items():
        points = _spoken(question.rubric.key_points, language)
        text = _said(points, language)
        yield Try(column=Column.FOREIGN, name=slug, text=text)


def _nouns(rubric: Rubric, language: str) -> Iterator[Try]:
    terms = list(
        dict.fromkeys(
            itertools.chain.from_iterable(
                _terms(point.phrasings[language][0], language)
                for point in _spoken(rubric.key_points, language)
            )
        )
    )
    swapped = [
        term
        for contrast in rubric.contrasts
        for pair in contrast.pairs.get(language, ())
        for term in pair
    ]
    for name, found in (("statements", terms), ("contrasts", swapped)):
        if len(found) >= _LEAST_TERMS:
            order = np.random.default_rng(SEED).permutation(len(found))
            text = _COMMA[language].join(found[at] for at in order)
            yield Try(column=Column.NOUNS, name=name, text=text)


def _terms(text: str, language: str) -> Iterator[str]:
    """Yield the words of a sentence that name something, as near as letters tell."""
    if language == "en":
        for word in _WORDS.findall(text):
            if len(word) >= _SHORTEST["en"] and not _ENGLISH_LINKS.fullmatch(word):
                yield word
        return
    for run in _HAN_RUNS.findall(text):
        for term in [run] if run.isascii() else _HAN_LINKS.split(run):
            if len(term) >= _SHORTEST["zh"] and (
                term.isascii() or len(term) <= _LONGEST_HAN
            ):
                yield term


def _prompt(rubric: Rubric, language: str) -> Iterator[Try]:
    prompt = rubric.prompt.get(language, "")
    yield Try(column=Column.PROMPT, name="prompt", text=prompt)


def _opposites(rubric: Rubric, language: str) -> Iterator[Try]:
    texts = [
        p.opposites[language] for p in rubric.key_points if language in p.opposites
    ]
    text = _joined(texts, language)
    yield Try(column=Column.OPPOSITES, name="opposites", text=text)


def _copied(rubric: Rubric, language: str) -> Iterator[Try]:
    points = _spoken(rubric.key_points, language)
    heaviest = max(points, key=lambda point: point.weight, default=None)
    if heaviest is not None:
        text = _joined([heaviest.phrasings[language][0]] * len(points), language)
        yield Try(column=Column.COPIED, name=heaviest.id, text=text)


def _spoken(points: Iterable[KeyPoint], language: str) -> list[KeyPoint]:
    return [point for point in points if point.phrasings.get(language)]


def _mixes(points: Sequence[KeyPoint], language: str) -> int:
    return max((len(point.phrasings[language]) for point in points), default=0)


def _said(
    points: Sequence[KeyPoint], language: str, *, first: int = 0, step: int = 0
) -> str:
    """Return one phrasing of each point: number `first`, then `step` further each."""
    texts = [point.phrasings[language] for point in points]
    return _joined(
        (t[(first + step * at) % len(t)] for at, t in enumerate(texts)), language
    )


def _joined(texts: Iterable[str], language: str) -> str:
    stop = _STOP[language]
    return stop.join(text.rstrip(" .。;；") for text in texts)
