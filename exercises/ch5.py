"""Exercises of chapter 5: modules. Test them with ``pytest exercises -k ch5``."""

import minitorch as mt
from minitorch import nn
from minitorch.nn import Parameter


class Module:
    """5.1: the module of the chapter, to be finished. What it does, `mt.nn.Module` does as well.

    - ``register_buffer`` makes a tensor a buffer: ``self.name`` finds it, ``self.name = other``
      replaces it, and it is part of the ``state_dict``.
    - ``named_parameters`` says each parameter once, even if several modules share it.
    - ``state_dict`` is a dict of all parameters and buffers by dotted name, detached. Those of a
      module come before those of its children, and parameters before buffers.
    - ``load_state_dict`` copies numbers into the tensors that are there. RuntimeError if a name is
      missing, or there is one too many.
    - ``train`` and ``eval`` set ``training``, here and in all modules below, and return the module.
    """

    def __init__(self):
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, training=True)

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._modules[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        for members in (self._parameters, self._modules):
            if name in members:
                return members[name]
        raise AttributeError(name)

    def register_buffer(self, name, tensor):
        raise NotImplementedError("exercise 5.1: buffers")

    def named_parameters(self, prefix=""):
        for name, parameter in self._parameters.items():
            yield prefix + name, parameter
        for name, module in self._modules.items():
            yield from module.named_parameters(prefix + name + ".")

    def parameters(self):
        return [parameter for _, parameter in self.named_parameters()]

    def state_dict(self):
        raise NotImplementedError("exercise 5.1: a state dict")

    def load_state_dict(self, state_dict):
        raise NotImplementedError("exercise 5.1: loading it")

    def train(self, mode=True):
        raise NotImplementedError("exercise 5.1: training or not")

    def eval(self):
        return self.train(False)

    def __call__(self, *args):
        return self.forward(*args)


class Net(nn.Module):
    """5.2: three layers, a shift, a gain and a head, all of which should learn. Mend ``__init__``.

    ``list(Net().named_parameters())`` says what the optimizer gets to see. The first numbers are
    to stay as they are.
    """

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(8, 8) for _ in range(3)]
        self.shift = mt.zeros(8)
        self.gain = Parameter(mt.ones(8)) * 0.1
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        for layer in self.layers:
            x = x + self.gain * layer(x + self.shift).tanh()
        return self.head(x)


def first_weights(seed, sizes):
    """5.3: the first parameters of a chain of ``nn.Linear``, as a list of float32 arrays.

    ``sizes`` are the numbers of features: [3, 5, 2] is Linear(3, 5), then Linear(5, 2). The list
    is weight, bias, weight, bias and so on, as after ``mt.manual_seed(seed)``. Make no layer and no
    tensor: NumPy is enough.
    """
    raise NotImplementedError("exercise 5.3: the first weights by hand")


def output_sizes(model, x):
    """5.4: run ``model`` on ``x``; return the root mean square of the output of each module.

    A dict of floats by the dotted name, for those modules that have no children, in the order in
    which they ran. No hook is left behind, even if the model raises an error.
    """
    raise NotImplementedError("exercise 5.4: spy with hooks")


def even_out(model, x):
    """5.5: scale the weights so that every ``nn.Linear``'s outputs for ``x`` have mean square 1.

    The layers have no bias. They run in the order of ``model.named_modules()``.
    """
    raise NotImplementedError("exercise 5.5: outputs of an even size")
