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
# Short to read and at home in the demo's subject; a bank without them takes others.
DEMO_TASKS: Final = ("kv-cache-decode", "fused-rmsnorm-residual")

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
class ChosenSet:
    """A set that somebody put together by hand, as it should be when all is live."""

    slug: str
    name: Texts
    about: Texts  # what it covers; how much and how long is computed
    questions: tuple[str, ...]  # in the order in which they are asked


# From the whole to the special, so that early answers open the subject. No two share
# a rubric, and of two questions that overlap much only one is taken.
CHOSEN: Final = (
    ChosenSet(
        slug="inference-engineer",
        name={"zh": "推理工程师", "en": "Inference engineer"},
        about={
            "zh": "从如何测量、瓶颈在哪里，到算子、显存、量化与多卡。",
            "en": "How to measure, where the bottleneck is, then kernels, memory, "
            "quantisation and several GPUs.",
        },
        questions=(
            "measuring-inference-speed",
            "llm-inference-speed",
            "gpu-inference",
            "inference-memory",
            "operator-fusion",
            "llm-quantization",
            "knowledge-distillation",
            "divide-and-conquer",
            "multi-gpu-inference",
        ),
    ),
    ChosenSet(
        slug="training-systems",
        name={"zh": "训练系统", "en": "Training systems"},
        about={
            "zh": "训练的速度、精度与稳定性，三种并行，以及出错时怎么查。",
            "en": "Speed, precision and stability of training, three kinds of "
            "parallelism, and how to find what goes wrong.",
        },
        questions=(
            "training-speed",
            "mixed-precision-training",
            "data-parallelism",
            "model-parallelism",
            "pipeline-parallelism",
            "vanishing-exploding-gradients",
            "gradient-clipping",
            "memory-leaks",
            "overfitting",
            "automatic-tuning",
        ),
    ),
    ChosenSet(
        slug="edge-and-mobile",
        name={"zh": "边缘与移动端", "en": "Edge and mobile"},
        about={
            "zh": "把模型变小，再放到功耗、内存和网络都有限的设备上。",
            "en": "Making a model small, and running it where power, memory and "
            "network are scarce.",
        },
        questions=(
            "edge-deployment",
            "model-compression",
            "quantization",
            "model-pruning",
            "knowledge-distillation",
            "mobile-inference",
            "multithreaded-inference",
            "heterogeneous-computing",
            "energy-efficiency",
        ),
    ),
    ChosenSet(
        slug="safety-and-trust",
        name={"zh": "安全与可信", "en": "Safety and trust"},
        about={
            "zh": "恶意输入、模型保护、记忆与隐私、偏差、可解释性，以及安全地更新。",
            "en": "Hostile input, protecting the model, memorisation and privacy, "
            "skewed data, explanations, and updating safely.",
        },
        questions=(
            "robustness",
            "malicious-input",
            "model-security",
            "overfitting",
            "personalization",
            "class-imbalance",
            "interpretability-methods",
            "evaluating-interpretability",
            "live-model-updates",
        ),
    ),
    ChosenSet(
        slug="mixed-45",
        name={"zh": "45 分钟：文字与代码", "en": "45 minutes: text and code"},
        about={
            "zh": "两道简答题，然后把一段真实的代码写快。",
            "en": "Two written answers, then real code to make fast.",
        },
        questions=(
            "data-parallelism",
            "measuring-inference-speed",
            "fused-rmsnorm-residual",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySet:
    """One set as it should be."""

    slug: str
    name: Texts
    description: Texts
    questions: tuple[str, ...]  # slugs in order


def ready_made(questions: Mapping[str, Question]) -> tuple[ReadySet, ...]:
    """Return a set for each document that is asked from, the chosen ones, the demo.

    Only live questions are in them. A set without one is left out, and a chosen one
    of which less than half is there: it would no longer be what its name says.
    """
    live = {
        slug: question
        for slug, question in questions.items()
        if question.state is State.LIVE
    }
    sets = [*_document_sets(live), *_chosen_sets(live), _demo(live)]
    return tuple(found for found in sets if found.questions)


def document_name(document: str) -> Texts:
    """Return what a document is called, by language."""
    plain = {"zh": f"文档 {document}", "en": f"Document {document}"}
    name, _ = _DOCUMENTS.get(document, (plain, {}))
    return name


def _document_sets(live: Mapping[str, Question]) -> list[ReadySet]:
    asked: dict[str, dict[int, str]] = {}
    for slug, question in live.items():
        if isinstance(question, SpeedQuestion):
            continue  # a task practises what a document asks; it is not that question
        for source in question.sources:
            asked.setdefault(source.document, {})[source.number] = slug
    sets = []
    for document, places in sorted(asked.items()):
        _, description = _DOCUMENTS.get(document, ({}, {}))
        in_order = dict.fromkeys(places[number] for number in sorted(places))
        sets.append(
            ReadySet(
                slug=document_slug(document),
                name=document_name(document),
                description=description,
                questions=tuple(in_order),
            )
        )
    return sets


def _chosen_sets(live: Mapping[str, Question]) -> list[ReadySet]:
    sets = []
    for chosen in CHOSEN:
        there = [live[slug] for slug in chosen.questions if slug in live]
        if 2 * len(there) < len(chosen.questions):
            continue
        minutes = sum(question.minutes for question in there)
        sets.append(
            ReadySet(
                slug=chosen.slug,
                name=chosen.name,
                description={
                    "zh": f"{chosen.about['zh']}{len(there)} 题，{minutes} 分钟。",
                    "en": f"{chosen.about['en']} {len(there)} questions, "
                    f"{minutes} minutes.",
                },
                questions=tuple(question.slug for question in there),
            )
        )
    return sets


def _demo(live: Mapping[str, Question]) -> ReadySet:
    texts = [slug for slug in DEMO_TEXTS if slug in live]
    others = sorted(slug for slug in live if isinstance(live[slug], SpeedQuestion))
    tasks = [slug for slug in dict.fromkeys((*DEMO_TASKS, *others)) if slug in live]
    return ReadySet(
        slug=DEMO,
        name={"zh": "演示", "en": "Demo"},
        description={
            "zh": "四道简答题与两道代码优化题，用来试用本系统。",
            "en": "Four written questions and two optimisation tasks, "
            "to try the service with.",
        },
        questions=(*texts, *tasks[: len(DEMO_TASKS)]),
    )
