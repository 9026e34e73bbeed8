# -*- coding: utf-8 -*-
import torch


def solve(x, w):
    # 中文
    return torch.tanh(x @ w)
