"""Random numbers: PyTorch's own streams, bit for bit.

**One source.** Every random number begins as an output of the Mersenne Twister MT19937 (Matsumoto
and Nishimura, 1998), a *word* of 32 random bits. A seed fixes the sequence of words, and NumPy
carries the very same generator. What makes ``manual_seed(0)`` give PyTorch's numbers is to turn the
words into numbers in the same way, and to use up as many of them. One word w, or two words w₁ w₂ in
the order drawn, become:

=================  =============================================================================
float32 in [0, 1)  u = (the lower 24 bits of w) · 2⁻²⁴, as a float32 holds 24 bits
float64 in [0, 1)  u = (the lower 53 bits of w₁·2³² + w₂) · 2⁻⁵³
`uniform`          ``low + (high − low)·u``, rounded once; float16 is made in float32, then rounded
`randint`          ``low + w mod (high − low)``; from a range of 2²⁸ on, ``w₁·2³² + w₂`` for w
`randperm`         Fisher and Yates: for i = 0, 1, …, the numbers at i and ``i + w mod (n − i)``
                   change places
`normal`           fewer than 16: Box and Muller in float64, two normals from two u; the first is
                   the answer, the second waits for the next call. From 16 on: Box and Muller in
                   blocks of 16 (eight u₁, eight u₂, in the tensor's dtype); if n is no multiple of
                   16, the last 16 numbers are made once more, from 16 fresh u
`bernoulli`        u < p, with a float64 u for a number p (so does dropout); for a tensor of
                   probabilities u is float64 if they are, else float32
the others         a function of one float64 u, or of one normal, or of as many as it takes
=================  =============================================================================

So a float32 takes one word and a float64 two, and one seed gives different numbers in the two.

**On a GPU** the words are those of PyTorch's generator there. They become uniform, normal numbers
and those of `randint` as they do there (philox.py), and all others as here.

All functions take a `Generator` first and return NumPy (CuPy) arrays. The tensor functions of the
same names are made of them.
"""

from .common import memory_order
from .continuous import cauchy, exponential, geometric, log_normal, normal, normal_like, uniform
from .discrete import bernoulli, multinomial, randint, random_, randperm
from .generator import (
    Generator,
    default_for,
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
    set_states,
    states,
)
from .rejection import binomial, dirichlet, poisson, standard_gamma

__all__ = [
    "Generator", "default_generator", "default_for", "manual_seed", "initial_seed", "seed",
    "get_rng_state", "set_rng_state", "fork_rng", "set_states", "states",
    "uniform", "normal", "normal_like", "exponential", "cauchy", "log_normal", "geometric",
    "bernoulli", "randint", "random_", "randperm", "multinomial",
    "poisson", "binomial", "standard_gamma", "dirichlet", "memory_order",
]  # fmt: skip
