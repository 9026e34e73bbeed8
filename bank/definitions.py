"""A question as its author wrote it: frozen values, no database, no files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from grading.inputs import Rubric


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    SPEED = "speed"


class State(StrEnum):
    """Where a question stands; only live ones are drawn."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    LIVE = "live"
    RETIRED = "retired"


# What a person may do to a question that is stored. Nothing is asked of candidates
# that nobody has reviewed, and what was retired is looked at again first.
STATE_NEXT: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.REVIEWED}),
        State.REVIEWED: frozenset({State.LIVE, State.DRAFT}),
        State.LIVE: frozenset({State.RETIRED}),
        State.RETIRED: frozenset({State.REVIEWED}),
    }
)


def may_follow(old: State, new: State) -> bool:
    """Say whether a question in state `old` may be moved to `new`."""
    return new in STATE_NEXT[old]


TOPICS: Mapping[str, Mapping[str, str]] = {
    "compression": {"zh": "模型压缩", "en": "Model compression"},
    "precision": {"zh": "精度与量化", "en": "Precision and quantisation"},
    "kernels": {"zh": "算子与内核", "en": "Operators and kernels"},
    "parallelism": {"zh": "并行", "en": "Parallelism"},
    "hardware": {"zh": "硬件", "en": "Hardware"},
    "memory": {"zh": "内存与缓存", "en": "Memory and caching"},
    "serving": {"zh": "推理服务", "en": "Serving"},
    "deployment": {"zh": "部署", "en": "Deployment"},
    "edge": {"zh": "边缘与移动端", "en": "Edge and mobile"},
    "training": {"zh": "训练", "en": "Training"},
    "adaptation": {"zh": "适配与学习", "en": "Adaptation and learning"},
    "interpretability": {"zh": "可解释性", "en": "Interpretability"},
    "safety": {"zh": "安全与鲁棒性", "en": "Safety and robustness"},
    "imported": {"zh": "导入", "en": "Imported"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a question came from."""

    document: str  # base name of the document's file
    number: int  # of the question in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """What a source document gets wrong, in our words."""

    document: str
    number: int
    says: Mapping[str, str]
    right: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One work worth reading on the question."""

    title: str
    authors: str
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who held a question against the literature, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuestion:
    """A question answered in prose."""

    slug: str
    state: State
    topic: str
    difficulty: int  # 1 (screening) to 5 (specialist)
    minutes: int
    title: Mapping[str, str]
    rubric: Rubric
    sources: tuple[Source, ...] = ()
    alias_of: str = ""  # the slug whose rubric this question shares
    related: tuple[str, ...] = ()
    competency: Mapping[str, str] | None = None
    errata: tuple[Erratum, ...] = ()
    follow_ups: Mapping[str, tuple[str, ...]] | None = None
    reading: tuple[Reading, ...] = ()
    explanation: Mapping[str, str] | None = None  # what an imported document adds
    review: Review | None = None  # of the question; no part of its wording


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedQuestion:
    """A question answered by a file of code whose speed is measured."""

    slug: str
    state: State
    topic: str
    difficulty: int
    minutes: int
    title: Mapping[str, str]
    statement: Mapping[str, str]  # Markdown
    baseline: str  # Python source that the candidate starts from
    folder: Path
    digest: str  # of every file of the folder
    sources: tuple[Source, ...] = ()
    related: tuple[str, ...] = ()
    competency: Mapping[str, str] | None = None
