"""``mt.fft``: discrete Fourier transforms, in PyTorch's place. They are in ops/fourier.py."""

from .checking import checked_all as _checked_all
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
from .out import OF_FFT as _OF_FFT, with_out_all as _with_out_all

globals().update(_with_out_all(globals(), _OF_FFT, "fft_"))
globals().update(_checked_all(globals(), "fft_"))
