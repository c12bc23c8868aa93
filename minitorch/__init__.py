"""MiniTorch: PyTorch's API in readable Python, on NumPy and CuPy.

These are the public names, in PyTorch's places; they are defined elsewhere.
"""

# First: importing the file tensor.py binds the name `tensor`, which the function takes over below.
from .tensor import Tensor  # isort: split

from math import e, inf, nan, pi
from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import autograd, cuda, func, nn, optim, return_types
from .autograd.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled
from .autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .checking import checked_all as _checked_all
from .creation import (
    empty,
    empty_like,
    empty_strided,
    eye,
    full,
    full_like,
    ones,
    ones_like,
    scalar_tensor,
    zeros,
    zeros_like,
)
from .devices import device, get_default_device, set_default_device
from .dlpack import from_dlpack, to_dlpack
from .dtypes import (
    bfloat16,
    bool_ as bool,
    can_cast,
    complex64,
    complex64 as cfloat,
    complex128,
    complex128 as cdouble,
    dtype,
    float16,
    float16 as half,
    float32,
    float32 as float,
    float64,
    float64 as double,
    get_default_dtype,
    int8,
    int16,
    int16 as short,
    int32,
    int32 as int,
    int64,
    int64 as long,
    promote_types,
    set_default_dtype,
    uint8,
)
from .from_data import as_tensor, asarray, from_numpy, frombuffer, tensor
from .func import vmap
from .in_place import *
from .inspection import (
    detach,
    finfo,
    get_device,
    iinfo,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_same_size,
    is_signed,
    is_storage,
    is_tensor,
    numel,
    result_type,
)
from .later import later as _later
from .memory_formats import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    layout,
    memory_format,
    preserve_format,
    sparse_coo,
    strided,
)
from .nn.modules.module import typename
from .older_windows import (
    bartlett_window,
    blackman_window,
    hamming_window,
    hann_window,
    kaiser_window,
)
from .ops.activation import sigmoid
from .ops.arithmetic import (
    add,
    addcdiv,
    addcmul,
    lerp,
    mul,
    mul as multiply,
    neg,
    negative,
    positive,
    rsub,
    sub,
    sub as subtract,
)
from .ops.bessel import i0
from .ops.bilinear import bilinear
from .ops.bitwise import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)
from .ops.cells import gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell
from .ops.comparison import (
    allclose,
    eq,
    equal,
    ge,
    ge as greater_equal,
    gt,
    gt as greater,
    isclose,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    le,
    le as less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    lt as less,
    ne,
    ne as not_equal,
    signbit,
)
from .ops.complexes import (
    abs,
    absolute,
    angle,
    complex,
    conj_ as conj,
    conj_physical,
    imag,
    polar,
    real,
    resolve_conj,
    resolve_neg,
    sgn,
    view_as_complex,
    view_as_real,
)
from .ops.conv import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from .ops.conversion import clone
from .ops.correlation import corrcoef, cov
from .ops.cumulative import cummax, cummin, cumprod, cumsum, logcumsumexp
from .ops.determinants import logdet, plain_det as det, plain_slogdet as slogdet
from .ops.differences import cumulative_trapezoid, diff, gradient, trapezoid, trapz
from .ops.division import (
    div,
    div as divide,
    div as true_divide,
    floor_divide,
    fmod,
    gcd,
    lcm,
    remainder,
)
from .ops.dropout import (
    alpha_dropout_,
    feature_alpha_dropout_,
    feature_dropout,
    feature_dropout_,
    plain_alpha_dropout as alpha_dropout,
    plain_dropout as dropout,
    plain_dropout_ as dropout_,
    plain_feature_alpha_dropout as feature_alpha_dropout,
)
from .ops.einsum import einsum, inner, tensordot
from .ops.embedding import lookup as embedding
from .ops.expanding import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_shapes,
    broadcast_tensors,
    broadcast_to,
    repeat_interleave,
    tile,
)
from .ops.extremes import amax, amin, aminmax, argmax, argmin, max, min
from .ops.factoring import plain_cholesky as cholesky, plain_qr as qr
from .ops.floats import frexp, nextafter
from .ops.gamma import digamma, igamma, igammac, lgamma, mvlgamma, polygamma
from .ops.gathering import gather, take_along_dim
from .ops.grids import cartesian_prod, combinations, meshgrid, unravel_index
from .ops.histograms import histogram, histogramdd
from .ops.indexing import index_put, index_put_
from .ops.joining import (
    block_diag,
    cat,
    cat as concat,
    cat as concatenate,
    column_stack,
    dstack,
    hstack,
    stack,
    vstack,
    vstack as row_stack,
)
from .ops.layer_norm import group_norm, layer_norm, rms_norm
from .ops.limits import clamp, clamp as clip, clamp_max, clamp_min, fmax, fmin, maximum, minimum
from .ops.lowrank import pca_lowrank, svd_lowrank
from .ops.lu import lu_unpack, plain_lu as lu, plain_lu_solve as lu_solve
from .ops.masked import (
    argwhere,
    masked_fill,
    masked_scatter,
    masked_select,
    nonzero,
    nonzero_static,
    where,
)
from .ops.matmul import bmm, dot, matmul, mm, mm as spmm, mv, vdot
from .ops.matmul_add import addbmm, addmm, addmv, addr, baddbmm
from .ops.matrices import matrix_exp, matrix_power, vander
from .ops.matrix_norms import norm
from .ops.memory_views import as_strided, as_strided_scatter
from .ops.normalization import batch_norm, instance_norm
from .ops.norms import cdist, dist, norm_except_dim, renorm
from .ops.overwriting import fill, fill_, zero_
from .ops.padding import constant_pad_nd
from .ops.pointwise import (
    ceil,
    exp,
    exp2,
    expm1,
    fix,
    floor,
    frac,
    log,
    log1p,
    log2,
    log10,
    nan_to_num,
    reciprocal,
    round,
    rsqrt,
    sqrt,
    trunc,
)
from .ops.pool import (
    adaptive_avg_pool1d,
    avg_pool1d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    plain_adaptive_max_pool1d as adaptive_max_pool1d,
)
from .ops.powers import float_power, ldexp, pow, square
from .ops.products import chain_matmul, cross, kron, outer, outer as ger
from .ops.pseudoinverse import pinverse
from .ops.quantiles import nanquantile, quantile
from .ops.ranking import (
    argsort,
    kthvalue,
    median,
    mode,
    msort,
    nanmedian,
    sort,
    topk,
)
from .ops.rearranging import (
    diag,
    diag_embed,
    diagflat,
    flip,
    fliplr,
    flipud,
    roll,
    rot90,
    tril,
    tril_indices,
    triu,
    triu_indices,
)
from .ops.rectifiers import (
    celu,
    celu_,
    plain_relu as relu,
    prelu,
    relu_,
    rrelu,
    rrelu_,
    selu,
    selu_,
)
from .ops.reduction import (
    all,
    any,
    count_nonzero,
    logsumexp,
    mean,
    nanmean,
    nansum,
    prod,
    sum,
)
from .ops.reflections import (
    geqrf,
    orgqr,
    ormqr,
)
from .ops.scatter_reduction import index_reduce, scatter_reduce
from .ops.scattering import scatter, scatter_add
from .ops.selection import index_add, index_copy, index_fill, index_select, put, take
from .ops.shape import (
    flatten,
    ravel,
    reshape,
    squeeze,
    unflatten,
    unsqueeze,
)
from .ops.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from .ops.signs import copysign, heaviside, sign
from .ops.similarity import cosine_similarity, pairwise_distance, pdist
from .ops.slicing import (
    diagonal,
    diagonal_scatter,
    narrow,
    narrow_copy,
    select,
    select_scatter,
    slice_scatter,
)
from .ops.softmax import log_softmax, softmax
from .ops.solving import (
    cholesky_inverse,
    cholesky_solve,
    plain_inverse as inverse,
    triangular_solve,
)
from .ops.sorting import (
    bincount,
    bucketize,
    histc,
    isin,
    searchsorted,
    unique,
    unique_consecutive,
)
from .ops.special import (
    erf,
    erfc,
    erfinv,
    logaddexp,
    logaddexp2,
    logit,
    xlogy,
)
from .ops.spectra import plain_svd as svd
from .ops.splitting import (
    chunk,
    dsplit,
    hsplit,
    split,
    split_with_sizes,
    tensor_split,
    unbind,
    vsplit,
)
from .ops.statistics import std, std_mean, var, var_mean
from .ops.stft import istft, stft
from .ops.thresholds import (
    hardshrink,
    threshold,
    threshold_,
)
from .ops.transposing import (
    adjoint,
    movedim,
    movedim as moveaxis,
    permute,
    swapaxes,
    t,
    transpose,
    transpose as swapdims,
)
from .ops.trigonometry import (
    acos,
    acosh,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    deg2rad,
    hypot,
    rad2deg,
    sin,
    sinc,
    sinh,
    tan,
    tanh,
)
from .out import with_out_all as _with_out_all
from .out_of_memory import OutOfMemoryError
from .placement import placed_all as _placed_all
from .printing import set_printoptions
from .random import (
    Generator,
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .sampling import (
    bernoulli,
    binomial,
    multinomial,
    normal,
    poisson,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from .settings import (
    are_deterministic_algorithms_enabled,
    get_deterministic_debug_mode,
    get_float32_matmul_precision,
    get_num_interop_threads,
    get_num_threads,
    is_deterministic_algorithms_warn_only_enabled,
    is_warn_always_enabled,
    set_deterministic_debug_mode,
    set_float32_matmul_precision,
    set_flush_denormal,
    set_num_interop_threads,
    set_num_threads,
    set_warn_always,
    use_deterministic_algorithms,
)
from .size import Size
from .spacing import arange, linspace, logspace, range_ as range
from .storage import TypedStorage, UntypedStorage
from .tensor_types import (
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    set_default_tensor_type,
)
from .version import __version__

newaxis = None  # x[mt.newaxis] is x[None]

globals().update(_placed_all(globals()))
globals().update(_with_out_all(globals()))
globals().update(_checked_all(globals()))

if _TYPE_CHECKING:
    from . import (
        accelerator,
        amp,
        backends,
        compiler,
        distributions,
        fft,
        futures,
        linalg,
        onnx,
        overrides,
        profiler,
        serialization,
        signal,
        sparse,
        special,
        testing,
        tracing,
        utils,
    )
    from .amp import GradScaler, autocast, is_autocast_enabled
    from .compiler import compile
    from .explaining import explain, memory
    from .live import Live
    from .running import use_as_torch
    from .serialization import load, save
    from .sparse import sparse_coo_tensor
    from .tracing import trace
else:
    __getattr__, __dir__ = _later(
        __name__,
        "accelerator amp backends compiler distributions fft futures linalg onnx overrides "
        "profiler serialization signal sparse special testing tracing utils",
        {
            "amp": "GradScaler autocast is_autocast_enabled",
            "compiler": "compile",
            "explaining": "explain memory",
            "live": "Live",
            "running": "use_as_torch",
            "serialization": "load save",
            "sparse": "sparse_coo_tensor",
            "tracing": "trace",
        },
    )
    __all__ = [name for name in __dir__() if name[0] != "_"]  # for `from minitorch import *`
