"""What `minitorch.onnx` raises and warns of, under PyTorch's names."""

from __future__ import annotations


class OnnxExporterWarning(UserWarning):
    """What `export` warns with.

    >>> issubclass(mt.onnx.errors.OnnxExporterWarning, UserWarning)
    True
    """


class OnnxExporterError(RuntimeError):
    """A model that cannot be exported as it is; no file is written.

    >>> class Decides(nn.Module):
    ...     def forward(self, x):
    ...         return x if x.sum() > 0 else -x
    >>> try:
    ...     mt.onnx.export(Decides(), (mt.ones(2),))
    ... except mt.onnx.OnnxExporterError as error:
    ...     print(str(error)[:65])
    The model reads the numbers of a tensor that depends on its input
    """


class UnsupportedOperatorError(OnnxExporterError):
    """A model with an operation that `export` has no ONNX nodes for.

    >>> issubclass(mt.onnx.errors.UnsupportedOperatorError, mt.onnx.OnnxExporterError)
    True
    """
