"""nn.utils beside PyTorch's: clipping, vectors, normalizations, parametrizations, pruning."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch.nn.utils.prune")  # which torch does not import by itself

import minitorch as mt

from .compare import first_sentence

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")
X = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)


def close(ours, theirs, bound=1e-6):
    assert ours.keys() == theirs.keys()
    for name in ours:
        a, b = ours[name].detach().numpy(), theirs[name].detach().numpy()
        assert a.shape == b.shape, name
        np.testing.assert_allclose(a, b, rtol=bound, atol=bound, err_msg=name)


def both(program):
    """What ``program(lib, x)`` leaves in its dict of tensors, and what it returns, in both."""
    found = []
    for lib in (mt, torch):
        lib.manual_seed(0)
        kept: dict = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = program(lib, lib.tensor(X), kept)
        found.append((said, kept))
    assert found[0][0] == found[1][0]
    close(found[0][1], found[1][1])


def network(lib):
    return lib.nn.Sequential(
        lib.nn.Linear(4, 6), lib.nn.Tanh(), lib.nn.Linear(6, 3), lib.nn.Linear(3, 1)
    )


NORMS = [1, 2, 2.0, 3.5, 0, float("inf"), float("-inf")]


@pytest.mark.parametrize("norm_type", NORMS)
@pytest.mark.parametrize("max_norm", [0.1, 1e6])
@pytest.mark.parametrize("foreach", [None, False])
def test_clip_grad_norm(max_norm, norm_type, foreach):
    def program(lib, x, kept):
        net = network(lib)
        (net(x) ** 2).sum().backward()
        net[2].bias.grad = None
        kept["norm"] = lib.nn.utils.clip_grad_norm_(
            net.parameters(), max_norm, norm_type, foreach=foreach
        )
        kept |= {n: p.grad for n, p in net.named_parameters() if p.grad is not None}
        kept["total"] = lib.nn.utils.get_total_norm(list(net.parameters()), norm_type)

    both(program)


def test_clipping_of_one_tensor_and_by_value():
    def program(lib, x, kept):
        utils = lib.nn.utils
        w = lib.tensor(X, requires_grad=True)
        (w * x).sum().backward()
        utils.clip_grad_value_(w, 0.5)
        kept["value"] = w.grad.clone()
        kept["old"] = utils.clip_grad_norm(w, 0.5)
        kept["norm"] = w.grad.clone()
        utils.clip_grads_with_norm_([w], 0.1, lib.tensor(2.0))
        kept["given"] = w.grad
        w = lib.ones(3, requires_grad=True)
        w.sum().backward()
        kept["expanded"] = utils.clip_grad_norm_(w, 0.5)
        kept["expanded grad"] = w.grad
        kept["nothing"] = utils.clip_grad_norm_([], 1.0)
        w.grad[0] = float("inf")
        kept["infinite"] = utils.clip_grad_norm_(w, 1.0)
        half = lib.ones(3, dtype=lib.float16, requires_grad=True)
        half.grad = lib.ones(3, dtype=lib.float16)
        kept["half"] = utils.clip_grad_norm_([half], 1.0)
        return str(half.grad.dtype), str(kept["half"].dtype), str(kept["nothing"].dtype)

    both(program)


def test_vectors():
    def program(lib, x, kept):
        net = network(lib)
        kept["vector"] = lib.nn.utils.parameters_to_vector(net.parameters())
        lib.nn.utils.vector_to_parameters(kept["vector"] * 2, net.parameters())
        kept |= net.state_dict()
        return kept["vector"].requires_grad

    both(program)


LAYERS = [
    lambda lib: lib.nn.Linear(4, 3),
    lambda lib: lib.nn.Conv2d(2, 3, 2, bias=False),
    lambda lib: lib.nn.ConvTranspose1d(2, 3, 2),
]


def input_for(layer, lib, x):
    return (
        x if "Linear" in repr(layer) else x.view(1, 2, *((10,) if "1d" in repr(layer) else (2, 5)))
    )


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("make", LAYERS)
def test_weight_norm(make, dim, old):
    def program(lib, x, kept):
        utils = lib.nn.utils if old else lib.nn.utils.parametrizations
        layer = utils.weight_norm(make(lib), dim=dim)
        given = input_for(layer, lib, x)
        layer(given).sum().backward()
        text = repr(layer)
        names = list(layer.state_dict())
        kept |= {name: p.grad for name, p in layer.named_parameters()}
        with lib.no_grad():
            for p in layer.parameters():
                p.mul_(1.5)
        kept["out"] = layer(given)
        if old:
            lib.nn.utils.remove_weight_norm(layer)
        else:
            lib.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        kept["weight"] = layer.weight
        return text, names, repr(layer), list(layer.state_dict())

    both(program)


def test_weight_norm_reads_old_state_dicts():
    def program(lib, x, kept):
        old = lib.nn.utils.weight_norm(lib.nn.Linear(4, 3))
        new = lib.nn.utils.parametrizations.weight_norm(lib.nn.Linear(4, 3))
        said = repr(new.load_state_dict(old.state_dict()))
        kept["weight"] = new.weight
        return said

    both(program)


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("options", [{}, {"n_power_iterations": 3, "dim": 1}])
@pytest.mark.parametrize("make", LAYERS)
def test_spectral_norm(make, options, old):
    def program(lib, x, kept):
        utils = lib.nn.utils if old else lib.nn.utils.parametrizations
        layer = utils.spectral_norm(make(lib), **options)
        given = input_for(layer, lib, x)
        kept |= {f"first {name}": t.clone() for name, t in layer.state_dict().items()}
        (layer(given).sum() - layer(given * 2).sum()).backward()
        kept |= {name: p.grad for name, p in layer.named_parameters()}
        kept |= {f"buffer {name}": b.clone() for name, b in layer.named_buffers()}
        layer.eval()
        kept["eval"] = layer(given)
        text, names = repr(layer), list(layer.state_dict())
        metadata = {k: dict(v) for k, v in layer.state_dict()._metadata.items()}
        if old:
            lib.nn.utils.remove_spectral_norm(layer)
        else:
            lib.nn.utils.parametrize.remove_parametrizations(layer, "weight")
        kept["weight"] = layer.weight
        return text, names, metadata, repr(layer), list(layer.state_dict())

    both(program)


def test_spectral_norm_of_a_vector():
    def program(lib, x, kept):
        layer = lib.nn.utils.parametrizations.spectral_norm(lib.nn.Linear(4, 3), "bias")
        kept["bias"] = layer.bias

    both(program)


def test_state_dicts_go_both_ways():
    for old in (True, False):
        for name in ("weight_norm", "spectral_norm"):
            mt.manual_seed(1)
            layers = [
                getattr(lib.nn.utils if old else lib.nn.utils.parametrizations, name)(
                    lib.nn.Linear(4, 3)
                )
                for lib in (mt, torch)
            ]
            ours, theirs = layers
            theirs.load_state_dict(
                {key: torch.tensor(value.numpy()) for key, value in ours.state_dict().items()}
            )
            with mt.no_grad(), torch.no_grad():
                a, b = ours.eval()(mt.tensor(X)), theirs.eval()(torch.tensor(X))
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)


def symmetric(lib):
    class Symmetric(lib.nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).mT

        def right_inverse(self, x):
            return x.triu()

    return Symmetric()


def test_parametrize():
    def program(lib, x, kept):
        P = lib.nn.utils.parametrize
        layer = P.register_parametrization(lib.nn.Linear(4, 4), "weight", symmetric(lib))
        said = [repr(layer), list(layer.state_dict()), P.is_parametrized(layer)]
        said += [P.is_parametrized(layer, "bias"), P.type_before_parametrizations(layer).__name__]
        said += [type(layer).__name__, repr(layer.parametrizations.weight)]
        layer(x).sum().backward()
        kept["original grad"] = layer.parametrizations.weight.original.grad
        kept["weight"] = layer.weight
        layer.weight = lib.ones(4, 4) * 3
        kept["assigned"] = layer.parametrizations.weight.original
        P.register_parametrization(layer, "weight", lib.nn.Tanh())
        kept["two"] = layer.weight
        twin = copy.deepcopy(layer)
        kept["twin"] = twin.weight
        with P.cached():
            said.append(layer.weight is layer.weight)
        said.append(layer.weight is layer.weight)
        other = P.transfer_parametrizations_and_params(layer, lib.nn.Linear(4, 4))
        kept["other"] = other.weight
        said.append(repr(other))
        identity = id(layer.parametrizations.weight.original)
        P.remove_parametrizations(layer, "weight")
        said += [id(layer.weight) == identity, repr(layer), P.is_parametrized(layer)]
        kept["left"] = layer.weight
        P.remove_parametrizations(other, "weight", leave_parametrized=False)
        kept["original"] = other.weight
        return said

    both(program)


def test_a_parametrized_buffer_and_several_originals():
    def program(lib, x, kept):
        P = lib.nn.utils.parametrize

        class Product(lib.nn.Module):
            def forward(self, a, b):
                return a.unsqueeze(1) * b

            def right_inverse(self, x):
                return x[:, 0], x[0] / x[0, 0]

        layer = lib.nn.Linear(4, 4)
        layer.weight.requires_grad_(False)
        P.register_parametrization(layer, "weight", Product())
        layer.register_buffer("scale", lib.ones(3))
        P.register_parametrization(layer, "scale", lib.nn.Sigmoid())
        kept |= layer.state_dict()
        kept |= {"weight": layer.weight, "scale": layer.scale}
        said = [[n for n, p in layer.named_parameters() if p.requires_grad]]
        said.append([n for n, _ in layer.named_buffers()])
        layer.weight = lib.ones(4, 4)
        kept["assigned"] = layer.parametrizations.weight.original1
        P.remove_parametrizations(layer, "scale")
        P.remove_parametrizations(layer, "weight")
        return said, repr(layer), list(layer.state_dict()), layer.weight.requires_grad

    both(program)


def test_fusion():
    def program(lib, x, kept):
        conv, bn = lib.nn.Conv2d(2, 3, 2, bias=False), lib.nn.BatchNorm2d(3)
        up, linear = lib.nn.ConvTranspose2d(2, 3, 2), lib.nn.Linear(4, 3)
        line = lib.nn.BatchNorm1d(3, affine=True)
        image = x.view(1, 2, 2, 5)
        bn(conv(image)), line(linear(x))
        for module in (conv, bn, up, linear, line):
            module.eval()
        utils = lib.nn.utils
        kept["conv"] = utils.fuse_conv_bn_eval(conv, bn)(image)
        kept["up"] = utils.fuse_conv_bn_eval(up, bn, transpose=True)(image)
        kept["linear"] = utils.fuse_linear_bn_eval(linear, line)(x)
        kept["kept"] = line(linear(x))
        return utils.fuse_conv_bn_eval(conv, bn).bias.requires_grad

    both(program)


def pruned(lib, layer, kept, key):
    kept |= {f"{key} {name}": tensor for name, tensor in layer.state_dict().items()}
    kept[f"{key} weight"] = layer.weight


def test_pruning():
    def program(lib, x, kept):
        prune = lib.nn.utils.prune
        for key, choose in {
            "l1": lambda layer: prune.l1_unstructured(layer, "weight", 0.3),
            "random": lambda layer: prune.random_unstructured(layer, "weight", 5),
            "channels": lambda layer: prune.random_structured(layer, "weight", 2, dim=1),
            "ln": lambda layer: prune.ln_structured(layer, "weight", 0.5, n=2, dim=0),
            "inf": lambda layer: prune.ln_structured(layer, "weight", 1, n=float("-inf"), dim=-1),
            "identity": lambda layer: prune.identity(layer, "weight"),
            "none": lambda layer: prune.ln_structured(layer, "weight", 0, n=1, dim=0),
            "scores": lambda layer: prune.l1_unstructured(
                layer, "weight", 4, importance_scores=lib.arange(24.0).view(6, 4)
            ),
            "mask": lambda layer: prune.custom_from_mask(
                layer, "weight", lib.arange(24).view(6, 4) % 2
            ),
        }.items():
            layer = choose(lib.nn.Linear(4, 6))
            pruned(lib, layer, kept, key)
            layer(x).sum().backward()
            kept[f"{key} grad"] = layer.weight_orig.grad
            prune.l1_unstructured(layer, "weight", 2)
            if key != "mask":
                prune.random_structured(layer, "weight", 1, dim=0)
            pruned(lib, layer, kept, f"{key} again")
            hooks = list(layer._forward_pre_hooks.values())
            assert len(hooks) == 1
            assert prune.is_pruned(lib.nn.Sequential(layer))
            prune.remove(layer, "weight")
            pruned(lib, layer, kept, f"{key} removed")
            assert not prune.is_pruned(layer)
        net = network(lib)
        where = [(net[0], "weight"), (net[2], "bias")]
        prune.l1_unstructured(net[0], "weight", 3)
        prune.global_unstructured(where, prune.L1Unstructured, amount=4)
        prune.global_unstructured(
            [where[1]], prune.L1Unstructured, {where[1]: lib.tensor([3.0, 1.0, 2.0])}, amount=1
        )
        kept |= net.state_dict()
        kept["t"] = prune.L1Unstructured(3).prune(x)

    both(program)


def test_functional_call():
    def program(lib, x, kept):
        layer = lib.nn.Linear(4, 2)
        given = {"weight": lib.ones(2, 4), "bias": lib.zeros(2)}
        kept["old"] = lib.nn.utils.stateless.functional_call(layer, given, x)
        kept["new"] = lib.func.functional_call(layer, given, x)

    both(program)


def test_skip_init():
    def program(lib, x, kept):
        layer = lib.nn.utils.skip_init(lib.nn.Linear, 4, out_features=2)
        kept["next"] = lib.rand(3)
        return list(layer.state_dict()), tuple(layer.weight.shape)

    both(program)


@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("shape", [(4, 4), (4, 6), (6, 4), (1, 4)])
@pytest.mark.parametrize("orthogonal_map", ["matrix_exp", "cayley", "householder", None])
def test_orthogonal(orthogonal_map, shape, trivial):
    def program(lib, x, kept):
        parametrizations = lib.nn.utils.parametrizations
        layer = lib.nn.Linear(*shape).double()
        parametrizations.orthogonal(
            layer, orthogonal_map=orthogonal_map, use_trivialization=trivial
        )
        kept["weight"] = layer.weight
        kept |= layer.state_dict()
        (layer.weight * lib.arange(layer.weight.numel()).view(layer.weight.shape)).sum().backward()
        kept["grad"] = layer.parametrizations.weight.original.grad
        with lib.no_grad():
            layer.parametrizations.weight.original.sub_(0.01 * kept["grad"])
        kept["later"] = layer.weight
        if trivial:
            layer.weight = layer.weight.detach() * 3
            kept["assigned"] = layer.weight
        return repr(layer), list(layer.state_dict())

    both(program)


REFUSED = """
u.clip_grad_norm_(w, 1.0, error_if_nonfinite=True)
u.vector_to_parameters([1.0], [w])
u.weight_norm(u.weight_norm(nn.Linear(2, 2)))
u.remove_weight_norm(nn.Linear(2, 2))
u.weight_norm(nn.Linear(2, 2), "nothing")
u.weight_norm(nn.Linear(2, 2), dim=5)
u.spectral_norm(u.spectral_norm(nn.Linear(2, 2)))
u.remove_spectral_norm(nn.Linear(2, 2))
u.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)
u.spectral_norm(nn.Linear(2, 2, bias=False), "bias")
u.parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)
u.parametrizations.spectral_norm(nn.Linear(2, 2), dim=2)
u.parametrizations.spectral_norm(nn.Linear(2, 2), "nothing")
P.register_parametrization(nn.Linear(2, 2), "nothing", nn.Tanh())
P.register_parametrization(nn.Linear(2, 2), "weight", nn.Linear(2, 3))
P.register_parametrization(nn.Linear(2, 2), "weight", Odd(lambda x: 3))
P.register_parametrization(nn.Linear(2, 2), "weight", Odd(lambda x: x.double()))
P.register_parametrization(nn.Linear(2, 2), "weight", Odd(lambda x: x, lambda x: 3))
P.register_parametrization(nn.Linear(2, 2), "weight", Odd(lambda x: x, lambda x: (3, x)))
P.register_parametrization(nn.Linear(2, 2), "weight", Odd(lambda x: x, lambda x: x.double()))
P.register_parametrization(twice, "weight", Odd(lambda x: 3))
P.register_parametrization(twice, "weight", Odd(lambda x: x.double()))
P.register_parametrization(twice, "weight", Odd(lambda x: x[:1]))
P.register_parametrization(twice, "weight", Odd(lambda x: x, lambda x: 3))
P.register_parametrization(twice, "weight", Odd(lambda x: x, lambda x: x.double()))
P.register_parametrization(twice, "weight", Odd(lambda x: x, lambda x: x[:1]))
setattr(twice, "weight", lib.ones(2, 2))
P.ParametrizationList([], w)
u.parametrizations.orthogonal(nn.Linear(2, 2), "nothing")
u.parametrizations.orthogonal(nn.Linear(2, 2), "bias")
u.parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="a")
u.parametrizations.orthogonal(nn.Linear(2, 2, dtype=lib.complex64), orthogonal_map="householder")
setattr(u.parametrizations.orthogonal(nn.Linear(2, 2)), "weight", lib.ones(3, 3))
setattr(u.parametrizations.orthogonal(nn.Linear(2, 2), use_trivialization=False), "weight", w)
P.remove_parametrizations(nn.Linear(2, 2), "weight")
P.remove_parametrizations(u.parametrizations.weight_norm(nn.Linear(2, 2)), "weight", False)
pickle.dumps(twice)
prune.remove(nn.Linear(2, 2), "weight")
prune.l1_unstructured(nn.Linear(2, 2), "weight", "a")
prune.l1_unstructured(nn.Linear(2, 2), "weight", 1.5)
prune.l1_unstructured(nn.Linear(2, 2), "weight", -1)
prune.l1_unstructured(nn.Linear(2, 2), "weight", 5)
prune.l1_unstructured(nn.Linear(2, 2), "weight", 1, importance_scores=lib.ones(3))
prune.L1Unstructured(1).prune(lib.ones(3), importance_scores=lib.ones(4))
prune.L1Unstructured(1).remove(nn.Linear(2, 2))
prune.L1Unstructured(1).apply_mask(nn.Linear(2, 2))
prune.ln_structured(nn.Linear(2, 2), "bias", 1, 2, 0)
prune.ln_structured(nn.Linear(2, 2), "weight", 1, 2, 2)
prune.custom_from_mask(nn.Linear(2, 2), "weight", lib.ones(3))
prune.global_unstructured(3, prune.L1Unstructured, amount=1)
prune.global_unstructured([(nn.Linear(2, 2), "weight")], prune.L1Unstructured, [3], amount=1)
prune.global_unstructured([(nn.Linear(2, 2), "weight")], prune.RandomStructured, amount=1)
prune.PruningContainer().add_pruning_method(3)
u.fuse_conv_bn_eval(nn.Conv1d(1, 1, 1), nn.BatchNorm1d(1))
u.fuse_linear_bn_eval(nn.Linear(2, 2).eval(), nn.BatchNorm1d(3).eval())
u.fuse_linear_bn_eval(nn.Linear(2, 2).eval(), nn.BatchNorm1d(2, track_running_stats=False).eval())
u.skip_init(int)
u.skip_init(nn.ReLU)
"""


@pytest.mark.parametrize("line", REFUSED.strip().split("\n"))
def test_errors(line):
    import pickle

    raised = []
    for lib in (mt, torch):

        class Odd(lib.nn.Module):
            def __init__(self, forward, *inverse):
                super().__init__()
                self.forward = forward
                if inverse:
                    self.right_inverse = inverse[0]

        u, w = lib.nn.utils, lib.ones(2, requires_grad=True)
        w.grad = lib.tensor([1.0, float("inf")])
        twice = u.parametrize.register_parametrization(lib.nn.Linear(2, 2), "weight", lib.nn.Tanh())
        names = {"lib": lib, "nn": lib.nn, "u": u, "w": w, "P": u.parametrize, "prune": u.prune}
        names |= {"Odd": Odd, "twice": twice, "pickle": pickle}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(Exception) as info:
                eval(line, names)
        raised.append((info.type, first_sentence(info.value)))
    assert raised[0][0] is raised[1][0]
    assert raised[0][1].replace("minitorch", "torch") == raised[1][1]


WARNED = """
u.clip_grad_norm(w, 1.0)
u.clip_grad_norm_((x for x in []), 1.0)
u.weight_norm(nn.Linear(2, 2))
u.stateless.functional_call(nn.Linear(2, 2), {}, lib.ones(2))
"""


@pytest.mark.parametrize("line", WARNED.strip().split("\n"))
def test_warnings(line):
    said = []
    for lib in (mt, torch):
        names = {"lib": lib, "nn": lib.nn, "u": lib.nn.utils, "w": lib.ones(2, requires_grad=True)}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            eval(line, names)
        said.append([(w.category, str(w.message)) for w in caught])
    assert said[0] == said[1]
    assert said[0]
