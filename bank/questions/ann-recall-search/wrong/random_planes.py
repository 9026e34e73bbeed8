"""One table of random hyperplanes, one bucket looked into: a hash without enough tables."""

import torch

BITS = 8


def prepare(weights):
    vectors = weights["vectors"]
    planes = torch.randn(vectors.shape[1], BITS, generator=torch.Generator().manual_seed(0))
    powers = 2 ** torch.arange(BITS)
    return vectors, planes, powers, ((vectors @ planes > 0) * powers).sum(dim=1)


def solve(prepared, queries):
    vectors, planes, powers, codes = prepared
    mine = ((queries @ planes > 0) * powers).sum(dim=1)
    found = []
    for query, code in zip(queries, mine):
        members = (codes == code).nonzero().squeeze(1)
        distances = (vectors[members] - query).square().sum(dim=1)
        best = members[distances.topk(min(10, len(members)), largest=False).indices]
        missing = 10 - len(best)
        spare = torch.arange(10 + len(best))
        spare = spare[~torch.isin(spare, best)][:missing]
        found.append(torch.cat([best, spare]))
    return torch.stack(found)
