"""``mt.utils``: what programs need around a model."""

from . import checkpoint, data, dlpack
