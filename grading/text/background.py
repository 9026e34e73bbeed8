"""What a similarity is read against: statements that are about something else.

The cosines of an encoder crowd together (two unrelated sentences reach 0.8 with
e5), so a number alone says nothing. It is read in deviations from the similarity
that the same words have with statements of the field that are not asked for here.
"""

# ruff: noqa: E501 - the statements at the end are data; a sentence stays on its line
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grading.inputs import LANGUAGES
from grading.text.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grading.inputs import Rubric

MOST: Final = 160  # statements a language; more cost time and change nothing
FEWEST: Final = 40  # below this a deviation is a guess; the built-in ones fill up


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Unrelated statements in each language."""

    texts: Mapping[str, tuple[str, ...]]  # language -> statements, each once
    points: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # all known

    @property
    def others(self) -> Mapping[str, tuple[str, ...]]:
        """Return the statements that questions want to hear; `texts` if none has."""
        return {
            language: self.points.get(language) or texts
            for language, texts in self.texts.items()
        }

    @property
    def digest(self) -> str:
        """Return a short name for exactly these statements, as a grade keeps it."""
        whole = "\n".join(
            f"{language}\t{text}"
            for language in sorted(self.texts)
            for text in (*self.texts[language], *self.points.get(language, ()))
        )
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:8]


def background_of(rubrics: Iterable[Rubric]) -> Background:
    """Return the first phrasings of all key points of `rubrics` as a background.

    The built-in statements come first, so a small or empty bank has one too. Where
    there are more than `MOST`, a sample is taken that depends on the texts alone.
    """
    points = [point for rubric in rubrics for point in rubric.key_points]
    texts, known = {}, {}
    for language in LANGUAGES:
        found = {
            plain(point.phrasings[language][0])
            for point in points
            if point.phrasings.get(language)
        }
        room = MOST - len(BUILT_IN.texts[language])
        sample = sorted(found, key=_lot)[:room]
        texts[language] = (*BUILT_IN.texts[language], *sorted(sample))
        known[language] = tuple(sorted(found))
    return Background(texts=texts, points=known)


def _lot(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


# Our own sentences. Each states one thing that somebody could say in an interview
# or in school, so that a relevant unit does not stand out merely by being technical.
BUILT_IN: Final = Background(
    texts={
        "en": (
            "A load balancer sends each request to the replica with the fewest open ones",
            "Gradient accumulation adds up several small batches before one update",
            "A learning rate warm-up keeps the first updates small",
            "Dropout switches units off at random while training and does nothing later",
            "The tokenizer splits rare words into several pieces",
            "Rotary embeddings turn queries and keys by an angle that grows with position",
            "A checkpoint is written every thousand steps so that a crash costs little",
            "Data parallel workers average their gradients after the backward pass",
            "Sharding the optimizer state over the cards saves memory on each of them",
            "A compiler lowers the graph to kernels and plans the buffers ahead of time",
            "Shared memory on the chip is small and much faster than device memory",
            "Warps that take different branches are executed one after the other",
            "A phone throttles its clock when it gets hot, so a benchmark must run for minutes",
            "The runtime on the device picks the NPU for convolutions and the CPU for the rest",
            "Low-rank adapters train a few percent of the weights and leave the rest frozen",
            "A canary release sends one percent of the traffic to the new version",
            "Autoscaling by queue length reacts faster than autoscaling by utilisation",
            "Health checks take a hanging replica out of rotation",
            "Rate limits per customer keep one of them from starving the others",
            "Attribution by integrated gradients adds up gradients along a path from a baseline",
            "Attention weights do not have to explain why a model gave its answer",
            "Adversarial training mixes perturbed examples into every batch",
            "Red teams look for prompts that make a model reveal what it should not",
            "Retrieval puts passages from a document store in front of the question",
            "A reward model scores answers, and the policy is trained to raise that score",
            "Early stopping ends the training once the validation loss rises",
            "Continual learning replays old samples so that earlier skills are not forgotten",
            "Meta-learning looks for weights from which few steps suffice on a new task",
            "Neural architecture search trades accuracy against latency on the target device",
            "An FPGA is programmed as a pipeline of fixed-point operators",
            "Systolic arrays pass partial sums from cell to cell",
            "Mixture-of-experts layers route every token to two of many feed-forward networks",
            "Beam search keeps the best few prefixes instead of only one",
            "Nucleus sampling draws from the smallest set of tokens whose mass exceeds p",
            "Streaming the tokens makes the wait feel shorter than it is",
            "Logs, metrics and traces together show where a request spent its time",
            "Deduplication of the training data lowers how much is memorised",
            "A cache with least-recently-used eviction drops what was not read for longest",
            "Containers pin the driver and library versions a service was tested with",
            "Cost per million tokens decides which hardware a team buys",
            "Plants take up water through their roots and lose it through their leaves",
            "Metal conducts heat better than wood, so it feels colder to the touch",
            "Sound travels as a vibration and needs a medium",
            "A thermometer measures how warm something is",
            "Friction slows a moving object down",
            "The moon reflects the light of the sun",
            "Prices rise when more people want a thing than there is of it",
            "A vote in parliament needs a majority",
            "The experiment is repeated several times to make the result reliable",
            "An insect has six legs and a body of three parts",
            "A battery pushes current through a closed loop",
            "Rivers carry sand and stones and leave them where the water is slow",
        ),
        "zh": (
            "负载均衡器把请求发给当前排队最少的副本",
            "梯度累积把几个小批次的梯度加起来再更新一次",
            "学习率预热让最初几步的更新保持很小",
            "Dropout 在训练时随机关掉一部分神经元，推理时不起作用",
            "分词器会把少见的词拆成好几个片段",
            "旋转位置编码按位置给查询和键转一个角度",
            "每隔一千步保存一次检查点，机器坏了损失也不大",
            "数据并行的各个进程在反向传播之后对梯度求平均",
            "把优化器状态分片到各张卡上，每张卡占的显存就少了",
            "编译器把计算图变成内核，并提前规划好缓冲区",
            "片上的共享内存容量很小，但比显存快得多",
            "同一个线程束走不同分支时只能先后执行",
            "手机发热后会降频，所以测试要跑上几分钟",
            "设备上的运行时把卷积交给 NPU，其余的留给 CPU",
            "低秩适配器只训练百分之几的参数，其余全部冻结",
            "灰度发布先把百分之一的流量切到新版本",
            "按队列长度扩容比按利用率扩容反应更快",
            "健康检查会把卡死的副本摘掉",
            "给每个客户限流，免得一家占满全部资源",
            "积分梯度沿着从基线到输入的路径把梯度累加起来",
            "注意力权重不一定能解释模型为什么这样回答",
            "对抗训练在每个批次里混入被扰动的样本",
            "红队专门寻找能让模型泄露信息的提示词",
            "检索增强把文档库里的段落放在问题前面",
            "奖励模型给回答打分，策略朝着更高的分数训练",
            "验证集损失开始上升时就提前停止训练",
            "持续学习会回放旧样本，免得以前的能力被遗忘",
            "元学习寻找一组初始权重，在新任务上走几步就够",
            "神经架构搜索在目标设备上权衡准确率和延迟",
            "FPGA 被编程成一条定点运算的流水线",
            "脉动阵列把部分和从一个单元传到下一个单元",
            "专家混合层把每个 token 送到许多前馈网络中的两个",
            "束搜索同时保留几个最好的前缀，而不是只留一个",
            "核采样只在累计概率超过 p 的最小集合里抽取",
            "流式输出让用户感觉等得没有那么久",
            "日志、指标和链路追踪合起来能看出请求的时间花在哪",
            "训练数据去重可以减少模型死记硬背的内容",
            "最近最少使用的缓存会淘汰最久没有被读到的条目",
            "容器把测试过的驱动和库的版本固定下来",
            "每百万 token 的成本决定团队买什么硬件",
            "植物用根吸收水分，再从叶子蒸腾出去",
            "金属导热比木头好，所以摸上去更凉",
            "声音靠振动传播，需要介质",
            "温度计用来测量物体有多热",
            "摩擦力会让运动的物体慢下来",
            "月亮反射的是太阳的光",
            "想买的人多而东西少的时候价格就会上涨",
            "议会表决需要过半数的票",
            "实验要重复几次，结果才可靠",
            "昆虫有六条腿，身体分成三段",
            "电池推动电流在闭合回路里流动",
            "河流带走泥沙，在水流慢的地方沉积下来",
        ),
    }
)
