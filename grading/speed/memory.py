"""Memory that the judge and one lane share, with a table only the judge decides.

Each lane has its own: inputs are written into it while the lane is frozen, outputs
are filled with a random byte before a call and copied out after it.
"""

from __future__ import annotations

import mmap
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch

from grading.sandbox.memory_files import memory_file, seal_content
from grading.speed.task import DTYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from grading.speed.task import Task

ALIGNMENT: Final = 64  # bytes: a cache line, and the widest vector register
PAGE: Final = 4096
READ_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one tensor lies in a memory file."""

    dtype: str
    shape: tuple[int, ...]
    offset: int

    def entry(self) -> list[Any]:
        """Return the place as the guest is told it."""
        return [self.dtype, list(self.shape), self.offset]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Where every case's inputs and outputs lie; cases overlap, one is used."""

    inputs: tuple[tuple[Place, ...], ...]  # case by case
    outputs: tuple[tuple[Place, ...], ...]
    input_bytes: int
    output_bytes: int


def read_libraries() -> int:
    """Read every file that this process has mapped; return how many bytes.

    The kernel charges a page of a library to whoever touches it first. On a machine
    that has not judged for a while that was the baseline's lane, which then seemed to
    hold what the submission's lane found there for nothing. The judge has the same
    libraries mapped as its lanes, and now it is the first.
    """
    paths = {
        line.split(None, 5)[5].rstrip("\n")
        for line in Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
        if line.count(" /") == 1
    }
    total = 0
    for path in paths:
        try:
            with Path(path).open("rb", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    continue
                while got := len(file.read(READ_BYTES)):
                    total += got
        except OSError:  # removed since, or not ours to read
            continue
    return total


def _name_of(dtype: torch.dtype) -> str:
    return next(name for name, known in DTYPES.items() if known == dtype)


def _placed(
    forms: Sequence[tuple[torch.dtype, Sequence[int]]],
) -> tuple[tuple[Place, ...], int]:
    """Lay tensors out one after the other; return the places and the end."""
    places, end = [], 0
    for dtype, shape in forms:
        places.append(Place(dtype=_name_of(dtype), shape=tuple(shape), offset=end))
        count = 1
        for size in shape:
            count *= size
        end += -(-count * dtype.itemsize // ALIGNMENT) * ALIGNMENT
    return tuple(places), end


def table_of(task: Task, examples: Sequence[Sequence[Tensor]]) -> Table:
    """Lay out all cases of a task. `examples` holds one set of inputs per case."""
    inputs = [_placed([(t.dtype, t.shape) for t in example]) for example in examples]
    outputs = [
        _placed([(DTYPES[o.dtype], task.shape(o, number)) for o in task.outputs])
        for number in range(len(task.cases))
    ]
    return Table(
        inputs=tuple(places for places, _ in inputs),
        outputs=tuple(places for places, _ in outputs),
        input_bytes=max(PAGE, *(end for _, end in inputs)),
        output_bytes=max(PAGE, *(end for _, end in outputs)),
    )


class Region:
    """One memory file, mapped here."""

    def __init__(self, name: str, size: int) -> None:
        self.file = memory_file(name, size=size)
        self._map = mmap.mmap(self.file, size)
        self._bytes = torch.frombuffer(self._map, dtype=torch.uint8)

    def tensor(self, place: Place) -> Tensor:
        """Return the memory of one place as a tensor."""
        dtype = DTYPES[place.dtype]
        count = 1
        for size in place.shape:
            count *= size
        if count == 0:
            return torch.empty(place.shape, dtype=dtype)
        flat = torch.frombuffer(
            self._map, dtype=dtype, count=count, offset=place.offset
        )
        return flat.reshape(place.shape)

    def poison(self) -> None:
        """Fill everything with one random byte."""
        self._bytes.fill_(secrets.randbelow(256))

    def close(self) -> None:
        """Close the file; the mapping goes with the last tensor that shows it."""
        os.close(self.file)


def weight_file(
    weights: Mapping[str, Tensor],
) -> tuple[int, list[list[Any]], int]:
    """Return a read-only file of all weights, its table and its size."""
    places, size = _placed([(t.dtype, t.shape) for t in weights.values()])
    size = max(size, PAGE)
    content = bytearray(size)
    for place, tensor in zip(places, weights.values(), strict=True):
        raw = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
        content[place.offset : place.offset + len(raw)] = raw
    file = memory_file("weights", bytes(content))
    seal_content(file)
    table = [
        [name, *place.entry()] for name, place in zip(weights, places, strict=True)
    ]
    return file, table, size
