"""No public name without a test: the operations by the tables, the rest by the lists here."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tests.ops.samples import CALLS as SAMPLE_CALLS, NAMESPACES, PLACES, PLAIN, PLAIN_CALLS, SAMPLES
from tests.ops.test_in_place import CALLS

TESTS = Path(__file__).parent

# What has no row in the tables of ops/samples, by the file that tests it.
ELSEWHERE = {
    "lines/creation.txt": "tensor Tensor as_tensor asarray from_numpy zeros ones empty full "
    "eye arange linspace logspace zeros_like ones_like empty_like full_like new_zeros new_ones "
    "new_full new_empty new_tensor new_empty_strided device cuda is_cuda get_default_device dtype "
    "get_default_dtype promote_types result_type can_cast finfo iinfo pin_memory OutOfMemoryError",
    "lines/tensor.txt": "Size shape size ndim dim numel nelement stride is_contiguous itemsize "
    "nbytes storage_offset element_size data_ptr is_floating_point is_complex is_tensor is_nonzero "
    "item tolist numpy grad_fn requires_grad is_leaf is_inference output_nr byte char short int "
    "long half float bool cfloat copy_ zero_",
    "explaining/test_errors.py": "explain",
    "explaining/test_memory.py": "memory",
    "test_live.py": "Live",
    "lines/shapes.txt": "broadcast_shapes",
    "lines/strides.txt": "TypedStorage UntypedStorage storage untyped_storage",
    "lines/linalg.txt": "LinAlgError ldl_factor ldl_factor_ex ldl_solve geqrf",
    "lines/fft.txt": "fftfreq rfftfreq hann_window hamming_window blackman_window bartlett_window "
    "kaiser_window",
    "lines/special.txt": "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 modified_bessel_i0 "
    "modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0 "
    "scaled_modified_bessel_k1 spherical_bessel_j0 chebyshev_polynomial_t chebyshev_polynomial_u "
    "chebyshev_polynomial_v chebyshev_polynomial_w shifted_chebyshev_polynomial_t "
    "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w "
    "hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p",
    "lines/numerical.txt": "histogram histogramdd nextafter nextafter_ range scalar_tensor "
    "is_signed is_same_size get_device frombuffer from_dlpack empty_strided ndimension "
    "nonzero_static",
    "programs/names.txt": "name is_autocast_enabled",
    "programs/sparse.txt": "sparse_coo_tensor spmm to_sparse to_sparse_coo to_dense coalesce "
    "indices is_coalesced values sparse_dim dense_dim",
    "autograd/test_engine.py": "backward grad requires_grad_ retain_grad",
    "autograd/test_hooks.py": "register_hook register_post_accumulate_grad_hook retains_grad",
    "autograd/test_modes.py": "no_grad enable_grad set_grad_enabled inference_mode is_grad_enabled "
    "is_inference_mode_enabled",
    "autograd/test_functional.py": "vmap",
    "programs/copying.txt": "to_dlpack as_subclass is_cpu is_meta is_sparse is_quantized "
    "is_pinned is_shared is_xpu layout autocast memory_format",
    "test_absent.py": "bfloat16 share_memory_ GradScaler",
    "programs/anomaly.txt": "is_anomaly_enabled is_anomaly_check_nan_enabled",
    "programs/in_place_views.txt": "squeeze_ unsqueeze_ t_ transpose_ swapaxes_ swapdims_ "
    "as_strided_ fill_diagonal_ index_reduce index_reduce_ resize_ resize_as_ set_",
    "autograd/test_views.py": "detach detach_ data",
    "nn/test_spatial.py": "upsample upsample_nearest upsample_bilinear",
    "test_old_names.py": "set_default_tensor_type use_deterministic_algorithms set_num_threads "
    "are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled "
    "set_deterministic_debug_mode get_deterministic_debug_mode get_num_threads set_warn_always "
    "set_num_interop_threads get_num_interop_threads set_float32_matmul_precision "
    "get_float32_matmul_precision set_flush_denormal is_warn_always_enabled",
    "lines/old_names.txt": "FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor "
    "CharTensor ByteTensor BoolTensor new typename is_storage",
    "ops/test_ctc.py": "ctc_loss",
    "running/test_run.py": "use_as_torch",
    "serialization/test_saving.py": "save load",
    "test_compiler.py": "compile",
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


def everywhere():
    """All functions that a row of the tables calls, whatever their names."""
    return {inspect.unwrap(p.values[0]) for p in [*SAMPLE_CALLS, *PLAIN_CALLS]}


IN_TABLES = {sample.name for sample in [*SAMPLES, *PLAIN]}
IN_PLACE = {case.id.partition("-")[0].partition(".")[2] for case in CALLS}
LISTED = {name for names in ELSEWHERE.values() for name in names.split()}


@pytest.mark.parametrize("place", PLACES)
def test_every_public_name_is_tested(place):
    missing = public(PLACES[place]) - IN_TABLES - IN_PLACE - LISTED
    assert not missing


@pytest.mark.parametrize("place", NAMESPACES)
def test_every_function_of_a_namespace_is_tested(place):
    owner, tested = NAMESPACES[place], everywhere()
    names = public(owner)
    missing = {name for name in names if inspect.unwrap(getattr(owner, name)) not in tested}
    assert not missing - LISTED


@pytest.mark.parametrize("file", ELSEWHERE)
def test_the_file_tests_its_names(file):
    text = (TESTS / file).read_text(encoding="utf-8")
    names = ELSEWHERE[file].split()
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_the_lists_are_not_longer_than_needed():
    everything = set().union(*map(public, (PLACES | NAMESPACES).values()))
    assert not LISTED - everything
    assert not LISTED & (IN_TABLES | IN_PLACE)
