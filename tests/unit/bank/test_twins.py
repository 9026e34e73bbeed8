from __future__ import annotations

import pytest

from bank.twins import twins


def pairs(*headings):
    return [
        (pair.first, pair.second) for pair in twins(dict(enumerate(headings, start=1)))
    ]


def test_the_sentence_that_all_questions_share_makes_no_pair():
    assert not pairs(
        "如何利用缓存加速深度学习模型推理？",
        "如何利用哈希加速深度学习模型推理？",
        "如何利用剪枝加速深度学习模型推理？",
        "如何利用线程加速深度学习模型推理？",
    )


def test_a_gloss_in_the_other_language_hides_no_pair():
    assert pairs(
        "如何利用投机解码加速模型推理？",
        "如何利用投机解码（Speculative Decoding）加速模型推理？",
        "如何利用张量切分加速模型推理？",
    ) == [(1, 2)]


def test_the_same_subject_in_another_frame_is_a_pair():
    assert pairs(
        "什么是投机解码？如何实现投机解码？",
        "如何利用投机解码加速深度学习模型推理？",
        "如何利用张量切分加速深度学习模型推理？",
        "如何利用前缀缓存加速深度学习模型推理？",
    ) == [(1, 2)]


def test_a_modifier_that_is_another_subject_makes_no_pair():
    assert not pairs(
        "如何利用张量并行计算加速推理？",
        "如何利用专家并行计算加速推理？",
        "如何利用序列并行计算加速推理？",
        "如何设置学习率？",
    )


def test_measuring_and_improving_are_two_questions():
    assert not pairs("如何优化首字延迟？", "如何评估首字延迟？", "如何写测试？")
    assert not pairs("How is TTFT improved?", "How is TTFT measured?", "Why Rust?")


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_questions_make_no_pair(count):
    assert not pairs(*["What is a warp?"] * count)


def test_two_equal_questions_are_a_pair_even_alone():
    assert pairs("What is a warp?", "What is a warp?") == [(1, 2)]


def test_a_pair_says_what_it_is_about():
    (pair,) = twins(
        {3: "什么是流水线并行？", 8: "怎样做流水线并行？", 9: "什么是缓存？"}
    )

    assert pair.why.startswith("both ask about “流水线并行”")
