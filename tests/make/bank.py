"""Valid, boring questions: as values, and as folders on disk."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from bank.definitions import (
    Erratum,
    Reading,
    Source,
    SpeedQuestion,
    State,
    TextQuestion,
)
from grading.inputs import Contrast, KeyPoint, Misconception, Rubric

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NUMERALS = "一二三四五六七八九"


def make_rubric(**changes: Any) -> Rubric:
    rubric = Rubric(
        prompt={"zh": "什么是键值缓存？", "en": "What is a KV cache?"},
        key_points=(
            KeyPoint(
                id="keeps-keys",
                weight=2.0,
                phrasings={
                    "zh": ("缓存保存过去的键和值", "历史的 K 和 V 留在显存里"),
                    "en": ("The cache keeps past keys and values", "Old K and V stay"),
                },
                opposites={"zh": "缓存丢弃过去的键", "en": "The cache drops past keys"},
            ),
            KeyPoint(
                id="costs-memory",
                weight=1.5,
                phrasings={"zh": ("缓存占用显存",), "en": ("It takes memory",)},
            ),
        ),
        misconceptions=(
            Misconception(
                id="caches-queries",
                phrasings={"zh": ("缓存保存查询",), "en": ("It keeps the queries",)},
            ),
        ),
        contrasts=(
            Contrast(
                pairs={
                    "zh": (("预填充", "算力"), ("解码", "带宽")),
                    "en": (("prefill", "compute"), ("decode", "bandwidth")),
                }
            ),
        ),
    )
    return dataclasses.replace(rubric, **changes)


def make_text_question(**changes: Any) -> TextQuestion:
    question = TextQuestion(
        slug="kv-cache",
        state=State.LIVE,
        topic="memory",
        difficulty=2,
        minutes=6,
        title={"zh": "键值缓存", "en": "KV cache"},
        rubric=make_rubric(),
        sources=(Source(document="questions.md", number=4),),
        related=("paging",),
        competency={"zh": "懂得缓存", "en": "Knows the cache"},
        errata=(
            Erratum(
                document="questions.md",
                number=4,
                says={"zh": "缓存保存查询", "en": "The cache keeps queries"},
                right={"zh": "保存键和值", "en": "It keeps keys and values"},
                source="Pope et al. 2022",
            ),
        ),
        follow_ups={"zh": ("多大？",), "en": ("How large?",)},
        reading=(Reading(title="Scaling", authors="Pope et al.", year=2022),),
    )
    return dataclasses.replace(question, **changes)


def make_speed_question(folder: Path, **changes: Any) -> SpeedQuestion:
    question = SpeedQuestion(
        slug=folder.name,
        state=State.LIVE,
        topic="kernels",
        difficulty=3,
        minutes=30,
        title={"zh": "快一点", "en": "Make it faster"},
        statement={"zh": "优化它", "en": "Optimise it"},
        baseline="def solve(x):\n    return x\n",
        folder=folder,
        digest="d" * 64,
    )
    return dataclasses.replace(question, **changes)


def question_file(**changes: Any) -> dict[str, Any]:
    """Return what a finished question's file holds; None drops a key."""
    file = {
        "schema": 1,
        "kind": "text",
        "state": "live",
        "topic": "memory",
        "difficulty": 3,
        "minutes": 8,
        "sources": [{"document": "questions.md", "number": 4}],
        "related": ["paging"],
        "title": {"zh": "键值缓存", "en": "KV cache"},
        "prompt": {"zh": "什么是键值缓存？", "en": "What is a KV cache?"},
        "competency": {"zh": "懂得缓存", "en": "Knows the cache"},
        "key_points": [key_point(place) for place in range(6)],
        "misconceptions": [misconception(place) for place in range(4)],
        "contrasts": [
            {
                "zh": [["预填充", "算力"], ["解码", "带宽"]],
                "en": [["prefill", "compute"], ["decode", "bandwidth"]],
            }
        ],
        "errata": [
            {
                "document": "questions.md",
                "number": 4,
                "says": {"zh": "缓存保存查询", "en": "The cache keeps queries"},
                "right": {"zh": "保存键和值", "en": "It keeps keys and values"},
                "source": "Pope et al. 2022",
            }
        ],
        "follow_ups": {"zh": ["多大？"], "en": ["How large?"]},
        "reading": [{"title": "Scaling", "authors": "Pope et al.", "year": 2022}],
    }
    file.update(changes)
    return {key: value for key, value in file.items() if value is not None}


def key_point(place: int, **changes: Any) -> dict[str, Any]:
    name = NUMERALS[place]
    point = {
        "id": f"point-{place}",
        "weight": 1.5,
        "zh": [f"第{name}点的说法{word}" for word in "甲乙丙丁"],
        "en": [f"Point {place} said {way}" for way in ("so", "thus", "anew", "again")],
        "opposite": {"zh": f"第{name}点不成立", "en": f"Point {place} is false"},
    }
    point.update(changes)
    return {key: value for key, value in point.items() if value is not None}


def misconception(place: int, **changes: Any) -> dict[str, Any]:
    name = NUMERALS[place]
    wrong = {
        "id": f"wrong-{place}",
        "zh": [f"第{name}种误解甲", f"第{name}种误解乙"],
        "en": [f"Wrong idea {place}", f"Wrong idea {place} in other words"],
    }
    wrong.update(changes)
    return wrong


def alias_file(**changes: Any) -> dict[str, Any]:
    file = {
        "schema": 1,
        "kind": "text",
        "state": "live",
        "alias_of": "kv-cache",
        "sources": [{"document": "questions.md", "number": 9}],
        "title": {"zh": "再问键值缓存", "en": "The KV cache again"},
        "prompt": {"zh": "为什么要键值缓存？", "en": "Why is there a KV cache?"},
    }
    file.update(changes)
    return {key: value for key, value in file.items() if value is not None}


def write_question(root: Path, slug: str, file: dict[str, Any] | str) -> Path:
    """Write one question folder and return it."""
    folder = root / slug
    folder.mkdir(parents=True, exist_ok=True)
    if not isinstance(file, str):
        file = json.dumps(file, ensure_ascii=False, indent=1)  # YAML takes JSON
    (folder / "question.yaml").write_text(file, encoding="utf-8")
    return folder
