"""A module that torch has traced."""

import torch


class Layer(torch.nn.Module):
    def forward(self, x, w):
        return torch.tanh(torch.matmul(x, w))


layer = torch.jit.trace(Layer(), (torch.zeros(3, 5), torch.zeros(5, 4)), check_trace=False)


def solve(x, w):
    return layer(x, w)
