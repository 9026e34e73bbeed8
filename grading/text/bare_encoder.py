"""A model's exported transformer behind `Encoder`, without torch: for CPU workers.

    text ──tokeniser──> ids ──rows of the weights file──> embeddings
                                                              │ exported transformer
                              unit rows <──mean per part── states

The export is made once from the sentence-transformers model (see
`sentence_encoder.export_transformer`). The embedding matrix, four fifths of the
model, stays in the weights file and is read row by row, so a worker holds only the
rows that its texts need. What computes the states is a `grading.text.runtimes.Runtime`.
"""

from __future__ import annotations

import json
import os
import struct
import weakref
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.errors import EncoderUnavailable
from grading.text.encoder import readable
from grading.text.pooling import pooled
from grading.text.tokens import TokenCutter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grading.text.encoder import Matrix
    from grading.text.pooling import Span
    from grading.text.runtimes import Runtime
    from grading.text.tokens import Tokens

EXPORT: Final = "onnx/transformer.onnx"  # in the model's folder
_WEIGHTS: Final = "model.safetensors"
_MATRIX: Final = "word_embeddings.weight"
_NO_WEIGHTS: Final = (  # what reading a file raises that holds something else
    OSError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    MemoryError,
    StopIteration,
    struct.error,
)
_BATCH_TOKENS: Final = 512  # in one pass, padding included: what fits the caches
_LENGTH_STEP: Final = 8  # tokens; a runtime keeps something for every shape it met
_CALL_TOKENS: Final = 75  # that a pass costs as much as, whatever is in it
_MOST_TOKENS: Final = 512  # of one text


class BareEncoder:
    """One model in one runtime on the CPU."""

    def __init__(
        self, folder: Path, runtime: Runtime, *, name: str, prompt: str | None
    ) -> None:
        self._longest = _longest(folder)
        self._cutter = TokenCutter(
            folder, beside=folder / EXPORT, longest=self._longest
        )
        self._table = _Embeddings(folder / _WEIGHTS)
        self._runtime = runtime
        self._prompt = prompt or ""
        self._name = name if runtime.precision == "fp32" else f"{name}+bf16"

    @property
    def name(self) -> str:
        """Say which model in which revision: "model@revision"."""
        return self._name

    @property
    def device(self) -> str:
        """Say where it runs."""
        return "cpu"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text; see `Encoder.encode`."""
        return self.encode_parts(texts, [()] * len(texts))

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> Matrix:
        """Return the rows of texts and their parts; see `PartEncoder.encode_parts`."""
        if not texts:
            return np.zeros((0, self._table.width), dtype=np.float32)
        encoded = self._cutter.cut([self._prompt + readable(text) for text in texts])
        found: list[Matrix] = [np.empty(0, dtype=np.float32)] * len(texts)
        for batch in _batches([len(one.ids) for one in encoded]):
            states = self._states([encoded[place] for place in batch])
            for row, place in enumerate(batch):
                one = encoded[place]
                found[place] = pooled(
                    states[row, : len(one.ids)],
                    one.places,
                    parts[place],
                    shift=len(self._prompt),
                )
        return np.concatenate(found)

    def _states(self, encoded: Sequence[Tokens]) -> Matrix:
        longest = max(len(one.ids) for one in encoded)
        stepped = -(-longest // _LENGTH_STEP) * _LENGTH_STEP
        length = max(longest, min(stepped, self._longest))  # no position beyond
        shape = (len(encoded), length, self._table.width)
        embeddings = np.zeros(shape, dtype=np.float32)
        mask = np.zeros(shape[:2], dtype=np.int64)
        for row, one in enumerate(encoded):
            embeddings[row, : len(one.ids)] = self._table.rows(one.ids)
            mask[row, : len(one.ids)] = 1
        try:
            return self._runtime.states(embeddings, mask)
        except (RuntimeError, MemoryError) as error:
            message = f"{self._name} could not encode {len(encoded)} texts: {error}"
            raise EncoderUnavailable(message) from error


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of the texts of each pass, so that all passes cost least.

    Texts sorted by length, cut where the padding that a cut saves is more than what
    one more pass costs.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    least = [0.0]  # cost of the first i texts, in tokens
    starts = [0]  # of the batch that ends before i
    for end in range(1, len(order) + 1):
        longest = lengths[order[end - 1]]
        first = max(0, end - max(1, _BATCH_TOKENS // max(1, longest)))
        cost, start = min(
            (least[start] + _CALL_TOKENS + (end - start) * longest, start)
            for start in range(first, end)
        )
        least.append(cost)
        starts.append(start)
    end, found = len(order), []
    while end:
        found.append(order[starts[end] : end])
        end = starts[end]
    yield from reversed(found)


def _longest(folder: Path) -> int:
    """Return the most tokens that the model reads."""
    try:
        text = (folder / "sentence_bert_config.json").read_text("utf-8")
        return min(_MOST_TOKENS, int(json.loads(text)["max_seq_length"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _MOST_TOKENS


class _Embeddings:
    """The embedding matrix, read row by row from the weights file.

    Not mapped: the kernel maps the neighbours of a row with it, and a worker that has
    met a few thousand tokens would hold most of the matrix.

    Source: https://github.com/huggingface/safetensors, section Format.
    """

    def __init__(self, path: Path) -> None:
        """Find the matrix.

        Raises: `EncoderUnavailable` when the file holds no such matrix in float32.
        """
        self._name = path.name
        try:
            with path.open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                header = json.loads(file.read(length))
                self._file = os.dup(file.fileno())
            weakref.finalize(self, os.close, self._file)
            entry = next(header[name] for name in header if name.endswith(_MATRIX))
            kind = entry["dtype"]
            self._start = 8 + length + int(entry["data_offsets"][0])
            self._count, self.width = (int(size) for size in entry["shape"])
        except _NO_WEIGHTS as error:
            message = f"{path.name} cannot be read: {error}"
            raise EncoderUnavailable(message) from error
        if kind != "F32":
            message = f"{path.name} holds its embeddings as {kind}, not F32"
            raise EncoderUnavailable(message)

    def rows(self, ids: Sequence[int]) -> Matrix:
        """Return the rows of tokens; shape (len(ids), width).

        Raises: `EncoderUnavailable` when the file ends before one of them.
        """
        size = 4 * self.width
        found = b"".join(
            os.pread(self._file, size, self._start + size * place) for place in ids
        )
        if len(found) != size * len(ids) or max(ids, default=0) >= self._count:
            message = f"{self._name} ends before the embeddings do"
            raise EncoderUnavailable(message)
        return np.frombuffer(found, "<f4").reshape(len(ids), self.width)
