"""What zlib makes of each shard.

Tolerance: none, bytes are right or wrong. zlib's output is the same in every run of
one version of it, and the judge uses the interpreter that the programs use.
"""

from __future__ import annotations

import zlib

import numpy as np
import torch

LEVEL = 6


def expected(data: torch.Tensor, offsets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return packed (size,), each shard's bytes from its offset on, and lengths (shards,)."""
    source, bounds = data.numpy(), offsets.tolist()
    packed = np.zeros(len(source), dtype=np.uint8)
    lengths = []
    for start, end in zip(bounds[:-1], bounds[1:], strict=True):
        small = np.frombuffer(zlib.compress(source[start:end], LEVEL), dtype=np.uint8)
        packed[start : start + len(small)] = small
        lengths.append(len(small))
    return torch.from_numpy(packed), torch.tensor(lengths)
