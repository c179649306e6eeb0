"""One step of a search or training in PyTorch, written as such code is usually written.

Serves the driver of samples/Benchmarks: prints one JSON line when ready, then for every line "run N" on standard input runs N steps and
prints their seconds. The network is a description for networks.py, which tests hold against the library's own networks. Steps:

  single-level  one forward and backward pass for w and the architecture parameters
  bi-level      the architecture parameters first, with another batch and without gradients of w; then w
  training      w alone

w moves by SGD with momentum and weight decay, its gradient clipped at norm 5; the architecture parameters by Adam.
"""
import argparse
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

import networks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", required=True)
    parser.add_argument("--kind", choices=["single-level", "bi-level", "training"], required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    net = networks.build(json.loads(options.network)).to(device)
    batches = [(
        torch.randn(options.batch, 3, options.size, options.size, device=device),
        torch.randint(10, (options.batch,), device=device)) for _ in range(2)]
    if options.channels_last:
        net = net.to(memory_format=torch.channels_last)
        batches = [(inputs.contiguous(memory_format=torch.channels_last), labels) for inputs, labels in batches]
    is_of_search = lambda name: name.startswith(("alpha.", "beta."))
    weights = [p for name, p in net.named_parameters() if not is_of_search(name)]
    architecture = [p for name, p in net.named_parameters() if is_of_search(name)]
    sgd = torch.optim.SGD(weights, lr=0.005, momentum=0.9, weight_decay=3e-4)
    adam = torch.optim.Adam(architecture, lr=3e-4, betas=(0.5, 0.999)) if architecture else None

    def loss(batch):
        inputs, labels = batch
        return F.cross_entropy(net(inputs), labels)

    def move_architecture():
        for parameter, gradient in zip(architecture, torch.autograd.grad(loss(batches[1]), architecture)):
            parameter.grad = gradient
        adam.step()

    def step():
        if options.kind == "bi-level":
            move_architecture()
        sgd.zero_grad()
        if adam is not None:
            adam.zero_grad()
        loss(batches[0]).backward()
        nn.utils.clip_grad_norm_(weights, 5)
        sgd.step()
        if options.kind == "single-level":
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
