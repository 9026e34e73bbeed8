"""Does a program name the classes that the teacher names, in float64?

A call is right when at least 90 % of its labels are the teacher's. Students with a
hundred hidden units agreed in 95.8 to 96.9 % (twelve teachers, 240 calls of 512 rows,
the worst 93.9 %), more than five standard deviations of a call above the bound (0.92 was
tried: four, and the worst of 36 calls came within a sixth of it); a linear
student agrees in 80 %, half of the teacher in 63 %.
"""

from __future__ import annotations

import torch

EPSILON = 1e-6
LEAST_AGREEMENT = 0.9
CLASSES = 16


def expected(weights: dict[str, torch.Tensor], features: torch.Tensor) -> torch.Tensor:
    """Return the teacher's labels (rows,), int64."""
    h = features.double() @ weights["enter"].double()
    width = (h.shape[-1],)
    for up, down in zip(weights["up"].double(), weights["down"].double(), strict=True):
        y = torch.nn.functional.rms_norm(h, width, None, EPSILON)
        h = h + torch.nn.functional.silu(y @ up) @ down
    y = torch.nn.functional.rms_norm(h, width, None, EPSILON)
    return (y @ weights["head"].double()).argmax(dim=-1)


def accept(
    outputs: tuple[torch.Tensor, ...],
    truth: tuple[torch.Tensor, ...],
    inputs: tuple[torch.Tensor, ...],
    weights: dict[str, torch.Tensor],
) -> tuple[bool, float, str]:
    """Compare the share of equal labels with the bound."""
    (found,), (labels,) = outputs, truth
    if not bool(((found >= 0) & (found < CLASSES)).all()):
        return False, 10.0, "a label is not the number of a class"
    agreement = float((found == labels).double().mean())
    worst = (1.0 - agreement) / (1.0 - LEAST_AGREEMENT)
    if agreement >= LEAST_AGREEMENT:
        return True, min(worst, 1.0), ""
    return False, worst, f"{agreement:.1%} of the labels are the teacher's, at least {LEAST_AGREEMENT:.0%} are asked"
