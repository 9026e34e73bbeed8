"""What is wrong with questions although their format is right. Pure.

    questions ──> rules ──> faults (slug, place in its file) ──> findings (file, line)

A rule is one function. It yields faults and says where in the question each one is,
the way down from the top of the file: `("key_points", 2, "zh", 0)`. The line is looked
up at the end, in the files that a fault was found in.

Texts are compared by what they share: pairs of neighbouring Han characters and whole
words of other scripts in Chinese, four neighbouring letters in English. The share is
Jaccard's, from 0 (nothing in common) to 1 (the same but for case, width, space and
punctuation). It does not see who does what to whom, so its limits stand above what
two sentences have that swap roles.

Source: prefix filtering for pairs of sets, Chaudhuri, Ganti and Kaushik 2006,
"A primitive operator for similarity joins in data cleaning".
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bank.definitions import SpeedQuestion, State, TextQuestion
from bank.errors import QuestionFormatError
from bank.marked_yaml import Mapping as MappingNode
from bank.marked_yaml import Node, Sequence, read_yaml
from bank.parsing import (
    FEWEST_MISCONCEPTION_PHRASINGS,
    FEWEST_MISCONCEPTIONS,
    FEWEST_POINT_PHRASINGS,
    FEWEST_POINTS,
    MOST_POINTS,
    QUESTION_FILE,
)
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from bank.definitions import Source

    Question = TextQuestion | SpeedQuestion
    Place = tuple[str | int, ...]

MOST_SHARE: Final = 0.4  # of a question's weight in one key point
# Measured on the shipped bank, 440 key points with 3,520 phrasings: what is said twice,
# each time in other words, shares 0.42 at most. Exchange one word in the middle, and
# the two share 0.76 and more (statements), or 0.62 in 95 of 100 cases (phrasings).
REPEATS: Final = 0.5
# Two statements with swapped roles are one true, one false, and share nearly all. The
# nearest real misconception to a true phrasing has 0.48.
SAME_CLAIM: Final = 0.6
TOLD: Final = 0.6  # of a statement's letters in the prompt; in the bank 0.35 at most
# Half of the shortest statement that the bank has.
FEWEST_LETTERS: Final[Mapping[str, int]] = {"zh": 15, "en": 40}
MOSTLY: Final = 0.5  # of a text: more of it in empty phrases and it is one

EMPTY_PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": (
        "选择合适的策略",
        "选择合适的方法",
        "选择合适的框架",
        "选择合适的工具",
        "选择合适的硬件",
        "选择合适的模型",
        "使用合适的",
        "采用合适的",
        "采用先进的技术",
        "利用现有的框架",
        "优化模型结构",
        "优化算法",
        "修改模型结构",
        "根据具体情况",
        "根据实际情况",
        "根据实际需求",
        "视具体情况而定",
        "综合考虑各种因素",
        "提高模型性能",
        "提高效率",
        "提升性能",
        "不断改进",
        "持续优化",
    ),
    "en": (
        "choose a suitable strategy",
        "choose a suitable method",
        "choose a suitable framework",
        "choose a suitable model",
        "choose the right strategy",
        "choose the right method",
        "choose the right tool",
        "choose the right hardware",
        "select an appropriate strategy",
        "select an appropriate method",
        "use a suitable framework",
        "use an existing framework",
        "use appropriate techniques",
        "use advanced techniques",
        "optimise the model structure",
        "optimize the model structure",
        "modify the model structure",
        "it depends on the situation",
        "depending on the situation",
        "according to actual needs",
        "according to the actual situation",
        "consider all factors",
        "improve model performance",
        "improve efficiency",
        "improve performance",
        "keep improving",
        "optimise continuously",
    ),
}

_FINISHED: Final = frozenset({State.REVIEWED, State.LIVE})
_RUNS: Final = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+"
)
_LETTERS: Final = 4  # in a gram of English
_HAN_START: Final = "\u3400"


class Severity(StrEnum):
    """Whether a finding stops the bank, or wants a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where."""

    severity: Severity
    rule: str  # a key of RULES
    slug: str  # "" for the bank as a whole
    file: str
    line: int  # from 1
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.reason} [{self.rule}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What a rule yields; without a severity, the question's state decides."""

    slug: str
    place: Place
    reason: str
    severity: Severity | None = None


class _Role(StrEnum):
    """What a text of a question is."""

    STATEMENT = "key point"
    PHRASING = "phrasing"
    OPPOSITE = "opposite"
    MISCONCEPTION = "misconception"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Said:
    """One text of a question's rubric."""

    slug: str
    role: _Role
    name: str  # id of the key point or misconception
    place: Place
    text: str
    grams: frozenset[str]

    @property
    def true(self) -> bool:
        """Say whether its author holds it to be true."""
        return self.role in {_Role.STATEMENT, _Role.PHRASING}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """Two texts of one language that share at least `REPEATS`."""

    first: _Said
    second: _Said
    share: float

    def other(self, one: _Said) -> _Said:
        """Return the one that it is near to."""
        return self.second if one is self.first else self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bank:
    """Questions, and what several rules ask of them."""

    questions: Mapping[str, Question]
    texts: tuple[TextQuestion, ...]
    own: tuple[TextQuestion, ...]  # text questions that are no alias
    said: Mapping[str, tuple[_Said, ...]]  # language -> all texts of the rubrics
    near: tuple[_Near, ...]


def lint(questions: Mapping[str, Question], folder: Path) -> tuple[Finding, ...]:
    """Return what is wrong with a bank that was read from `folder`, in file order.

    What a finished question lacks is an error, what a draft or a retired one lacks a
    warning. What breaks other questions, a reference into nowhere, is always an error.
    """
    bank = _bank(questions)
    places = _Places(folder)
    findings = [
        Finding(
            severity=fault.severity or _severity(questions.get(fault.slug)),
            rule=name,
            slug=fault.slug,
            file=places.file(fault.slug),
            line=places.line(fault.slug, fault.place),
            reason=fault.reason,
        )
        for name, rule in RULES.items()
        for fault in rule(bank)
    ]
    return tuple(sorted(findings, key=lambda f: (f.file, f.line, f.rule, f.reason)))


def _severity(question: Question | None) -> Severity:
    finished = question is None or question.state in _FINISHED
    return Severity.ERROR if finished else Severity.WARNING


def _bank(questions: Mapping[str, Question]) -> _Bank:
    texts = tuple(q for q in questions.values() if isinstance(q, TextQuestion))
    own = tuple(question for question in texts if not question.alias_of)
    said = {
        language: tuple(
            itertools.chain.from_iterable(_said(question, language) for question in own)
        )
        for language in LANGUAGES
    }
    near = tuple(itertools.chain.from_iterable(map(_near_pairs, said.values())))
    return _Bank(questions=questions, texts=texts, own=own, said=said, near=near)


# The first rules say what is missing.


def _languages(bank: _Bank) -> Iterator[_Fault]:
    """Every text is there in every language."""
    for slug, question in bank.questions.items():
        for place, what, texts in _by_language(question):
            for language in LANGUAGES:
                if not texts.get(language):
                    reason = f"{what}: {language} is missing"
                    yield _Fault(slug=slug, place=place, reason=reason)


def _by_language(
    question: Question,
) -> Iterator[tuple[Place, str, Mapping[str, object]]]:
    """Yield everything of a question that is written once in each language."""
    yield ("title",), "title", question.title
    if isinstance(question, SpeedQuestion):
        yield (), "statement", question.statement
        yield ("competency",), "competency", question.competency or {}
        return
    yield ("prompt",), "prompt", question.rubric.prompt
    for at, erratum in enumerate(question.errata):
        yield ("errata", at, "says"), "says", erratum.says
        yield ("errata", at, "right"), "right", erratum.right
    if question.alias_of:
        return
    if question.competency:
        yield ("competency",), "competency", question.competency
    if question.follow_ups:
        yield ("follow_ups",), "follow_ups", question.follow_ups
    for at, point in enumerate(question.rubric.key_points):
        what = f"key point {point.id!r}"
        yield ("key_points", at), what, point.phrasings
        yield ("key_points", at, "opposite"), f"{what}, opposite", point.opposites
    for at, wrong in enumerate(question.rubric.misconceptions):
        what = f"misconception {wrong.id!r}"
        yield ("misconceptions", at), what, wrong.phrasings
    for at, contrast in enumerate(question.rubric.contrasts):
        yield ("contrasts", at), "contrast", contrast.pairs


def _parts(bank: _Bank) -> Iterator[_Fault]:
    """A question has a competency, contrasts, follow-up questions, further reading."""
    for question in bank.own:
        parts = {
            "competency": question.competency,
            "contrasts": question.rubric.contrasts,
            "follow_ups": question.follow_ups,
            "reading": question.reading,
        }
        for name, part in parts.items():
            if not part:
                reason = f"{name}: there are none"
                yield _Fault(slug=question.slug, place=(name,), reason=reason)


def _point_numbers(bank: _Bank) -> Iterator[_Fault]:
    """A question has six to nine key points."""
    for question in bank.own:
        number = len(question.rubric.key_points)
        if not FEWEST_POINTS <= number <= MOST_POINTS:
            reason = f"{number} key points, {FEWEST_POINTS} to {MOST_POINTS} are needed"
            yield _Fault(slug=question.slug, place=("key_points",), reason=reason)


def _point_phrasings(bank: _Bank) -> Iterator[_Fault]:
    """A key point has its statement and three more phrasings."""
    for question in bank.own:
        for at, point in enumerate(question.rubric.key_points):
            for language, texts in point.phrasings.items():
                if len(texts) < FEWEST_POINT_PHRASINGS:
                    yield _Fault(
                        slug=question.slug,
                        place=("key_points", at, language),
                        reason=f"key point {point.id!r}, {language}: {len(texts)} "
                        f"texts, {FEWEST_POINT_PHRASINGS} are needed",
                    )


def _misconception_numbers(bank: _Bank) -> Iterator[_Fault]:
    """A question has four misconceptions."""
    for question in bank.own:
        number = len(question.rubric.misconceptions)
        if number < FEWEST_MISCONCEPTIONS:
            reason = f"{number} misconceptions, {FEWEST_MISCONCEPTIONS} are needed"
            yield _Fault(slug=question.slug, place=("misconceptions",), reason=reason)


def _misconception_phrasings(bank: _Bank) -> Iterator[_Fault]:
    """A misconception is said in two ways."""
    for question in bank.own:
        for at, wrong in enumerate(question.rubric.misconceptions):
            for language, texts in wrong.phrasings.items():
                if len(texts) < FEWEST_MISCONCEPTION_PHRASINGS:
                    yield _Fault(
                        slug=question.slug,
                        place=("misconceptions", at, language),
                        reason=f"misconception {wrong.id!r}, {language}: {len(texts)} "
                        f"texts, {FEWEST_MISCONCEPTION_PHRASINGS} are needed",
                    )


# These say what is there and wrong.


def _weights(bank: _Bank) -> Iterator[_Fault]:
    """Weights are above 0, and no key point decides a question by itself."""
    for question in bank.own:
        points = question.rubric.key_points
        total = sum(point.weight for point in points)
        for at, point in enumerate(points):
            place = ("key_points", at, "weight")
            if point.weight <= 0:
                reason = f"key point {point.id!r}: its weight is not above 0"
                yield _Fault(slug=question.slug, place=place, reason=reason)
            elif point.weight > MOST_SHARE * total:
                reason = (
                    f"key point {point.id!r} holds {point.weight / total:.0%} of the "
                    f"weight, {MOST_SHARE:.0%} at most"
                )
                yield _Fault(slug=question.slug, place=place, reason=reason)


def _opposites(bank: _Bank) -> Iterator[_Fault]:
    """An opposite is neither its statement nor another phrasing."""
    for said in bank.said.values():
        true = {_folded(text.text): text for text in reversed(said) if text.true}
        for text in said:
            if text.role is _Role.OPPOSITE and (same := true.get(_folded(text.text))):
                where = "" if same.slug == text.slug else f" of {same.slug!r}"
                yield _Fault(
                    slug=text.slug,
                    place=text.place,
                    reason=f"the opposite of {text.name!r} is a phrasing of "
                    f"{same.name!r}{where}",
                )


def _repetitions(bank: _Bank) -> Iterator[_Fault]:
    """Inside a question, no text only repeats another of the same part."""
    for near in bank.near:
        first, second = near.first, near.second
        if first.slug == second.slug and (
            (first.true and second.true)
            or first.role is second.role is _Role.MISCONCEPTION
        ):
            yield _Fault(
                slug=second.slug,
                place=second.place,
                reason=f"{second.name!r} repeats {first.name!r} ({near.share:.2f} "
                f"shared): {first.text}",
            )


def _shared_points(bank: _Bank) -> Iterator[_Fault]:
    """No two questions share the text of a key point."""
    for near in bank.near:
        first, second = _blamed_last(bank, near)
        if first.slug != second.slug and first.true and second.true:
            yield _Fault(
                slug=second.slug,
                place=second.place,
                reason=f"{second.name!r} says what {first.name!r} of {first.slug!r} "
                f"says, in the same words ({near.share:.2f} shared): {first.text}",
            )


def _shared_misconceptions(bank: _Bank) -> Iterator[_Fault]:
    """Two questions may know the same error, but should say it in their own words."""
    for near in bank.near:
        first, second = _blamed_last(bank, near)
        if first.slug != second.slug and (
            first.role is second.role is _Role.MISCONCEPTION
        ):
            yield _Fault(
                slug=second.slug,
                place=second.place,
                severity=Severity.WARNING,
                reason=f"misconception {second.name!r} has the words of {first.name!r} "
                f"of {first.slug!r} ({near.share:.2f} shared): {first.text}",
            )


def _blamed_last(bank: _Bank, near: _Near) -> tuple[_Said, _Said]:
    """Return the two texts, last the one to change: a draft's before a live one's."""
    finished = bank.questions[near.second.slug].state in _FINISHED
    if finished and bank.questions[near.first.slug].state not in _FINISHED:
        return near.second, near.first
    return near.first, near.second


def _true_misconceptions(bank: _Bank) -> Iterator[_Fault]:
    """No misconception is what a key point says, of this or another question.

    One that is nearer to an opposite is a small change of a true statement, and false.
    """
    beside: dict[_Said, list[_Near]] = defaultdict(list)
    for near in bank.near:
        for text in (near.first, near.second):
            if text.role is _Role.MISCONCEPTION:
                beside[text].append(near)
    for text, nears in beside.items():
        said = [near for near in nears if near.other(text).true]
        closest = max(said, key=lambda near: near.share, default=None)
        denied = max(
            (n.share for n in nears if n.other(text).role is _Role.OPPOSITE),
            default=0.0,
        )
        if closest and closest.share >= SAME_CLAIM and closest.share > denied:
            true = closest.other(text)
            yield _Fault(
                slug=text.slug,
                place=text.place,
                reason=f"misconception {text.name!r} says what key point {true.name!r} "
                f"of {true.slug!r} says ({closest.share:.2f} shared): {true.text}",
            )


def _empty_phrases(bank: _Bank) -> Iterator[_Fault]:
    """A key point is a claim about its question, no phrase that fits any question."""
    for language, said in bank.said.items():
        phrases = sorted(map(_folded, EMPTY_PHRASES[language]), key=len, reverse=True)
        empty = re.compile("|".join(map(re.escape, phrases)))
        for text in said:
            folded = _folded(text.text)
            if text.true and len(empty.sub("", folded)) < MOSTLY * len(folded):
                reason = f"{text.name!r}: an empty phrase, it fits any question"
                yield _Fault(slug=text.slug, place=text.place, reason=reason)
            elif (
                text.role is _Role.STATEMENT and len(folded) < FEWEST_LETTERS[language]
            ):
                reason = (
                    f"the statement of {text.name!r} has {len(folded)} letters, "
                    f"{FEWEST_LETTERS[language]} at least make a claim"
                )
                yield _Fault(slug=text.slug, place=text.place, reason=reason)


def _prompts(bank: _Bank) -> Iterator[_Fault]:
    """A prompt does not give a key point away; an alias has its own prompt."""
    for question in bank.texts:
        for language, prompt in question.rubric.prompt.items():
            asked = _grams(prompt, language)
            for point in question.rubric.key_points:
                if not point.phrasings.get(language):
                    continue
                grams = _grams(point.phrasings[language][0], language)
                if len(grams & asked) > TOLD * len(grams):
                    yield _Fault(
                        slug=question.slug,
                        place=("prompt", language),
                        reason=f"the {language} prompt holds the statement of key "
                        f"point {point.id!r}",
                    )


# These look at what refers to other questions.


def _related(bank: _Bank) -> Iterator[_Fault]:
    """What a question names as related exists; of two text questions, each names both.

    A task names what it practises, an alias if need be, and need not be named back.
    """
    for slug, question in bank.questions.items():
        if isinstance(question, TextQuestion) and question.alias_of:
            continue  # it has those of its question
        for at, name in enumerate(question.related):
            other = bank.questions.get(name)
            if other is None:
                reason = f"related: there is no question {name!r}"
            elif not (
                isinstance(question, TextQuestion) and isinstance(other, TextQuestion)
            ):
                continue
            elif other.alias_of:
                reason = f"related: {name!r} is an alias, name {other.alias_of!r}"
            elif slug not in other.related:
                reason = f"related: {name!r} does not name {slug!r} in return"
            else:
                continue
            yield _Fault(
                slug=slug,
                place=("related", at),
                reason=reason,
                severity=Severity.ERROR,
            )


def _aliases(bank: _Bank) -> Iterator[_Fault]:
    """An alias names a text question that has its own rubric."""
    for question in bank.texts:
        if not question.alias_of:
            continue
        canonical = bank.questions.get(question.alias_of)
        if canonical is None:
            reason = f"there is no question {question.alias_of!r}"
        elif not isinstance(canonical, TextQuestion):
            reason = f"{question.alias_of!r} is answered with code"
        elif canonical.alias_of:
            reason = f"{question.alias_of!r} is an alias itself"
        else:
            continue
        yield _Fault(
            slug=question.slug,
            place=("alias_of",),
            reason=reason,
            severity=Severity.ERROR,
        )


def _sources(bank: _Bank) -> Iterator[_Fault]:
    """Each question of a document is asked by one text question; none is left out."""
    asked: dict[Source, str] = {}
    for question in bank.texts:
        for at, source in enumerate(question.sources):
            if source in asked:
                yield _Fault(
                    slug=question.slug,
                    place=("sources", at),
                    reason=f"{source.document} number {source.number} belongs to "
                    f"{asked[source]!r}",
                    severity=Severity.ERROR,
                )
            asked.setdefault(source, question.slug)
    numbers: dict[str, set[int]] = defaultdict(set)
    for source in asked:
        numbers[source.document].add(source.number)
    for document, found in sorted(numbers.items()):
        missing = sorted(set(range(1, max(found) + 1)) - found)
        if missing:
            yield _Fault(
                slug="",
                place=(),
                reason=f"{document}: nothing asks number "
                + ", ".join(map(str, missing)),
                severity=Severity.WARNING,  # a bank may take a part of a document
            )


RULES: Final[Mapping[str, Callable[[_Bank], Iterable[_Fault]]]] = {
    "language": _languages,
    "missing-part": _parts,
    "key-points": _point_numbers,
    "phrasings": _point_phrasings,
    "misconceptions": _misconception_numbers,
    "misconception-phrasings": _misconception_phrasings,
    "weight": _weights,
    "opposite": _opposites,
    "repetition": _repetitions,
    "shared-key-point": _shared_points,
    "shared-misconception": _shared_misconceptions,
    "true-misconception": _true_misconceptions,
    "empty-phrase": _empty_phrases,
    "prompt": _prompts,
    "related": _related,
    "alias": _aliases,
    "source": _sources,
}


# Texts and what they share


def _said(question: TextQuestion, language: str) -> Iterator[_Said]:
    """Yield the texts of a question's rubric in one language."""

    def said(role: _Role, name: str, place: Place, text: str) -> _Said:
        return _Said(
            slug=question.slug,
            role=role,
            name=name,
            place=place,
            text=text,
            grams=_grams(text, language),
        )

    for at, point in enumerate(question.rubric.key_points):
        for number, text in enumerate(point.phrasings.get(language, ())):
            role = _Role.PHRASING if number else _Role.STATEMENT
            yield said(role, point.id, ("key_points", at, language, number), text)
        if language in point.opposites:
            place = ("key_points", at, "opposite", language)
            yield said(_Role.OPPOSITE, point.id, place, point.opposites[language])
    for at, wrong in enumerate(question.rubric.misconceptions):
        for number, text in enumerate(wrong.phrasings.get(language, ())):
            there = ("misconceptions", at, language, number)
            yield said(_Role.MISCONCEPTION, wrong.id, there, text)


def _folded(text: str) -> str:
    """Return the text without case, width, space and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))


def _grams(text: str, language: str) -> frozenset[str]:
    if language != "zh":
        return frozenset(_windows(_folded(text), _LETTERS))
    grams: set[str] = set()
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).casefold()):
        # A word of another script is one unit: its letters would outvote the sentence.
        grams.update(_windows(run, 2) if run[0] >= _HAN_START else [run])
    return frozenset(grams)


def _windows(text: str, width: int) -> Iterator[str]:
    return (text[at : at + width] for at in range(max(1, len(text) - width + 1)))


def _near_pairs(texts: tuple[_Said, ...]) -> Iterator[_Near]:
    """Yield the pairs of texts that share at least `REPEATS`.

    Two sets can only share that much when they meet among the rarest members of each,
    which leaves few pairs to compare.
    """
    counts = Counter(itertools.chain.from_iterable(text.grams for text in texts))
    holders: dict[str, list[_Said]] = defaultdict(list)
    for text in texts:
        size = len(text.grams)
        rarest = sorted(text.grams, key=lambda gram: (counts[gram], gram))
        prefix = rarest[: size - math.ceil(REPEATS * size) + 1]
        seen: dict[_Said, None] = {}
        for gram in prefix:
            seen.update(dict.fromkeys(holders[gram]))
            holders[gram].append(text)
        for other in seen:
            both = len(text.grams & other.grams)
            share = both / (size + len(other.grams) - both)
            if share >= REPEATS:
                yield _Near(first=other, second=text, share=share)


# Places in files


class _Places:
    """Lines of places; a file is read again when something was found in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Node | None] = {}

    def file(self, slug: str) -> str:
        """Return the path of a question's file, or of the bank's folder."""
        return str(self._folder / slug / QUESTION_FILE if slug else self._folder)

    def line(self, slug: str, place: Place) -> int:
        """Return the line of a place, or of the deepest part of it that is there."""
        node = self._top(slug)
        line = 1
        for step in place:
            if isinstance(node, MappingNode) and step in node.values:
                line = node.key_lines[str(step)]
                node = node.values[str(step)]
            elif (
                isinstance(node, Sequence)
                and isinstance(step, int)
                and step < len(node.items)
            ):
                node = node.items[step]
                line = node.line
            else:
                break
        return line

    def _top(self, slug: str) -> Node | None:
        if not slug:
            return None
        if slug not in self._files:
            try:
                self._files[slug] = read_yaml(self._folder / slug / QUESTION_FILE)
            except QuestionFormatError:  # changed since it was read, or never a file
                self._files[slug] = None
        return self._files[slug]
