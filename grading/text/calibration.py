"""The numbers that turn standings into marks, per encoder, with their source.

A standing is a similarity in deviations above its background, so one set of numbers
serves encoders whose raw cosines differ; a set of its own is kept for an encoder
that was measured. They were searched on `tests/encoder/answers/tuned`; the shape of the
score was chosen with `watched` in view too, and the `bare_` ones on SemEval-2013's
unseen answers (see the README for what they reach). They change together with `ENGINE`.
With a head (`grading.text.head`) they decide what each key point earns; the score is
then the head's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINE: Final = "key-points@3"  # a change of method or numbers gets a new number


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How evidence becomes credit and credit a score."""

    floor: float  # added to a deviation of the encoder's cosines
    letters_floor: float = 0.03  # the same for the n-grams beside it
    letters_share: float  # of the n-grams in a standing; 1: n-grams alone
    topic: float  # how much of the standing with the other points is taken off
    letters_topic: float  # the same for the n-grams
    misconception: float  # taken off per deviation that a misconception is nearer
    misconception_margin: float  # how far it may stay behind and still count
    prompt: float  # taken off per deviation that the question itself is nearer
    middle: Mapping[str, float]  # language -> standing that earns half a point
    width: float  # of the step around the middle
    other_language: float  # taken off where the rubric lacks the unit's language
    opposite: float = 0.55  # share of the credit that leaning to the opposite takes
    opposite_middle: float = -1.6  # contrast at which half of that is taken
    opposite_width: float = 0.3
    wrong: float  # taken off the score for the share of units that state errors
    wrong_cap: float = 1.5  # deviations that one unit can count for at most
    empty: float  # coverage that earns nothing: what vague talk reaches
    full: float  # coverage that earns everything: nobody says it all
    bend: float = 0.8  # below 1: the first points of an answer weigh more than the last
    # A rubric without misconceptions has one phrasing a point: it is read by kinship.
    bare_letters_share: float = 0.33  # of the n-grams in a kinship
    bare_middle: float = 0.45  # kinship that earns half a point
    bare_middle_across: float = (
        0.3  # the same where answer and rubric differ in language
    )
    bare_width: float = 0.14
    bare_empty: float = 0.04  # as `empty` and `full`: it is one sentence, met or not
    bare_full: float = 0.96

    def score(self, coverage: float, *, complete: bool) -> float:
        """Return the score, in [0, 1], of a weighted mean of credits.

        `complete` says whether the rubric has misconceptions.
        """
        low = self.empty if complete else self.bare_empty
        high = self.full if complete else self.bare_full
        share = min(1.0, max(0.0, (coverage - low) / (high - low)))
        return float(share**self.bend) if complete else share


_MULTILINGUAL_E5: Final = Calibration(
    floor=0.001,
    letters_share=0.5,
    topic=0.1,
    letters_topic=0.25,
    misconception=1.4,
    misconception_margin=0.05,
    prompt=0.3,
    middle={"zh": 3.15, "en": 2.85},
    width=0.55,
    other_language=0.3,
    wrong=0.3,
    empty=0.13,
    full=0.8,
)
# Any other encoder: what e5 has, with a floor that suits cosines spread wider.
_GENERIC: Final = replace(_MULTILINGUAL_E5, floor=0.005)
_LETTERS_ALONE: Final = replace(
    _MULTILINGUAL_E5,
    letters_share=1.0,
    bare_letters_share=1.0,
    middle={"zh": 2.8, "en": 2.5},
)


def calibration_for(encoder_name: str) -> Calibration:
    """Return the numbers for the encoder called `encoder_name` ("model@revision")."""
    model = encoder_name.partition("@")[0].rsplit("/", 1)[-1]
    if model == "hash":
        return _LETTERS_ALONE
    if model.startswith("multilingual-e5-small"):
        return _MULTILINGUAL_E5
    return _GENERIC
