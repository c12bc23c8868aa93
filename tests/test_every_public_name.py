"""No public name without a test: the operations by the tables, the rest by the lists here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ops.samples import PLACES, PLAIN, SAMPLES
from tests.ops.test_in_place import CALLS

TESTS = Path(__file__).parent

# What has no row in the tables of ops/samples, by the file that tests it.
ELSEWHERE = {
    "lines/creation.txt": "tensor Tensor as_tensor asarray from_numpy zeros ones empty full "
    "eye arange linspace logspace zeros_like ones_like empty_like full_like new_zeros new_ones "
    "new_full new_empty new_tensor new_empty_strided device cuda is_cuda get_default_device dtype "
    "get_default_dtype promote_types result_type can_cast finfo iinfo",
    "lines/tensor.txt": "Size shape size ndim dim numel nelement stride is_contiguous itemsize "
    "nbytes storage_offset element_size data_ptr is_floating_point is_complex is_tensor is_nonzero "
    "item tolist numpy grad_fn requires_grad is_leaf is_inference output_nr byte char short int "
    "long half float bool cfloat copy_ zero_",
    "lines/shapes.txt": "broadcast_shapes",
    "autograd/test_engine.py": "backward grad requires_grad_ retain_grad",
    "autograd/test_hooks.py": "register_hook register_post_accumulate_grad_hook retains_grad",
    "autograd/test_modes.py": "no_grad enable_grad set_grad_enabled inference_mode is_grad_enabled "
    "is_inference_mode_enabled",
    "autograd/test_views.py": "detach detach_ data",
    "test_defaults.py": "set_default_dtype set_default_device",
    "test_printing.py": "set_printoptions",
    "test_sampling.py": "Generator manual_seed seed initial_seed get_rng_state set_rng_state rand "
    "fork_rng randn randint randperm rand_like randn_like randint_like normal bernoulli poisson "
    "multinomial binomial uniform_ normal_ exponential_ cauchy_ log_normal_ geometric_ random_ "
    "bernoulli_",
}


def public(owner):
    """The public functions, classes and attributes of a place."""
    names = [name for name in dir(owner) if not name.startswith("_")]
    if isinstance(owner, type):
        return set(names)
    return {name for name in names if callable(getattr(owner, name))}


IN_TABLES = {sample.name for sample in [*SAMPLES, *PLAIN]}
IN_PLACE = {case.id.partition("-")[0].partition(".")[2] for case in CALLS}
LISTED = {name for names in ELSEWHERE.values() for name in names.split()}


@pytest.mark.parametrize("place", PLACES)
def test_every_public_name_is_tested(place):
    missing = public(PLACES[place]) - IN_TABLES - IN_PLACE - LISTED
    assert not missing


@pytest.mark.parametrize("file", ELSEWHERE)
def test_the_file_tests_its_names(file):
    text = (TESTS / file).read_text(encoding="utf-8")
    names = ELSEWHERE[file].split()
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_the_lists_are_not_longer_than_needed():
    everything = set().union(*map(public, PLACES.values()))
    assert not LISTED - everything
    assert not LISTED & (IN_TABLES | IN_PLACE)
