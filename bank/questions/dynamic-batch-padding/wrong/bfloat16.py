"""The right rows, in bfloat16."""

import torch
import torch.nn.functional as F


def prepare(weights):
    return {name: tensor.bfloat16() for name, tensor in weights.items()}


def solve(weights, ids, lengths):
    pooled = []
    for row, length in zip(ids, lengths.tolist()):
        x = weights["embedding"][row[:length]]
        width = x.shape[-1]
        h = F.rms_norm(x, (width,), None, 1e-6)
        q, k, v = (
            (h @ weights[name]).view(1, length, 4, width // 4).transpose(1, 2) for name in ("wq", "wk", "wv")
        )
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + mixed[0].transpose(0, 1).reshape(length, width) @ weights["wo"]
        x = x + F.silu(F.rms_norm(x, (width,), None, 1e-6) @ weights["w_in"]) @ weights["w_out"]
        pooled.append(x.float().mean(dim=0))
    return torch.stack(pooled)
