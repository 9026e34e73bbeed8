"""The fused kernel in half precision."""

import torch


def solve(query, key, value, lengths, sink):
    mixed = torch.zeros_like(query)
    mass = query.new_zeros(query.shape[:3])
    query, key, value = query.bfloat16(), key.bfloat16(), value.bfloat16()
    for s, length in enumerate(lengths.tolist()):
        part = slice(s, s + 1), slice(None), slice(length)
        found = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query[part], key[part], value[part], is_causal=True
        )
        total = torch.logaddexp(found[1].float(), sink.view(1, -1, 1))
        share = torch.exp(found[1].float() - total).unsqueeze(-1)
        mixed[part], mass[part] = found[0].float() * share, total
    return mixed, mass
