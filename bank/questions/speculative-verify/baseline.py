"""Ask the model for one token after the other, until no draft is left standing."""

import torch


def next_tokens(weights, previous, newest):
    hidden = weights["newest"][newest] + weights["previous"][previous]
    logits = hidden @ weights["out"]
    return torch.argmax(logits, dim=-1)


def solve(weights, context, draft):
    sequences, drafts = draft.shape
    tokens = torch.full((sequences, drafts + 1), -1, dtype=torch.int64, device=draft.device)
    previous, newest = context[:, 0], context[:, 1]
    standing = torch.ones(sequences, dtype=torch.bool, device=draft.device)
    for position in range(drafts + 1):
        chosen = next_tokens(weights, previous, newest)
        tokens[standing, position] = chosen[standing]
        if position < drafts:
            standing &= chosen == draft[:, position]
        if not standing.any():
            break
        previous, newest = newest, chosen
    kept = (tokens >= 0).sum(dim=1)
    return tokens, kept
