"""A few tokens at a time, so that every temporary stays in a core's cache.

gate · sigmoid(alpha · gate) is silu(alpha · gate) / alpha: the scaling by alpha goes
into the adapters' scale and bias, its inverse into the mixture, and up's + 1 into its
bias and its limits. A dozen passes over large temporaries become one.
"""

import torch

ALPHA = 1.702
LIMIT = 7.0
BLOCK_VALUES = 32 * 1024  # float32 values of one adapter's gate: 128 KiB
_kept = {}


def _buffers(step, tokens, hidden, like):
    key = tokens, hidden, like.device
    if key not in _kept:
        _kept.clear()
        _kept[key] = (
            like.new_empty(tokens, hidden),
            like.new_empty(step, hidden),
            like.new_empty(step, hidden),
        )
    return _kept[key]


def solve(gate_up, scale, bias, route):
    tokens, both = gate_up.shape
    adapters, hidden = route.shape[1], both // 2
    step = max(1, BLOCK_VALUES // hidden) if gate_up.device.type == "cpu" else tokens
    out, gates, ups = _buffers(min(step, tokens), tokens, hidden, gate_up)
    gate_scale, up_scale = (scale[:, :hidden] * ALPHA).unbind(0), scale[:, hidden:].unbind(0)
    gate_bias, up_bias = (bias[:, :hidden] * ALPHA).unbind(0), (bias[:, hidden:] + 1.0).unbind(0)
    shares = route / ALPHA
    for start in range(0, tokens, step):
        mixed = out[start : start + step]
        count = mixed.shape[0]
        gate, up = gates[:count], ups[:count]
        rows = gate_up[start : start + count]
        for adapter in range(adapters):
            torch.addcmul(gate_bias[adapter], rows[:, :hidden], gate_scale[adapter], out=gate)
            torch.nn.functional.silu(gate.clamp_(max=ALPHA * LIMIT), inplace=True)
            torch.addcmul(up_bias[adapter], rows[:, hidden:], up_scale[adapter], out=up)
            up.clamp_(min=1.0 - LIMIT, max=1.0 + LIMIT)
            gate.mul_(shares[start : start + count, adapter : adapter + 1])
            if adapter == 0:
                torch.mul(gate, up, out=mixed)
            else:
                mixed.addcmul_(gate, up)
    return out
