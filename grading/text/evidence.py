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

import functools
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

_RIDGE: Final = 0.5  # of the probes: unit vectors that number a few dozen
_PROBES: Final = 256  # rubrics in a language whose probes are kept: 5 MB
_STATEMENTS: Final = 8_192  # of rubrics, whose plain form is kept: 2 MB

LETTERS: Final = Remembering(HashEncoder())  # the second opinion beside any encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The unit rows of n texts, as the encoder and as the n-grams see them."""

    meaning: Matrix  # (n, w)
    letters: Matrix  # (n, HASH_WIDTH)

    def __getitem__(self, wanted: npt.NDArray[np.bool_] | Sequence[int]) -> Rows:
        """Return the rows of some of the texts."""
        return Rows(meaning=self.meaning[wanted], letters=self.letters[wanted])


def rows_of(texts: Sequence[str], meaning: Matrix) -> Rows:
    """Put the n-grams' rows of `texts` beside the encoder's.

    Shapes: meaning (n, w).
    """
    return Rows(meaning=meaning, letters=LETTERS.encode(texts))


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
    background: Matrix  # (n,) mean cosine with unrelated statements
    sides: Matrix  # (2, n, g) standings by the encoder, by the n-grams; see `_Side`
    probes: Matrix  # (2, n, 3) of right against wrong, of subject against rest, rival


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A rubric in one language, as groups of texts of which the nearest counts."""

    groups: Sequence[tuple[str, ...]]  # key points, misconceptions, the prompt
    points: int  # how many of the groups are key points
    unrelated: Sequence[str]  # in the language of the groups
    beside: Sequence[str]  # unrelated ones in the language of the units
    others: Sequence[str]  # all that other questions want to hear

    @property
    def flat(self) -> list[str]:
        return [text for group in self.groups for text in group]

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        sizes = [len(group) for group in self.groups[:-1]]
        return np.cumsum([0, *sizes], dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One of the two ways of seeing: the encoder or the n-grams.

    Of its standings' groups, the first are the key points, the last is the prompt, and
    between them are the misconceptions.
    """

    encoder: Encoder
    rows: Matrix  # (n, w)
    near: Matrix  # (n, texts of all groups) cosines
    level: Matrix  # (n, unrelated statements) cosines
    floor: float
    topic: float


def evidence_of(  # noqa: PLR0913 - what is compared, with what, by what
    rows: Rows,
    *,
    rubric: Rubric,
    language: str,
    encoder: Encoder,
    background: Background,
    calibration: Calibration,
) -> Evidence:
    """Hold n units, all read in `language`, against a rubric; n >= 1.

    A point without phrasings in `language` is compared in the language it has, at a
    discount, and by the encoder alone: letters have nothing in common across scripts.
    """
    written = _written_in(rubric, language)
    points = [_in(point.phrasings, written) for point in rubric.key_points]
    wrongs = [_in(wrong.phrasings, written) for wrong in rubric.misconceptions]
    own = {_plain(text) for texts_of_point in points for text in texts_of_point}
    unrelated = [text for text in background.texts[written] if text not in own]
    question = _Question(
        groups=[*points, *wrongs, asked_texts(rubric, written)],
        points=len(points),
        unrelated=unrelated,
        beside=background.texts[language],
        others=[text for text in background.others[written] if text not in own]
        or unrelated,
    )
    across = written != language
    meaning = _Side(
        encoder=encoder,
        rows=rows.meaning,
        near=cosines(rows.meaning, recalled(encoder, question.flat)),
        level=cosines(rows.meaning, recalled(encoder, question.unrelated)),
        floor=calibration.floor,
        topic=calibration.topic,
    )
    letters = _Side(
        encoder=LETTERS,
        rows=rows.letters,
        near=cosines(rows.letters, recalled(LETTERS, question.flat)),
        level=cosines(rows.letters, recalled(LETTERS, question.unrelated)),
        floor=calibration.letters_floor,
        topic=calibration.letters_topic,
    )
    sides = np.stack([_standings(meaning, question), _standings(letters, question)])
    if rubric.complete:
        blend = _blend(sides[0], sides[1], 0.0 if across else calibration.letters_share)
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
        error = np.full(len(above), -np.inf, dtype=np.float32)
        nearest = np.full(len(above), -1, dtype=np.intp)
    return Evidence(
        standing=above,
        net=net.astype(np.float32),
        similarity=_nearest(meaning, question)[:, : len(points)],
        error=error,
        misconception=nearest,
        prompt=prompt,
        contrast=_contrast(meaning, question, rubric, language),
        background=meaning.level.mean(axis=1),
        sides=sides,
        probes=np.stack([_probed(meaning, question), _probed(letters, question)]),
    )


def whole_of(  # noqa: PLR0913 - what is compared, with what, by what
    rows: Rows,
    lengths: Sequence[int],
    *,
    rubric: Rubric,
    language: str,
    encoder: Encoder,
    background: Background,
    calibration: Calibration,
) -> Matrix:
    """Return how near a whole answer stands to all points, all errors and the prompt.

    Shapes: rows and lengths (in characters) of the answer's n >= 1 sentences;
        result (2, 3): by the encoder, by the n-grams.
    An answer is the mean of its sentences, the longer ones weighing more; it costs
    no pass of its own.
    """
    written = _written_in(rubric, language)
    right = [_in(point.phrasings, written)[0] for point in rubric.key_points]
    wrong = [_in(error.phrasings, written)[0] for error in rubric.misconceptions]
    weights = np.array(lengths, dtype=np.float32)
    found = np.zeros((2, 3), dtype=np.float32)
    for side, (seer, sentences, floor) in enumerate(
        (
            (encoder, rows.meaning, calibration.floor),
            (LETTERS, rows.letters, calibration.letters_floor),
        )
    ):
        answer = _mean(sentences, weights)
        groups = np.concatenate(
            [
                _mean(recalled(seer, right)),
                _mean(recalled(seer, wrong)),
                _mean(recalled(seer, asked_texts(rubric, written)[:1])),
            ]
        )
        level = cosines(answer, recalled(seer, background.texts[language]))
        found[side] = standing(cosines(answer, groups), level, floor=floor)[0]
    return found


def _mean(rows: Matrix, weights: Matrix | None = None) -> Matrix:
    """Return the direction of the mean row; shape (1, w)."""
    mean = np.average(rows, axis=0, weights=weights)
    length = float(np.linalg.norm(mean))
    row: Matrix = (mean / length if length else mean)[None].astype(np.float32)
    return row


def _written_in(rubric: Rubric, language: str) -> str:
    """Return `language` when any key point has it, else the first that one has."""
    languages = [spoken for point in rubric.key_points for spoken in point.phrasings]
    return language if language in languages else languages[0]


def _in(phrasings: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """Return the phrasings in `language`, else those of the language there is."""
    return phrasings.get(language) or next(iter(phrasings.values()))


def asked_texts(rubric: Rubric, language: str) -> tuple[str, ...]:
    """Return the question's sentences and the question as a whole."""
    prompt = rubric.prompt.get(language) or next(iter(rubric.prompt.values()), "")
    return _with_sentences(prompt)


@functools.lru_cache(maxsize=_PROBES)
def _with_sentences(prompt: str) -> tuple[str, ...]:
    sentences = [sentence.plain for sentence in sentences_of(prompt)]
    return tuple(dict.fromkeys((plain(prompt), *sentences)))


_plain = functools.lru_cache(maxsize=_STATEMENTS)(plain)  # of a rubric's statements


def _blend(meaning: Matrix, letters: Matrix, share: float) -> Matrix:
    return ((1.0 - share) * meaning + share * letters).astype(np.float32)


def _nearest(side: _Side, question: _Question) -> Matrix:
    """Return each unit's cosine with the nearest text of each group."""
    return np.maximum.reduceat(side.near, question.starts, axis=1)


def _standings(side: _Side, question: _Question) -> Matrix:
    """Return standings above topic, per unit and group of texts; shape (n, groups)."""
    above = standing(_nearest(side, question), side.level, floor=side.floor)
    return above - side.topic * _topic(above, question.points)


def _probed(side: _Side, question: _Question) -> Matrix:
    """Return each unit's probes and its rival; shape (n, 3).

    The first probe tells the rubric's right statements from its wrong ones, the
    second both from unrelated ones; both are about -1 to 1, and 0 where the rubric
    has no wrong ones. The rival says by how many deviations another question's point
    is nearer than all of this one's.
    """
    own = _nearest(side, question)[:, : question.points].max(axis=1)
    other = cosines(side.rows, recalled(side.encoder, question.others)).max(axis=1)
    deviation = side.level.std(axis=1) + side.floor
    right = [text for group in question.groups[: question.points] for text in group]
    wrong = [text for group in question.groups[question.points : -1] for text in group]
    found = np.zeros((len(side.rows), 3), dtype=np.float32)
    found[:, 2] = (other - own) / deviation
    if not wrong:
        return found
    probes = _probes(
        side.encoder,  # type: ignore[arg-type]  # a protocol does not say: hashable
        tuple(right),
        tuple(wrong),
        tuple(question.unrelated),
    )
    for place, (weights, level) in enumerate(probes):
        found[:, place] = side.rows @ weights + level
    return found


@functools.lru_cache(maxsize=_PROBES)
def _probes(
    encoder: Encoder,
    right: tuple[str, ...],
    wrong: tuple[str, ...],
    unrelated: tuple[str, ...],
) -> tuple[tuple[Matrix, float], ...]:
    """Return both probes of a rubric, as weights and level; they cost a while."""
    vectors = recalled(encoder, [*right, *wrong, *unrelated])
    stated = len(right) + len(wrong)
    first = np.where(np.arange(stated) < len(right), 1.0, -1.0)
    second = np.where(np.arange(len(vectors)) < stated, 1.0, -1.0)
    return _ridge(vectors[:stated], first), _ridge(vectors, second)


def _ridge(known: Matrix, said: npt.NDArray[np.float64]) -> tuple[Matrix, float]:
    """Return ridge regression's weights and level, fitted to `said` at `known`.

    Shapes: known (k, w), said (k,); weights (w,).
    Source: Hoerl and Kennard 1970, solved in the k by k form because k < w.
    """
    middle = known.mean(axis=0)
    seen = (known - middle).astype(np.float64)
    level = float(said.mean())
    dual = np.linalg.solve(seen @ seen.T + _RIDGE * np.eye(len(seen)), said - level)
    weights: Matrix = (seen.T @ dual).astype(np.float32)
    return weights, level - float(middle @ weights)


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
    others = recalled(side.encoder, question.unrelated)
    for place, point in enumerate(rubric.key_points):
        if language not in point.opposites or language not in point.phrasings:
            continue
        pair = (point.phrasings[language][0], point.opposites[language])
        said, denied = recalled(side.encoder, pair)
        line = said - denied
        unrelated = others @ line
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
