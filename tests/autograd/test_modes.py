"""Modes: whether operations are recorded, in blocks, functions, generators and threads."""

from __future__ import annotations

import threading

import pytest

import minitorch as mt


def leaf():
    return mt.ones(2, requires_grad=True)


def recorded():
    return (leaf() * 2).requires_grad


def test_blocks():
    with mt.no_grad():
        assert not recorded()
        assert not mt.is_grad_enabled()
        with mt.enable_grad():
            assert recorded()
        assert not recorded()
        assert mt.ones(2, requires_grad=True).requires_grad, "what the user says holds"
    with mt.set_grad_enabled(False):
        assert not recorded()
    assert recorded()


def test_mode_ends_with_an_exception():
    with pytest.raises(ZeroDivisionError), mt.no_grad():
        raise ZeroDivisionError
    assert mt.is_grad_enabled()


def test_set_grad_enabled_holds_from_the_call():
    mt.set_grad_enabled(False)
    assert not recorded()
    mt.set_grad_enabled(True)
    assert recorded()
    mode = mt.set_grad_enabled(False)
    with mode:
        assert not recorded()
    assert recorded()


def test_inference_mode():
    with mt.inference_mode():
        y = leaf() * 2
        assert mt.is_inference_mode_enabled()
        assert not y.requires_grad
        y.add_(1)
        with mt.inference_mode(False):
            assert recorded()
            assert not (leaf() * 2).is_inference()
        z = y[0]
    assert not mt.is_inference_mode_enabled()
    assert y.is_inference()
    assert z.is_inference()
    assert not (y * 1).is_inference()
    assert (leaf() + y).requires_grad, "addition keeps nothing for backward"
    for refused, message in [
        (lambda: leaf() * y, "Inference tensors cannot be saved for backward"),
        (lambda: y.add_(1), "Inplace update to inference tensor outside InferenceMode"),
        (lambda: y.requires_grad_(), "Setting requires_grad=True on inference tensor"),
        (lambda: y._version, "Inference tensors do not track version counter"),
    ]:
        with pytest.raises(RuntimeError, match=message):
            refused()


def test_functions():
    @mt.no_grad()
    def a():
        """Text."""
        return recorded()

    @mt.no_grad
    def b():
        return recorded()

    @mt.enable_grad
    def c(depth):
        return c(depth - 1) if depth else recorded()

    @mt.inference_mode
    def d():
        return (leaf() * 2).is_inference()

    @mt.inference_mode(mode=False)
    def e():
        return recorded()

    @mt.set_grad_enabled(False)
    def f():
        return recorded()

    assert recorded(), "a decorator says nothing about the rest of the program"
    assert (a(), b(), d(), e(), f()) == (False, False, True, True, False)
    assert (a.__name__, a.__doc__) == ("a", "Text.")
    with mt.no_grad():
        assert c(3)
        assert not recorded()


def test_generators():
    left = []

    @mt.no_grad()
    def generator():
        try:
            got = yield mt.is_grad_enabled()
            while True:
                try:
                    got = yield got, mt.is_grad_enabled()
                except KeyError:
                    got = "caught"
        finally:
            left.append(mt.is_grad_enabled())

    running = generator()
    assert next(running) is False
    assert mt.is_grad_enabled()
    assert running.send(7) == (7, False)
    assert running.throw(KeyError()) == ("caught", False)
    running.close()
    assert left == [False]

    @mt.no_grad()
    def short():
        yield 1
        return 2

    def outer():
        return (yield from short())

    running = outer()
    assert next(running) == 1
    with pytest.raises(StopIteration) as stop:
        next(running)
    assert stop.value.value == 2


def test_every_thread_has_its_own_mode():
    inside, done, seen = threading.Event(), threading.Event(), {}

    def other():
        seen["start"] = recorded()
        with mt.no_grad():
            seen["inside"] = recorded()
            inside.set()
            done.wait(10)

    with mt.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(10)
        seen["here"] = recorded()
    seen["here after"] = recorded()
    done.set()
    thread.join()
    assert seen == {"start": True, "inside": False, "here": False, "here after": True}


def test_backward_in_a_thread():
    x, y = leaf(), leaf()
    loss = (x * 3).sum()

    def other():
        loss.backward()
        (y * 5).sum().backward()

    with mt.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert x.grad.tolist() == [3, 3]
    assert y.grad.tolist() == [5, 5]
