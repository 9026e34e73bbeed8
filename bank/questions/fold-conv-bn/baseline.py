"""Blocks of three branches, each with its norm, as they were trained."""

import torch.nn.functional as F

EPSILON = 1e-5


def solve(weights, images):
    x = images
    for block in range(weights["wide"].shape[0]):

        def norm(y, branch):
            return F.batch_norm(
                y,
                weights["mean"][block, branch],
                weights["variance"][block, branch],
                weights["gain"][block, branch],
                weights["shift"][block, branch],
                training=False,
                eps=EPSILON,
            )

        wide = norm(F.conv2d(x, weights["wide"][block], padding=1), 0)
        point = norm(F.conv2d(x, weights["point"][block]), 1)
        x = F.relu(wide + point + norm(x, 2))
    return x
