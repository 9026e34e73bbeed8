"""Which tokens the text has: the longest that fits, from left to right.

Tolerance: none, ids are right or wrong. A token has a space at its front or
nowhere, so no token reaches over the next space: what lies between is split once.
"""

from __future__ import annotations

import re

import torch


def expected(weights: dict[str, torch.Tensor], text: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids (size,), -1 behind the last, and their number (1,)."""
    flat = weights["tokens"].numpy().tobytes()
    offsets = weights["offsets"].tolist()
    known = {flat[a:b]: number for number, (a, b) in enumerate(zip(offsets[:-1], offsets[1:], strict=True))}
    longest = max(map(len, known))
    seen: dict[bytes, list[int]] = {}
    found: list[int] = []
    for word in re.findall(rb" ?[^ ]+| ", text.numpy().tobytes()):
        if word not in seen:
            seen[word] = _split(word, known, longest)
        found += seen[word]
    ids = torch.full((text.numel(),), -1, dtype=torch.int32)
    ids[: len(found)] = torch.tensor(found, dtype=torch.int32)
    return ids, torch.tensor([len(found)])


def _split(word: bytes, known: dict[bytes, int], longest: int) -> list[int]:
    found, place = [], 0
    while place < len(word):
        ends = range(min(len(word), place + longest), place, -1)
        end = next(end for end in ends if word[place:end] in known)
        found.append(known[word[place:end]])
        place = end
    return found
