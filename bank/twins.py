"""Which questions of one document ask the same thing twice. Pure.

Every question's heading becomes a bag of terms: Latin words, and pairs of
neighbouring Han characters. A term counts by how rare it is among the document's
other headings, so the sentence that a document builds all its questions from weighs
next to nothing and the subject of each question stands out.

Source: tf-idf and cosine, Manning, Raghavan and Schütze 2008, chapter 6.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Chosen on the two documents that the bank began with: the pairs that a person would
# merge or look at twice have 0.60 and more, all others 0.53 and less.
SAME_WORDS: Final = 0.57
SAME_SUBJECT: Final = 0.9  # without the field's own words, which leaves little

_GLOSS: Final = re.compile(
    r"(?<=[\u3400-\u9fff])\s{0,3}[（(](?=[A-Za-z])[^（()）]{0,80}[）)]"
)
_RUNS: Final = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_FRAME: Final = re.compile(
    "什么是|是什么|为什么|什么|怎么样|怎么|怎样|如何|请|描述|列举|简述|说明|解释一下|"
    "几种|一种|哪些|方法|利用|使用|实现|进行|可以|需要|在|的|和|与|它|问题|有"
)
# Words that every question of this field is built with; they name no subject.
_GENERIC: Final = re.compile(
    "深度学习|大型语言模型|大语言模型|大模型|语言模型|模型|算法|技术|策略|计算|运算|"
    "加速|提高|提升|优化|处理|推理|速度|过程|中"
)
_STOP: Final = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "could",
        "describe",
        "do",
        "does",
        "explain",
        "for",
        "from",
        "give",
        "how",
        "i",
        "in",
        "is",
        "it",
        "list",
        "name",
        "of",
        "on",
        "or",
        "should",
        "such",
        "that",
        "the",
        "their",
        "this",
        "to",
        "use",
        "used",
        "using",
        "what",
        "when",
        "which",
        "why",
        "with",
        "would",
        "you",
        "your",
    }
)
_GENERIC_LATIN: Final = frozenset(
    {
        "accelerate",
        "algorithm",
        "approach",
        "deep",
        "fast",
        "faster",
        "improve",
        "inference",
        "large",
        "language",
        "learning",
        "llm",
        "llms",
        "method",
        "model",
        "models",
        "speed",
        "strategy",
        "technique",
        "up",
        "work",
    }
)
# To measure a thing and to improve it are two questions about one subject.
_MEASURE: Final = re.compile(
    r"评估|评测|衡量|测量|\b(?:evaluat|measur|benchmark|assess)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two questions of one document that ask nearly the same."""

    first: int  # number of the question in the document
    second: int
    why: str


def twins(headings: Mapping[int, str]) -> tuple[Twins, ...]:
    """Return the pairs of near-duplicates among a document's numbered headings."""
    whole = _Bags({number: _terms(text) for number, text in headings.items()})
    core = _Bags(
        {number: _terms(text, generic=False) for number, text in headings.items()}
    )
    found = []
    for first, second in itertools.combinations(sorted(headings), 2):
        shared = whole.shared(first, second)
        subject = core.shared(first, second)
        if not shared or _measures(headings[first]) != _measures(headings[second]):
            continue
        nearness = whole.cosine(first, second)
        if nearness < SAME_WORDS:
            nearness = core.cosine(first, second)
            if nearness < SAME_SUBJECT or not core.rare(subject):
                continue
        about = core.rarest(subject) or whole.rarest(shared)
        why = f"both ask about “{about}” (similarity {nearness:.2f})"
        found.append(Twins(first=first, second=second, why=why))
    return tuple(found)


class _Bags:
    """The terms of every heading, and how often each occurs."""

    def __init__(self, bags: Mapping[int, frozenset[str]]) -> None:
        self._bags = bags
        self._counts = Counter(itertools.chain.from_iterable(bags.values()))
        self._few = max(2, len(bags) // 10)

    def shared(self, first: int, second: int) -> frozenset[str]:
        """Return the terms that both headings have."""
        return self._bags[first] & self._bags[second]

    def cosine(self, first: int, second: int) -> float:
        """Return how alike two headings are, in [0, 1].

        Rarity is counted in the other headings: counted in all of them, two
        questions would make a subject common by sharing it.
        """
        one, other = self._bags[first], self._bags[second]
        weights = {
            term: math.log(
                len(self._bags)
                / (1 + self._counts[term] - (term in one) - (term in other))
            )
            ** 2
            for term in one | other
        }
        product = sum(map(weights.__getitem__, one)) * sum(
            map(weights.__getitem__, other)
        )
        both = sum(map(weights.__getitem__, one & other))
        return both / math.sqrt(product) if product else float(one == other)

    def rare(self, terms: frozenset[str]) -> bool:
        """Say whether some term belongs to a few questions only."""
        return any(self._counts[term] <= self._few for term in terms)

    def rarest(self, terms: frozenset[str]) -> str:
        """Return the rarest word among the terms, pairs of characters joined again."""
        return min(
            _joined(terms),
            key=lambda word: (self._rarity(word), -len(word), word),
            default="",
        )

    def _rarity(self, word: str) -> int:
        pairs = [word] if word.isascii() else map("".join, itertools.pairwise(word))
        return min((self._counts[pair] for pair in pairs), default=len(self._bags))


def _terms(text: str, *, generic: bool = True) -> frozenset[str]:
    # A translation in brackets says the same again, in one of the two places only.
    plain = unicodedata.normalize("NFKC", _GLOSS.sub("", text)).lower()
    terms: set[str] = set()
    for run in _RUNS.findall(plain):
        if run[0].isascii():
            if run not in _STOP and (generic or run not in _GENERIC_LATIN):
                terms.add(run.removesuffix("s"))
            continue
        for framed in _FRAME.split(run):
            for part in [framed] if generic else _GENERIC.split(framed):
                terms.update(map("".join, itertools.pairwise(part)))
                if len(part) == 1:
                    terms.add(part)
    return frozenset(terms)


def _joined(terms: frozenset[str]) -> list[str]:
    """Chain pairs of characters that overlap: 流水, 水线 -> 流水线."""
    words = [term for term in terms if term[0].isascii()]
    pairs = sorted(term for term in terms if not term[0].isascii())
    following = {term[0]: term for term in reversed(pairs)}
    ends = {term[-1] for term in pairs}
    heads = [term for term in pairs if term[0] not in ends] or pairs
    for head in heads:
        word, used = head, {head}
        while (pair := following.get(word[-1])) and pair not in used:
            word += pair[1:]
            used.add(pair)
        words.append(word)
    return words


def _measures(text: str) -> bool:
    return bool(_MEASURE.search(text))
