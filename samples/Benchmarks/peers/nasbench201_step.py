"""One search step of the NAS-Bench-201 supernet in PyTorch, written as such code is usually written.

Serves the driver of samples/Benchmarks: prints one JSON line when ready, then for every line "run N" on standard input runs N steps and
prints their seconds. The step is single-level with sigmoid operation weights: one forward, one backward, the gradient of w clipped at 5,
SGD with momentum and weight decay for w, Adam for the architecture parameters.
"""
import argparse
import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class ReluConvBatchNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, affine=False):
        super().__init__()
        self.op = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=not affine),
            nn.BatchNorm2d(outputs, affine=affine, track_running_stats=affine))

    def forward(self, x):
        return self.op(x)


class Zero(nn.Module):
    def forward(self, x):
        return x.mul(0.0)


class MixedOp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.operations = nn.ModuleList([
            Zero(),
            nn.Identity(),
            ReluConvBatchNorm(channels, channels, 1),
            ReluConvBatchNorm(channels, channels, 3),
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)])

    def forward(self, x, weights):
        return sum(w * operation(x) for w, operation in zip(weights, self.operations))


class Cell(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.edges = nn.ModuleList([MixedOp(channels) for _ in range(6)])

    def forward(self, x, weights):
        nodes, edge = [x], 0
        for target in range(1, 4):
            terms = []
            for source in range(target):
                terms.append(self.edges[edge](nodes[source], weights[edge]))
                edge += 1
            nodes.append(sum(terms))
        return nodes[-1]


class Downsampling(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(
            ReluConvBatchNorm(inputs, outputs, 3, stride=2, affine=True), ReluConvBatchNorm(outputs, outputs, 3, affine=True))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, stride=2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x):
        return self.shortcut(x) + self.body(x)


class Supernet(nn.Module):
    def __init__(self, channels, cells, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        layers = []
        for stage in range(3):
            if stage > 0:
                layers.append(Downsampling(channels, 2 * channels))
                channels *= 2
            layers += [Cell(channels) for _ in range(cells)]
        self.layers = nn.ModuleList(layers)
        self.last = nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(channels, classes)
        self.alpha = nn.Parameter(torch.full((6, 5), -math.log(7)))

    def forward(self, x):
        weights = torch.sigmoid(self.alpha)
        x = self.stem(x)
        for layer in self.layers:
            x = layer(x, weights) if isinstance(layer, Cell) else layer(x)
        return self.classifier(self.last(x))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--cells", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    net = Supernet(options.channels, options.cells, 10).to(device)
    inputs = torch.randn(options.batch, 3, options.size, options.size, device=device)
    labels = torch.randint(10, (options.batch,), device=device)
    if options.channels_last:
        net = net.to(memory_format=torch.channels_last)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    weights = [p for name, p in net.named_parameters() if name != "alpha"]
    sgd = torch.optim.SGD(weights, lr=0.005, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam([net.alpha], lr=3e-4, betas=(0.5, 0.999))

    def step():
        sgd.zero_grad()
        adam.zero_grad()
        F.cross_entropy(net(inputs), labels).backward()
        nn.utils.clip_grad_norm_(weights, 5)
        sgd.step()
        adam.step()

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize()

    def peak():
        if device.type == "cuda":
            return torch.cuda.max_memory_allocated()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def say(values):
        print(json.dumps(values), flush=True)

    say({"ready": True, "version": "PyTorch " + torch.__version__, "parameters": sum(p.numel() for p in weights), "peakBytes": peak()})
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line.split()[1])):
            wait()
            begun = time.perf_counter()
            step()
            wait()
            seconds.append(time.perf_counter() - begun)
        say({"seconds": seconds, "peakBytes": peak()})


if __name__ == "__main__":
    main()
