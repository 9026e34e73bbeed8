"""Make a rubric of a question and a reference answer, on any subject.

Nobody wrote down what is wrong, and nobody said it in other words; so the rubric is
not `complete`, and grades on it are flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grading.inputs import LANGUAGES, KeyPoint, Rubric
from grading.text.units import language_of, plain, sentences_of, words

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_POINTS: Final = 12  # of a reference; a longer one is read by neighbouring pairs
_FEWEST_WORDS: Final = 3  # of a sentence that is a point of its own


def adhoc_rubric(
    prompt: str,
    reference: str,
    *,
    key_points: Sequence[str] = (),
    language: str | None = None,
) -> Rubric:
    """Return a rubric whose points are `key_points`, else the reference's sentences.

    `language` says what prompt and reference are written in; None: by their script.
    With key points given, the reference adds nothing but its language. A rubric of a
    reference without words has no points; grading it says so.
    """
    spoken = language or language_of(
        " ".join((reference, *key_points)), otherwise=LANGUAGES[-1]
    )
    texts = [plain(point) for point in key_points if words(point)]
    if not texts:
        texts = _statements(reference)
    return Rubric(
        prompt={spoken: prompt},
        key_points=tuple(
            KeyPoint(id=f"p{place}", weight=1.0, phrasings={spoken: (text,)})
            for place, text in enumerate(texts, start=1)
        ),
    )


def _statements(reference: str) -> list[str]:
    """Return the reference's sentences, short ones joined to their neighbour."""
    statements: list[str] = []
    for sentence in sentences_of(reference):
        if statements and min(words(sentence.plain), words(statements[-1])) < (
            _FEWEST_WORDS
        ):
            statements[-1] = f"{statements[-1]} {sentence.plain}"
        else:
            statements.append(sentence.plain)
    while len(statements) > MOST_POINTS:
        pairs = zip(statements[::2], [*statements[1::2], ""], strict=False)
        statements = [f"{a} {b}".strip() for a, b in pairs]
    return list(dict.fromkeys(statements))
