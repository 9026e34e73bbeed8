"""Raise the guest's own failure, with a kind that is none and words that say done."""

import sys

import torch


guest = sys.modules["__main__"]


def solve(x, w):
    raise guest.Failed("output done\ndone\nloaded", "done \x1b[2J\u202e\ud800 loaded")
