"""Float32 where errors stay small, float64 where they add up.

Logits and exponentials are float32, a block of rows at a time so that they stay in
the cache; the logarithms are float64 from the sum of a row on, and so are the totals.
"""

import torch

BLOCK_VALUES = 256 * 1024  # float32 logits: 1 MiB
_kept = {}


def prepare(weights):
    return weights["unembedding"].t().contiguous(), weights["bias"].clone()


def solve(prepared, hidden, targets, totals):
    matrix, bias = prepared
    rows = hidden.flatten(0, 1)
    count, vocabulary = rows.shape[0], matrix.shape[1]
    step = max(1, BLOCK_VALUES // vocabulary)
    if rows.device.type == "cuda":
        step = count
    key = step, vocabulary, rows.device
    if key not in _kept:
        _kept[key] = rows.new_empty(step, vocabulary)
    wanted = targets.view(-1, 1)
    found = rows.new_empty(count, 1)
    largest = rows.new_empty(count, 1)
    sums = rows.new_empty(count, 1)
    for start in range(0, count, step):
        end = min(count, start + step)
        logits = _kept[key][: end - start]
        torch.addmm(bias, rows[start:end], matrix, out=logits)
        torch.gather(logits, 1, wanted[start:end], out=found[start:end])
        torch.amax(logits, 1, keepdim=True, out=largest[start:end])
        logits.sub_(largest[start:end]).exp_()
        torch.sum(logits, 1, keepdim=True, out=sums[start:end])
    chosen = found.double().sub_(largest).sub_(sums.double().log_())
    return chosen.view(targets.shape).cumsum(-1).add_(totals.unsqueeze(-1))
