"""What is named so that programs may ask for it, and refused where they use it."""

from __future__ import annotations

import pickle

import pytest

import minitorch as mt

SENTENCE = "There is no bfloat16 here, since NumPy has none. Use mt.float32."
USES = [
    lambda: mt.zeros(2, dtype=mt.bfloat16),
    lambda: mt.tensor([1.0], dtype=mt.bfloat16),
    lambda: mt.arange(3, dtype=mt.bfloat16),
    lambda: mt.ones(2).bfloat16(),
    lambda: mt.ones(2).to(mt.bfloat16),
    lambda: mt.ones(2).sum(dtype=mt.bfloat16),
    lambda: mt.nn.Linear(1, 1).to(mt.bfloat16),
    lambda: mt.promote_types(mt.bfloat16, mt.float32),
    lambda: mt.finfo(mt.bfloat16),
    lambda: mt.set_default_dtype(mt.bfloat16),
]


@pytest.mark.parametrize("use", USES)
def test_bfloat16_is_refused(use):
    with pytest.raises(TypeError) as error:
        use()
    assert str(error.value) == SENTENCE
    assert mt.get_default_dtype() is mt.float32


def test_shared_memory_is_refused():
    for use in (mt.ones(1).share_memory_, mt.nn.Linear(1, 1).share_memory):
        with pytest.raises(NotImplementedError, match="memory that processes share"):
            use()


def test_mixed_precision_is_refused_where_it_would_be_enabled():
    with pytest.raises(NotImplementedError, match="no automatic mixed precision"):
        mt.autocast("cpu")
    with pytest.raises(NotImplementedError, match="no gradient scaling"):
        mt.GradScaler("cpu")


def test_memory_formats_and_layouts_are_pickled_by_name():
    for value in (mt.channels_last, mt.contiguous_format, mt.strided, mt.sparse_coo):
        assert pickle.loads(pickle.dumps(value)) is value
