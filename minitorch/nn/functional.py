"""``mt.nn.functional``: nothing is defined here, the functions are in `minitorch.ops`."""

from ..checking import checked_all as _checked_all
from ..ops.activation import (
    gelu,
    glu,
    logsigmoid,
    mish,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanhshrink,
)
from ..ops.attention import scaled_dot_product_attention
from ..ops.bilinear import bilinear
from ..ops.binary_cross_entropy import binary_cross_entropy, binary_cross_entropy_with_logits
from ..ops.classification import cross_entropy, linear_cross_entropy, nll_loss
from ..ops.conv import (
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from ..ops.ctc import ctc_loss
from ..ops.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from ..ops.embedding import embedding, one_hot
from ..ops.embedding_bag import embedding_bag
from ..ops.folding import fold, unfold
from ..ops.grid_sampling import affine_grid, grid_sample
from ..ops.gumbel import gumbel_softmax
from ..ops.interpolation import interpolate, upsample, upsample_bilinear, upsample_nearest
from ..ops.layer_norm import (
    functional_group_norm as group_norm,
    functional_layer_norm as layer_norm,
    rms_norm,
)
from ..ops.likelihood import gaussian_nll_loss, poisson_nll_loss
from ..ops.linear import linear
from ..ops.loss import huber_loss, kl_div, l1_loss, mse_loss, smooth_l1_loss
from ..ops.lp_pool import lp_pool1d, lp_pool2d, lp_pool3d
from ..ops.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ..ops.multihead import multi_head_attention_forward
from ..ops.normalization import (
    functional_batch_norm as batch_norm,
    functional_instance_norm as instance_norm,
)
from ..ops.padding import pad
from ..ops.pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from ..ops.rectifiers import (
    celu,
    celu_,
    elu,
    elu_,
    leaky_relu,
    leaky_relu_,
    prelu,
    relu,
    relu_,
    rrelu,
    rrelu_,
    selu,
    selu_,
)
from ..ops.response_norm import local_response_norm, normalize
from ..ops.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from ..ops.similarity import cosine_similarity, pairwise_distance, pdist
from ..ops.softmax import (
    functional_log_softmax as log_softmax,
    functional_softmax as softmax,
    functional_softmin as softmin,
)
from ..ops.thresholds import (
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    hardtanh_,
    relu6,
    softshrink,
    threshold,
    threshold_,
)
from ..ops.trigonometry import tanh
from ..ops.unpooling import (
    fractional_max_pool2d,
    fractional_max_pool3d,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)

_IN_C = """
adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d conv2d
conv3d conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu hardshrink
hardtanh_ leaky_relu_ one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_
rrelu_ scaled_dot_product_attention selu_ softplus softshrink threshold_
""".split()  # in PyTorch; the others say other things of wrong arguments
globals().update(_checked_all({name: globals()[name] for name in _IN_C}))
globals().update(_checked_all(globals(), "F."))
