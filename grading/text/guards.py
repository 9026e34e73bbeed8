"""What is not an answer, each with the name that the grade's flags carry."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from grading.text.units import HAN, plain, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Flag(StrEnum):
    """Why a person may want to look at a mark."""

    EMPTY = "empty"  # no words at all, or none left
    INSTRUCTION = "instruction"  # sentences to the grader were taken out
    HIDDEN_CHARACTERS = "hidden_characters"  # zero-width, direction or control ones
    KEYWORD_LIST = "keyword_list"  # terms without statements earn next to nothing
    OTHER_QUESTION = "other_question"  # said of another question, it would earn marks
    PROMPT_REPEATED = "prompt_repeated"  # most of it is the question's own words
    REPETITION = "repetition"  # most sentences stand there more than once
    COPIED_RUBRIC = "copied_rubric"  # word for word a statement of the rubric
    TOO_LONG = "too_long"  # only the beginning was compared
    OTHER_LANGUAGE = "other_language"  # written in the other of our two languages
    UNCOVERED_LANGUAGE = "uncovered_language"  # neither Chinese nor English
    MISCONCEPTION = "misconception"  # says something the rubric knows as wrong
    INCOMPLETE_RUBRIC = "incomplete_rubric"  # no specialist wrote what is wrong


KEYWORD_FACTOR: Final = 0.1  # of its credit is what a bare list of terms keeps
PROMPT_FACTOR: Final = 0.1  # the same for an answer that hands the question back
ELSEWHERE_FACTOR: Final = 0.2  # the same for an answer to another question

_SEGMENT: Final = re.compile(
    r"[,，、;；。.!?！？|/\n·•]+(?:\s|(?<=[^\x00-\x7f])|$)|\n|、"
)
_LONGEST_TERM: Final = 5  # words
_LISTED_SHARE: Final = 0.8
_FEWEST_SEGMENTS: Final = 4
_COMMA: Final = re.compile("[,，、;；]")
_STOP: Final = re.compile(r"[.!?]+(?:\s|$)|[。！？\n]")
_LONGEST_RUN: Final = 10  # segments between two stops
_RUN_SHARE: Final = 0.85
# Segments without a relating word, at least, and mean words of a segment, below.
_RUN_FORMS: Final = ((0.4, 2.6), (0.65, 3.5))
_RELATION: Final = re.compile(
    r"""
    (?<![\w-])(?:is|are|was|be|been|am|by|because|since|so|to|of\ the|than|then|if
       |when|while|whereas|until|unless|that|which|who|has|have|had|can|could|will|would|must
       |should|may|do|does|don't|doesn't|not|no|only|never|always|from|into|with
       |without|per|before|after|instead|via|means?|makes?|gives?|needs?|keeps?
       |reduces?|lowers?|raises?|saves?|costs?|hurts?|helps?|uses?|reads?|fits?|gets?
       |stays?|runs?|allows?|avoids?|hides?|pays?|loses?|drops?|grows?|changes?
       |remains?|trains?|removes?|shrinks?|stores?|moves?|overlaps?|computes?
       |merges?|splits?|breaks?|scales?|cuts?|limits?|prevents?|improves?|loads?|writes?
       |sends?|waits?|says?|depends?|leaves?|shares?|becomes?|sets?|skip|skips|at|in|on|for)(?![\w-])
    | [:=＝→⇒<>≤≥≈×+*：]|->|=>
    | [就才把让会是由被使用把给能可要靠按为跟对比将需]
    | 因为|所以|如果|减少|增加|提高|降低|避免
    | 不|没|再|只|都|越|无|省|快|慢|少|多|大|小|高|低|后|前|时|先|从|到|成
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HAN_WEAK: Final = re.compile(
    r"[就才把让会是由被给能可要靠按将需不没再只都越]|因为|所以|如果|减少|增加|提高|降低|避免"
)
_PROMPT_SHARE: Final = 0.6  # of a unit's word pairs stand in the prompt
_COPIED_WORDS: Final = 8  # a shorter statement may be hit by chance
_OTHER_SCRIPT: Final = re.compile(
    "[\u0370-\u052f\u0530-\u06ff\u0900-\u0dff\u0e00-\u0fff\u3040-\u30ff\uac00-\ud7af]"
)
_FOREIGN: Final = (
    "der die das und ist nicht ein eine mit wird werden auch auf für von dem den sich"
    " le la les des est une pas pour dans avec que qui sont sur plus el los las una"
    " por para con como más del se il di che per non sono della"
)
_FOREIGN_WORDS: Final = frozenset(_FOREIGN.split())
_ENGLISH: Final = (
    "the a an of to and is are in that it for with on as by be this from or not can"
)
_ENGLISH_WORDS: Final = frozenset(_ENGLISH.split())


def is_keyword_list(text: str) -> bool:
    """Say whether an answer names terms and states nothing.

    Most of at least four segments are short and hold no word that relates things; or
    nearly all of it is one run of at least ten short segments without a full stop, two
    fifths of them such, or two thirds where they are longer.
    Source: the list rule of the grading study, which caught 16 of 16 lists and none
        of 176 other answers; a rule by function words caught terse experts too. The
        second rule is for phrases ("clearly slower, not needed, ..."): of 212 lists
        made of rubrics both catch 211, of 460 honest answers none, and 4 when all
        their full stops are made commas.
    """
    segments = {s.casefold() for s in map(plain, _SEGMENT.split(text)) if words(s)}
    if len(segments) < _FEWEST_SEGMENTS:
        return False
    bare = sum(1 for s in segments if words(s) <= _LONGEST_TERM and not _relates(s))
    if bare / len(segments) > _LISTED_SHARE:
        return True
    run = max(
        (sum(1 for s in _COMMA.split(r) if words(s)) for r in _STOP.split(text)),
        default=0,
    )
    return (
        run >= _LONGEST_RUN
        and run / len(segments) > _RUN_SHARE
        and any(
            bare / len(segments) >= share
            and sum(map(words, segments)) / len(segments) < length
            for share, length in _RUN_FORMS
        )
    )


def _relates(segment: str) -> bool:
    if re.search(f"[{HAN}]", segment):
        return bool(
            _HAN_WEAK.search(segment) or re.search(r"[:=→⇒<>≤≥≈]|->|=>", segment)
        )
    return bool(_RELATION.search(segment))


def stands_in(unit: str, pairs: frozenset[str]) -> bool:
    """Say whether most of a unit's word pairs are among `pairs` (see `word_pairs`)."""
    own = word_pairs((unit,))
    return bool(own) and len(own & pairs) / len(own) >= _PROMPT_SHARE


def word_pairs(texts: Iterable[str]) -> frozenset[str]:
    """Return the pairs of neighbouring words (Latin) and characters (Han)."""
    found: set[str] = set()
    for text in texts:
        tokens = re.findall(rf"[{HAN}]|[^\W_{HAN}]+", plain(text).casefold())
        found.update(f"{a} {b}" for a, b in pairwise(tokens))
        if len(tokens) == 1:
            found.add(tokens[0])
    return frozenset(found)


def repeats_itself(sentences: Sequence[str]) -> bool:
    """Say whether more than half of at least four sentences stand there twice."""
    folded = [s.casefold().strip(" .。;；!！") for s in sentences]
    return len(folded) >= _FEWEST_SEGMENTS and len(set(folded)) * 2 < len(folded)


def copied(sentences: Iterable[str], statements: Iterable[str]) -> bool:
    """Say whether a whole rubric statement stands word for word among `sentences`."""
    answer = _letters(" ".join(sentences))
    return any(
        _letters(statement) in answer
        for statement in statements
        if words(statement) >= _COPIED_WORDS
    )


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", plain(text).casefold())


def is_uncovered(text: str) -> bool:
    """Say whether most of a text is in a language that is neither Chinese nor English.

    By script, and for Latin letters by the commonest little words; a text of terms
    without little words counts as covered.
    """
    letters = sum(1 for c in text if c.isalpha())
    if letters and len(_OTHER_SCRIPT.findall(text)) * 2 > letters:
        return True
    seen = re.findall(r"[^\W\d_]+", text.casefold())
    foreign = sum(1 for word in seen if word in _FOREIGN_WORDS)
    english = sum(1 for word in seen if word in _ENGLISH_WORDS)
    return foreign > 2 * english + 2 and foreign * 8 > len(seen)
