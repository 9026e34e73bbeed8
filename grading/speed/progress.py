"""How far a judgement is, for who waits for it. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

TELL_SECONDS: Final = 0.5  # wall, between two words about the same stage


class Stage(StrEnum):
    """What is being done to the submission."""

    STARTING = "starting"  # its jail is made
    LOADING = "loading"  # its file runs
    PREPARING = "preparing"  # its prepare() runs
    MEASURING = "measuring"  # it is called, checked and timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One moment of a judgement. It names counts, never an input."""

    stage: Stage
    cases_checked: int  # of which at least one call was right
    cases: int
    pairs: int  # measured so far
    pairs_wanted: int  # at least
    output: str  # what the first process printed so far; bounded, safe to show


# Called between calls and while a file loads or prepares, never while one is timed.
Watch: TypeAlias = Callable[[Progress], None]
