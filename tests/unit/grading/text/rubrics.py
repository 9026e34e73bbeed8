"""A small question of our own, complete in both languages."""

# ruff: noqa: E501 - a sentence stays on its line
from __future__ import annotations

from grading.inputs import KeyPoint, Misconception, Rubric, TextAnswer
from grading.text.background import BUILT_IN
from grading.text.encoder import HashEncoder
from grading.text.grade import grade_text
from grading.text.vectors import Remembering

ENCODER = Remembering(HashEncoder())

RUBRIC = Rubric(
    prompt={
        "en": "How does paging help the KV cache, and what does it cost?",
        "zh": "分页怎样帮助 KV cache，它的代价是什么？",
    },
    key_points=(
        KeyPoint(
            id="fragmentation",
            weight=2.0,
            phrasings={
                "en": (
                    "Fixed-size blocks avoid reserving the maximum length for every request",
                    "Nothing is wasted on tokens that are never generated",
                    "Blocks of a fixed size end the fragmentation of memory",
                ),
                "zh": (
                    "固定大小的块避免为每个请求预留最大长度",
                    "不会为从未生成的 token 浪费显存",
                    "定长的块消除了显存碎片",
                ),
            },
            opposites={
                "en": "Fixed-size blocks reserve the maximum length for every request",
                "zh": "固定大小的块为每个请求预留最大长度",
            },
        ),
        KeyPoint(
            id="sharing",
            weight=1.0,
            phrasings={
                "en": (
                    "Requests with a common prefix share its blocks until one of them writes",
                    "Copy on write lets parallel samples use one prompt's pages",
                ),
                "zh": (
                    "前缀相同的请求共享这些块，直到其中一个要写入",
                    "写时复制让并行采样共用同一份提示的页",
                ),
            },
        ),
        KeyPoint(
            id="indirection",
            weight=1.0,
            phrasings={
                "en": (
                    "The attention kernel must follow a block table, which adds a lookup",
                    "Addresses are no longer contiguous, so the kernel gathers them by a table",
                ),
                "zh": (
                    "注意力内核要查块表，多了一次间接寻址",
                    "地址不再连续，内核需要通过表去收集",
                ),
            },
        ),
    ),
    misconceptions=(
        Misconception(
            id="smaller-values",
            phrasings={
                "en": (
                    "Paging compresses the keys and values to fewer bits",
                    "Every cached token takes less memory because it is quantised",
                ),
                "zh": (
                    "分页把键和值压缩成更少的比特",
                    "每个 token 因为被量化而占用更少",
                ),
            },
        ),
    ),
)

FULL = {
    "en": (
        "With fixed-size blocks nobody has to reserve the maximum length of a request,"
        " so no memory is wasted on tokens that are never generated."
        " Requests that have a common prefix share its blocks until one writes."
        " The cost: the attention kernel must look addresses up in a block table."
    ),
    "zh": (
        "用固定大小的块，不必给每个请求预留最大长度，不会为从未生成的 token 浪费显存。"
        "前缀相同的请求可以共享这些块，直到其中一个写入。"
        "代价是注意力内核要查块表，多了间接寻址。"
    ),
}


def marked(text: str, language: str = "en", rubric: Rubric = RUBRIC):
    """Return the grade of `text` by n-grams alone."""
    return grade_text(
        TextAnswer(text=text, language=language, rubric=rubric), ENCODER, BUILT_IN
    )
