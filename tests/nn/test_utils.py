"""nn.utils: clipping, vectors, normalizations, parametrizations, pruning, fusion."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.nn.utils import parametrizations, parametrize, prune

U = nn.utils
X = mt.tensor(np.random.default_rng(0).standard_normal((5, 4)), dtype=mt.float32)
old = pytest.mark.filterwarnings("ignore:.*is deprecated in favor of:FutureWarning")


def with_grads(*grads):
    tensors = [mt.zeros(len(grad), requires_grad=True) for grad in grads]
    for tensor, grad in zip(tensors, grads, strict=True):
        tensor.grad = mt.tensor(grad)
    return tensors


# Clipping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [1, 2, 3.5, 0, float("inf"), -float("inf")])
def test_clip_grad_norm(p):
    tensors = [*with_grads([3.0, -4.0], [12.0]), mt.zeros(1, requires_grad=True)]
    total = np.linalg.norm([3, 4, 12], p)
    if p == 0:  # the norm of the norms
        total = 2
    if p == -float("inf"):
        total = 3
    norm = U.clip_grad_norm_((t for t in tensors), 1.0, p)
    assert norm.item() == pytest.approx(total)
    assert tensors[0].grad.tolist() == pytest.approx([3 / total, -4 / total], rel=1e-5)
    assert tensors[2].grad is None


def test_small_gradients_are_left_alone():
    (tensor,) = with_grads([0.3, 0.4])
    assert U.clip_grad_norm_(tensor, 1.0).item() == pytest.approx(0.5)
    assert tensor.grad.tolist() == pytest.approx([0.3, 0.4])
    U.clip_grads_with_norm_(tensor, 1.0, mt.tensor(0.5))
    assert tensor.grad.tolist() == pytest.approx([0.3, 0.4])
    U.clip_grads_with_norm_(tensor, 1.0, mt.tensor(4.0))
    assert tensor.grad.tolist() == pytest.approx([0.075, 0.1])
    assert U.get_total_norm([]).item() == U.clip_grad_norm_([], 1.0).item() == 0


def test_clip_grad_value():
    (tensor,) = with_grads([3.0, -4.0, 0.5])
    U.clip_grad_value_(tensor, 1)
    assert tensor.grad.tolist() == [1.0, -1.0, 0.5]


def test_what_clipping_says():
    (tensor,) = with_grads([float("inf")])
    with pytest.raises(RuntimeError, match=r"The total norm of order 2\.0 for gradients"):
        U.clip_grad_norm_(tensor, 1.0, error_if_nonfinite=True)
    assert U.clip_grad_norm_(tensor, 1.0).item() == float("inf")
    with pytest.warns(FutureWarning, match="in favor of `torch.nn.utils.clip_grad_norm_`"):
        U.clip_grad_norm(tensor, 1.0)
    with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
        U.clip_grad_norm_((t for t in []), 1.0)


# Vectors, fusion, skip_init, functional_call ------------------------------------------------------


def test_vectors():
    net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 1))
    vector = U.parameters_to_vector(net.parameters())
    assert vector.shape == (19,)
    assert vector.requires_grad
    doubled = vector.detach() * 2
    U.vector_to_parameters(doubled, net.parameters())
    assert U.parameters_to_vector(net.parameters()).equal(doubled)
    doubled[0] = 7.0
    assert net[0].weight[0, 0].item() == 7.0
    with pytest.raises(TypeError, match=r"expected torch.Tensor, but got: list"):
        U.vector_to_parameters([1.0], net.parameters())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_fusion(bias, affine):
    for layer, bn, x, options in [
        (nn.Conv2d(2, 3, 2, bias=bias), nn.BatchNorm2d(3, affine=affine), (1, 2, 3, 3), {}),
        (
            nn.ConvTranspose1d(2, 3, 2, bias=bias),
            nn.BatchNorm1d(3, affine=affine),
            (4, 2, 3),
            {"transpose": True},
        ),
        (nn.Linear(4, 3, bias=bias), nn.BatchNorm1d(3, affine=affine), (5, 4), None),
    ]:
        given = mt.randn(x)
        bn(layer(given))
        layer.eval(), bn.eval()
        if options is None:
            fused = U.fuse_linear_bn_eval(layer, bn)
        else:
            fused = U.fuse_conv_bn_eval(layer, bn, **options)
        assert fused(given).allclose(bn(layer(given)), atol=1e-5)
        assert fused.weight is not layer.weight


def test_skip_init_leaves_the_random_stream():
    mt.manual_seed(0)
    expected = mt.rand(2)
    mt.manual_seed(0)
    assert U.skip_init(nn.Linear, 2, out_features=3).weight.shape == (3, 2)
    assert mt.rand(2).equal(expected)


def test_functional_call():
    with pytest.warns(FutureWarning, match="Please use `torch.func.functional_call` instead"):
        out = U.stateless.functional_call(nn.Linear(4, 1), {"weight": mt.zeros(1, 4)}, X, {})
    assert (out == out[0]).all()


# Weight norm and spectral norm --------------------------------------------------------------------

LAYERS = [lambda: nn.Linear(4, 3), lambda: nn.ConvTranspose1d(2, 3, 2)]


@old
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize("new", [True, False])
def test_weight_norm(new, make, dim):
    layer = make()
    weight = layer.weight.detach().clone()
    (parametrizations if new else U).weight_norm(layer, dim=dim)
    assert layer.weight.allclose(weight)
    g, v = layer.parametrizations.weight.originals() if new else [layer.weight_g, layer.weight_v]
    assert g.allclose(mt.norm_except_dim(weight, 2, -1 if dim is None else dim))
    with mt.no_grad():
        g.mul_(2), v.mul_(3)
    x = mt.ones(1, 2, 3) if "Conv" in repr(layer) else X
    layer(x).sum().backward()
    assert g.grad is not None
    assert (v.grad * v).sum().abs().item() < 1e-4  # the length of v does not matter
    assert layer.weight.allclose(2 * weight)
    if new:
        parametrize.remove_parametrizations(layer, "weight")
    else:
        U.remove_weight_norm(layer)
    assert layer.weight.allclose(2 * weight)
    assert sorted(layer.state_dict()) == ["bias", "weight"]


@old
def test_weight_norm_reads_old_state_dicts():
    before = U.weight_norm(nn.Linear(4, 3))
    after = parametrizations.weight_norm(nn.Linear(4, 3))
    after.load_state_dict(before.state_dict())
    assert after.weight.allclose(before.weight)


@pytest.mark.parametrize("make", LAYERS)
@pytest.mark.parametrize("new", [True, False])
def test_spectral_norm(new, make):
    layer = (parametrizations if new else U).spectral_norm(make(), n_power_iterations=50)
    x = mt.ones(1, 2, 3) if "Conv" in repr(layer) else X
    (layer(x).sum() - layer(2 * x).sum()).backward()
    dim = 1 if "Conv" in repr(layer) else 0
    matrix = layer.weight.detach().movedim(dim, 0).flatten(1).numpy()
    assert np.linalg.svd(matrix)[1][0] == pytest.approx(1, rel=1e-3)
    buffers = [buffer.clone() for buffer in layer.eval().buffers()]
    layer(x)
    assert all(a.equal(b) for a, b in zip(buffers, layer.buffers(), strict=True))
    if not new:
        assert list(layer.state_dict()) == ["bias", "weight_orig", "weight_u", "weight_v"]
        assert layer.state_dict()._metadata[""]["spectral_norm"] == {"weight.version": 1}
        U.remove_spectral_norm(layer)
        assert "spectral_norm" not in layer.state_dict()._metadata[""]
    else:
        parametrize.remove_parametrizations(layer, "weight")
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    assert layer.weight.movedim(dim, 0).flatten(1).detach().numpy() == pytest.approx(
        matrix, abs=1e-3
    )


def test_spectral_norm_of_a_vector():
    layer = parametrizations.spectral_norm(nn.Linear(4, 3), "bias")
    assert layer.bias.norm().item() == pytest.approx(1)


# Parametrizations ---------------------------------------------------------------------------------


class Symmetric(nn.Module):
    calls = 0

    def forward(self, x):
        self.calls += 1
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x):
        return x.triu()


class Odd(nn.Module):
    """A parametrization of two functions."""

    def __init__(self, forward, *inverse):
        super().__init__()
        self.forward = forward
        if inverse:
            self.right_inverse = inverse[0]


def symmetric():
    return parametrize.register_parametrization(nn.Linear(4, 4), "weight", Symmetric())


def test_parametrized():
    layer = symmetric()
    assert parametrize.is_parametrized(layer)
    assert not parametrize.is_parametrized(layer, "bias")
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert type(layer).__name__ == "ParametrizedLinear"
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    optimizer = mt.optim.SGD(layer.parameters(), lr=0.1)
    layer(X[:, :4]).square().sum().backward()
    before = layer.weight.detach().clone()
    optimizer.step()
    assert not layer.weight.equal(before)
    assert layer.weight.equal(layer.weight.mT)
    layer.weight = mt.ones(4, 4)
    assert layer.weight.tolist() == mt.ones(4, 4).tolist()
    assert layer.parametrizations.weight.original.tolist() == mt.ones(4, 4).triu().tolist()


def test_cached():
    layer = symmetric()
    counted = layer.parametrizations.weight[0]
    counted.calls = 0
    with parametrize.cached():
        assert layer.weight is layer.weight
        with parametrize.cached():
            assert layer.weight is layer.weight
        assert counted.calls == 1
    assert layer.weight is not layer.weight
    assert counted.calls == 3


def test_removed():
    layer = symmetric()
    original, value = layer.parametrizations.weight.original, layer.weight
    parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight is original
    assert layer.weight.equal(value)
    assert type(layer) is nn.Linear
    assert list(layer.state_dict()) == ["bias", "weight"]
    layer = parametrize.register_parametrization(layer, "weight", nn.Tanh())
    parametrize.register_parametrization(layer, "bias", nn.Tanh())
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert layer.weight.equal(value)
    assert parametrize.is_parametrized(layer, "bias")


def test_a_copy_is_on_its_own():
    layer = symmetric()
    twin = copy.deepcopy(layer)
    parametrize.remove_parametrizations(twin, "weight")
    assert layer.weight.equal(twin.weight)
    assert parametrize.is_parametrized(layer)
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(layer)


def test_several_originals_and_buffers():
    class Product(nn.Module):
        def forward(self, a, b):
            return a.unsqueeze(1) * b

        def right_inverse(self, x):
            return x[:, 0], x[0] / x[0, 0]

    layer = nn.Linear(4, 4)
    parametrize.register_parametrization(layer, "weight", Product())
    assert dict(layer.named_parameters()).keys() == {
        "bias",
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
    }
    layer.weight = mt.ones(4, 4)
    assert layer.weight.equal(mt.ones(4, 4))
    parametrize.register_parametrization(layer, "weight", nn.Tanh())
    twin = parametrize.transfer_parametrizations_and_params(layer, nn.Linear(4, 4))
    assert twin.weight.equal(layer.weight)
    other = parametrize.transfer_parametrizations_and_params(layer, nn.Module(), "weight")
    assert other.weight.equal(layer.weight)
    assert parametrize.transfer_parametrizations_and_params(nn.Linear(1, 1), twin) is twin
    parametrize.remove_parametrizations(layer, "weight")
    assert isinstance(layer.weight, nn.Parameter)
    layer.register_buffer("scale", mt.zeros(2))
    parametrize.register_parametrization(layer, "scale", nn.Sigmoid(), unsafe=True)
    parametrize.remove_parametrizations(layer, "scale")
    assert layer.scale.tolist() == [0.5, 0.5]
    assert "scale" in layer._buffers


@pytest.mark.parametrize("trivial", [True, False])
@pytest.mark.parametrize("shape", [(3, 3), (3, 5), (5, 3)])
@pytest.mark.parametrize("kind", ["matrix_exp", "cayley", "householder"])
def test_orthogonal(kind, shape, trivial):
    layer = nn.Linear(*shape).double()
    parametrizations.orthogonal(layer, orthogonal_map=kind, use_trivialization=trivial)
    optimizer = mt.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(3):
        weight = layer.weight
        tall = weight if shape[0] <= shape[1] else weight.mT
        one = mt.eye(min(shape), dtype=mt.float64)
        assert (tall.mT @ tall).allclose(one, atol=1e-10)
        optimizer.zero_grad()
        (weight * mt.arange(weight.numel()).view(weight.shape)).sum().backward()
        optimizer.step()


def test_an_orthogonal_weight_stays_as_it_is():
    layer = nn.Linear(3, 3)
    with mt.no_grad():
        layer.weight.copy_(mt.eye(3)[[1, 2, 0]])
    weight = layer.weight.detach().clone()
    assert parametrizations.orthogonal(layer).weight.allclose(weight)


# Pruning ------------------------------------------------------------------------------------------


def test_l1_pruning_takes_the_smallest():
    layer = nn.Linear(4, 2)
    weight = layer.weight.detach().clone()
    prune.l1_unstructured(layer, "weight", 0.25)
    zero = layer.weight == 0
    assert int(zero.sum()) == 2
    assert weight[zero].abs().max() < weight[~zero].abs().min()
    assert layer.weight_orig.equal(weight)
    layer(X).sum().backward()
    assert (layer.weight_orig.grad[zero] == 0).all()
    prune.random_unstructured(layer, "weight", 3)
    assert int((layer.weight == 0).sum()) == 5
    (hook,) = layer._forward_pre_hooks.values()
    assert [type(method).__name__ for method in hook] == ["L1Unstructured", "RandomUnstructured"]
    assert len(hook) == 2
    assert hook[0].name == "weight"
    prune.remove(layer, "weight")
    assert int((layer.weight == 0).sum()) == 5
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    assert not prune.is_pruned(layer)


def test_structured_pruning():
    layer = nn.Linear(4, 3)
    norms = layer.weight.detach().norm(dim=1)
    prune.ln_structured(layer, "weight", 1, n=2, dim=0)
    assert (layer.weight[norms.argmin()] == 0).all()
    prune.random_structured(layer, "weight", 0.5, dim=1)
    assert int((layer.weight == 0).all(0).sum()) == 2
    assert int((layer.weight == 0).all(1).sum()) == 1
    prune.ln_structured(layer, "weight", 1, n=1, dim=0)
    assert int((layer.weight == 0).all(1).sum()) == 2
    prune.ln_structured(layer, "weight", 0, n=float("-inf"), dim=-1)
    assert prune.is_pruned(nn.Sequential(nn.ReLU(), layer))


def test_masks_scores_and_several_parameters():
    layer = prune.identity(nn.Linear(2, 2), "weight")
    assert layer.weight_mask.equal(mt.ones(2, 2))
    prune.custom_from_mask(layer, "bias", mt.tensor([0, 1]))
    prune.custom_from_mask(layer, "bias", mt.tensor([1, 0]))
    assert layer.bias.tolist() == [0, 0]
    layer = nn.Linear(2, 2)
    scores = mt.tensor([[1.0, 2.0], [3.0, 0.0]])
    prune.l1_unstructured(layer, "weight", 2, importance_scores=scores)
    assert layer.weight_mask.tolist() == [[0, 1], [1, 0]]
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    where = [(net[0], "weight"), (net[1], "weight")]
    scores = {where[0]: mt.full((2, 2), 9.0)}
    prune.global_unstructured(where, prune.L1Unstructured, scores, amount=3)
    assert int((net[0].weight == 0).sum()) == 0
    assert int((net[1].weight == 0).sum()) == 3
    prune.global_unstructured(where, prune.RandomUnstructured, amount=0.4)
    assert sum(int((layer.weight == 0).sum()) for layer in net) == 5
    assert prune.L1Unstructured(1).prune(mt.tensor([1.0, -3.0])).tolist() == [0, -3]


# Refusals -----------------------------------------------------------------------------------------

REFUSED = [
    ("U.weight_norm(U.weight_norm(line))", RuntimeError, "Cannot register two weight_norm hooks"),
    ("U.remove_weight_norm(line)", ValueError, "weight_norm of 'weight' not found in Linear"),
    ("U.weight_norm(nn.LazyLinear(2))", ValueError, "can't have uninitialized parameters"),
    ("U.spectral_norm(U.spectral_norm(line))", RuntimeError, "Cannot register two spectral_norm"),
    ("U.remove_spectral_norm(line)", ValueError, "spectral_norm of 'weight' not found"),
    ("U.spectral_norm(nn.LazyLinear(2))", ValueError, "can't have uninitialized parameters"),
    ("U.spectral_norm(line, n_power_iterations=0)", ValueError, "n_power_iterations to be pos"),
    ("U.spectral_norm(nn.Linear(2, 2, bias=False), 'bias')", ValueError, "`bias` is None"),
    ("parametrizations.spectral_norm(line, n_power_iterations=0)", ValueError, "to be positive"),
    ("parametrizations.spectral_norm(line, dim=2)", IndexError, "Dimension out of range"),
    ("parametrizations.spectral_norm(line, 'a')", ValueError, "no parameter or buffer with name"),
    ("parametrizations.orthogonal(line, 'bias')", ValueError, "Got a tensor of 1 dimensions"),
    ("parametrizations.orthogonal(line, orthogonal_map='a')", ValueError, "Got: a"),
    (
        "parametrizations.orthogonal(nn.Linear(2, 2, dtype=mt.complex64), 'weight', 'householder')",
        ValueError,
        "does not support complex tensors",
    ),
    ("setattr(parametrizations.orthogonal(line), 'weight', X)", ValueError, "Expected a matrix or"),
    (
        "setattr(parametrizations.orthogonal(line, use_trivialization=False), 'weight', X[:2, :2])",
        NotImplementedError,
        "It is not possible to assign to the matrix exponential",
    ),
    ("register(line, 'a', nn.Tanh())", ValueError, "does not have a parameter, a buffer, or a"),
    ("register(line, 'weight', nn.Linear(2, 3))", ValueError, "may not change the shape"),
    ("register(line, 'weight', Odd(lambda x: 3))", ValueError, "must return a tensor. Got int"),
    ("register(line, 'weight', Odd(lambda x: x.double()))", ValueError, "may not change the dtype"),
    ("register(line, 'weight', Odd(id, lambda x: 3))", ValueError, "must return a Tensor or a Seq"),
    ("register(line, 'weight', Odd(id, lambda x: (3,)))", ValueError, "Got element 0 of the seq"),
    (
        "register(line, 'weight', Odd(id, lambda x: x.double()))",
        ValueError,
        "When `right_inverse` outputs one tensor, it may not change the dtype",
    ),
    ("register(twice, 'weight', Odd(lambda x: 3))", ValueError, "must return a tensor. Got int"),
    ("register(twice, 'weight', Odd(lambda x: x[:1]))", ValueError, "unless the `unsafe` flag"),
    (
        "register(twice, 'weight', Odd(same, lambda x: 3))",
        ValueError,
        "right_inverse must return a",
    ),
    (
        "register(twice, 'weight', Odd(same, lambda x: x[:1]))",
        ValueError,
        "must have the same shape as module.weight",
    ),
    ("setattr(twice, 'weight', X)", RuntimeError, "Tanh does not implement right_inverse"),
    ("setattr(changing, 'weight', 3)", ValueError, "`right_inverse` should return a tensor"),
    ("setattr(changing, 'weight', X.double())", ValueError, "has dtype torch.float64 while `orig"),
    ("setattr(several, 'weight', 3)", ValueError, "must return a sequence of tensors. Got int"),
    ("setattr(several, 'weight', [X])", ValueError, "of length 2. Got a sequence of length 1"),
    ("setattr(several, 'weight', [X, 3])", ValueError, "Got element 1 of type int"),
    ("setattr(several, 'weight', [X, X.double()])", ValueError, "Tensor 1 returned by `right_inv"),
    ("parametrize.ParametrizationList([], X)", ValueError, "requires one or more modules"),
    ("parametrize.remove_parametrizations(line, 'weight')", ValueError, "does not have a paramet"),
    ("parametrize.remove_parametrizations(several, 'weight', False)", ValueError, "Cannot leave"),
    ("prune.remove(line, 'weight')", ValueError, "has to be pruned before pruning can be removed"),
    ("prune.l1_unstructured(line, 'weight', 'a')", TypeError, "Invalid type for amount: a"),
    ("prune.l1_unstructured(line, 'weight', 1.5)", ValueError, "amount=1.5 should either be a"),
    ("prune.l1_unstructured(line, 'weight', 5)", ValueError, "amount=5 should be smaller than"),
    (
        "prune.l1_unstructured(line, 'weight', 1, importance_scores=X)",
        AssertionError,
        "should have the same shape as parameter weight",
    ),
    (
        "prune.L1Unstructured(1).prune(X, importance_scores=X[0])",
        AssertionError,
        "should have the same shape as tensor t",
    ),
    ("prune.ln_structured(line, 'bias', 1, 2, 0)", ValueError, "can only be applied to multi"),
    ("prune.ln_structured(line, 'weight', 1, 2, 2)", IndexError, "Invalid index 2 for tensor of"),
    ("prune.custom_from_mask(line, 'weight', X)", AssertionError, "must match self.mask shape"),
    ("prune.global_unstructured(3, prune.L1Unstructured)", TypeError, "parameters is not an Iter"),
    ("prune.global_unstructured([], 3, 3)", TypeError, "importance_scores must be of type dict"),
    (
        "prune.global_unstructured([], prune.RandomStructured, amount=1)",
        TypeError,
        "Only ['\"]unstructured['\"] PRUNING_TYPE supported",
    ),
    ("prune.PruningContainer().add_pruning_method(3)", TypeError, "is not a BasePruningMethod"),
    ("prune.PruningContainer(named('a'), named('b'))", ValueError, "acting on the parameter named"),
    ("twice_pruned('other')", ValueError, "Unrecognized PRUNING_TYPE other"),
    ("twice_pruned('structured')", AttributeError, "need to have the attribute `dim` defined"),
    (
        "twice_pruned('structured', dim=-3)",
        IndexError,
        "out of bounds for tensor with dimensions 2",
    ),
    ("U.fuse_conv_bn_eval(nn.Conv1d(1, 1, 1), nn.BatchNorm1d(1))", AssertionError, "only for eval"),
    (
        "U.fuse_linear_bn_eval(line.eval(), nn.BatchNorm1d(3).eval())",
        AssertionError,
        "got linear.out_features=2 and bn.num_features=3",
    ),
    (
        "U.fuse_linear_bn_eval(line.eval(), nn.BatchNorm1d(2, track_running_stats=False).eval())",
        AssertionError,
        "must not be None",
    ),
    ("U.skip_init(int)", RuntimeError, "Expected a Module; got <class 'int'>"),
    ("U.skip_init(nn.ReLU)", RuntimeError, "Module must support a 'device' arg"),
]


def named(name):
    method = prune.Identity()
    method._tensor_name = name
    return method


def twice_pruned(pruning_type, **attributes):
    class Strange(prune.Identity):
        PRUNING_TYPE = pruning_type

    for name, value in attributes.items():
        setattr(Strange, name, value)
    Strange.apply(prune.identity(nn.Linear(2, 2), "weight"), "weight")


@pytest.mark.parametrize(("line", "error", "message"), REFUSED)
def test_refusals(line, error, message):
    register = parametrize.register_parametrization

    def same(x):
        return x

    names = dict(globals(), line=nn.Linear(2, 2), register=register, same=same)
    names["twice"] = register(nn.Linear(2, 2), "weight", nn.Tanh())
    names["changing"] = register(nn.Linear(2, 2), "weight", Odd(same, same))
    names["several"] = register(
        nn.Linear(2, 2),
        "weight",
        Odd(lambda a, b: a, lambda x: [x, x] if x.shape == (2, 2) else x),
    )
    names["several"].parametrizations.weight[0].right_inverse = same
    line = line.replace("Odd(id", "Odd(same")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(error, match=message):
            eval(line, names)
