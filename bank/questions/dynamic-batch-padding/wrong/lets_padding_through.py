"""Attention without a mask: a request's result depends on what stands behind its end."""

import torch
import torch.nn.functional as F


def solve(weights, ids, lengths):
    requests, longest = ids.shape
    x = weights["embedding"][ids]
    width = x.shape[-1]

    def norm(y):
        return F.rms_norm(y, (width,), None, 1e-6)

    def heads(rows):
        return rows.view(requests, longest, 4, width // 4).transpose(1, 2)

    h = norm(x)
    mixed = F.scaled_dot_product_attention(*(heads(h @ weights[name]) for name in ("wq", "wk", "wv")))
    x = x + mixed.transpose(1, 2).reshape(requests, longest, width) @ weights["wo"]
    x = x + F.silu(norm(x) @ weights["w_in"]) @ weights["w_out"]
    real = torch.arange(longest, device=ids.device) < lengths.unsqueeze(1)
    return (x * real.unsqueeze(-1)).sum(dim=1) / lengths.unsqueeze(1)
