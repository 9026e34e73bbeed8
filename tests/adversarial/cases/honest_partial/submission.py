"""A partial function of a function with many arguments, answering with a list."""

import functools

import torch


def many(scale, x, w, *, shift=0.0):
    return [torch.tanh((x @ w) * scale + shift)]


solve = functools.partial(many, 1.0, shift=0.0)
