"""Every backend gives the vectors and the marks of the model on torch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grading.errors import EncoderUnavailable
from grading.text import runtimes
from grading.text.background import BUILT_IN
from grading.text.bare_encoder import EXPORT
from grading.text.grade import grade_many
from grading.text.loading import exported, load_encoder
from grading.text.packed_e5 import prepared_folder
from grading.text.pooling import PartEncoder
from grading.text.runtimes import OpenVinoHalves, best_runtime
from grading.text.vectors import Remembering
from tests.encoder.written import written
from tests.unit.grading.text.contract import EncoderContract

TEXTS = (
    "Continuous batching refills the slots of finished sequences, so the GPU is busy",
    "量化减少每步要读的字节，所以小批量解码变快",
    "x = softmax(q @ k.T / sqrt(d))",
    "a",
    "",
    "好" * 900,
)
PARTS = (((0, 56), (58, 77)), ((0, 11), (12, 21)), (), (), (), ((0, 10), (880, 900)))
ASKED = frozenset({"gradient-clipping"})


@pytest.fixture(scope="module")
def reference(home):
    return load_encoder("", device="cpu", home=home, backend="torch")


@pytest.fixture(scope="module")
def answers():
    return [one.answer for one in written("tuned", slugs=ASKED)]


@pytest.fixture(scope="module")
def wanted(answers, reference):
    """What the model on torch makes of the answers."""
    return grade_many(answers, Remembering(reference), BUILT_IN)


@pytest.fixture(
    scope="module",
    params=["onnx", pytest.param("openvino", marks=pytest.mark.slow)],
)
def bare(request, home):
    return load_encoder("", device="cpu", home=home, backend=request.param)


class TestBareEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, bare):
        return bare


def test_vectors_of_texts_and_their_parts_are_those_of_torch(bare, reference):
    assert isinstance(bare, PartEncoder)
    assert isinstance(reference, PartEncoder)

    near = bare.encode_parts(TEXTS, PARTS) * reference.encode_parts(TEXTS, PARTS)

    assert near.shape[0] == sum(1 + len(parts) for parts in PARTS)
    assert near.sum(axis=1).min() > 0.9998


def test_a_whole_text_has_the_same_row_with_and_without_parts(bare):
    rows = bare.encode_parts(TEXTS, PARTS)
    at = np.cumsum([0, *(1 + len(parts) for parts in PARTS[:-1])])

    assert np.allclose((rows[at] * bare.encode(TEXTS)).sum(axis=1), 1.0, atol=1e-3)


def test_a_part_is_nearer_to_its_own_words_than_the_rest_is(bare):
    whole, first, second = bare.encode_parts(TEXTS[:1], PARTS[:1])
    alone = bare.encode([TEXTS[0][start:end] for start, end in PARTS[0]])

    assert first @ alone[0] > max(second @ alone[0], first @ alone[1])
    assert second @ alone[1] > first @ alone[1]
    assert whole @ first < 0.9999


def test_marks_are_those_of_torch(bare, answers, wanted):
    ours = grade_many(answers, Remembering(bare), BUILT_IN)

    for mine, other in zip(ours, wanted, strict=True):
        assert mine.score == pytest.approx(other.score, abs=0.005)
        assert mine.flags == other.flags
        assert [p.credit > 0.5 for p in mine.points] == [
            p.credit > 0.5 for p in other.points
        ]


@pytest.fixture(scope="module")
def halves(home):
    return load_encoder("", device="cpu", home=home, backend="openvino-bf16")


def test_halves_change_next_to_no_decision(halves, answers, wanted):
    ours = grade_many(answers, Remembering(halves), BUILT_IN)

    changed = [
        (p.credit > 0.5) != (q.credit > 0.5)
        for mine, other in zip(ours, wanted, strict=True)
        for p, q in zip(mine.points, other.points, strict=True)
    ]
    assert len(changed) > 100
    assert sum(changed) <= 0.005 * len(changed)
    for mine, other in zip(ours, wanted, strict=True):
        assert mine.score == pytest.approx(other.score, abs=0.03)


def test_what_was_compiled_is_kept_beside_the_export_and_read_again(home, tmp_path):
    export = Path(
        shutil.copy(prepared_folder(home) / EXPORT, tmp_path / "transformer.onnx")
    )
    first = OpenVinoHalves(export, threads=1)
    if first.precision == "fp32":
        assert list(tmp_path.iterdir()) == [export]
        return
    (kept,) = tmp_path.glob("transformer.*.blob")
    made = kept.stat().st_mtime_ns
    size = kept.stat().st_size
    embeddings = np.ones((1, 8, 384), dtype=np.float32)
    mask = np.ones((1, 8), dtype=np.int64)
    wanted = first.states(embeddings, mask)

    again = OpenVinoHalves(export, threads=1).states(embeddings, mask)
    assert np.array_equal(again, wanted)
    assert kept.stat().st_mtime_ns == made

    kept.write_bytes(kept.read_bytes()[:1000])  # what a full disk leaves
    mended = OpenVinoHalves(export, threads=1).states(embeddings, mask)
    assert np.array_equal(mended, wanted)
    assert kept.stat().st_size == pytest.approx(size, rel=0.01)


@pytest.mark.parametrize(
    ("flags", "installed", "taken"),
    [
        ("fpu avx512_bf16 sse", True, "openvino-bf16"),
        ("fpu avx2 amx_bf16", True, "openvino-bf16"),
        ("fpu avx2 avx512_vnni", True, "onnx"),
        ("fpu avx512_bf16", False, "onnx"),
    ],
)
def test_auto_takes_halves_where_the_cpu_multiplies_them(
    monkeypatch, flags, installed, taken
):
    text = f"processor\t: 0\nmodel name\t: avx512_bf16\nflags\t\t: {flags}\n"
    monkeypatch.setattr(runtimes, "_cpu_text", lambda: text)
    monkeypatch.setattr(
        runtimes, "find_spec", lambda _: object() if installed else None
    )

    assert best_runtime() == taken


def test_what_must_come_out_alike_everywhere_is_computed_in_float32(
    home, monkeypatch, reference
):
    monkeypatch.setattr("grading.text.loading.best_runtime", lambda: "openvino-bf16")

    exact = load_encoder("", device="cpu", home=home, exact=True)

    assert exact.name == reference.name


def test_halves_are_near_and_say_so(halves, reference):
    near = (
        halves.encode_parts(TEXTS, PARTS) * reference.encode_parts(TEXTS, PARTS)
    ).sum(axis=1)

    assert near.min() > 0.999
    assert halves.name in {reference.name, f"{reference.name}+bf16"}


def test_a_worker_on_a_cpu_needs_no_torch(home):
    exported(prepared_folder(home))
    program = (
        "import sys; from pathlib import Path\n"
        "from grading.text.loading import load_encoder\n"
        f"encoder = load_encoder('', device='cpu', home=Path({str(home)!r}))\n"
        "encoder.encode(['one text'])\n"
        "print(type(encoder).__name__, 'torch' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["BareEncoder", "False"]


def test_a_broken_export_is_an_error_that_names_the_model(home, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in prepared_folder(home).iterdir():
        if path.name != "onnx":
            (folder / path.name).symlink_to(path)
    (folder / EXPORT).parent.mkdir()
    (folder / EXPORT).write_bytes(b"not a graph")

    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        load_encoder(str(folder), device="cpu", home=home)


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_backend_for_cpus_is_refused_on_a_card(home, backend):
    with pytest.raises(EncoderUnavailable, match="ENCODER_BACKEND"):
        load_encoder("", device="cuda", home=home, backend=backend)


def test_an_unknown_backend_is_named(home):
    with pytest.raises(EncoderUnavailable, match="ENCODER_BACKEND must be one of"):
        load_encoder("", device="cpu", home=home, backend="tensorrt")
