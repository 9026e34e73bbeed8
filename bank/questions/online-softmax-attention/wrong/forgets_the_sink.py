"""The fused kernel alone: nobody took the sink into the sum."""

import torch


def solve(query, key, value, lengths, sink):
    mixed = torch.zeros_like(query)
    mass = query.new_zeros(query.shape[:3])
    for s, length in enumerate(lengths.tolist()):
        part = slice(s, s + 1), slice(None), slice(length)
        found = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query[part], key[part], value[part], is_causal=True
        )
        mixed[part], mass[part] = found[0], found[1]
    return mixed, mass
