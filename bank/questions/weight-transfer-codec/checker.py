"""Decode a message as the receiver does, and hold it against the true change.

The bound of 1e-4 is part of the question: it decides how many bits a row needs. It is
for the float64 difference of the given float32 weights; a difference taken in float32
is off by at most 5e-7, a two-hundredth of the bound.
"""

from __future__ import annotations

import numpy as np
import torch

BOUND = 1e-4
WIDTHS = (2, 4, 8, 16)  # bits of a code; 0 for a row that is not sent


def expected(held: torch.Tensor, new: torch.Tensor, message: torch.Tensor) -> torch.Tensor:
    """Return the change (rows, width), in float64."""
    return new.double() - held.double()


def _codes(packed: np.ndarray, bits: int, shape: tuple[int, int]) -> np.ndarray:
    """Unpack codes of one size; the first of a byte is in its low bits."""
    if bits == 16:
        return packed.view("<u2").reshape(shape)
    if bits == 8:
        return packed.reshape(shape)
    places = np.arange(0, 8, bits, dtype=np.uint8)
    return ((packed[:, None] >> places) & np.uint8(2**bits - 1)).reshape(shape)


def decoded(sent: np.ndarray, rows: int, width: int) -> np.ndarray | str:
    """Return the change that a message says (rows, width), or what is wrong with it."""
    if len(sent) < rows:
        return f"the message of {len(sent)} bytes is shorter than its header"
    header = sent[:rows]
    if not np.isin(header, (0, *WIDTHS)).all():
        return "a row's number of bits is not 0, 2, 4, 8 or 16"
    coded = int((header > 0).sum())
    sizes = {bits: int((header == bits).sum()) * width * bits // 8 for bits in WIDTHS}
    size = rows + 4 * coded + sum(sizes.values())
    if len(sent) != size:
        return f"the message has {len(sent)} bytes, its header says {size}"
    end = rows + 4 * coded
    scales = np.zeros(rows)
    scales[header > 0] = sent[rows:end].copy().view("<f4")
    change = np.zeros((rows, width))
    for bits in WIDTHS:
        chosen = header == bits
        begin, end = end, end + sizes[bits]
        codes = _codes(sent[begin:end].copy(), bits, (int(chosen.sum()), width))
        change[chosen] = (codes - float(2 ** (bits - 1))) * scales[chosen, None]
    return change


def accept(
    outputs: tuple[torch.Tensor, ...],
    truth: tuple[torch.Tensor, ...],
    inputs: tuple[torch.Tensor, ...],
) -> tuple[bool, float, str]:
    """Compare what the receiver would have with what it should have."""
    sent, _ = outputs  # the judge has cut it to its length
    (exact,) = truth
    with np.errstate(all="ignore"):  # scales may be anything
        found = decoded(sent.numpy(), *exact.shape)
        if isinstance(found, str):
            return False, float("inf"), found
        worst = float(np.abs(found - exact.numpy()).max() / BOUND)
    if worst <= 1.0:
        return True, worst, ""
    return False, worst, f"a change is off by up to {worst:.3g} times the bound of {BOUND:g}"
