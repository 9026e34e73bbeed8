"""Send every row's change as 16-bit codes."""

import torch

BITS = 16


def solve(held, new, message):
    change = new - held
    top = change.abs().amax(dim=1)
    scale = top.clamp(min=1e-12) / (2 ** (BITS - 1) - 1)
    codes = torch.round(change / scale[:, None]) + 2 ** (BITS - 1)
    # int32 holds 0 to 65535; its two low bytes are the code
    packed = codes.to(torch.int32).view(torch.uint8).view(-1, 4)[:, :2]
    header = torch.full((len(new),), BITS, dtype=torch.uint8)
    parts = torch.cat([header, scale.view(torch.uint8), packed.reshape(-1)])
    message[: len(parts)] = parts
    return message, torch.tensor([len(parts)])
