"""Solutions of chapter 5: modules."""

from itertools import pairwise

import numpy as np

import minitorch as mt
from minitorch import nn
from minitorch.nn import Parameter


class Module:
    """``training`` is an ordinary attribute. A buffer is known by its name, not by its class."""

    def __init__(self):
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, training=True)

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._modules[name] = value
        elif name in self._buffers:
            self._buffers[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        for members in (self._parameters, self._buffers, self._modules):
            if name in members:
                return members[name]
        raise AttributeError(name)

    def register_buffer(self, name, tensor):
        self._buffers[name] = tensor

    def named_modules(self, prefix=""):
        yield prefix, self
        for name, module in self._modules.items():
            yield from module.named_modules(f"{prefix}{name}.")

    def named_parameters(self):
        seen = set()  # tensors are hashed by who they are, not by their numbers
        for prefix, module in self.named_modules():
            for name, parameter in module._parameters.items():
                if parameter not in seen:
                    seen.add(parameter)
                    yield prefix + name, parameter

    def parameters(self):
        return [parameter for _, parameter in self.named_parameters()]

    def state_dict(self):
        return {
            prefix + name: tensor.detach()
            for prefix, module in self.named_modules()
            for name, tensor in [*module._parameters.items(), *module._buffers.items()]
        }

    def load_state_dict(self, state_dict):
        own = self.state_dict()
        if own.keys() != state_dict.keys():
            raise RuntimeError(f"missing or unexpected: {own.keys() ^ state_dict.keys()}")
        for name, tensor in own.items():
            tensor.copy_(state_dict[name])  # it shares memory with the parameter

    def train(self, mode=True):
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self):
        return self.train(False)

    def __call__(self, *args):
        return self.forward(*args)


class Net(nn.Module):
    """A list, a tensor that is no parameter, and a parameter that ``* 0.1`` made a tensor again."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.shift = Parameter(mt.zeros(8))
        self.gain = Parameter(mt.ones(8) * 0.1)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        for layer in self.layers:
            x = x + self.gain * layer(x + self.shift).tanh()
        return self.head(x)


def first_weights(seed, sizes):
    """One stream of words for all layers: each takes up where the last one stopped."""
    words = np.random.RandomState(seed)
    result = []
    for inputs, outputs in pairwise(sizes):
        bound = np.float32(inputs**-0.5)
        for shape in (outputs, inputs), (outputs,):
            lower = words.randint(2**32, size=shape, dtype=np.uint32) % 2**24
            exact = lower / 2**24 * (2 * bound) - bound  # float64, to round only once
            result.append(exact.astype(np.float32))
    return result


def output_sizes(model, x):
    """``finally`` takes the hooks away even if the model cannot run.

    The loop's ``name`` changes under the hooks, so each gets its own as a default.
    """
    result = {}
    handles = []
    for name, module in model.named_modules():
        if not list(module.children()):

            def look(module, args, output, name=name):
                result[name] = output.detach().square().mean().sqrt().item()

            handles.append(module.register_forward_hook(look))
    try:
        with mt.no_grad():
            model(x)
    finally:
        for handle in handles:
            handle.remove()
    return result


def even_out(model, x):
    """From the input on: what a layer gets depends on all before it, so they come first.

    The output of a linear layer without bias grows with its weight by the same factor.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            with mt.no_grad():
                module.weight /= output_sizes(model, x)[name]
