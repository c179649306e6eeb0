"""The networks of NAS-Bench-201 and DARTS in PyTorch, from their definitions; what the C# networks are held against.

build(description) makes a module of a dictionary (bridge.py reads it from JSON):

  {"type": "operation", "space": "nasbench201" or "darts", "name": "sep_conv_3x3", + place}   a candidate operation
  {"type": "factorized_reduce" | "relu_conv_bn" (+ "kernel", "bias") | "residual_downsampling" |
           "stem" | "head" | "imagenet_stem" | "auxiliary_cifar" | "auxiliary_imagenet", + place}
  {"type": "sequence", "layers": [descriptions]}
  {"type": "nasbench201_supernet", "channels", "cells", "classes", "relaxation", "affine", "track", "auxiliary": beta}
  {"type": "nasbench201_network", "genotype": "|nor_conv_3x3~0|+...", "channels", "cells", "classes"}
  {"type": "darts_supernet", "channels", "layers", "classes", "relaxation", "stem": "cifar" or "imagenet", "affine", "track", "partial": K,
   "auxiliary": beta, "family": "darts" or "sharp", "operations": [names], "allowed": {kind: [[whether an edge has the operation]]},
   "zero_one": weight, "move": {kind: [[number]]}}
  {"type": "darts_network", "genotype": {"normal": [["sep_conv_3x3", 0], ...], "normal_concat": [2, 3, 4, 5], "reduce": ..., "reduce_concat": ...},
   "channels", "layers", "classes", "stem": "cifar" or "imagenet", "auxiliary": true, "auxiliary_normalization": false}
  {"type": "cdarts", "search": supernet, "evaluation": affine supernet with a path, "classes", "distance": "smooth_l1" or "kl"}

The output of "cdarts" is the loss of both networks on labels 0, 1, ..., classes - 1, 0, ...

A relaxation is "sigmoid", "softmax", "edge_normalized" (softmax and beta), "edge_averaged" (softmax, a node is the mean of its edges),
"max_w", {"p": {kind: [[p]]}}, {"noise": {kind: [[g]]}, "temperature": t, "counts": false, "soft": false}
(one operation for each edge, with Gumbel noise g; all of them, mixed, if soft), {"path": {kind: [operation of each edge]}},
{"mask": {kind: [[kept]]}} (softmax over the kept), {"uniform": {kind: [[u, v, w]]}} (two paths of each edge with binary gates) or
{"perturbation": {kind: [[noise]]}, "radius": epsilon, "steps": n} (SDARTS, on labels 0, 1, ..., classes - 1, 0, ...; n = 0 for noise alone).
With "zero_one" the zero-one loss is a second output. With "move" the further outputs are alpha of all kinds, moved by these numbers and then
corrected so that the kept operations of the mask have their share of the softmax again. With "perturbation" they are the p. "partial" is K of partial channels, 1 without it. "auxiliary" is the
weight of an auxiliary skip connection beside every mixture, None without it.

A place is "in", "out", "stride", "affine", "track" (running statistics), "search" (pools of DARTS are normalised).

Names of parameters and buffers, in order of definition:

  supernets     stem.*, layers.<l>.preprocessing.<input>.*, layers.<l>.edges.<edge>.operations.<operation>.*, head.*; alpha.<cell>, beta.<cell>
  cdarts        search.*, heads.q, heads.heads.<stage>.<index in its nn.Sequential>.*, evaluation.*; alpha.<cell>
  networks      stem.*, layers.<l>.preprocessing.<input>.*, layers.<l>.edges.<gene>.*, auxiliary.*, head.*
  ReLU-conv-BN  convolution.weight, convolution.bias, normalization.*
  FactorizedReduce   even.weight, odd.weight, normalization.*
  ResidualDownsampling   body.0.*, body.1.*, shortcut.1.weight
  everything else   the index in its nn.Sequential: in sep_conv 1 depthwise, 2 pointwise, 3 BN, 5 depthwise, 6 pointwise, 7 BN; in dil_conv
                1, 2, 3; in conv_7x1_1x7 1 (1x7), 2 (7x1), 3 BN; in a pool of a search 1 BN

Run as a program, it prints the numbers of parameters that are published.
"""
import torch
from torch import nn

NASBENCH201 = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
DARTS = ["none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"]

SHARP = [
    "none", "max_pool_3x3", "skip_connect", "sep_conv_3x3", "dil_conv_3x3", "flood_conv_3x3", "dil_flood_conv_3x3", "choke_conv_3x3",
    "dil_choke_conv_3x3"]


class Place:
    """Where a module stands."""

    def __init__(self, inputs, outputs, stride=1, affine=True, track=True, search=False):
        self.inputs, self.outputs, self.stride = inputs, outputs, stride
        self.affine, self.track, self.search = affine, track, search

    def at(self, **changes):
        return Place(**{**vars(self), **changes})


def normalization(channels, place):
    return nn.BatchNorm2d(channels, affine=place.affine, track_running_stats=place.track)


def pointwise(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class Zero(nn.Module):
    def __init__(self, place):
        super().__init__()
        self.place = place

    def forward(self, x):
        x = x[:, :1, ::self.place.stride, ::self.place.stride]
        return (x * 0).expand(-1, self.place.outputs, -1, -1)


class ReluConvBatchNorm(nn.Module):
    def __init__(self, place, kernel, bias):
        super().__init__()
        self.convolution = nn.Conv2d(place.inputs, place.outputs, kernel, stride=place.stride, padding=kernel // 2, bias=bias)
        self.normalization = normalization(place.outputs, place)

    def forward(self, x):
        return self.normalization(self.convolution(torch.relu(x)))


class FactorizedReduce(nn.Module):
    def __init__(self, place):
        super().__init__()
        self.even = nn.Conv2d(place.inputs, place.outputs // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(place.inputs, place.outputs // 2, 1, stride=2, bias=False)
        self.normalization = normalization(place.outputs, place)

    def forward(self, x):
        x = torch.relu(x)
        return self.normalization(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], dim=1))


class ResidualDownsampling(nn.Module):
    def __init__(self, place):
        super().__init__()
        place = place.at(stride=2, affine=True, track=True)
        self.body = nn.Sequential(
            ReluConvBatchNorm(place, 3, bias=False), ReluConvBatchNorm(place.at(inputs=place.outputs, stride=1), 3, bias=False))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, stride=2), pointwise(place.inputs, place.outputs))

    def forward(self, x):
        return self.shortcut(x) + self.body(x)


def skip(place):
    return nn.Identity() if place.stride == 1 and place.inputs == place.outputs else FactorizedReduce(place)


def average_pool(place):
    return nn.AvgPool2d(3, stride=place.stride, padding=1, count_include_pad=False)


def pool(place, module):
    return nn.Sequential(module, normalization(place.outputs, place.at(affine=False))) if place.search else module


def depthwise(place, kernel, stride, dilation=1):
    return nn.Conv2d(
        place.inputs, place.inputs, kernel, stride=stride, padding=dilation * (kernel // 2), dilation=dilation, groups=place.inputs, bias=False)


def separable(place, kernel, middle=None, dilation=1):
    """With a number of channels in the middle it is SharpSepConv; its second half is not dilated."""
    middle = middle or place.inputs
    return nn.Sequential(
        nn.ReLU(), depthwise(place, kernel, place.stride, dilation), pointwise(place.inputs, middle), normalization(middle, place),
        nn.ReLU(), depthwise(place.at(inputs=middle), kernel, 1), pointwise(middle, place.outputs), normalization(place.outputs, place))


def dilated(place, kernel):
    return nn.Sequential(
        nn.ReLU(), depthwise(place, kernel, place.stride, dilation=2), pointwise(place.inputs, place.outputs),
        normalization(place.outputs, place))


def seven_by_one(place):
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(place.inputs, place.inputs, (1, 7), stride=(1, place.stride), padding=(0, 3), bias=False),
        nn.Conv2d(place.inputs, place.outputs, (7, 1), stride=(place.stride, 1), padding=(3, 0), bias=False),
        normalization(place.outputs, place))


OPERATIONS = {
    "nasbench201": {
        "none": Zero,
        "skip_connect": skip,
        "nor_conv_1x1": lambda place: ReluConvBatchNorm(place, 1, bias=not place.affine),
        "nor_conv_3x3": lambda place: ReluConvBatchNorm(place, 3, bias=not place.affine),
        "avg_pool_3x3": average_pool,
    },
    "darts": {
        "none": Zero,
        "max_pool_3x3": lambda place: pool(place, nn.MaxPool2d(3, stride=place.stride, padding=1)),
        "avg_pool_3x3": lambda place: pool(place, average_pool(place)),
        "skip_connect": skip,
        "sep_conv_3x3": lambda place: separable(place, 3),
        "sep_conv_5x5": lambda place: separable(place, 5),
        "sep_conv_7x7": lambda place: separable(place, 7),
        "dil_conv_3x3": lambda place: dilated(place, 3),
        "dil_conv_5x5": lambda place: dilated(place, 5),
        "conv_7x1_1x7": seven_by_one,
        "skip_connect_2": skip,
    },
}
OPERATIONS["sharp"] = {
    **OPERATIONS["darts"],
    "dil_conv_3x3": lambda place: separable(place, 3, dilation=2),
    "flood_conv_3x3": lambda place: separable(place, 3, 4 * place.outputs),
    "dil_flood_conv_3x3": lambda place: separable(place, 3, 4 * place.outputs, dilation=2),
    "choke_conv_3x3": lambda place: separable(place, 3, 32),
    "dil_choke_conv_3x3": lambda place: separable(place, 3, 32, dilation=2),
}


def stem(inputs, channels):
    return nn.Sequential(nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))


class ImageNetStem(nn.Module):
    """Gives what the first cell sees as the layer before the previous one, and as the previous one."""

    def __init__(self, inputs, channels):
        super().__init__()
        half = channels // 2
        self.first = nn.Sequential(
            nn.Conv2d(inputs, half, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(half), nn.ReLU(),
            nn.Conv2d(half, channels, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.second = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        x = self.first(x)
        return x, self.second(x)


def auxiliary_head(channels, classes, stride, normalizes):
    return nn.Sequential(
        nn.ReLU(), nn.AvgPool2d(5, stride=stride, padding=0, count_include_pad=False),
        nn.Conv2d(channels, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        nn.Conv2d(128, 768, 2, bias=False), *([nn.BatchNorm2d(768)] if normalizes else []), nn.ReLU(),
        nn.Flatten(), nn.Linear(768, classes))


class MixedOp(nn.Module):
    def __init__(self, operations):
        super().__init__()
        self.operations = nn.ModuleList(operations)

    def forward(self, x, weights):
        return sum(weight * operation(x) for weight, operation in zip(weights, self.operations))


class PartialOp(MixedOp):
    """The mixture of the first channels; the rest, halved in size at stride 2, passes it. Then the first channels of all parts, the second..."""

    def __init__(self, operations, parts, stride):
        super().__init__(operations)
        self.parts, self.stride = parts, stride

    def forward(self, x, weights):
        width = x.size(1) // self.parts
        seen, rest = x[:, :width], x[:, width:]
        if self.stride == 2:
            rest = nn.functional.max_pool2d(rest, 2, stride=2)
        y = torch.cat([super().forward(seen, weights), rest], dim=1)
        return y[:, [channel for first in range(width) for channel in range(first, y.size(1), width)]]


class AuxiliaryOp(MixedOp):
    """The mixture and beta times a skip connection that is no candidate."""

    def __init__(self, operations, beta, place):
        super().__init__(operations)
        self.beta, self.auxiliary = beta, skip(place)

    def forward(self, x, weights):
        return super().forward(x, weights) + self.beta * self.auxiliary(x)


class SampledOp(MixedOp):
    """The chosen operation alone; if the others count, their weights, which are zero, are added to every number."""

    def __init__(self, operations, counts):
        super().__init__(operations)
        self.counts = counts

    def forward(self, x, weights):
        chosen = int(weights.argmax())
        y = weights[chosen] * self.operations[chosen](x)
        return y + sum(weights[k] for k in range(len(weights)) if k != chosen) if self.counts else y


class TwoPathOp(MixedOp):
    """Both drawn operations, the one with the gate 0 without gradients of its own; weights has gates, and NaN for what is not drawn."""

    def forward(self, x, weights):
        drawn = [k for k in range(len(weights)) if not weights[k].isnan()]
        return sum(weights[k] * (self.operations[k](x) if weights[k] > 0 else self.operations[k](x).detach()) for k in drawn)


class Gates(torch.autograd.Function):
    """Draws an active and an inactive operation of every edge; the gradient of alpha is written out as published."""

    @staticmethod
    def forward(context, alpha, uniform):
        gates, context.pairs = torch.full_like(alpha, float("nan")), []
        for edge, (first, second, last) in enumerate(uniform):
            p = torch.softmax(alpha[edge], dim=-1).tolist()
            i = draw(first, p)
            j = draw(second, [0 if k == i else share for k, share in enumerate(p)])
            if draw(last, [p[i], p[j]]) == 1:
                i, j = j, i
            gates[edge, i], gates[edge, j] = 1, 0
            context.pairs.append((i, j))
        context.save_for_backward(alpha)
        return gates

    @staticmethod
    def backward(context, gradient):
        alpha, = context.saved_tensors
        result = torch.zeros_like(alpha)
        for edge, pair in enumerate(context.pairs):
            q = torch.softmax(alpha[edge, list(pair)], dim=-1)
            for a, i in enumerate(pair):
                for b, j in enumerate(pair):
                    result[edge, i] += gradient[edge, j] * q[b] * ((1 if a == b else 0) - q[a])
        return result, None


def draw(uniform, shares):
    """Index by the inverse of the distribution function."""
    rest = uniform * sum(shares)
    for k, share in enumerate(shares):
        rest -= share
        if rest < 0:
            return k
    return len(shares) - 1


def on_simplex(p):
    """Numbers cut to [0, 1] and divided by their sum; 1 at the largest if none is positive."""
    cut = p.clamp(0, 1)
    total = cut.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, cut / total, nn.functional.one_hot(p.argmax(dim=-1), p.size(-1)).to(p.dtype))


def mixture(operations, relaxation, place, partial=1, auxiliary=None):
    if isinstance(relaxation, dict) and "uniform" in relaxation:
        return TwoPathOp(operations)
    if isinstance(relaxation, dict) and ("path" in relaxation or "noise" in relaxation and not relaxation.get("soft")):
        return SampledOp(operations, relaxation.get("counts", False))
    if auxiliary is not None:
        return AuxiliaryOp(operations, auxiliary, place)
    return MixedOp(operations) if partial == 1 else PartialOp(operations, partial, place.stride)


def gumbel(alpha, noise, temperature, soft=False, counts=False):
    """One operation for each edge, with the gradient of the soft weights; or the soft weights."""
    p = torch.softmax((torch.log_softmax(alpha, dim=-1) + torch.tensor(noise, dtype=alpha.dtype)) / temperature, dim=-1)
    return p if soft else nn.functional.one_hot(p.argmax(dim=-1), alpha.size(1)).to(alpha.dtype) - p.detach() + p


class Cell(nn.Module):
    """A cell of one input (NAS-Bench-201) or two (DARTS); edges are (source, target, module), by target.

    The output is the last node, or the concatenation of some nodes.
    """

    def __init__(self, kind, preprocessing, edges, concat=None):
        super().__init__()
        self.kind, self.concat = kind, concat
        self.ends = [(source, target) for source, target, _ in edges]
        self.preprocessing = nn.ModuleList(preprocessing)
        self.edges = nn.ModuleList([module for _, _, module in edges])

    def forward(self, before, previous, weights=None, beta=None):
        inputs = [before, previous][-len(self.preprocessing):]
        nodes = [module(x) for module, x in zip(self.preprocessing, inputs)]
        for target in range(len(nodes), 1 + max(target for _, target in self.ends)):
            terms, into = [], [index for index, (_, end) in enumerate(self.ends) if end == target]
            for index, (source, end) in enumerate(self.ends):
                if end == target:
                    edge = self.edges[index]
                    terms.append(edge(nodes[source]) if weights is None else edge(nodes[source], weights[index]))
            if beta is not None:
                terms = [share * term for share, term in zip(torch.softmax(beta[into], dim=0), terms)]
            nodes.append(sum(terms))
        return nodes[-1] if self.concat is None else torch.cat([nodes[i] for i in self.concat], dim=1)


class Network(nn.Module):
    """Stem, cells and fixed blocks, head; with alpha it is a supernet, without it the network of a genotype."""

    def __init__(self, stem, layers, head, alpha=None, relaxation=None, auxiliary=None, auxiliary_at=None, zero_one=None, move=None):
        super().__init__()
        self.zero_one, self.move = zero_one, move
        self.stem, self.layers = stem, nn.ModuleList(layers)
        if auxiliary is not None:
            self.auxiliary = auxiliary
        self.auxiliary_at = auxiliary_at
        self.head = head
        if alpha is not None:
            self.alpha = nn.ParameterDict({kind: nn.Parameter(1e-3 * torch.randn(shape)) for kind, shape in alpha.items()})
        if relaxation == "edge_normalized":
            self.beta = nn.ParameterDict({kind: nn.Parameter(1e-3 * torch.randn(shape[0])) for kind, shape in alpha.items()})
        self.relaxation = relaxation

    def forward(self, x):
        """Logits; with an auxiliary head in training mode, also its logits."""
        p = self.perturb(x) if isinstance(self.relaxation, dict) and "perturbation" in self.relaxation else None
        logits, side, _ = self.behind(self.stem(x), p)
        outputs = [logits] if side is None else [logits, side]
        if self.zero_one is not None:
            entries = torch.cat([alpha.flatten() for alpha in self.alpha.values()])
            outputs.append(-self.zero_one * ((torch.sigmoid(entries) - 0.5) ** 2).mean())
        outputs += [] if self.move is None else [self.moved(kind) for kind in self.alpha]
        outputs += [] if p is None else [p[kind] for kind in self.alpha]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def moved(self, kind):
        """k = ln(rho / (1 - rho) R / U) is added to what is kept; R and U are sums of exp(alpha) over what is dropped and kept."""
        before, kept = self.alpha[kind].detach(), torch.tensor(self.relaxation["mask"][kind])
        after = before + torch.tensor(self.move[kind], dtype=before.dtype)
        rho = (before.exp() * kept).sum(dim=-1, keepdim=True) / before.exp().sum(dim=-1, keepdim=True)
        r, u = ((after.exp() * part).sum(dim=-1, keepdim=True) for part in (~kept, kept))
        return torch.where(kept & (r > 0), after + torch.log(rho / (1 - rho) * r / u), after)

    def perturb(self, x):
        noise, radius, steps = (self.relaxation[name] for name in ("perturbation", "radius", "steps"))
        saved = {kind: torch.softmax(alpha, dim=-1).detach() for kind, alpha in self.alpha.items()}
        p = {kind: on_simplex(saved[kind] + torch.tensor(noise[kind], dtype=saved[kind].dtype)) for kind in saved}
        if steps == 0:
            return p
        training, x = self.training, x.detach()
        self.eval()

        def loss(of):
            logits = self.behind(self.stem(x), of)[0]
            return nn.functional.cross_entropy(logits, torch.arange(len(x)) % logits.size(1))
        for _ in range(steps):
            leaves = {kind: of.clone().requires_grad_() for kind, of in p.items()}
            gradients = torch.autograd.grad(loss(leaves), list(leaves.values()))
            p = {kind: on_simplex(saved[kind] + (p[kind] + 2 * radius / steps * gradient.sign() - saved[kind]).clamp(-radius, radius))
                 for kind, gradient in zip(p, gradients)}
        p = saved if loss(saved) > loss(p) else p
        self.train(training)
        return p

    def behind(self, x, weights=None):
        """Logits, those of the auxiliary head, and the outputs of layers that halve the size, from the output of a stem."""
        if self.relaxation is not None and weights is None:
            weights = {kind: self.relax(kind, alpha) for kind, alpha in self.alpha.items()}
        before, previous = x if isinstance(x, tuple) else (x, x)
        side, ends = None, []
        for index, layer in enumerate(self.layers):
            if isinstance(layer, Cell):
                p = weights[layer.kind] if self.relaxation is not None else None
                beta = self.beta[layer.kind] if self.relaxation == "edge_normalized" else None
                beta = torch.zeros(len(p), dtype=p.dtype) if self.relaxation == "edge_averaged" else beta
                before, previous = previous, layer(before, previous, p, beta)
            else:
                before = previous = layer(previous)
            if not isinstance(layer, Cell) or layer.kind == "reduction":
                ends.append(previous)
            if index == self.auxiliary_at and self.training:
                side = self.auxiliary(previous)
        return self.head(previous), side, ends

    def relax(self, kind, alpha):
        if isinstance(self.relaxation, dict) and "p" in self.relaxation:
            return torch.tensor(self.relaxation["p"][kind], dtype=alpha.dtype)
        if isinstance(self.relaxation, dict) and "path" in self.relaxation:
            return nn.functional.one_hot(torch.tensor(self.relaxation["path"][kind]), alpha.size(1)).to(alpha.dtype)
        if isinstance(self.relaxation, dict) and "mask" in self.relaxation:
            return torch.softmax(alpha.masked_fill(~torch.tensor(self.relaxation["mask"][kind]), float("-inf")), dim=-1)
        if isinstance(self.relaxation, dict) and "uniform" in self.relaxation:
            return Gates.apply(alpha, self.relaxation["uniform"][kind])
        if isinstance(self.relaxation, dict):
            return gumbel(alpha, **{**self.relaxation, "noise": self.relaxation["noise"][kind]})
        if self.relaxation == "max_w":
            s = torch.softmax(alpha, dim=-1)
            return s + (1 - s.max(dim=-1, keepdim=True)[0])
        return torch.sigmoid(alpha) if self.relaxation == "sigmoid" else torch.softmax(alpha, dim=-1)


def distillation_head(channels, size, classes):
    return nn.Sequential(
        nn.ReLU(), nn.AvgPool2d(min(6, size - 2), stride=2, padding=0, count_include_pad=False),
        nn.Conv2d(channels, 128, 1, bias=False), nn.BatchNorm2d(128, affine=False, track_running_stats=False), nn.ReLU(),
        nn.Conv2d(128, 768, 2, bias=False), nn.BatchNorm2d(768, affine=False, track_running_stats=False), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(768, classes))


class DistillationHeads(nn.Module):
    """Heads behind the stages of both networks, and the weights q of these and of a network's own logits."""

    def __init__(self, heads):
        super().__init__()
        self.q = nn.Parameter(torch.rand(len(heads) + 1) / (len(heads) + 1))
        self.heads = nn.ModuleList(heads)

    def forward(self, logits, ends):
        shares = torch.softmax(self.q, dim=0)
        return torch.cat([share * each for share, each in zip(shares, [*(h(e) for h, e in zip(self.heads, ends)), logits])], dim=0)


class Cdarts(nn.Module):
    """A search network and an evaluation network that share the stem and the heads; the evaluation network's own stem is not used."""

    def __init__(self, search, evaluation, heads, classes, distance):
        super().__init__()
        self.alpha, self.search, self.heads = search.alpha, search, DistillationHeads(heads)
        self.evaluation, self.classes, self.distance = evaluation, classes, distance
        unused = {kind: alpha.detach() for kind, alpha in evaluation.alpha.items()}
        del evaluation.alpha
        evaluation.alpha = unused

    def forward(self, x):
        labels = torch.arange(len(x)) % self.classes
        stem = self.search.stem(x)
        taken = [self.ensemble(*network.behind(stem)) for network in (self.search, self.evaluation)]
        loss = sum(nn.functional.cross_entropy(logits, labels) for logits, _ in taken)
        (_, student), (_, teacher) = taken
        if self.distance == "smooth_l1":
            return loss + 4 * nn.functional.smooth_l1_loss(student, teacher)
        kl = nn.functional.kl_div(torch.log_softmax(student / 2, dim=1), torch.softmax(teacher / 2, dim=1), reduction="mean")
        return loss + 4 * kl

    def ensemble(self, logits, _, ends):
        return logits, self.heads(logits, ends)


def cdarts(search, evaluation, classes, size, distance="smooth_l1"):
    """size is the height and width of the images."""
    channels = search["channels"]
    widths = [4 * 2 * channels, 4 * 4 * channels] if search["type"] == "darts_supernet" else [2 * channels, 4 * channels]
    heads = [distillation_head(width, size // 2 ** (stage + 1), classes) for stage, width in enumerate(widths)]
    return Cdarts(build(search), build(evaluation), heads, classes, distance)


def nasbench201_head(channels, classes):
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def nasbench201(channels, cells, classes, edge, **more):
    layers, width = [], channels
    for stage in range(3):
        if stage > 0:
            layers.append(ResidualDownsampling(Place(width, 2 * width)))
            width *= 2
        for _ in range(cells):
            ends = [(source, target) for target in range(1, 4) for source in range(target)]
            layers.append(Cell("cell", [nn.Identity()], [(*end, edge(index, width)) for index, end in enumerate(ends)]))
    return Network(stem(3, channels), layers, nasbench201_head(width, classes), **more)


def nasbench201_supernet(channels=16, cells=5, classes=10, relaxation="sigmoid", affine=False, track=False, auxiliary=None):
    def edge(_, width):
        place = Place(width, width, affine=affine, track=track)
        return mixture([OPERATIONS["nasbench201"][name](place) for name in NASBENCH201], relaxation, place, auxiliary=auxiliary)
    return nasbench201(channels, cells, classes, edge, alpha={"cell": (6, 5)}, relaxation=relaxation)


def nasbench201_network(genotype, channels=16, cells=5, classes=10):
    names = [gene.split("~")[0] for node in genotype.split("+") for gene in node.strip("|").split("|")]
    return nasbench201(channels, cells, classes, lambda index, width: OPERATIONS["nasbench201"][names[index]](Place(width, width)))


def darts(channels, layers, classes, root, cell, place, **more):
    """cell(reduces, width) gives edges as (source, target, module) and the nodes to concatenate."""
    made = []
    first = stem(3, 3 * channels) if root == "cifar" else ImageNetStem(3, place.inputs)
    before = previous = 3 * channels if root == "cifar" else place.inputs
    width, reduced = channels, root == "imagenet"
    side, side_at = None, None
    for index in range(layers):
        reduces = index in (layers // 3, 2 * layers // 3)
        width *= 2 if reduces else 1
        inputs = [
            FactorizedReduce(place.at(inputs=before, outputs=width)) if reduced else ReluConvBatchNorm(place.at(inputs=before, outputs=width), 1, bias=False),
            ReluConvBatchNorm(place.at(inputs=previous, outputs=width), 1, bias=False)]
        edges, concat = cell(reduces, width)
        made.append(Cell("reduction" if reduces else "normal", inputs, edges, concat))
        before, previous, reduced = previous, len(concat) * width, reduces
        if index == 2 * layers // 3 and "auxiliary" in more:
            side, side_at = more.pop("auxiliary")(previous), index
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(previous, classes))
    return Network(first, made, head, auxiliary=side, auxiliary_at=side_at, **more)


def darts_supernet(
        channels=16, layers=8, classes=10, relaxation="softmax", stem="cifar", affine=False, track=True, partial=1, auxiliary=None,
        family="darts", operations=None, allowed=None, **more):
    place = Place(3 * channels, 3 * channels, affine=affine, track=track, search=not affine)

    names = operations or (SHARP if family == "sharp" else DARTS)

    def cell(reduces, width):
        def mixed(edge, source):
            here = place.at(inputs=width // partial, outputs=width // partial, stride=2 if reduces and source < 2 else 1)
            has = allowed["reduction" if reduces else "normal"][edge] if allowed else [True] * len(names)
            modules = [OPERATIONS[family][name](here) if own else Zero(here) for name, own in zip(names, has)]
            return mixture(modules, relaxation, here, partial, auxiliary)
        ends = [(source, target) for target in range(2, 6) for source in range(target)]
        return [(source, target, mixed(edge, source)) for edge, (source, target) in enumerate(ends)], [2, 3, 4, 5]
    shape = (14, len(names))
    return darts(channels, layers, classes, stem, cell, place, alpha={"normal": shape, "reduction": shape}, relaxation=relaxation, **more)


def darts_network(genotype, channels=36, layers=20, classes=10, stem="cifar", auxiliary=False, auxiliary_normalization=None):
    place = Place(channels, channels)

    def cell(reduces, width):
        kind = "reduce" if reduces else "normal"
        edges = []
        for index, (name, source) in enumerate(genotype[kind]):
            here = place.at(inputs=width, outputs=width, stride=2 if reduces and source < 2 else 1)
            edges.append((source, 2 + index // 2, OPERATIONS["darts"][name](here)))
        return edges, genotype[kind + "_concat"]

    def side(width):
        cifar = stem == "cifar"
        normalizes = cifar if auxiliary_normalization is None else auxiliary_normalization
        return auxiliary_head(width, classes, 3 if cifar else 2, normalizes)
    return darts(channels, layers, classes, stem, cell, place, **({"auxiliary": side} if auxiliary else {}))


def build(description):
    """Makes the module of a description; see the top of this file."""
    rest = dict(description)
    kind = rest.pop("type")
    networks = {
        "nasbench201_supernet": nasbench201_supernet, "nasbench201_network": nasbench201_network,
        "darts_supernet": darts_supernet, "darts_network": darts_network, "cdarts": cdarts}
    if kind in networks:
        return networks[kind](**rest)
    if kind == "sequence":
        return nn.Sequential(*[build(layer) for layer in rest["layers"]])
    place = Place(rest["in"], rest["out"], rest.get("stride", 1), rest.get("affine", True), rest.get("track", True), rest.get("search", False))
    blocks = {
        "operation": lambda: OPERATIONS[rest["space"]][rest["name"]](place),
        "factorized_reduce": lambda: FactorizedReduce(place),
        "relu_conv_bn": lambda: ReluConvBatchNorm(place, rest["kernel"], rest.get("bias", not place.affine)),
        "residual_downsampling": lambda: ResidualDownsampling(place),
        "stem": lambda: stem(place.inputs, place.outputs),
        "head": lambda: nasbench201_head(place.inputs, place.outputs),
        "imagenet_stem": lambda: ImageNetStem(place.inputs, place.outputs),
        "auxiliary_cifar": lambda: auxiliary_head(place.inputs, place.outputs, 3, True),
        "auxiliary_imagenet": lambda: auxiliary_head(place.inputs, place.outputs, 2, rest.get("auxiliary_normalization", False)),
    }
    return blocks[kind]()


def genes(text):
    """Genes of 'sep_conv_3x3@0 ...'."""
    return [[gene.split("@")[0], int(gene.split("@")[1])] for gene in text.split()]


DARTS_V2 = {
    "normal": genes(
        "sep_conv_3x3@0 sep_conv_3x3@1 sep_conv_3x3@0 sep_conv_3x3@1 sep_conv_3x3@1 skip_connect@0 skip_connect@0 dil_conv_3x3@2"),
    "normal_concat": [2, 3, 4, 5],
    "reduce": genes(
        "max_pool_3x3@0 max_pool_3x3@1 skip_connect@2 max_pool_3x3@1 max_pool_3x3@0 skip_connect@2 skip_connect@2 max_pool_3x3@1"),
    "reduce_concat": [2, 3, 4, 5],
}


def count(module, name=""):
    """Parameters whose names begin with a name, alpha and the auxiliary head only where they are named."""
    return sum(
        p.numel() for n, p in module.named_parameters()
        if n.startswith(name) and (name or not n.startswith(("alpha.", "beta.", "auxiliary."))))


def counts():
    """Numbers of parameters by name of the network."""
    cifar, imagenet = darts_network(DARTS_V2, auxiliary=True), darts_network(
        DARTS_V2, channels=48, layers=14, classes=1000, stem="imagenet", auxiliary=True)
    winner = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
    return {
        "NAS-Bench-201 supernet": count(nasbench201_supernet()),
        "NAS-Bench-201 best cell on CIFAR-100": count(nasbench201_network(winner)),
        "DARTS supernet": count(darts_supernet()),
        "DARTS supernet for ImageNet": count(darts_supernet(stem="imagenet", classes=1000)),
        "PC-DARTS supernet": count(darts_supernet(relaxation="edge_normalized", partial=4)),
        "PC-DARTS supernet for ImageNet": count(darts_supernet(relaxation="edge_normalized", partial=2, stem="imagenet", classes=1000)),
        "DARTS V2 for CIFAR-10": count(cifar),
        "DARTS V2 for CIFAR-10, auxiliary head": count(cifar, "auxiliary."),
        "DARTS V2 for ImageNet": count(imagenet),
        "DARTS V2 for ImageNet, auxiliary head": count(imagenet, "auxiliary."),
    }


if __name__ == "__main__":
    for name, number in counts().items():
        print(f"{number:>9,}  {name}")
