"""Arguments of wrong kinds are refused by the table of signatures (lines/wrong_kinds.txt, too)."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch.argument_kinds import KINDS
from minitorch.checking import checked
from minitorch.signatures import MAKING, Parameter, inside, signatures, table

x = mt.ones(2, 3)


def test_every_line_of_the_table_can_be_read():
    for name in table():
        of_name = [inside(name)[1]] if inside(name) else signatures(name)
        assert of_name
        for signature in of_name:
            assert {parameter.kind for parameter in signature.parameters} <= KINDS.keys()
    assert all(Parameter.read(text).takes_none for text in MAKING.split(", "))


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
        "      didn't match because some of the arguments have invalid types: (!int!, !int!)",
        " * (Tensor mask, Number value)",
        "      didn't match because some of the arguments have invalid types: (!int!, !int!)",
    ]


def test_the_message_says_which_keywords_are_wrong():
    with pytest.raises(TypeError) as caught:
        mt.max(x, dim="a", keepdim=True)
    assert str(caught.value).splitlines() == [
        "max() received an invalid combination of arguments - got (Tensor, keepdim=bool, dim=str), "
        "but expected one of:",
        " * (Tensor input, *, Tensor out = None)",
        "      didn't match because some of the keywords were incorrect: keepdim, dim",
        " * (Tensor input, Tensor other, *, Tensor out = None)",
        " * (Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
    ]
    with pytest.raises(TypeError, match=r"got unrecognized keyword arguments: baz, bar, foo$"):
        mt.add(1, 2, foo=1, bar=2, baz=3)
    with pytest.raises(TypeError, match=r"got \(correction=object, \), but expected one of"):
        x.std(correction=object())


def test_methods_that_take_no_arguments_say_so():
    with pytest.raises(TypeError, match=r"^TensorBase.exp\(\) takes no arguments \(2 given\)$"):
        x.exp(1, 2)
    with pytest.raises(TypeError, match=r"^TensorBase.exp\(\) takes no keyword arguments$"):
        x.exp(foo=1)


def test_pythons_own_errors_name_the_method():
    with pytest.raises(TypeError, match=r"^Tensor.split\(\) takes from 2 to 3 positional"):
        x.split(1, 2, 3)
    with pytest.raises(TypeError, match=r"^Tensor.norm\(\) got an unexpected keyword"):
        x.norm(foo=1)
    with pytest.raises(TypeError, match=r"^to\(\) received an invalid combination"):
        x.to("cpu", "cpu")


def test_what_stands_for_a_number_is_one():
    assert x.kthvalue(mt.tensor([1])).values.tolist() == [1, 1]
    assert x.sum(dtype=float).dtype is mt.float64
    assert mt.nn.functional.leaky_relu(-x, mt.tensor(2.0)).tolist() == [[-2] * 3] * 2
    assert type(mt.device("cpu", mt.tensor(1)).index) is int
    assert x.clone(memory_format=None).shape == x.shape


def test_an_old_order_of_arguments_is_taken():
    square = mt.ones(2, 2)
    with pytest.warns(UserWarning, match="This overload of addmm is deprecated:\n\taddmm") as said:
        assert mt.addmm(2, square, 3, square, square).tolist() == [[8, 8], [8, 8]]
    assert str(said[0].message).splitlines()[3] == (
        "\taddmm(Tensor input, Tensor mat1, Tensor mat2, *, Number beta = 1, Number alpha = 1, "
        "Tensor out = None)"
    )


def test_objects_check_what_they_are_made_of():
    with pytest.raises(TypeError, match=r"device\(\): argument 'index' \(position 2\) must be int"):
        mt.device("cpu", 1.5)
    with pytest.raises(TypeError, match=r"set_grad_enabled.* must be bool, not int"):
        mt.set_grad_enabled(1)
    with pytest.raises(AssertionError, match="A callable function is expected"):
        mt.compile(3)


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
