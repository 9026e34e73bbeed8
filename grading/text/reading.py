"""Read an answer as the marks are given on it: what counts, what was taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grading.inputs import LANGUAGES
from grading.text.guards import (
    Flag,
    copied,
    is_keyword_list,
    is_uncovered,
    repeats_itself,
    stands_in,
    word_pairs,
)
from grading.text.instructions import hides_instruction, speaks_to_grader
from grading.text.units import (
    MOST_CHARACTERS,
    MOST_UNITS,
    Unit,
    clauses_of,
    has_hidden,
    language_of,
    plain,
    sentences_of,
)

if TYPE_CHECKING:
    from grading.inputs import Rubric, TextAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An answer's units that may earn something, and what was seen on the way."""

    units: tuple[Unit, ...]  # each text once; sentences before their clauses
    languages: tuple[str, ...]  # of each unit: "zh" or "en"
    clause_counts: tuple[int, ...]  # of each unit: clauses in it, at least 1
    flags: frozenset[Flag]


def read(answer: TextAnswer) -> Reading:
    """Cut an answer into units and apply the guards that need no encoder."""
    flags: set[Flag] = set()
    if has_hidden(answer.text):
        flags.add(Flag.HIDDEN_CHARACTERS)
    if hides_instruction(answer.text):
        flags.add(Flag.INSTRUCTION)
    if len(answer.text) > MOST_CHARACTERS:
        flags.add(Flag.TOO_LONG)
    if not answer.rubric.complete:
        flags.add(Flag.INCOMPLETE_RUBRIC)

    sentences = sentences_of(answer.text)
    honest = [s for s in sentences if not speaks_to_grader(s.plain)]
    if len(honest) < len(sentences):
        flags.add(Flag.INSTRUCTION)
    flags |= _language_flags(honest, answer.language)
    flags |= _copy_flags(honest, answer.rubric)
    if is_keyword_list("\n".join(s.text for s in honest)):
        flags.add(Flag.KEYWORD_LIST)

    own = _own_words(honest, answer.rubric)
    if honest and sum(len(s.plain) for s in own) * 2 < sum(
        len(s.plain) for s in honest
    ):
        flags.add(Flag.PROMPT_REPEATED)
    units, counts = _units(answer.text, own)
    if len(units) > MOST_UNITS:
        flags.add(Flag.TOO_LONG)
        units, counts = units[:MOST_UNITS], counts[:MOST_UNITS]
    if not honest:
        flags.add(Flag.EMPTY)
    return Reading(
        units=tuple(units),
        languages=tuple(
            language_of(unit.plain, otherwise=answer.language) for unit in units
        ),
        clause_counts=tuple(counts),
        flags=frozenset(flags),
    )


def _language_flags(sentences: list[Unit], declared: str) -> set[Flag]:
    text = " ".join(s.plain for s in sentences)
    if is_uncovered(text):
        return {Flag.UNCOVERED_LANGUAGE}
    if declared not in LANGUAGES or language_of(text, otherwise=declared) != declared:
        return {Flag.OTHER_LANGUAGE}
    return set()


def _copy_flags(sentences: list[Unit], rubric: Rubric) -> set[Flag]:
    flags: set[Flag] = set()
    plains = [s.plain for s in sentences]
    statements = {
        text
        for point in rubric.key_points
        for texts in point.phrasings.values()
        for text in texts
    }
    if copied(plains, statements):
        flags.add(Flag.COPIED_RUBRIC)
    if repeats_itself(plains):
        flags.add(Flag.REPETITION)
    return flags


def _own_words(sentences: list[Unit], rubric: Rubric) -> list[Unit]:
    """Return the sentences that are not the question's own words."""
    pairs = word_pairs(rubric.prompt.values())
    return [s for s in sentences if not stands_in(s.plain, pairs)]


def _units(text: str, sentences: list[Unit]) -> tuple[list[Unit], list[int]]:
    """Return sentences and clauses, each wording once, with their clause counts."""
    units: list[Unit] = []
    counts: list[int] = []
    seen: set[str] = set()
    for sentence in sentences:
        clauses = clauses_of(text, sentence)
        for unit in (sentence, *clauses):
            folded = plain(unit.plain).casefold().strip(" .。,，;；:：!！")
            if folded in seen:
                continue
            seen.add(folded)
            units.append(unit)
            counts.append(max(1, len(clauses)) if unit.whole else 1)
        if len(units) > MOST_UNITS:
            break
    return units, counts
