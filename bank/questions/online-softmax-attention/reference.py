"""Blocks of queries against blocks of keys, with a running maximum and sum.

On a CPU torch has a kernel that does this, and it tells the logarithm of each row's
sum; the sink is merged afterwards, as one more block whose value is zero. Rows beyond
a sequence's length are left out, so no mask but the causal one is needed. Elsewhere
the blocks are written out below: keys after a block's last query are never touched,
and the running values start with the sink.
"""

import torch

ROWS, COLUMNS = 128, 512


def _merged(query, key, value, sink):
    found, mass, *_ = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        query, key, value, is_causal=True
    )
    total = torch.logaddexp(mass, sink.view(1, -1, 1))
    return found.mul_(torch.exp(mass - total).unsqueeze(-1)), total


def _on_cpu(query, key, value, lengths, sink):
    mixed = torch.zeros_like(query)
    mass = query.new_zeros(query.shape[:3])
    for sequence, length in enumerate(lengths.tolist()):
        part = slice(sequence, sequence + 1), slice(None), slice(length)
        mixed[part], mass[part] = _merged(query[part], key[part], value[part], sink)
    return mixed, mass


def _in_blocks(query, key, value, lengths, sink):
    batch, heads, longest, size = query.shape
    mixed = torch.zeros_like(query)
    mass = query.new_zeros(batch, heads, longest)
    scale = size**-0.5
    later = torch.ones(ROWS, COLUMNS, dtype=torch.bool, device=query.device)
    masks = {}
    for sequence, length in enumerate(lengths.tolist()):
        for head in range(heads):
            q = query[sequence, head, :length] * scale
            k, v = key[sequence, head, :length], value[sequence, head, :length]
            for top in range(0, length, ROWS):
                rows = q[top : top + ROWS]
                bottom = top + rows.shape[0]
                largest = sink[head].expand(rows.shape[0], 1)
                total = torch.ones_like(largest)
                out = torch.zeros_like(rows)
                for left in range(0, bottom, COLUMNS):
                    right = min(bottom, left + COLUMNS)
                    scores = rows @ k[left:right].t()
                    if right > top:
                        shape = rows.shape[0], right - left, top - left
                        if shape not in masks:
                            masks[shape] = later[: shape[0], : shape[1]].triu(shape[2] + 1)
                        scores.masked_fill_(masks[shape], float("-inf"))
                    new = torch.maximum(largest, scores.amax(-1, keepdim=True))
                    shares = scores.sub_(new).exp_()
                    shrunk = torch.exp(largest - new)
                    total = torch.addcmul(shares.sum(-1, keepdim=True), total, shrunk)
                    out = out.mul_(shrunk).addmm_(shares, v[left:right])
                    largest = new
                mixed[sequence, head, top:bottom] = out.div_(total)
                mass[sequence, head, top:bottom] = total.log_().add_(largest).squeeze(-1)
    return mixed, mass


def solve(query, key, value, lengths, sink):
    chosen = _on_cpu if query.device.type == "cpu" else _in_blocks
    return chosen(query, key, value, lengths, sink)
