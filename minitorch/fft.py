"""``mt.fft``: discrete Fourier transforms, in PyTorch's place. They are in ops/fourier.py."""

from .frequencies import fftfreq, rfftfreq
from .ops.fourier import (
    fft,
    fft2,
    fftn,
    fftshift,
    hfft,
    hfft2,
    hfftn,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    ihfft2,
    ihfftn,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
