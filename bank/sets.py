"""The sets that come with the bank, made of the questions that it has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bank.definitions import SpeedQuestion, State
from bank.documents import document_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from bank.definitions import TextQuestion

    Question: TypeAlias = TextQuestion | SpeedQuestion
    Texts: TypeAlias = Mapping[str, str]

DEMO: Final = "demo"
DEMO_TEXTS: Final = (
    "llm-inference-speed",
    "operator-fusion",
    "knowledge-distillation",
    "mixed-precision-training",
)
DEMO_TASKS: Final = 2

_DOCUMENTS: Final[Mapping[str, tuple[Texts, Texts]]] = {
    "000_4d735639a21c0c33.txt": (
        {"zh": "推理优化三十题", "en": "Thirty questions on faster inference"},
        {
            "zh": "压缩、精度、算子融合与各种并行，按第一份文档的顺序。",
            "en": "Compression, precision, fusion and the kinds of parallelism, "
            "in the first document's order.",
        },
    ),
    "001_7dbd3436351c60f2.txt": (
        {"zh": "大模型工程三十题", "en": "Thirty questions on running LLMs"},
        {
            "zh": "推理、部署、训练与安全，按第二份文档的顺序。",
            "en": "Inference, deployment, training and safety, "
            "in the second document's order.",
        },
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySet:
    """One set as it should be."""

    slug: str
    name: Texts
    description: Texts
    questions: tuple[str, ...]  # slugs in order


def ready_made(questions: Mapping[str, Question]) -> tuple[ReadySet, ...]:
    """Return one set for each document that is asked from, and the demo set.

    Only live questions are in them; a set without one is left out.
    """
    live = {
        slug: question
        for slug, question in questions.items()
        if question.state is State.LIVE
    }
    sets = [*_document_sets(live), _demo(live)]
    return tuple(found for found in sets if found.questions)


def _document_sets(live: Mapping[str, Question]) -> list[ReadySet]:
    asked: dict[str, dict[int, str]] = {}
    for slug, question in live.items():
        if isinstance(question, SpeedQuestion):
            continue  # a task practises what a document asks; it is not that question
        for source in question.sources:
            asked.setdefault(source.document, {})[source.number] = slug
    sets = []
    for document, places in sorted(asked.items()):
        plain = {"zh": f"文档 {document}", "en": f"Document {document}"}
        name, description = _DOCUMENTS.get(document, (plain, {}))
        in_order = dict.fromkeys(places[number] for number in sorted(places))
        sets.append(
            ReadySet(
                slug=document_slug(document),
                name=name,
                description=description,
                questions=tuple(in_order),
            )
        )
    return sets


def _demo(live: Mapping[str, Question]) -> ReadySet:
    texts = [slug for slug in DEMO_TEXTS if slug in live]
    tasks = [slug for slug in sorted(live) if isinstance(live[slug], SpeedQuestion)]
    return ReadySet(
        slug=DEMO,
        name={"zh": "演示", "en": "Demo"},
        description={
            "zh": "四道简答题与两道代码优化题，用来试用本系统。",
            "en": "Four written questions and two optimisation tasks, "
            "to try the service with.",
        },
        questions=(*texts, *tasks[:DEMO_TASKS]),
    )
