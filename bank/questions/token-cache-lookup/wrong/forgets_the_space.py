"""A cache of words without the space in front: the first splitting is used for both."""

import torch


def prepare(weights):
    flat = weights["tokens"].cpu().numpy().tobytes()
    offsets = weights["offsets"].tolist()
    return {flat[a:b]: number for number, (a, b) in enumerate(zip(offsets, offsets[1:]))}


def split(known, word):
    ids, place = [], 0
    while place < len(word):
        end = len(word)
        while word[place:end] not in known:
            end -= 1
        ids.append(known[word[place:end]])
        place = end
    return ids


def solve(known, text):
    cache, found, space = {}, [], known[b" "]
    for number, word in enumerate(text.cpu().numpy().tobytes().split(b" ")):
        if word not in cache:
            cache[word] = split(known, word)
        found += [space] if number else []
        found += cache[word]
    ids = torch.full((text.numel(),), -1, dtype=torch.int32)
    ids[: len(found)] = torch.tensor(found, dtype=torch.int32)
    return ids, torch.tensor([len(found)])
