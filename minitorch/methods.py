"""The methods of a tensor that are functions as well, one line each.

`Tensor` (tensor.py) inherits this list. A method is found here, its function in the file of `ops`
that its line names: ``x.exp()`` is ``exp = pointwise.exp``, the function that is also `mt.exp`.
"""

from __future__ import annotations

from . import creation, inspection, sampling, storage as storage_, tensor_types
from .autograd.graph import TensorBase
from .autograd.views import in_place
from .checking import checked_methods
from .ops import (
    activation,
    arithmetic,
    bessel,
    bitwise,
    comparison,
    complexes,
    conversion,
    coordinates,
    correlation,
    cumulative,
    determinants,
    differences,
    division,
    drawing,
    einsum,
    expanding,
    extremes,
    factoring,
    floats,
    gamma,
    gathering,
    histograms,
    indexing,
    joining,
    limits,
    lu as lu_,
    masked,
    matmul as matmul_,
    matmul_add,
    matrices,
    matrix_norms,
    memory_views,
    norms,
    overwriting,
    pinning,
    pointwise,
    powers,
    products,
    pseudoinverse,
    quantiles,
    ranking,
    rearranging,
    rectifiers,
    reduction,
    reflections,
    resizing,
    scatter_reduction,
    scattering,
    selection,
    shape as shape_,
    signs,
    slicing,
    softmax as softmax_,
    solving,
    sorting,
    special,
    spectra,
    splitting,
    statistics,
    stft as stft_,
    thresholds,
    transposing,
    trigonometry,
)
from .ops.operands import operator, reflected
from .placement import placed


class Methods(TensorBase):
    """The operations of a tensor, by family."""

    __slots__ = ()

    # Making tensors like this one (creation.py, tensor_types.py) ----------------------------------

    new = tensor_types.new
    new_zeros = placed(creation.new_zeros)
    new_ones = placed(creation.new_ones)
    new_empty = placed(creation.new_empty)
    new_full = placed(creation.new_full)
    new_tensor = creation.new_tensor
    new_empty_strided = placed(creation.new_empty_strided)

    # Questions (inspection.py) --------------------------------------------------------------------

    is_nonzero = inspection.is_nonzero
    is_signed = inspection.is_signed
    is_same_size = inspection.is_same_size
    get_device = inspection.get_device

    # Sparse and dense -----------------------------------------------------------------------------

    to_sparse = to_sparse_coo = coordinates.to_sparse
    to_dense = coordinates.to_dense
    sparse_dim = coordinates.sparse_dim
    dense_dim = coordinates.dense_dim
    coalesce = coordinates.coalesce
    is_coalesced = coordinates.is_coalesced
    indices = coordinates.indices
    values = coordinates.values

    # Arithmetic -----------------------------------------------------------------------------------

    add = arithmetic.add
    sub = subtract = arithmetic.sub
    mul = multiply = arithmetic.mul
    div = divide = true_divide = division.div
    neg, negative = arithmetic.neg, arithmetic.negative
    positive = arithmetic.positive
    addcmul = arithmetic.addcmul
    addcdiv = arithmetic.addcdiv
    lerp = arithmetic.lerp
    floor_divide = division.floor_divide
    remainder = division.remainder
    fmod = division.fmod
    gcd = division.gcd
    lcm = division.lcm
    pow = powers.pow
    square = powers.square
    ldexp = powers.ldexp
    float_power = powers.float_power
    add_ = in_place(add)
    sub_ = subtract_ = in_place(sub)
    mul_ = multiply_ = in_place(mul)
    div_ = divide_ = true_divide_ = in_place(div)
    neg_, negative_ = in_place(neg), in_place(negative)
    addcmul_ = in_place(addcmul)
    addcdiv_ = in_place(addcdiv)
    lerp_ = in_place(lerp)
    floor_divide_ = in_place(floor_divide)
    remainder_ = in_place(remainder)
    fmod_ = in_place(fmod)
    gcd_ = in_place(gcd)
    lcm_ = in_place(lcm)
    pow_ = in_place(pow)
    square_ = in_place(square)
    ldexp_ = in_place(ldexp)
    float_power_ = powers.float_power_
    __add__ = __radd__ = operator(arithmetic.Add.apply)
    __sub__ = operator(arithmetic.Sub.apply)
    __rsub__ = operator(arithmetic.rsub)
    __mul__ = __rmul__ = operator(arithmetic.Mul.apply)
    __truediv__ = operator(arithmetic.Div.apply)
    __rtruediv__ = operator(division.rdiv)
    __floordiv__ = operator(division.floor_divide)
    __rfloordiv__ = reflected(division.FloorDivide.apply)
    __mod__ = operator(division.remainder)
    __rmod__ = reflected(division.Remainder.apply)
    __pow__ = operator(powers.pow)
    __rpow__ = reflected(powers.pow)
    __neg__ = arithmetic.neg
    __pos__ = arithmetic.positive
    __iadd__ = operator(add_)
    __isub__ = operator(sub_)
    __imul__ = operator(mul_)
    __itruediv__ = operator(div_)
    __ifloordiv__ = operator(floor_divide_)
    __imod__ = operator(remainder_)
    __ipow__ = operator(pow_)

    # Comparison, logic, bits ----------------------------------------------------------------------

    eq = comparison.eq
    ne = not_equal = comparison.ne
    lt = less = comparison.lt
    le = less_equal = comparison.le
    gt = greater = comparison.gt
    ge = greater_equal = comparison.ge
    logical_and = comparison.logical_and
    logical_or = comparison.logical_or
    logical_xor = comparison.logical_xor
    logical_not = comparison.logical_not
    isnan = comparison.isnan
    isinf = comparison.isinf
    isfinite = comparison.isfinite
    isposinf = comparison.isposinf
    isneginf = comparison.isneginf
    isreal = comparison.isreal
    signbit = comparison.signbit
    isclose = comparison.isclose
    allclose = comparison.allclose
    equal = comparison.equal
    bitwise_and = bitwise.bitwise_and
    bitwise_or = bitwise.bitwise_or
    bitwise_xor = bitwise.bitwise_xor
    bitwise_not = bitwise.bitwise_not
    bitwise_left_shift = bitwise.bitwise_left_shift
    bitwise_right_shift = bitwise.bitwise_right_shift
    eq_ = in_place(eq)
    ne_ = not_equal_ = in_place(ne)
    lt_ = less_ = in_place(lt)
    le_ = less_equal_ = in_place(le)
    gt_ = greater_ = in_place(gt)
    ge_ = greater_equal_ = in_place(ge)
    logical_and_ = in_place(logical_and)
    logical_or_ = in_place(logical_or)
    logical_xor_ = in_place(logical_xor)
    logical_not_ = in_place(logical_not)
    bitwise_and_ = in_place(bitwise_and)
    bitwise_or_ = in_place(bitwise_or)
    bitwise_xor_ = in_place(bitwise_xor)
    bitwise_not_ = in_place(bitwise_not)
    bitwise_left_shift_ = in_place(bitwise_left_shift)
    bitwise_right_shift_ = in_place(bitwise_right_shift)
    __eq__ = comparison.equals
    __ne__ = operator(comparison.Ne.apply)
    __lt__ = operator(comparison.Lt.apply)
    __le__ = operator(comparison.Le.apply)
    __gt__ = operator(comparison.Gt.apply)
    __ge__ = operator(comparison.Ge.apply)
    __and__ = __rand__ = operator(bitwise.bitwise_and)
    __or__ = __ror__ = operator(bitwise.bitwise_or)
    __xor__ = __rxor__ = operator(bitwise.bitwise_xor)
    __lshift__ = operator(bitwise.bitwise_left_shift)
    __rlshift__ = reflected(bitwise.bitwise_left_shift)
    __rshift__ = operator(bitwise.bitwise_right_shift)
    __rrshift__ = reflected(bitwise.bitwise_right_shift)
    __invert__ = bitwise.invert
    __iand__ = operator(bitwise_and_)
    __ior__ = operator(bitwise_or_)
    __ixor__ = operator(bitwise_xor_)
    __ilshift__ = operator(bitwise_left_shift_)
    __irshift__ = operator(bitwise_right_shift_)

    # Functions of single elements -----------------------------------------------------------------

    exp = pointwise.exp
    exp2 = pointwise.exp2
    expm1 = pointwise.expm1
    log = pointwise.log
    log2 = pointwise.log2
    log10 = pointwise.log10
    log1p = pointwise.log1p
    sqrt = pointwise.sqrt
    rsqrt = pointwise.rsqrt
    reciprocal = pointwise.reciprocal
    sign = signs.sign
    floor = pointwise.floor
    ceil = pointwise.ceil
    round = pointwise.round
    frac = pointwise.frac
    trunc, fix = pointwise.trunc, pointwise.fix
    nan_to_num = pointwise.nan_to_num
    copysign = signs.copysign
    heaviside = signs.heaviside
    sin = trigonometry.sin
    cos = trigonometry.cos
    tan = trigonometry.tan
    sinh = trigonometry.sinh
    cosh = trigonometry.cosh
    tanh = trigonometry.tanh
    sinc = trigonometry.sinc
    deg2rad = trigonometry.deg2rad
    rad2deg = trigonometry.rad2deg
    asin, arcsin = trigonometry.asin, trigonometry.arcsin
    acos, arccos = trigonometry.acos, trigonometry.arccos
    atan, arctan = trigonometry.atan, trigonometry.arctan
    asinh, arcsinh = trigonometry.asinh, trigonometry.arcsinh
    acosh, arccosh = trigonometry.acosh, trigonometry.arccosh
    atanh, arctanh = trigonometry.atanh, trigonometry.arctanh
    atan2, arctan2 = trigonometry.atan2, trigonometry.arctan2
    hypot = trigonometry.hypot
    erf = special.erf
    erfc = special.erfc
    erfinv = special.erfinv
    lgamma = gamma.lgamma
    digamma = gamma.digamma
    igamma = gamma.igamma
    igammac = gamma.igammac
    i0 = bessel.i0
    mvlgamma = gamma.mvlgamma
    logit = special.logit
    xlogy = special.xlogy
    polygamma = gamma.polygamma_of
    logaddexp = special.logaddexp
    logaddexp2 = special.logaddexp2
    maximum = limits.maximum
    minimum = limits.minimum
    fmax = limits.fmax
    fmin = limits.fmin
    clamp_min = limits.clamp_min
    clamp_max = limits.clamp_max
    clamp = clip = limits.clamp
    exp_ = in_place(exp)
    exp2_ = in_place(exp2)
    expm1_ = in_place(expm1)
    log_ = in_place(log)
    log2_ = in_place(log2)
    log10_ = in_place(log10)
    log1p_ = in_place(log1p)
    sqrt_ = in_place(sqrt)
    rsqrt_ = in_place(rsqrt)
    reciprocal_ = in_place(reciprocal)
    sign_ = in_place(sign)
    floor_ = in_place(floor)
    ceil_ = in_place(ceil)
    round_ = in_place(round)
    frac_ = in_place(frac)
    trunc_, fix_ = in_place(trunc), in_place(fix)
    nan_to_num_ = in_place(nan_to_num)
    copysign_ = in_place(copysign)
    heaviside_ = in_place(heaviside)
    sin_ = in_place(sin)
    cos_ = in_place(cos)
    tan_ = in_place(tan)
    sinh_ = in_place(sinh)
    cosh_ = in_place(cosh)
    tanh_ = in_place(tanh)
    sinc_ = in_place(sinc)
    deg2rad_ = in_place(deg2rad)
    rad2deg_ = in_place(rad2deg)
    asin_, arcsin_ = in_place(asin), in_place(arcsin)
    acos_, arccos_ = in_place(acos), in_place(arccos)
    atan_, arctan_ = in_place(atan), in_place(arctan)
    asinh_, arcsinh_ = in_place(asinh), in_place(arcsinh)
    acosh_, arccosh_ = in_place(acosh), in_place(arccosh)
    atanh_, arctanh_ = in_place(atanh), in_place(arctanh)
    atan2_, arctan2_ = in_place(atan2), in_place(arctan2)
    hypot_ = in_place(hypot)
    frexp = floats.frexp
    nextafter = floats.nextafter
    nextafter_ = in_place(nextafter)
    erf_ = in_place(erf)
    erfc_ = in_place(erfc)
    erfinv_ = in_place(erfinv)
    lgamma_ = in_place(lgamma)
    digamma_ = in_place(digamma)
    igamma_ = in_place(igamma)
    igammac_ = in_place(igammac)
    i0_ = in_place(i0)
    mvlgamma_ = in_place(mvlgamma)
    logit_ = in_place(logit)
    xlogy_ = in_place(xlogy)
    polygamma_ = in_place(polygamma)
    clamp_min_ = in_place(clamp_min)
    clamp_max_ = in_place(clamp_max)
    clamp_ = clip_ = in_place(clamp)

    # Complex numbers ------------------------------------------------------------------------------

    abs, absolute = complexes.abs, complexes.absolute
    sgn = complexes.sgn
    angle = complexes.angle
    conj = complexes.conj_
    resolve_conj = complexes.resolve_conj
    resolve_neg = complexes.resolve_neg
    conj_physical = complexes.conj_physical
    abs_ = absolute_ = complexes.abs_
    sgn_ = in_place(sgn)
    conj_physical_ = in_place(conj_physical)
    real = property(complexes.real, complexes.set_real)
    imag = property(complexes.imag, complexes.set_imag)
    __abs__ = complexes.abs

    # Activation functions -------------------------------------------------------------------------

    sigmoid = activation.sigmoid
    relu = rectifiers.plain_relu
    prelu = rectifiers.prelu
    hardshrink = thresholds.hardshrink
    softmax = softmax_.softmax
    log_softmax = softmax_.log_softmax
    sigmoid_ = in_place(sigmoid)
    relu_ = rectifiers.relu_

    # Reductions -----------------------------------------------------------------------------------

    sum = reduction.sum
    sum_to_size = reduction.sum_to_size
    nansum = reduction.nansum
    mean = reduction.mean
    nanmean = reduction.nanmean
    prod = reduction.prod
    all = reduction.all
    any = reduction.any
    count_nonzero = reduction.count_nonzero
    logsumexp = reduction.logsumexp
    max = extremes.max
    min = extremes.min
    amax = extremes.amax
    amin = extremes.amin
    aminmax = extremes.aminmax
    argmax = extremes.argmax
    argmin = extremes.argmin
    var = statistics.var
    std = statistics.std
    cov = correlation.cov
    corrcoef = correlation.corrcoef
    quantile = quantiles.quantile
    nanquantile = quantiles.nanquantile
    renorm = norms.renorm
    renorm_ = in_place(renorm)
    norm = matrix_norms.norm
    dist = norms.dist

    # Matrix products ------------------------------------------------------------------------------

    matmul = matmul_.matmul
    mm = matmul_.mm
    bmm = matmul_.bmm
    mv = matmul_.mv
    dot = matmul_.dot
    vdot = matmul_.vdot
    inner = einsum.inner
    addmm = matmul_add.addmm
    addmv = matmul_add.addmv
    addr = matmul_add.addr
    addbmm = matmul_add.addbmm
    baddbmm = matmul_add.baddbmm
    addmm_ = in_place(addmm)
    addmv_ = in_place(addmv)
    addr_ = in_place(addr)
    addbmm_ = in_place(addbmm)
    baddbmm_ = in_place(baddbmm)
    outer = ger = products.outer
    kron = products.kron
    trace = products.trace
    cross = products.cross
    __matmul__ = matmul_.operator
    __rmatmul__ = matmul_.reflected

    # Matrices, signals ----------------------------------------------------------------------------

    det = determinants.det
    slogdet = determinants.plain_slogdet
    logdet = determinants.logdet
    inverse = solving.inv
    pinverse = pseudoinverse.pinverse
    matrix_power = matrices.matrix_power
    matrix_exp = matrices.matrix_exp
    cholesky = factoring.plain_cholesky
    cholesky_solve = solving.cholesky_solve
    cholesky_inverse = solving.cholesky_inverse
    triangular_solve = solving.triangular_solve
    qr = factoring.plain_qr
    lu = lu_.plain_lu
    lu_solve = lu_.plain_lu_solve
    svd = spectra.plain_svd
    geqrf = reflections.geqrf
    orgqr = reflections.orgqr
    ormqr = reflections.ormqr
    stft = stft_.stft
    istft = stft_.istft

    # Running sums, order, counts ------------------------------------------------------------------

    cumsum = cumulative.cumsum
    cumprod = cumulative.cumprod
    cummax = cumulative.cummax
    cummin = cumulative.cummin
    logcumsumexp = cumulative.logcumsumexp
    cumsum_ = in_place(cumsum)
    cumprod_ = in_place(cumprod)
    sort = ranking.sort
    argsort = ranking.argsort
    msort = ranking.msort
    topk = ranking.topk
    kthvalue = ranking.kthvalue
    median = ranking.median
    nanmedian = ranking.nanmedian
    mode = ranking.mode
    unique = sorting.unique
    unique_consecutive = sorting.unique_consecutive
    histc = sorting.histc
    histogram = histograms.histogram
    diff = differences.diff
    bincount = sorting.bincount

    # Conversion and overwriting -------------------------------------------------------------------

    clone = conversion.clone
    contiguous = conversion.contiguous
    to = conversion.to
    cpu = conversion.cpu
    cuda = conversion.cuda
    pin_memory = pinning.pin_memory
    is_pinned = pinning.is_pinned
    type = conversion.type_
    type_as = conversion.type_as
    bool = conversion.bool_
    byte = conversion.byte
    char = conversion.char
    short = conversion.short
    int = conversion.int_
    long = conversion.long
    half = conversion.half
    bfloat16 = conversion.bfloat16
    float = conversion.float_
    double = conversion.double
    cfloat = conversion.cfloat
    cdouble = conversion.cdouble
    fill_ = overwriting.fill_
    zero_ = overwriting.zero_
    copy_ = overwriting.copy_
    resize_ = resizing.resize_
    resize_as_ = resizing.resize_as_
    set_ = resizing.set_

    # Shape and memory -----------------------------------------------------------------------------

    view = shape_.view
    view_as = shape_.view_as
    reshape = shape_.reshape_method
    reshape_as = shape_.reshape_as
    flatten = shape_.flatten
    ravel = shape_.ravel
    unflatten = shape_.unflatten
    unsqueeze = shape_.unsqueeze
    unsqueeze_ = resizing.unsqueeze_
    squeeze = shape_.squeeze
    squeeze_ = resizing.squeeze_
    transpose = swapdims = transposing.transpose
    swapaxes = transposing.swapaxes
    transpose_ = swapaxes_ = swapdims_ = resizing.transpose_
    t = transposing.t
    t_ = resizing.t_
    T = property(transposing.transposed)
    mT = property(transposing.matrix_transposed)
    H = property(transposing.hermitian)
    mH = property(transposing.matrix_adjoint)
    adjoint = transposing.adjoint
    permute = transposing.permute_method
    movedim = moveaxis = transposing.movedim
    expand = expanding.expand
    expand_as = expanding.expand_as
    broadcast_to = expanding.expand
    repeat = expanding.repeat
    tile = expanding.tile_method
    select = slicing.select
    narrow = slicing.narrow
    narrow_copy = slicing.narrow_copy
    split = splitting.split_method
    split_with_sizes = splitting.split_with_sizes
    chunk = splitting.chunk
    unbind = splitting.unbind
    tensor_split = splitting.tensor_split
    hsplit = splitting.hsplit
    vsplit = splitting.vsplit
    dsplit = splitting.dsplit
    diagonal = slicing.diagonal
    select_scatter = slicing.select_scatter
    slice_scatter = slicing.slice_scatter
    diagonal_scatter = slicing.diagonal_scatter
    _stack = staticmethod(joining.stack)  # for autograd/batched.py, which stands below
    unfold = memory_views.unfold
    as_strided = memory_views.as_strided
    as_strided_scatter = memory_views.as_strided_scatter
    as_strided_ = resizing.as_strided_
    storage_offset = memory_views.storage_offset
    storage = storage_.storage
    untyped_storage = storage_.untyped_storage
    repeat_interleave = expanding.repeat_interleave
    flip = rearranging.flip_method
    fliplr = rearranging.fliplr
    flipud = rearranging.flipud
    roll = rearranging.roll
    rot90 = rearranging.rot90
    tril = rearranging.tril
    tril_ = in_place(tril)
    triu = rearranging.triu
    triu_ = in_place(triu)
    fill_diagonal_ = rearranging.fill_diagonal_
    diag = rearranging.diag
    diag_embed = rearranging.diag_embed
    diagflat = rearranging.diagflat

    # Indexing -------------------------------------------------------------------------------------

    __getitem__ = indexing.getitem
    __setitem__ = indexing.setitem
    index_put = indexing.index_put
    index_put_ = indexing.index_put_
    gather = gathering.gather
    scatter = scattering.scatter
    scatter_ = scattering.scatter_
    scatter_add = scattering.scatter_add
    scatter_add_ = scattering.scatter_add_
    scatter_reduce = scatter_reduction.scatter_reduce
    scatter_reduce_ = scatter_reduction.scatter_reduce_
    take_along_dim = gathering.take_along_dim
    index_select = selection.index_select
    index_add = selection.index_add
    index_add_ = selection.index_add_
    index_reduce = scatter_reduction.index_reduce
    index_reduce_ = scatter_reduction.index_reduce_
    index_copy = selection.index_copy
    index_copy_ = selection.index_copy_
    index_fill = selection.index_fill
    index_fill_ = selection.index_fill_
    take = selection.take
    put = selection.put
    put_ = selection.put_
    where = masked.where_method
    masked_fill = masked.masked_fill
    masked_fill_ = masked.masked_fill_
    masked_select = masked.masked_select
    masked_scatter = masked.masked_scatter
    masked_scatter_ = masked.masked_scatter_
    nonzero = masked.nonzero
    nonzero_static = masked.nonzero_static
    argwhere = masked.argwhere

    # Random numbers (ops/drawing.py, sampling.py) -------------------------------------------------

    uniform_ = drawing.uniform_
    normal_ = drawing.normal_
    exponential_ = drawing.exponential_
    cauchy_ = drawing.cauchy_
    log_normal_ = drawing.log_normal_
    geometric_ = drawing.geometric_
    random_ = drawing.random_
    bernoulli_ = drawing.bernoulli_
    bernoulli = sampling.bernoulli
    multinomial = sampling.multinomial


checked_methods(Methods)
