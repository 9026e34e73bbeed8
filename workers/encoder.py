"""What a worker process holds to mark text: one encoder and one background.

Both are made on first use and kept for the life of the process. The lock is for a
server that marks in threads; a prefork worker never waits for it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from grading.inputs import LANGUAGES, TextAnswer
from grading.text.grade import grade_many
from grading.text.loading import load_encoder
from grading.text.vectors import Remembering, recalled
from workers.background import kept_background

if TYPE_CHECKING:
    from grading.inputs import Rubric
    from grading.text.background import Background

_lock = threading.RLock()
_held: dict[str, Remembering] = {}
_backgrounds: dict[str, Background] = {}
_prepared: set[int] = set()  # rows of question versions


def encoder() -> Remembering:
    """Return this process's encoder, loaded on first use from the settings.

    Raises: `EncoderUnavailable`; the next call tries again.
    """
    return _loaded("encoder", exact=False)


def exact_encoder() -> Remembering:
    """Return the encoder in float32: for what must come out alike on every machine.

    Fitting a head and trying the bank are such; marks may differ by a hair.

    Raises: as `encoder`.
    """
    return _loaded("exact", exact=True)


def _loaded(name: str, *, exact: bool) -> Remembering:
    with _lock:
        if name not in _held:
            home = Path(settings.INFERVIEW_HOME)
            loaded = load_encoder(
                settings.ENCODER_MODEL,
                device=settings.DEVICE,
                home=home,
                backend=settings.ENCODER_BACKEND,
                exact=exact,
            )
            _held[name] = Remembering(loaded, home / "vectors")
        return _held[name]


def background() -> Background:
    """Return what similarities are read against: the shipped bank's own statements."""
    with _lock:
        if "background" not in _backgrounds:
            _backgrounds["background"] = kept_background(
                Path(settings.BANK_FOLDER), Path(settings.INFERVIEW_HOME)
            )
        return _backgrounds["background"]


def prepare(version_id: int, rubric: Rubric) -> None:
    """Encode all that answers to this rubric are compared with, once a process.

    Marking one answer in each language is what needs exactly that.

    Raises: `GradingError`.
    """
    if version_id in _prepared:
        return
    answers = [
        TextAnswer(
            text=rubric.key_points[0].statement(language),
            language=language,
            rubric=rubric,
        )
        for language in LANGUAGES
    ]
    grade_many(answers, encoder(), background())  # no lock: other threads go on
    _prepared.add(version_id)


def warm() -> None:
    """Load the model and the background's vectors, so that no answer waits for them.

    Raises: `EncoderUnavailable`.
    """
    known = background()
    for language, texts in known.texts.items():
        recalled(encoder(), [*texts, *known.others[language]])
