"""Only the largest top_k take part; find them without ordering the others.

topk() promises no order among equals. So it gives each request's smallest value
that takes part, and a row with more values than that at or above it (equals at the
edge) is cut by id afterwards. The rest happens on a few values.
"""

import torch


def solve(logits, top_k, top_p, uniform):
    requests, vocabulary = logits.shape
    most = int(top_k.max())
    values, ids = torch.topk(logits, min(most + 1, vocabulary), dim=-1)
    edge = values.gather(1, top_k.unsqueeze(1) - 1).squeeze(1)
    beyond = values.gather(1, top_k.clamp(max=values.shape[1] - 1).unsqueeze(1)).squeeze(1)
    for row in torch.nonzero((beyond == edge) & (top_k < vocabulary)).flatten().tolist():
        _cut_by_id(logits[row], values[row], ids[row], int(top_k[row]), edge[row])
    rank = torch.arange(values.shape[1], device=logits.device)
    left_out = rank >= top_k.unsqueeze(1)
    values = values.masked_fill(left_out, -torch.inf)
    ids, order = torch.sort(ids.masked_fill(left_out, vocabulary), dim=-1)
    values = values.gather(1, order)
    values, order = torch.sort(values, dim=-1, descending=True, stable=True)
    ids = ids.gather(1, order)
    shares = torch.softmax(values, dim=-1)
    sums = torch.cumsum(shares, dim=-1)
    kept = sums - shares < top_p.unsqueeze(1)
    last = (kept.sum(dim=-1, keepdim=True) - 1).clamp_(min=0)
    wanted = uniform.unsqueeze(1) * sums.gather(1, last)
    drawn = (sums <= wanted).sum(dim=-1, keepdim=True)
    return ids.gather(1, torch.minimum(drawn, last)).squeeze(1)


def _cut_by_id(logits, values, ids, count, edge):
    """Put the right ones of a row whose edge is shared into its first `count` places."""
    above = torch.nonzero(logits > edge).flatten()
    equal = torch.nonzero(logits == edge).flatten()  # ascending
    chosen = torch.cat([above, equal])[:count]
    ids[:count] = chosen
    values[:count] = logits[chosen]
