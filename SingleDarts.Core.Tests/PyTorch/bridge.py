"""Runs networks of networks.py on inputs and weights of safetensors files.

For every line of standard input, the path of a JSON file with a list of jobs, it runs the jobs and prints "done" or what went wrong. A job has

  network        description for networks.build
  dtype          "float32" or "float64"
  training       whether the module is in training mode
  weights        file to load; without it the module is initialised with "seed", batch normalisations and alpha at random too
  names          names of the other side's parameters, then buffers, in its order, without alpha. Then the two are matched by order and
                 shape, and files use the other side's names. Without it both sides have the same names.
  input          file with "input" and "cotangent.<i>" for output i
  saved          file for the weights as they were before the run, or nothing
  output         file for "output.<i>", "gradient.input", "gradient.<name>" of sum_i <output_i, cotangent_i>, and "state.<name>", the
                 buffers after the run
"""
import json
import sys
import traceback

import torch
from torch import nn

import networks
import safetensors_file


def initialize(module, seed):
    """The defaults of PyTorch would leave batch normalisations at 1, 0, 0, 1, which hides mistakes."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if name.startswith("alpha."):
                tensor.normal_(generator=generator)
            elif name.endswith("num_batches_tracked"):
                tensor.fill_(3)
            elif name.endswith("running_mean"):
                tensor.normal_(0, 0.1, generator=generator)
            elif name.endswith("running_var"):
                tensor.uniform_(0.5, 1.5, generator=generator)
            elif tensor.dim() == 1:
                tensor.uniform_(0.5, 1.5, generator=generator)
            else:
                nn.init.kaiming_uniform_(tensor.data, a=1)


def file_name(name):
    """beta.<cell> stands behind alpha.<cell> in files; a ParameterDict takes no dots."""
    return f"alpha.{name[5:]}.beta" if name.startswith("beta.") else name


def state(module, names):
    """Parameters and buffers by the name that the files use."""
    own = [(file_name(name), tensor) for name, tensor in [*module.named_parameters(), *module.named_buffers()]]
    if names is None:
        return dict(own)
    alphas = [(name, tensor) for name, tensor in own if name.startswith("alpha.")]
    rest = [(name, tensor) for name, tensor in own if not name.startswith("alpha.")]
    if len(rest) != len(names):
        raise ValueError(f"the other side has {len(names)} parameters and buffers, this side {len(rest)}")
    return {**dict(alphas), **{name: tensor for name, (_, tensor) in zip(names, rest)}}


def load(tensors, path):
    file, _ = safetensors_file.read(path)
    if file.keys() != tensors.keys():
        raise ValueError(f"only in {path}: {sorted(file.keys() - tensors.keys())}; missing there: {sorted(tensors.keys() - file.keys())}")
    with torch.no_grad():
        for name, tensor in tensors.items():
            if file[name].shape != tensor.shape or file[name].dtype != tensor.dtype:
                raise ValueError(f"{name} is {file[name].dtype} {list(file[name].shape)}; expected {tensor.dtype} {list(tensor.shape)}")
            tensor.copy_(file[name])


def run(job):
    torch.manual_seed(job.get("seed", 0))
    module = networks.build(job["network"]).to(getattr(torch, job["dtype"]))
    tensors = state(module, job.get("names"))
    if job.get("weights"):
        load(tensors, job["weights"])
    else:
        initialize(module, job["seed"])
    if job.get("saved"):
        safetensors_file.write(job["saved"], tensors, {"format": "pt"})
    inputs, _ = safetensors_file.read(job["input"])
    x = inputs["input"].requires_grad_()
    module.train(job["training"])
    outputs = module(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    sum((output * inputs[f"cotangent.{i}"]).sum() for i, output in enumerate(outputs)).backward()
    parameters = {id(p) for p in module.parameters()}
    result = {f"output.{i}": output for i, output in enumerate(outputs)}
    result["gradient.input"] = x.grad
    for name, tensor in tensors.items():
        if id(tensor) in parameters:
            result[f"gradient.{name}"] = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
        else:
            result[f"state.{name}"] = tensor
    safetensors_file.write(job["output"], result)


def main():
    torch.set_num_threads(1)
    for line in sys.stdin:
        try:
            with open(line.strip()) as text:
                for job in json.load(text):
                    run(job)
            print("done", flush=True)
        except Exception as error:
            traceback.print_exc()
            print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
