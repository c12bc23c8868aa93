"""Arguments of wrong kinds are refused by the table of signatures (lines/wrong_kinds.txt, too)."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch.checking import SELF_CHECKING, checked
from minitorch.signatures import KINDS, MAKING, Parameter, inside, signatures, table

x = mt.ones(2, 3)


def test_every_line_of_the_table_can_be_read():
    for name in table():
        of_name = [inside(name)[1]] if inside(name) else signatures(name)
        assert of_name
        for signature in of_name:
            assert {parameter.kind for parameter in signature.parameters} <= KINDS.keys()
    assert all(Parameter.read(text).takes_none for text in MAKING.split(", "))


def test_what_checks_itself_is_there():
    for name in SELF_CHECKING:
        assert hasattr(mt.Tensor if name[0] == "." else mt, name.lstrip("."))


def test_a_call_with_known_classes_is_not_looked_at_again(monkeypatch):
    looks = []
    monkeypatch.setattr("minitorch.checking.check", lambda *given: looks.append(given) or True)
    var = checked(lambda *args, **kwargs: None, "var")
    for _ in range(3):
        var(x, 0, True)
        var(x, dim=0, keepdim=True)
    assert len(looks) == 2
    var(x, 0, 1)
    var(x, dim=0, keepdim=1)
    assert len(looks) == 4


def test_a_tensor_that_stands_for_a_number_is_looked_at_each_time():
    clamped = [x.clamp(min=0, max=mt.tensor(1.0)) for _ in range(2)]
    assert len(clamped) == 2
    for _ in range(2):
        assert x.narrow(0, mt.tensor(1), 1).shape == (1, 3)
        with pytest.raises(TypeError, match=r"full\(\): argument 'fill_value' \(position 2\)"):
            mt.full((2,), mt.ones(3))


def test_what_a_function_cannot_do_is_its_own_error():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        mt.mm(x, x)
    with pytest.raises(IndexError, match="Dimension out of range") as caught:
        mt.sum(x, 5)
    assert caught.value.__context__ is None


def test_the_message_lists_the_signatures():
    with pytest.raises(TypeError) as caught:
        x.masked_fill(1, 2)
    assert str(caught.value).splitlines() == [
        "masked_fill() received an invalid combination of arguments - got (int, int), but expected "
        "one of:",
        " * (Tensor mask, Tensor value)",
        " * (Tensor mask, Number value)",
    ]


def test_old_ways_to_call_are_not_recommended():
    with pytest.raises(TypeError, match=r"but expected \(Tensor other, \*, Number alpha = 1\)$"):
        x.sub_(1, 2, 3, 4)


def test_a_class_with_torch_function_is_asked():
    class Seven:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return 7

    try:
        assert mt.sum(Seven()) == mt.cat([Seven()]) == 7
    finally:
        mt.overrides.deactivate()
