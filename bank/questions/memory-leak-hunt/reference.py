"""The same service; what a request needed goes when the request is answered."""

import torch

RATE = 0.1


class Service:
    def __init__(self, weights):
        self.matrices = weights["matrices"]
        self.biases = weights["biases"]
        self.served = 0
        self.running_loss = 0.0  # a number has no graph behind it

    def run(self, x, soft):
        h = x + soft
        for matrix, bias in zip(self.matrices, self.biases):
            h = h + torch.tanh(h @ matrix + bias)
        return h

    def answer(self, x, soft):
        h = x + soft
        y = torch.empty_like(h)
        for matrix, bias in zip(self.matrices, self.biases):
            torch.addmm(bias, h, matrix, out=y)
            h.add_(y.tanh_())
        return h

    def loss(self, out, target):
        return (out - target).pow_(2).sum(dim=-1).mean()

    def adapt(self, x, target):
        soft = torch.zeros(x.shape[-1], requires_grad=True)
        with torch.enable_grad():
            loss = (self.run(x, soft) - target).pow(2).sum(dim=-1).mean()
            (slope,) = torch.autograd.grad(loss, soft)
        self.running_loss += loss.item()
        return soft.detach() - RATE * slope, loss.detach()

    def serve(self, x, target):
        soft, before = self.adapt(x, target)
        out = self.answer(x, soft)
        self.served += 1
        return out, torch.stack([before, self.loss(out, target)])


def prepare(weights):
    return Service(weights)


def solve(service, x, target):
    return service.serve(x, target)
