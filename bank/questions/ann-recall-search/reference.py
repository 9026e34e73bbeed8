"""An inverted file: small blocks of vectors that lie together; look into the nearest few.

Clusters come from k-means and differ in size, so each is cut across its widest
direction into blocks of 32 rows. Equal blocks make the search a batched product
over one gather, without a loop.
"""

import torch

NEIGHBOURS = 10
CLUSTERS = 1536
SAMPLE = 20_000
ROUNDS = 6
BLOCK = 32
PROBES = 8
FAR = 1e30


def nearest(vectors, centres):
    return torch.addmm(centres.square().sum(1), vectors, centres.T, alpha=-2.0).argmin(1)


def clusters(vectors):
    """Return each vector's cluster: k-means on a part, then all to their nearest."""
    part = vectors[:: max(1, len(vectors) // SAMPLE)]
    centres = part[:: max(1, len(part) // CLUSTERS)][:CLUSTERS].clone()
    for _ in range(ROUNDS):
        owner = nearest(part, centres)
        sums = torch.zeros_like(centres).index_add_(0, owner, part)
        sizes = torch.bincount(owner, minlength=len(centres)).unsqueeze(1)
        centres = torch.where(sizes > 0, sums / sizes.clamp(min=1), centres)
    return nearest(vectors, centres)


def across(vectors):
    """Order vectors along the direction in which they differ most."""
    centred = vectors - vectors.mean(dim=0)
    direction = centred[centred.square().sum(dim=1).argmax()]
    for _ in range(4):
        direction = centred.T @ (centred @ direction)
        direction = direction / direction.norm()
    return (centred @ direction).argsort()


def prepare(weights):
    vectors = weights["vectors"]
    owner = clusters(vectors)
    order = owner.argsort()
    blocks = []
    for members in order.split(torch.bincount(owner).tolist()):
        if len(members) > BLOCK:
            members = members[across(vectors[members])]
        blocks += [part for part in members.split(BLOCK) if len(part)]
    table = torch.nn.utils.rnn.pad_sequence(blocks, batch_first=True, padding_value=-1)
    rows = vectors[table.clamp(min=0)]
    squares = rows.square().sum(dim=2).masked_fill(table < 0, FAR)
    middles = torch.stack([vectors[block].mean(dim=0) for block in blocks])
    return table, rows, squares, middles.T.contiguous(), middles.square().sum(dim=1)


def solve(prepared, queries):
    table, rows, squares, middles, middle_squares = prepared
    count = len(queries)
    coarse = torch.addmm(middle_squares, queries, middles, alpha=-2.0)
    probed = coarse.topk(PROBES, largest=False, sorted=False).indices
    near = rows[probed.view(-1)].view(count, -1, queries.shape[1])
    distances = squares[probed].view(count, -1, 1)
    distances = torch.baddbmm(distances, near, queries.unsqueeze(2), alpha=-2.0).squeeze(2)
    best = distances.topk(NEIGHBOURS, largest=False, sorted=False).indices
    return table[probed].view(count, -1).gather(1, best)
