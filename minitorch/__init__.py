"""MiniTorch: PyTorch's API in readable Python, on NumPy and CuPy.

Nothing is defined here: these are the public names, in PyTorch's places.
"""

# First: importing the file tensor.py binds the name `tensor`, which the function takes over below.
from .tensor import Tensor  # isort: split

from math import e, inf, nan, pi

from . import autograd, cuda, nn, optim, return_types
from .autograd.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .creation import (
    arange,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    logspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from .devices import device, get_default_device, set_default_device
from .dtypes import (
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
from .from_data import as_tensor, asarray, from_numpy, tensor
from .inspection import (
    finfo,
    iinfo,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    numel,
    result_type,
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
from .ops.bilinear import bilinear
from .ops.bitwise import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)
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
    sgn,
    view_as_complex,
    view_as_real,
)
from .ops.conversion import clone, fill, fill_, zero_
from .ops.cumulative import cummax, cummin, cumprod, cumsum, logcumsumexp
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
from .ops.grids import cartesian_prod, combinations, meshgrid
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
from .ops.limits import clamp, clamp as clip, clamp_max, clamp_min, fmax, fmin, maximum, minimum
from .ops.masked import argwhere, masked_fill, masked_scatter, masked_select, nonzero, where
from .ops.matmul import bmm, dot, matmul, mm, mv, vdot
from .ops.matmul_add import addbmm, addmm, addmv, addr, baddbmm
from .ops.norms import cdist, dist, norm
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
from .ops.powers import float_power, ldexp, pow, square
from .ops.products import chain_matmul, cross, kron, outer, outer as ger, trace
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
    hardshrink,
    prelu,
    relu,
    relu_,
    rrelu,
    rrelu_,
    selu,
    selu_,
    threshold,
    threshold_,
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
from .ops.scattering import gather, scatter, scatter_add, scatter_reduce, take_along_dim
from .ops.selection import index_add, index_copy, index_fill, index_select, put, take
from .ops.shape import (
    flatten,
    ravel,
    reshape,
    squeeze,
    unflatten,
    unsqueeze,
)
from .ops.signs import copysign, heaviside, sign
from .ops.slicing import (
    chunk,
    diagonal,
    diagonal_scatter,
    dsplit,
    hsplit,
    narrow,
    select,
    select_scatter,
    slice_scatter,
    split,
    split_with_sizes,
    tensor_split,
    unbind,
    vsplit,
)
from .ops.softmax import log_softmax, softmax
from .ops.sorting import (
    bincount,
    bucketize,
    histc,
    searchsorted,
    unique,
    unique_consecutive,
)
from .ops.special import (
    digamma,
    erf,
    erfc,
    erfinv,
    i0,
    lgamma,
    logaddexp,
    logaddexp2,
    logit,
    mvlgamma,
    polygamma,
    xlogy,
)
from .ops.statistics import std, std_mean, var, var_mean
from .ops.transposing import (
    adjoint,
    movedim,
    movedim as moveaxis,
    permute,
    t,
    transpose,
    transpose as swapaxes,
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
from .ops.windows import as_strided
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
from .size import Size
from .version import __version__

newaxis = None  # x[mt.newaxis] is x[None]
