"""A student with one hidden layer, taught the teacher's softened logits in prepare()."""

import torch

EPSILON = 1e-6
HIDDEN = 96
STEPS = 1000
BATCH = 256
RATE = 1e-2
TEMPERATURE = 0.3  # of logits scaled to a spread of 1: near the teacher's own choice


def teach(weights, features):
    h = features @ weights["enter"]
    width = (h.shape[-1],)
    for up, down in zip(weights["up"], weights["down"]):
        y = torch.nn.functional.rms_norm(h, width, None, EPSILON)
        h = h + torch.nn.functional.silu(y @ up) @ down
    logits = torch.nn.functional.rms_norm(h, width, None, EPSILON) @ weights["head"]
    logits = logits - logits.mean(dim=1, keepdim=True)
    return torch.log_softmax(logits / logits.std() / TEMPERATURE, dim=1)


def prepare(weights):
    features = weights["samples"]
    wanted = teach(weights, features)
    torch.manual_seed(0)
    device = features.device
    with torch.enable_grad():
        student = torch.nn.Sequential(
            torch.nn.Linear(features.shape[1], HIDDEN, device=device),
            torch.nn.SiLU(),
            torch.nn.Linear(HIDDEN, wanted.shape[1], device=device),
        )
        optimiser = torch.optim.Adam(student.parameters(), lr=RATE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
        for _ in range(STEPS):
            rows = torch.randint(len(features), (BATCH,), device=device)
            guess = torch.log_softmax(student(features[rows]) / TEMPERATURE, dim=1)
            loss = torch.nn.functional.kl_div(guess, wanted[rows], log_target=True, reduction="batchmean")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    first, last = student[0], student[2]
    return tuple(t.detach().contiguous() for t in (first.bias, first.weight.T, last.bias, last.weight.T))


def solve(student, features):
    first_bias, first, last_bias, last = student
    y = torch.nn.functional.silu(torch.addmm(first_bias, features, first), inplace=True)
    return torch.addmm(last_bias, y, last).argmax(dim=-1)
