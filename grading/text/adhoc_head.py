"""A score for an answer to a rubric without misconceptions: a small trained head.

    words of the answer ──cosine──> words of the reference ──> how many are met
    units of the answer ──kinship─> points of the reference ──> how near, how literally
                                          │ six weights, none of them negative
                                          v
                                        score

Every feature asks what of the reference is there; so saying more of it never costs,
and nothing here sees what contradicts it. Words' vectors come out of the pass over
their sentence, so a word means what it means there. Of several references, those of
which an answer has most count. English alone: it was fitted to English answers.

Source: word by word likeness as in Zhang et al. 2020, BERTScore, less what unrelated
words have in common; ridge regression with weights held at 0 or above.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grading.errors import EncoderUnavailable
from grading.text.evidence import LETTERS
from grading.text.head import SHIPPED, model_of
from grading.text.pooling import encoded_parts
from grading.text.similarity import cosines, kinship
from grading.text.units import plain
from grading.text.vectors import recalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from grading.inputs import Rubric
    from grading.text.background import Background
    from grading.text.encoder import Encoder, Matrix
    from grading.text.evidence import Rows
    from grading.text.reading import Reading

SCHEMA: Final = 1
LANGUAGE: Final = "en"
NAMES: Final = (
    "words_met",  # mean cosine of the reference's words with the answer's nearest
    "words_nearly_met",  # share of them that have a near one
    "words_surely_met",  # share of them that have one that is as good as the same
    "words_of_use",  # mean cosine of the answer's words with their nearest
    "points_met_literally",  # share of the points, by their letters
    "points",  # mean kinship of the points with their nearest unit
)
_NEARLY: Final = 0.55  # cosine at which half of a word is met
_SURELY: Final = 0.7
_LITERALLY: Final = 0.6  # kinship by letters at which half of a point is
_STEP: Final = 0.07
_KEPT: Final = 512  # statements whose words' vectors are kept: 10 MB
_STEM: Final = 7  # letters
_SHORTEST_STEM: Final = 3
_WORD: Final = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_ENDINGS: Final = ("ing", "edly", "ed", "es", "s", "ly")
_LITTLE: Final = frozenset(
    """a about all also am an and any are as at be because been being both but by can
    could did do does done down each few for from had has have he her his how i if in
    into is it its just less many may might more most much must my of on one only or our
    out s should so some such t than that the their them then there these they this
    those to too up very was we were what when where which while who why will with would
    you your""".split()  # noqa: SIM905 - a list of 108 words would fill the screen
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdhocHead:
    """A fitted head; see the module."""

    name: str  # of its file and version, as a grade keeps it
    encoder: str  # "model@revision" that its features were computed with
    lowest: npt.NDArray[np.float64]  # (names,) what a feature counts for at least
    highest: npt.NDArray[np.float64]  # (names,) and at most
    weights: npt.NDArray[np.float64]  # (names,) >= 0
    level: float
    words_middle: Matrix  # (w,) mean vector of unrelated words

    def score(self, features: Mapping[str, float], *, factor: float = 1.0) -> float:
        """Return the score, in [0, 1]; `factor` is what a guard leaves of it."""
        row = np.array([features[name] for name in NAMES], dtype=np.float64)
        row = np.clip(row, self.lowest, self.highest)
        return min(1.0, max(0.0, self.level + float(self.weights @ row))) * factor


def covers(rubric: Rubric, reading: Reading) -> bool:
    """Say whether a head may mark this: no misconceptions, both sides English."""
    english = sum(spoken == LANGUAGE for spoken in reading.languages)
    return (
        not rubric.complete
        and all(LANGUAGE in point.phrasings for point in rubric.key_points)
        and english * 2 >= len(reading.units)
    )


def texts_read(reading: Reading) -> list[str]:
    """Return the texts whose words an answer is read by."""
    whole = [unit.plain for unit in reading.units if unit.whole]
    return whole or [unit.plain for unit in reading.units]


def adhoc_features(  # noqa: PLR0913 - what is compared, with what, by what
    reading: Reading,
    rows: Rows,
    said: Sequence[Matrix],
    *,
    rubric: Rubric,
    encoder: Encoder,
    background: Background,
    words_middle: Matrix,
) -> dict[str, float]:
    """Return the features of an answer with at least one unit, by `NAMES`.

    `rows` are the units' rows, `said` the `word_rows` of its `texts_read`.
    Raises: `EncoderUnavailable`.
    """
    points = [point.phrasings[LANGUAGE] for point in rubric.key_points]
    share = np.array([point.weight for point in rubric.key_points], dtype=np.float64)
    share /= share.sum()
    prompt = plain(rubric.prompt.get(LANGUAGE, ""))
    near = [
        _nearest(seen, seer, points, prompt, background)
        for seen, seer in ((rows.meaning, encoder), (rows.letters, LETTERS))
    ]
    found = {
        "points_met_literally": float(share @ _stepped(near[1], _LITERALLY)),
        "points": float(share @ near[0]),
    }
    answer = _joined(
        [
            (_WORD.findall(text), seen)
            for text, seen in zip(texts_read(reading), said, strict=True)
        ],
        words_middle,
    )
    by_reference = [
        _by_words(
            answer,
            _joined([_words_of(encoder, text) for text in texts], words_middle),
            {_stem(word) for word in _WORD.findall(prompt)},
        )
        for texts in _references(points)
    ]
    return found | {
        name: max(one[name] for one in by_reference) for name in by_reference[0]
    }


def _nearest(
    rows: Matrix,
    encoder: Encoder,
    points: Sequence[tuple[str, ...]],
    prompt: str,
    background: Background,
) -> Matrix:
    """Return each point's kinship with the unit that is nearest; shape (points,)."""
    middle = recalled(encoder, background.texts[LANGUAGE]).mean(axis=0)
    texts = [text for phrasings in points for text in phrasings]
    starts = np.cumsum([0, *(len(phrasings) for phrasings in points[:-1])])
    kin = kinship(
        rows - middle,
        recalled(encoder, texts) - middle,
        asked=recalled(encoder, [prompt])[0] - middle,
    )
    nearest: Matrix = np.maximum.reduceat(kin, starts, axis=1).max(axis=0)
    return nearest


def _references(points: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the ways to say all points: the first of each, the second of each ..."""
    ways = max(len(phrasings) for phrasings in points)
    return [
        tuple(phrasings[min(way, len(phrasings) - 1)] for phrasings in points)
        for way in range(ways)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Words with their unit rows, seen from the middle of unrelated words."""

    words: tuple[str, ...]
    rows: Matrix  # (words, w)

    def heavy(self, known: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Say which words carry meaning that is not in `known`, stems of the question.

        Where none does: which carry any; where none does either: all of them.
        """
        any_ = [word.casefold() not in _LITTLE for word in self.words]
        new = [
            yes and _stem(word) not in known
            for word, yes in zip(self.words, any_, strict=True)
        ]
        for chosen in (new, any_):
            if any(chosen):
                return np.array(chosen)
        return np.ones(len(self.words), dtype=bool)


def _by_words(answer: _Words, reference: _Words, asked: set[str]) -> dict[str, float]:
    if not answer.words or not reference.words:
        return dict.fromkeys(NAMES[:4], 0.0)
    near = cosines(answer.rows, reference.rows)
    met = near.max(axis=0)[reference.heavy(asked)]
    return {
        "words_met": float(met.mean()),
        "words_nearly_met": float(_stepped(met, _NEARLY).mean()),
        "words_surely_met": float(_stepped(met, _SURELY).mean()),
        "words_of_use": float(near.max(axis=1)[answer.heavy(asked)].mean()),
    }


def word_rows(encoder: Encoder, texts: Sequence[str]) -> list[Matrix]:
    """Return the rows of each text's words, out of the pass over the text.

    Shapes: (words of the text, w) each. Raises: `EncoderUnavailable`.
    """
    spans = [[match.span() for match in _WORD.finditer(text)] for text in texts]
    rows = encoded_parts(encoder, texts, spans)
    ends = np.cumsum([1 + len(one) for one in spans])
    return [
        rows[end - len(one) : end]
        for one, end in zip(spans, ends.tolist(), strict=True)
    ]


@functools.lru_cache(maxsize=_KEPT)
def _kept_rows(encoder: Encoder, text: str) -> Matrix:
    return word_rows(encoder, [text])[0]


def _words_of(encoder: Encoder, text: str) -> tuple[list[str], Matrix]:
    """Return a statement's words and their rows, kept: it comes with every answer."""
    rows = _kept_rows(encoder, text)  # type: ignore[arg-type]  # see `evidence._probes`
    return _WORD.findall(text), rows


def _joined(parts: Sequence[tuple[list[str], Matrix]], middle: Matrix) -> _Words:
    rows = np.concatenate([rows for _, rows in parts]) - middle
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return _Words(
        words=tuple(word for words, _ in parts for word in words),
        rows=(rows / np.maximum(lengths, 1e-6)).astype(np.float32),
    )


def _stem(word: str) -> str:
    folded = word.casefold()
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= _SHORTEST_STEM:
            return folded.removesuffix(ending)[:_STEM]
    return folded[:_STEM]


def _stepped(values: Matrix, height: float) -> Matrix:
    step: Matrix = 1.0 / (1.0 + np.exp(-np.clip((values - height) / _STEP, -30, 30)))
    return step


def file_of(encoder_name: str) -> Path:
    """Return where the head for an encoder ships."""
    return SHIPPED / f"{model_of(encoder_name).replace('/', '-')}.adhoc.json"


def read_adhoc_head(path: Path) -> AdhocHead:
    """Read a head from its file.

    Raises: `EncoderUnavailable` when the file is broken or of another version.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if values["schema"] != SCHEMA or tuple(values["features"]) != NAMES:
            message = (
                f"{path.name} was made by another version; run manage.py "
                "calibrate_encoder --adhoc"
            )
            raise EncoderUnavailable(message)
        return AdhocHead(
            name=f"{path.stem}/{values['version']}",
            encoder=values["encoder"],
            lowest=_row(values["lowest"]),
            highest=_row(values["highest"]),
            weights=_row(values["weights"]),
            level=float(values["level"]),
            words_middle=np.array(values["words_middle"], dtype=np.float32),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path.name} is not a head that can be read: {error}"
        raise EncoderUnavailable(message) from error


def _row(values: Sequence[float]) -> npt.NDArray[np.float64]:
    row = np.array(values, dtype=np.float64)
    if row.shape != (len(NAMES),):
        message = f"{len(NAMES)} numbers are wanted, not {row.size}"
        raise ValueError(message)
    return row


@functools.cache
def shipped_adhoc_head(encoder_name: str) -> AdhocHead | None:
    """Return the head that comes with us for exactly this encoder, if there is one.

    Raises: `EncoderUnavailable` when its file is broken or names another encoder.
    """
    path = file_of(encoder_name)
    if not path.is_file():
        return None
    head = read_adhoc_head(path)
    if head.encoder != model_of(encoder_name):
        message = f"{head.name} was made for {head.encoder}, not for {encoder_name}"
        raise EncoderUnavailable(message)
    return head
