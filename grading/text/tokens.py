"""A model's tokeniser, held as small as the texts allow.

A multilingual vocabulary costs a worker most of its memory and of its start, and
answers in Chinese and English use less than half of it. A piece that holds a letter
which a text does not have cannot be part of that text, so a vocabulary without the
pieces of other scripts cuts a text of Latin, Greek and Han letters exactly as the whole
one does. It is made once, beside the model's export. A text with any other letter
loads the whole vocabulary, and from then on the process holds both.
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
    from collections.abc import Sequence
    from pathlib import Path

    from tokenizers import Encoding, Tokenizer

    from grading.text.pooling import Span

_WHOLE: Final = "tokenizer.json"
# Letters and numerals that are neither Latin (with accents), Greek nor Han.
_FOREIGN: Final = re.compile(r"[^\W_\x00-\xff\u0370-\u03ff\u3400-\u4dbf\u4e00-\u9fff]")


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
        self._small: Tokenizer | None = None
        self._ids = np.empty(0, dtype=np.int32)  # of the small one's, in the whole one
        vocabulary, ids = beside.with_suffix(".tokens"), beside.with_suffix(".npy")
        if not vocabulary.is_file():
            _write_small(self._path, vocabulary, ids)
        if vocabulary.is_file():
            self._small = _opened(vocabulary, longest)
            self._ids = np.load(ids)
        else:
            self._whole = _opened(self._path, longest)

    def cut(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text, its special ones included."""
        small = self._small
        if small is None:
            return [_tokens(one) for one in self._opened_whole().encode_batch(texts)]
        own = [_FOREIGN.search(_normal(small, text)) is None for text in texts]
        found = iter(
            small.encode_batch([t for t, yes in zip(texts, own, strict=True) if yes])
        )
        others = [text for text, yes in zip(texts, own, strict=True) if not yes]
        rest = iter(self._opened_whole().encode_batch(others) if others else ())
        return [
            _tokens(next(found), self._ids) if yes else _tokens(next(rest))
            for yes in own
        ]

    @property
    def holds_whole(self) -> bool:
        """Say whether the whole vocabulary is in memory."""
        return self._whole is not None

    def _opened_whole(self) -> Tokenizer:
        if self._whole is None:
            self._whole = _opened(self._path, self._longest)
        return self._whole


def _tokens(one: Encoding, ids: np.ndarray[Any, Any] | None = None) -> Tokens:
    mine = one.ids if ids is None else ids[one.ids].tolist()
    return Tokens(ids=mine, places=one.offsets)


def _normal(tokenizer: Tokenizer, text: str) -> str:
    """Return a text as its pieces are looked for; ASCII stays what it is."""
    if text.isascii() or tokenizer.normalizer is None:
        return text
    normal: str = tokenizer.normalizer.normalize_str(text)
    return normal


def _opened(path: Path, longest: int) -> Tokenizer:
    from tokenizers import Tokenizer  # noqa: PLC0415 - only where a model is loaded

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _write_small(whole: Path, vocabulary: Path, ids: Path) -> None:
    """Write the small tokeniser, unless this one's kind has none.

    A folder that cannot be written costs memory and nothing else.
    """
    made = _small_of(json.loads(whole.read_text("utf-8")))
    if made is None:
        return
    described, kept = made
    try:
        with tempfile.TemporaryDirectory(dir=ids.parent) as folder:
            np.save(f"{folder}/ids.npy", np.array(kept, dtype=np.int32))
            with open(f"{folder}/tokens", "w", encoding="utf-8") as file:  # noqa: PTH123 - a string
                json.dump(described, file, ensure_ascii=False)
            os.replace(f"{folder}/ids.npy", ids)  # noqa: PTH105 - a string
            os.replace(f"{folder}/tokens", vocabulary)  # noqa: PTH105 - a string
    except OSError:
        return


def _small_of(whole: dict[str, Any]) -> tuple[dict[str, Any], list[int]] | None:
    """Return a tokeniser without other scripts' pieces, and its ids in the whole one.

    None for any but a unigram model whose special tokens are in its vocabulary. The
    least likely piece stays: the score of an unknown letter is reckoned from it.
    """
    model = whole["model"]
    if model.get("type") != "Unigram" or model.get("byte_fallback"):
        return None
    vocabulary = model["vocab"]
    special = {token["id"] for token in whole["added_tokens"]}
    template = whole.get("post_processor") or {}
    known = template.get("special_tokens", {})
    for token in known.values():
        special.update(token["ids"])
    special.add(model["unk_id"])
    if not all(isinstance(one, int) and one < len(vocabulary) for one in special):
        return None
    special.add(min(range(len(vocabulary)), key=lambda place: vocabulary[place][1]))
    kept = [
        place
        for place, (piece, _) in enumerate(vocabulary)
        if place in special or _FOREIGN.search(piece) is None
    ]
    place_of = {old: new for new, old in enumerate(kept)}
    small_model = model | {
        "vocab": [vocabulary[place] for place in kept],
        "unk_id": place_of[model["unk_id"]],
    }
    small = whole | {
        "model": small_model,
        "added_tokens": [
            token | {"id": place_of[token["id"]]} for token in whole["added_tokens"]
        ],
    }
    if known:
        small["post_processor"] = template | {
            "special_tokens": {
                name: token | {"ids": [place_of[one] for one in token["ids"]]}
                for name, token in known.items()
            }
        }
    elif template:
        return None  # it names its special tokens in another form
    return small, kept
