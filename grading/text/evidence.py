"""How near each unit of an answer stands to each key point, read in one language.

    standing of a unit with a statement = deviations above the unit's background,
                                          the encoder's and the n-grams' blended,
                                          less what it has in common with all points
    net = standing
        - what a misconception is nearer than the point
        - what the question's own words are nearer than the point

Beside it stands the contrast of a point with its opposite, which differs from it in a
word or two: too weak to decide, strong enough to doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.text.encoder import HashEncoder
from grading.text.similarity import cosines, kinship, standing
from grading.text.units import plain, sentences_of
from grading.text.vectors import Remembering, recalled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from grading.inputs import Rubric
    from grading.text.background import Background
    from grading.text.calibration import Calibration
    from grading.text.encoder import Encoder, Matrix

LETTERS: Final = Remembering(HashEncoder())  # the second opinion beside any encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What n units have to do with m points."""

    standing: Matrix  # (n, m) above background and topic
    net: Matrix  # (n, m) less what misconceptions and the prompt take off
    similarity: Matrix  # (n, m) raw cosine with the point's nearest phrasing
    error: Matrix  # (n,) how far a misconception is nearer than every point; < 0: not
    misconception: npt.NDArray[np.intp]  # (n,) the nearest one; -1: the rubric has none
    prompt: Matrix  # (n,) standing with the question's own words
    contrast: Matrix  # (n, m) towards the point (> 0) or its opposite; inf: has none


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A rubric in one language, as groups of texts of which the nearest counts."""

    groups: Sequence[tuple[str, ...]]  # key points, misconceptions, the prompt
    points: int  # how many of the groups are key points
    unrelated: Sequence[str]  # in the language of the groups
    beside: Sequence[str]  # unrelated ones in the language of the units

    @property
    def flat(self) -> list[str]:
        return [text for group in self.groups for text in group]

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        sizes = [len(group) for group in self.groups[:-1]]
        return np.cumsum([0, *sizes], dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two ways of seeing: the encoder or the n-grams."""

    encoder: Encoder
    rows: Matrix
    floor: float
    topic: float


def evidence_of(  # noqa: PLR0913 - what is compared, with what, by what
    texts: Sequence[str],
    rows: Matrix,
    *,
    rubric: Rubric,
    language: str,
    encoder: Encoder,
    background: Background,
    calibration: Calibration,
) -> Evidence:
    """Hold units, all read in `language`, against a rubric.

    Shapes: rows (n, w), the unit rows of `texts`, n >= 1.
    A point without phrasings in `language` is compared in the language it has, at a
    discount, and by the encoder alone: letters have nothing in common across scripts.
    """
    written = _written_in(rubric, language)
    points = [_in(point.phrasings, written) for point in rubric.key_points]
    wrongs = [_in(wrong.phrasings, written) for wrong in rubric.misconceptions]
    own = {plain(text) for texts_of_point in points for text in texts_of_point}
    question = _Question(
        groups=[*points, *wrongs, _asked(rubric, written)],
        points=len(points),
        unrelated=[text for text in background.texts[written] if text not in own],
        beside=background.texts[language],
    )
    across = written != language
    meaning = _Side(
        encoder=encoder, rows=rows, floor=calibration.floor, topic=calibration.topic
    )
    letters = _Side(
        encoder=LETTERS,
        rows=LETTERS.encode(texts),
        floor=calibration.letters_floor,
        topic=calibration.letters_topic,
    )
    if rubric.complete:
        blend = _blend(
            _standings(meaning, question),
            _standings(letters, question),
            0.0 if across else calibration.letters_share,
        )
    else:
        kin = _blend(
            _kinships(meaning, question),
            _kinships(letters, question),
            0.0 if across else calibration.bare_letters_share,
        )
        half = calibration.bare_middle_across if across else calibration.bare_middle
        steps = (kin - half) / calibration.bare_width
        blend = calibration.middle[language] + calibration.width * steps

    foreign = [
        rubric.complete and language not in point.phrasings
        for point in rubric.key_points
    ]
    above = blend[:, : len(points)] - calibration.other_language * np.array(
        foreign, dtype=np.float32
    )
    prompt = blend[:, -1]
    net = above - calibration.prompt * np.maximum(0.0, prompt[:, None] - above)
    if wrongs:
        against = blend[:, len(points) : -1]
        worst = against.max(axis=1)
        error = worst - above.max(axis=1)
        nearest = against.argmax(axis=1)
        net = net - calibration.misconception * np.maximum(
            0.0, worst[:, None] - above + calibration.misconception_margin
        )
    else:
        error = np.full(len(texts), -np.inf, dtype=np.float32)
        nearest = np.full(len(texts), -1, dtype=np.intp)
    return Evidence(
        standing=above,
        net=net.astype(np.float32),
        similarity=_nearest(meaning, question)[:, : len(points)],
        error=error,
        misconception=nearest,
        prompt=prompt,
        contrast=_contrast(meaning, question, rubric, language),
    )


def _written_in(rubric: Rubric, language: str) -> str:
    """Return `language` when any key point has it, else the first that one has."""
    languages = [spoken for point in rubric.key_points for spoken in point.phrasings]
    return language if language in languages else languages[0]


def _in(phrasings: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """Return the phrasings in `language`, else those of the language there is."""
    return phrasings.get(language) or next(iter(phrasings.values()))


def _asked(rubric: Rubric, language: str) -> tuple[str, ...]:
    """Return the question's sentences and the question as a whole."""
    prompt = rubric.prompt.get(language) or next(iter(rubric.prompt.values()), "")
    sentences = [sentence.plain for sentence in sentences_of(prompt)]
    return tuple(dict.fromkeys((plain(prompt), *sentences)))


def _blend(meaning: Matrix, letters: Matrix, share: float) -> Matrix:
    return ((1.0 - share) * meaning + share * letters).astype(np.float32)


def _nearest(side: _Side, question: _Question) -> Matrix:
    """Return each unit's cosine with the nearest text of each group."""
    near = cosines(side.rows, recalled(side.encoder, question.flat))
    return np.maximum.reduceat(near, question.starts, axis=1)


def _standings(side: _Side, question: _Question) -> Matrix:
    """Return standings above topic, per unit and group of texts; shape (n, groups)."""
    level = cosines(side.rows, recalled(side.encoder, question.unrelated))
    above = standing(_nearest(side, question), level, floor=side.floor)
    return above - side.topic * _topic(above, question.points)


def _kinships(side: _Side, question: _Question) -> Matrix:
    """Return kinships, per unit and group of texts; shape (n, groups).

    With the question's direction taken out, nothing is kin to the question: its own
    column says 0.
    """
    middle = recalled(side.encoder, question.unrelated).mean(axis=0)
    here = recalled(side.encoder, question.beside).mean(axis=0)
    asked = recalled(side.encoder, question.groups[-1][:1])[0]
    near = kinship(
        side.rows - here,
        recalled(side.encoder, question.flat) - middle,
        asked=asked - middle,
    )
    grouped = np.maximum.reduceat(near, question.starts, axis=1)
    grouped[:, -1] = 0.0
    return grouped


def _contrast(
    side: _Side, question: _Question, rubric: Rubric, language: str
) -> Matrix:
    """Return how far each unit leans from a point's opposite to its statement.

    Shape (n, points). Units: deviations of how unrelated statements lean, along the
    line from opposite to statement; that line is all in which the two differ.
    """
    lean = np.full((len(side.rows), question.points), np.inf, dtype=np.float32)
    for place, point in enumerate(rubric.key_points):
        if language not in point.opposites or language not in point.phrasings:
            continue
        pair = (point.phrasings[language][0], point.opposites[language])
        said, denied = recalled(side.encoder, pair)
        line = said - denied
        unrelated = recalled(side.encoder, question.unrelated) @ line
        spread = float(unrelated.std())
        if spread > 0.0:
            lean[:, place] = (side.rows @ line - unrelated.mean()) / spread
    return lean


def _topic(above: Matrix, points: int) -> Matrix:
    """Return how near each unit stands to the question as a whole, seen from a group.

    For a key point that is the mean over the other points (a unit that states it must
    not count against itself), for everything else the mean over all points.
    """
    total = above[:, :points].sum(axis=1, keepdims=True)
    topic = np.repeat(total / points, above.shape[1], axis=1)
    if points > 1:
        topic[:, :points] = (total - above[:, :points]) / (points - 1)
    else:
        topic[:] = 0.0  # one point has no others to tell its topic by
    return topic.astype(np.float32)
