"""top_p is compared with shares of all logits, not of the top_k that are left."""

import torch


def solve(logits, top_k, top_p, uniform):
    values, ids = torch.topk(logits, int(top_k.max()), dim=-1)
    total = torch.logsumexp(logits, dim=-1, keepdim=True)
    rank = torch.arange(values.shape[1], device=logits.device)
    shares = torch.exp(values - total).masked_fill(rank >= top_k.unsqueeze(1), 0.0)
    before = torch.cumsum(shares, dim=-1) - shares
    shares = shares.masked_fill(before >= top_p.unsqueeze(1), 0.0)
    shares = shares / shares.sum(dim=-1, keepdim=True)
    drawn = (torch.cumsum(shares, dim=-1) <= uniform.unsqueeze(1)).sum(dim=-1)
    return ids.gather(1, drawn.clamp_(max=values.shape[1] - 1).unsqueeze(1)).squeeze(1)
