"""Gives the largest changes eight bits as well, and clips them."""

import torch

BOUND = 1e-4
STEP = 1.98 * BOUND  # of a code: rounding is off by half of it


def coded(change, bits, scale):
    """Return codes of one size, packed, lowest bits first."""
    middle = 2 ** (bits - 1)
    codes = change.mul_(1.0 / scale).add_(middle).round_().clamp_(0, 2 * middle - 1)
    if bits == 16:
        return codes.to(torch.int32).view(torch.int16)[..., ::2].contiguous().view(torch.uint8).view(-1)
    codes = codes.to(torch.uint8)
    if bits == 4:
        codes = codes[:, ::2] | (codes[:, 1::2] << 4)
    if bits == 2:
        codes = codes[:, ::4] | (codes[:, 1::4] << 2) | (codes[:, 2::4] << 4) | (codes[:, 3::4] << 6)
    return codes.reshape(-1)


def solve(held, new, message):
    change = new.sub_(held)  # inputs are the program's own
    top = torch.maximum(change.amax(dim=1), -change.amin(dim=1))
    header = torch.zeros(len(new), dtype=torch.uint8)
    for bits, below in ((2, 0.99 * BOUND), (4, 1.4 * STEP), (8, 7.4 * STEP)):
        header[top > below] = bits
    sent = header > 0
    scales = torch.full((int(sent.sum()),), STEP)
    message[: len(header)] = header
    end = len(header) + 4 * len(scales)
    message[len(header) : end] = scales.view(torch.uint8)
    for bits in (2, 4, 8, 16):
        rows = (header == bits).nonzero().squeeze(1)
        if len(rows):
            part = coded(change[rows], bits, STEP)
            message[end : end + len(part)] = part
            end += len(part)
    return message, torch.tensor([end])
