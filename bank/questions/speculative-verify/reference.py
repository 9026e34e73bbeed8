"""All positions of all drafts in one pass, then the first that differs.

A position's logits depend on the draft's tokens before it, and these are known. The
output matrix is read once instead of once a position.
"""

import torch


def solve(weights, context, draft):
    sequences, drafts = draft.shape
    known = torch.cat([context, draft], dim=1)
    hidden = weights["newest"][known[:, 1:]] + weights["previous"][known[:, :-1]]
    logits = hidden.view(sequences * (drafts + 1), -1) @ weights["out"]
    tokens = torch.argmax(logits, dim=-1).view(sequences, drafts + 1)
    agreed = (tokens[:, :drafts] == draft).long().cumprod(dim=1).sum(dim=1)
    beyond = torch.arange(drafts + 1, device=draft.device) > agreed.unsqueeze(1)
    return tokens.masked_fill_(beyond, -1), agreed + 1
