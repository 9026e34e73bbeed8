"""The small tokeniser cuts every text as the whole one does."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from django.conf import settings
from tokenizers import Tokenizer

from bank.definitions import TextQuestion
from bank.parsing import read_bank
from grading.text.bare_encoder import EXPORT
from grading.text.loading import exported
from grading.text.packed_e5 import PROMPT, prepared_folder
from grading.text.reading import read
from grading.text.tokens import _SIMPLE, TokenCutter
from tests.encoder.written import written

LONGEST = 512
OURS = (
    "",
    "a",
    "query: ",
    "a space at the end ",
    "x = softmax(q @ k.T / sqrt(d)) # O(n²), µs",
    "naïve café, Größe, ①②, ＦＵＬＬ～width, not </ s> and <mask>",
    "λ and θ of the 注意力 layer；量化（int8）…… “引号” —— 🙂",
    "龘靐 㐀\ttab\nand a line\n",
    "unlikelypiecesofonewordwithoutend" * 40,
    "好的。" * 300,
)
OTHERS = (
    " ",
    " one in front",
    "two  in between",
    "ﬁne, ½, ⑯, e\u0301, 々",
    "tab\tnew\nline \u200b\u202e zero width",
    "\ud7ff\ue000\uffff",
    "a mark <s> of the model's </s> own, <unk> or <pad>",
    "Ответ: кэш ключей и значений",
    "キャッシュを使う",
    "한국어 대답",
    "العربية and English",
    "ĉu ŝi",
    "㋐ in a circle",
)


@pytest.fixture(scope="module")
def folder(home):
    path = prepared_folder(home)
    assert exported(path)
    return path


@pytest.fixture(scope="module")
def whole(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


@pytest.fixture
def cutter(folder):
    return TokenCutter(folder, beside=folder / EXPORT, longest=LONGEST)


def same(cutter, whole, texts):
    ours = [(list(one.ids), list(one.places)) for one in cutter.cut(texts)]
    return ours == [(one.ids, one.offsets) for one in whole.encode_batch(list(texts))]


def test_answers_and_rubrics_are_cut_alike_without_the_whole_vocabulary(cutter, whole):
    answers = [read(one.answer) for one in written("tuned")]
    texts = [unit.plain for answer in answers for unit in answer.units]
    for question in read_bank(settings.BANK_FOLDER).questions.values():
        if isinstance(question, TextQuestion):
            for point in (*question.rubric.key_points, *question.rubric.misconceptions):
                texts += [text for said in point.phrasings.values() for text in said]
            texts += question.rubric.prompt.values()

    assert same(cutter, whole, [PROMPT + text for text in texts])
    assert not cutter.holds_whole


@pytest.mark.parametrize("text", OURS, ids=range(len(OURS)))
def test_odd_texts_of_our_letters_are_cut_alike(cutter, whole, text):
    assert same(cutter, whole, [text])
    assert not cutter.holds_whole


@pytest.mark.parametrize("text", OTHERS, ids=range(len(OTHERS)))
def test_other_texts_are_cut_alike_by_the_whole_vocabulary(cutter, whole, text):
    assert same(cutter, whole, [OURS[3], text, OURS[5]])
    assert cutter.holds_whole


def test_every_character_of_ours_is_cut_alike_whatever_is_beside_it(cutter, whole):
    simple = re.compile(f"[{_SIMPLE}]")
    ours = [chr(code) for code in range(0x20000) if simple.match(chr(code))]
    chance = np.random.default_rng(12)
    signs = [one for one in ours if not one.isalpha()]
    texts = [form.format(one) for one in ours for form in ("a{}b", "好{0}x {0} y")]
    for pool in (ours, signs):
        rows = chance.choice([*pool, *[" "] * (len(pool) // 6)], size=(300, 40))
        texts += [" ".join("".join(row).split()) for row in rows]

    assert len(ours) > 29_000
    assert same(cutter, whole, texts)
    assert not cutter.holds_whole


@pytest.mark.parametrize("text", ["好好好", "────", "#### 3"])
def test_of_two_cuts_that_are_equally_likely_either_may_be_taken(cutter, whole, text):
    (ours,) = cutter.cut([text])

    assert sorted(ours.ids) == sorted(whole.encode(text).ids)
    assert not cutter.holds_whole


def test_any_characters_are_cut_alike(cutter, whole):
    chance = np.random.default_rng(11)
    codes = chance.integers(1, 0x2FFFF, size=(200, 60))
    codes[(codes >= 0xD800) & (codes < 0xE000)] = 0x41
    texts = ["".join(map(chr, row)) for row in codes]
    near = chance.choice([*range(1, 0x600), *range(0x2000, 0x3200)], size=(200, 60))
    texts += ["".join(map(chr, row)) for row in near]

    assert same(cutter, whole, texts)


def test_a_tokeniser_of_another_kind_is_taken_whole(folder, tmp_path):
    described = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    described["model"] = {
        "type": "WordLevel",
        "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "▁one": 4},
        "unk_token": "<unk>",
    }
    described["added_tokens"] = described["added_tokens"][:4]
    (tmp_path / "tokenizer.json").write_text(json.dumps(described), "utf-8")

    cutter = TokenCutter(tmp_path, beside=tmp_path / "small.onnx", longest=LONGEST)

    assert list(cutter.cut(["one"])[0].ids) == [0, 4, 2]
    assert cutter.holds_whole
    assert [path.name for path in tmp_path.iterdir()] == ["tokenizer.json"]


def test_a_folder_that_cannot_be_written_costs_only_memory(folder, tmp_path, whole):
    (tmp_path / "tokenizer.json").symlink_to(folder / "tokenizer.json")

    cutter = TokenCutter(
        tmp_path, beside=tmp_path / "missing" / "small.onnx", longest=LONGEST
    )

    assert same(cutter, whole, OURS)
    assert cutter.holds_whole
