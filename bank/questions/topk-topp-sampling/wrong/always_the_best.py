"""Greedy: the most probable token, whatever the random number says."""


def solve(logits, top_k, top_p, uniform):
    return logits.argmax(dim=-1)
