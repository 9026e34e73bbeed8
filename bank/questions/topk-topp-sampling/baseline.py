"""Sort each request's logits, cut at top_k, then at top_p, then draw."""

import torch


def solve(logits, top_k, top_p, uniform):
    ordered, ids = torch.sort(logits, dim=-1, descending=True, stable=True)
    rank = torch.arange(logits.shape[-1], device=logits.device)
    ordered = ordered.masked_fill(rank >= top_k.unsqueeze(1), -torch.inf)
    shares = torch.softmax(ordered, dim=-1)
    before = torch.cumsum(shares, dim=-1) - shares
    shares = shares.masked_fill(before >= top_p.unsqueeze(1), 0.0)
    shares = shares / shares.sum(dim=-1, keepdim=True)
    drawn = (torch.cumsum(shares, dim=-1) <= uniform.unsqueeze(1)).sum(dim=-1)
    return ids.gather(1, drawn.unsqueeze(1)).squeeze(1)
