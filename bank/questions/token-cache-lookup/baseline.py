"""Walk a trie of the vocabulary along the text; the longest token that fits wins."""

import torch

END = -1  # the key of a node's id


def prepare(weights):
    flat = bytes(weights["tokens"].tolist())
    offsets = weights["offsets"].tolist()
    root = {}
    for number, (start, end) in enumerate(zip(offsets, offsets[1:])):
        node = root
        for byte in flat[start:end]:
            node = node.setdefault(byte, {})
        node[END] = number
    return root


def solve(root, text):
    data = bytes(text.cpu().numpy())
    found = []
    place, size = 0, len(data)
    while place < size:
        node, best, after, here = root, -1, place, place
        while here < size:
            node = node.get(data[here])
            if node is None:
                break
            here += 1
            if END in node:
                best, after = node[END], here
        found.append(best)
        place = after
    ids = torch.full((size,), -1, dtype=torch.int32)
    ids[: len(found)] = torch.tensor(found, dtype=torch.int32)
    return ids, torch.tensor([len(found)])
