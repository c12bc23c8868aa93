"""``mt.onnx``: models as files of the ONNX format, which other programs run.

`export` runs the model once and writes down its operations (recording.py), runs it again to tell
what is constant (comparing.py), and translates each operation by a table (table.py, with its parts
pointwise.py, shapes.py and layers.py) into nodes of a graph (graph.py).
"""

from . import errors
from .errors import OnnxExporterError
from .exporting import (
    ONNXProgram,
    OperatorExportTypes,
    TrainingMode,
    export,
    is_in_onnx_export,
)

__all__ = [
    "ONNXProgram",
    "OnnxExporterError",
    "OperatorExportTypes",
    "TrainingMode",
    "errors",
    "export",
    "is_in_onnx_export",
]
