"""A model's tokeniser, held as small as the texts allow.

    text of our characters ──sentencepiece, the pieces of our letters──> tokens
    any other text ─────────tokenizers, the whole vocabulary───────────> tokens

A multilingual vocabulary costs a worker most of its memory and of its start, and
answers in Chinese and English use less than half of it. A piece that holds a letter
which a text does not have cannot be part of that text, so a vocabulary without the
pieces of other scripts cuts a text of Latin, Greek and Han letters as the whole one
does. In sentencepiece it takes 25 MB where `tokenizers` took 105. It is made once,
beside the model's export, where it cuts trial texts as the whole one does. A text with
any other character loads the whole vocabulary, and from then on the process holds both.

Where two cuts are equally likely (one character four times, say) the two libraries may
take different ones of them: the same pieces in another order.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sentencepiece import SentencePieceProcessor
    from tokenizers import Tokenizer

    from grading.text.pooling import Span

_WHOLE: Final = "tokenizer.json"
_NORMALISED: Final = "nmt_nfkc"  # sentencepiece's name for what such models do first
_SPACE: Final = "\u2581"
# Letters and numerals that are neither Latin (with accents), Greek nor Han.
_FOREIGN: Final = re.compile(r"[^\W_\x00-\xff\u0370-\u03ff\u3400-\u4dbf\u4e00-\u9fff]")
# What both libraries make the same single character of, whatever stands beside it.
# Not here: marks that join with the letter before them, signs that stand for several
# characters (but the ellipsis), spaces but one between two words.
_SIMPLE: Final = (
    "!-~\u00a1-\u00a7\u00a9-\u00ae\u00b0-\u00b3\u00b5-\u00b7\u00b9-\u00ff"
    "\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9"
    "\u2010-\u2016\u2018-\u2024\u2026\u2027\u2030-\u2033\u2039\u203a"
    "\u2070\u2074-\u207e\u2080-\u208e\u20ac\u2190-\u222b\u222e\u2231-\u22ff"
    "\u2460-\u2468\u2500-\u257f\u25a0-\u26ff\u27f0-\u27ff"
    "\u3001-\u3004\u3008-\u3020\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e"
    "\U0001f300-\U0001f6ff"
)
_GAP: Final = " \n\t"  # each of them is a space
_OURS: Final = re.compile(f"[{_SIMPLE}]+(?:[{_GAP}][{_SIMPLE}]+)*[{_GAP}]?")
_TRIAL: Final = (
    "query: Batch the requests, keep the KV-cache: 2x faster (p95 < 10 ms)!",
    "先用量化，再做蒸馏；“显存”少一半……① 好",
    "naïve café, Größe: λ ≤ θ² → ＦＵＬＬ～width 🙂 ",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of one text."""

    ids: Sequence[int]
    places: Sequence[Span]  # of characters; (0, 0) for a token that stands for none


class TokenCutter:
    """The tokeniser of a model's folder."""

    def __init__(self, folder: Path, *, beside: Path, longest: int) -> None:
        """Load it; `beside` names the small one's files, up to their suffix.

        Raises: what the tokeniser's library raises for a broken file.
        """
        self._path = folder / _WHOLE
        self._longest = longest
        self._whole: Tokenizer | None = None
        self._small: _Small | None = None
        pieces, ids = beside.with_suffix(".pieces"), beside.with_suffix(".npy")
        if not pieces.is_file():
            _write_small(self._path, pieces, ids)
        if pieces.is_file():
            self._small = _Small(pieces.read_bytes(), np.load(ids), longest=longest)
        else:
            self._whole = _opened(self._path, longest)

    def cut(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, its special ones included."""
        small = self._small
        if small is None:
            return self._by_whole(texts)
        own = [small.knows(text) for text in texts]
        found = iter(
            small.cut([text for text, yes in zip(texts, own, strict=True) if yes])
        )
        rest = iter(
            self._by_whole([t for t, yes in zip(texts, own, strict=True) if not yes])
        )
        return [next(found) if yes else next(rest) for yes in own]

    @property
    def holds_whole(self) -> bool:
        """Say whether the whole vocabulary is in memory."""
        return self._whole is not None

    def _by_whole(self, texts: Sequence[str]) -> list[Tokens]:
        if not texts:
            return []
        if self._whole is None:
            self._whole = _opened(self._path, self._longest)
        return [
            Tokens(ids=one.ids, places=one.offsets)
            for one in self._whole.encode_batch(list(texts))
        ]


class _Small:
    """Pieces of our letters alone; numbers of pieces are the whole vocabulary's."""

    def __init__(
        self, model: bytes, ids: np.ndarray[Any, Any], *, longest: int
    ) -> None:
        from sentencepiece import SentencePieceProcessor  # noqa: PLC0415 - only where a model is loaded

        self._processor: SentencePieceProcessor = SentencePieceProcessor(
            model_proto=model
        )
        self._ids: list[int] = ids.tolist()
        self._longest = longest
        begin, end = self._processor.bos_id(), self._processor.eos_id()
        self._begin, self._end = self._ids[begin], self._ids[end]
        self._space = self._ids[self._processor.piece_to_id(_SPACE)]
        special = (begin, end, self._processor.pad_id(), self._processor.unk_id())
        # The whole one takes these words for what they stand for, wherever they are.
        self._words = tuple(self._processor.id_to_piece(one) for one in special)

    def knows(self, text: str) -> bool:
        """Say whether nothing in a text needs the whole vocabulary."""
        simple = not text or _OURS.fullmatch(text) is not None
        return simple and not any(word in text for word in self._words)

    def cut(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of texts that it knows."""
        return [self._cut(text) for text in texts]

    def _cut(self, text: str) -> Tokens:
        found = self._processor.encode_as_offset_mapping(text)
        ids = [self._ids[one] for one in found["ids"]]
        places: list[Span] = [(start, end) for start, end in found["offsets"]]
        if places and places[0] == (0, 0):
            places[0] = (0, 1)  # a space that nobody wrote, before the first character
        if text.endswith(tuple(_GAP)):  # which sentencepiece takes off
            ids.append(self._space)
            places.append((len(text) - 1, len(text)))
        most = self._longest - 2
        return Tokens(
            ids=[self._begin, *ids[:most], self._end],
            places=[(0, 0), *places[:most], (0, 0)],
        )


def _opened(path: Path, longest: int) -> Tokenizer:
    from tokenizers import Tokenizer  # noqa: PLC0415 - only where a model is loaded

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _write_small(whole: Path, pieces: Path, ids: Path) -> None:
    """Write the small tokeniser, unless this one's kind has none.

    A folder that cannot be written costs memory and nothing else.
    """
    made = _small_of(json.loads(whole.read_text("utf-8")))
    if made is None:
        return
    model, kept = made
    longest = max(map(len, _TRIAL))
    trial = _Small(model, kept, longest=longest)
    whole_one = _opened(whole, longest)
    for text, found in zip(_TRIAL, whole_one.encode_batch(list(_TRIAL)), strict=True):
        (one,) = trial.cut([text])
        if (one.ids, one.places) != (found.ids, found.offsets):
            return
    try:
        with tempfile.TemporaryDirectory(dir=ids.parent) as folder:
            np.save(f"{folder}/ids.npy", kept)
            with open(f"{folder}/pieces", "wb") as file:  # noqa: PTH123 - a string
                file.write(model)
            os.replace(f"{folder}/ids.npy", ids)  # noqa: PTH105 - a string
            os.replace(f"{folder}/pieces", pieces)  # noqa: PTH105 - a string
    except OSError:
        return


def _small_of(whole: Mapping[str, Any]) -> tuple[bytes, np.ndarray[Any, Any]] | None:
    """Return a tokeniser without other scripts' pieces, and its ids in the whole one.

    None for any but a unigram model with the usual four special tokens in its
    vocabulary. The least likely piece stays: the score of an unknown letter is
    reckoned from it.
    """
    from sentencepiece import SentencePieceNormalizer  # noqa: PLC0415 - once for a model
    from sentencepiece.sentencepiece_model_pb2 import (  # type: ignore[attr-defined]  # made at run time  # noqa: PLC0415 - the same
        ModelProto,
    )

    model = whole["model"]
    if model.get("type") != "Unigram" or model.get("byte_fallback"):
        return None
    vocabulary = model["vocab"]
    special = {token["content"]: token["id"] for token in whole["added_tokens"]}
    try:
        begin, pad, end = (special[name] for name in ("<s>", "<pad>", "</s>"))
    except KeyError:
        return None
    named = (begin, pad, end, model["unk_id"])
    if set(special.values()) - set(named):
        return None
    always = {*named, min(range(len(vocabulary)), key=lambda one: vocabulary[one][1])}
    kept = [
        place
        for place, (piece, _) in enumerate(vocabulary)
        if place in always or _FOREIGN.search(piece) is None
    ]
    proto = ModelProto()
    proto.ParseFromString(
        SentencePieceNormalizer(rule_name=_NORMALISED).serialized_model_proto()
    )
    kinds = ModelProto.SentencePiece
    for place in kept:
        piece, score = vocabulary[place]
        kind = kinds.CONTROL if place in named else kinds.NORMAL
        proto.pieces.add(
            piece=piece,
            score=score,
            type=kinds.UNKNOWN if place == model["unk_id"] else kind,
        )
    place_of = {old: new for new, old in enumerate(kept)}
    settings = proto.trainer_spec
    settings.bos_id, settings.pad_id = place_of[begin], place_of[pad]
    settings.eos_id, settings.unk_id = place_of[end], place_of[model["unk_id"]]
    settings.unk_piece = vocabulary[model["unk_id"]][0]
    return proto.SerializeToString(), np.array(kept, dtype=np.int32)
