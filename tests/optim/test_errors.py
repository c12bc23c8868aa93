"""Bad options: the exception's class and PyTorch's sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import minitorch as mt
from minitorch.optim.optimizer import required

O = mt.optim  # noqa: E741
S = mt.optim.lr_scheduler
W = mt.optim.swa_utils


def sgd(count: int = 1) -> Any:
    params = [mt.zeros(1, requires_grad=True) for _ in range(count)]
    return O.SGD([{"params": [param]} for param in params], lr=0.1, momentum=0.9)


def stepped(optimizer: Any) -> None:
    for param in optimizer.param_groups[0]["params"]:
        param.grad = mt.ones_like(param)
    optimizer.step(lambda: 1.0)


ROWS: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda p: O.SGD(p), TypeError, "an iterable of Tensors or dicts, but got torch.FloatTensor"),
    (lambda p: O.SGD([]), ValueError, "optimizer got an empty parameter list"),
    (lambda p: O.SGD([{"params": {p}}]), TypeError, "need to be organized in ordered collections"),
    (lambda p: O.SGD([3]), TypeError, "can only optimize Tensors, but one of the params is int"),
    (lambda p: O.SGD([p * 1]), ValueError, "can't optimize a non-leaf Tensor"),
    (lambda p: O.SGD([("p", p), p]), ValueError, "Some param names are missing"),
    (lambda p: O.SGD([{"params": [p]}, {"params": [p]}]), ValueError, "in more than one parameter"),
    (lambda p: O.SGD([p]).add_param_group([p]), TypeError, "param_group must be a dict, but got"),
    (lambda p: O.SGD([p]).add_param_group({"params": [("q", mt.zeros(1))]}), ValueError,
     "cannot add param group with names to the optimizer"),
    (lambda p: O.Optimizer([p], {"lr": required}), ValueError,
     "didn't specify a value of required optimization parameter lr"),
    (lambda p: O.Optimizer([p], {}).step() or stepped(O.Optimizer([p], {})), NotImplementedError,
     "Optimizer defines neither update nor step"),
    (lambda p: O.SGD([p], lr=-1), ValueError, "Invalid learning rate: -1"),
    (lambda p: O.SGD([p], lr=mt.ones(2)), ValueError, "Tensor lr must be 1-element"),
    (lambda p: O.SGD([p], momentum=-1), ValueError, "Invalid momentum value: -1"),
    (lambda p: O.SGD([p], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
    (lambda p: O.SGD([p], nesterov=True), ValueError, "Nesterov momentum requires a momentum"),
    (lambda p: O.SGD([p], foreach=True, fused=True), RuntimeError, "cannot be `True` together"),
    (lambda p: O.SGD([p]).load_state_dict({"state": {}, "param_groups": []}), ValueError,
     "loaded state dict has a different number of parameter groups"),
    (lambda p: O.SGD([p]).load_state_dict({"state": {}, "param_groups": [{"params": []}]}),
     ValueError, "that doesn't match the size of optimizer's group"),
    (lambda p: stepped(O.Adam([p], capturable=True)), AssertionError, "If capturable=True"),
    (lambda p: O.Adam([p], eps=-1), ValueError, "Invalid epsilon value: -1"),
    (lambda p: O.Adam([p], betas=(0.9, 1.0)), ValueError, "Invalid beta parameter at index 1: 1.0"),
    (lambda p: O.Adam([p], betas=(0, 0.9)), ValueError, "betas must be either both floats or both"),
    (lambda p: O.Adam([p], lr=mt.tensor(0.1), foreach=True), ValueError, "lr as a Tensor is not"),
    (lambda p: O.Adadelta([p], rho=2), ValueError, "Invalid rho value: 2"),
    (lambda p: O.Rprop([p], etas=(2, 3)), ValueError, "Invalid eta values: 2, 3"),
    (lambda p: O.Adafactor([p], lr=-1), ValueError, "Learning rate should be >= 0 but is: -1"),
    (lambda p: O.Adafactor([p], beta2_decay=1), ValueError, "beta2_decay should be <= 0 but is: 1"),
    (lambda p: O.Adafactor([p], eps=(-1, 1)), ValueError, "epsilon1 should be >= 0 but is: -1"),
    (lambda p: O.Adafactor([p], eps=(1, -1)), ValueError, "epsilon2 should be >= 0 but is: -1"),
    (lambda p: O.Adafactor([p], d=0), ValueError, "Clipping threshold d should be >= 1 but is: 0"),
    (lambda p: O.Adafactor([p], weight_decay=-1), ValueError, "weight_decay should be >= 0 but is"),
    (lambda p: stepped(O.Adafactor([mt.zeros(1, dtype=mt.complex64)])), RuntimeError,
     "Adafactor does not support complex parameters"),
    (lambda p: O.Muon([p]), ValueError, "Muon only supports 2D parameters whereas we found"),
    (lambda p: O.Muon([p], momentum=-1), ValueError, "momentum should be >= 0 but is: -1"),
    (lambda p: O.Muon([p], weight_decay=-1), ValueError, "weight decay should be >= 0 but is: -1"),
    (lambda p: O.Muon([p], adjust_lr_fn="x"), ValueError, "learning rate function x is not"),
    (lambda p: stepped(O.Muon([mt.ones(2, 2)], ns_steps=100)), ValueError, "must be less than 100"),
    (lambda p: stepped(O.Muon([mt.ones(2, 2)], ns_coefficients=(1.0,))), ValueError, "exactly 3"),
    (lambda p: O.LBFGS([{"params": [p]}, {"params": []}]), ValueError,
     "LBFGS doesn't support per-parameter options"),
    (lambda p: stepped(O.LBFGS([p], line_search_fn="x")), RuntimeError, "only 'strong_wolfe' is"),
    # Schedulers
    (lambda p: S.StepLR(3, 3), TypeError, "int is not an Optimizer"),
    (lambda p: S.StepLR(sgd(), 3, last_epoch=2), KeyError, "param 'initial_lr' is not specified"),
    (lambda p: S.LambdaLR(sgd(), []), ValueError, "Expected 1 lr_lambdas, but got 0"),
    (lambda p: S.MultiplicativeLR(sgd(), 3), TypeError, "lr_lambda should be a function, but got"),
    (lambda p: S.ConstantLR(sgd(), 2), ValueError, "Constant multiplicative factor expected"),
    (lambda p: S.LinearLR(sgd(), 0), ValueError, "Starting multiplicative factor expected"),
    (lambda p: S.LinearLR(sgd(), 1, 2), ValueError, "Ending multiplicative factor expected"),
    (lambda p: S.CosineAnnealingWarmRestarts(sgd(), 0), ValueError, "positive integer T_0"),
    (lambda p: S.CosineAnnealingWarmRestarts(sgd(), 1, 0), ValueError, "integer T_mult >= 1"),
    (lambda p: S.CosineAnnealingWarmRestarts(sgd(), 1, 1, "x"), ValueError, "float or int eta"),
    (lambda p: S.CosineAnnealingWarmRestarts(sgd(), 1).step(-1), ValueError, "non-negative epoch"),
    (lambda p: S.CyclicLR(sgd(), 0.1, [0.2, 0.3]), ValueError, "max_lr must have the same length"),
    (lambda p: S.CyclicLR(sgd(), 0.1, 0.2, mode="x"), ValueError, "mode is invalid and scale_fn"),
    (lambda p: S.CyclicLR(O.Adagrad([p]), 0.1, 0.2), ValueError, "must support momentum or beta1"),
    (lambda p: S.OneCycleLR(sgd(), 0.1), ValueError, "You must define either total_steps OR"),
    (lambda p: S.OneCycleLR(sgd(), 0.1, 0), ValueError, "positive integer total_steps, but got 0"),
    (lambda p: S.OneCycleLR(sgd(), 0.1, None, 2, 0), ValueError, "positive integer steps_per_epo"),
    (lambda p: S.OneCycleLR(sgd(), 0.1, 9, pct_start=2), ValueError, "between 0 and 1 pct_start"),
    (lambda p: S.OneCycleLR(sgd(), 1, 9, anneal_strategy="x"), ValueError, "anneal_strategy must"),
    (lambda p: S.ReduceLROnPlateau(sgd(), factor=1.0), ValueError, "Factor should be < 1.0"),
    (lambda p: S.ReduceLROnPlateau(sgd(), "x"), ValueError, "mode x is unknown!"),
    (lambda p: S.ReduceLROnPlateau(sgd(), threshold_mode="x"), ValueError, "threshold mode x is"),
    (lambda p: S.ReduceLROnPlateau(sgd(), min_lr=[1, 2]), ValueError, "expected 1 min_lrs, got 2"),
    (lambda p: S.SequentialLR(sgd(), [], []), ValueError, "at least one scheduler, but got no"),
    (lambda p: S.SequentialLR(sgd(), [3], []), TypeError, "should have `optimizer` as its"),
    (lambda p: S.SequentialLR(o := sgd(), [S.StepLR(o, 3)], [3]), ValueError, "one more than the"),
    (lambda p: S.ChainedScheduler([]), ValueError, "at least one scheduler to be chained"),
    (lambda p: S.ChainedScheduler([S.ReduceLROnPlateau(sgd())]), ValueError, "does not support"),
    (lambda p: S.ChainedScheduler([S.StepLR(sgd(), 3), S.StepLR(sgd(), 3)]), ValueError,
     "expects all schedulers to belong to the same optimizer, but got scheduler StepLR at index 1"),
    (lambda p: W.SWALR(sgd(), 0.1, -1), ValueError, "must be equal or greater than 0, got -1"),
    (lambda p: W.SWALR(sgd(), 0.1, anneal_strategy="x"), ValueError, "anneal_strategy must be one"),
    (lambda p: W.get_ema_avg_fn(2.0), ValueError, "Invalid decay value 2.0 provided"),
    (lambda p: W.AveragedModel(mt.nn.Linear(1, 1), None, len, len), AssertionError, "Only one of"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_refused(number):
    call, kind, sentence = ROWS[number]
    with pytest.raises(kind) as caught:
        call(mt.zeros(1, requires_grad=True))
    assert sentence in str(caught.value)


def test_groups_added_after_a_plateau_scheduler():
    optimizer = sgd()
    with_list = S.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.01])
    with_one = S.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.01)
    optimizer.add_param_group({"params": [mt.zeros(1, requires_grad=True)]})
    for scheduler in (with_list, with_one):
        scheduler.step(1.0)
    with pytest.raises(RuntimeError, match="usually due to a new param group being added"):
        with_list.step(1.0)
    with_one.step(1.0)
    assert with_one.get_last_lr() == pytest.approx([0.01, 0.01])


def test_the_options_of_another_kind_of_optimizer():
    p = mt.ones(2, requires_grad=True)
    adam, other = mt.optim.Adam([p]), mt.optim.SGD([p], lr=0.1)
    adam.load_state_dict(other.state_dict())
    p.sum().backward()
    with pytest.raises(KeyError, match="betas"):
        adam.step()
