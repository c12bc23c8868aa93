"""`mt.onnx` has the names and arguments of ``torch.onnx``, whose export needs a package more."""

from __future__ import annotations

import inspect

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

import minitorch as mt


def test_the_arguments_of_export():
    theirs, ours = (inspect.signature(lib.onnx.export).parameters for lib in (torch, mt))
    assert list(ours) == list(theirs)
    for name, parameter in theirs.items():
        assert ours[name].kind is parameter.kind
        assert repr(ours[name].default) == repr(parameter.default)


def test_names():
    for name in mt.onnx.__all__:
        assert hasattr(torch.onnx, name)
    for kind in ("TrainingMode", "OperatorExportTypes"):
        ours, theirs = (getattr(lib.onnx, kind).__members__ for lib in (mt, torch))
        assert {name: int(m) for name, m in ours.items()} == {n: int(m) for n, m in theirs.items()}
    for error in ("OnnxExporterError", "OnnxExporterWarning", "UnsupportedOperatorError"):
        ours, theirs = (getattr(lib.onnx.errors, error) for lib in (mt, torch))
        assert [base.__name__ for base in ours.__mro__] == [b.__name__ for b in theirs.__mro__]
