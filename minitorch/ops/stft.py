"""The short-time Fourier transform: the spectrum of a signal, window after window."""

from __future__ import annotations

from typing import Any

from .. import backend, dtypes
from ..autograd.operation import wrap as constant
from ..user_warnings import warn
from . import fourier
from .complexes import view_as_real
from .padding import pad

NO_WINDOW = "A window was not provided. A rectangular window will be applied{}"
LEAKAGE = (
    ",which is known to cause spectral leakage. Other windows such as torch.hann_window or "
    "torch.hamming_window are recommended to reduce spectral leakage.To suppress this warning and "
    "use a rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`."
)
LOSSY = (
    ".Please provide the same window used by stft to make the inversion lossless.To suppress this "
    "warning and use a rectangular window, explicitly set "
    "`window=torch.ones(n_fft, device=<device>)`."
)
BOTH_SIDES = "Cannot have onesided output if window or input is complex"


def stft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Any:
    """The spectra of windows of a signal ``(L)`` or ``(B, L)``: ``(B, frequencies, windows)``.

    A window is ``n_fft`` long, of which ``win_length`` in the middle are multiplied by ``window``;
    the next begins ``hop_length`` (``n_fft // 4``) later. With ``center`` the signal is padded, so
    that window t is about place ``t * hop_length``. Of real signals ``onesided`` keeps the
    ``n_fft // 2 + 1`` frequencies that are not negative; ``normalized`` divides by √n_fft.

    >>> import minitorch as mt
    >>> wave = mt.tensor([0.0, 1.0, 0.0, -1.0] * 4)
    >>> spectra = mt.stft(wave, 8, 4, window=mt.ones(8), center=False, return_complex=True)
    >>> spectra.shape, spectra.abs().argmax(0)
    (torch.Size([5, 3]), tensor([2, 2, 2]))
    """
    if center and align_to_window is not None:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    batched = input.dim() > 1
    if center:
        signal = input if batched else input[None]
        if signal._array.ndim == 2:
            signal = signal[None]
        shape = input._array.shape
        input = pad(signal, (n_fft // 2, n_fft // 2), pad_mode).view(*shape[:-1], -1)
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    if window is None:
        warn(NO_WINDOW.format(LEAKAGE))
    is_complex = any(x is not None and x._array.dtype.kind == "c" for x in (input, window))
    if return_complex is None and not is_complex:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further "
            "require that return_complex=True in a future PyTorch release."
        )
    head = (
        f"stft({input.type()}{list(input._array.shape)}, n_fft={n_fft}, hop_length={hop_length}, "
        f"win_length={win_length}, window={shown(window)}, normalized={int(normalized)}, "
        f"onesided={shown(onesided)}, return_complex={shown(return_complex)}, "
        f"align_to_window={shown(align_to_window)}) : expected "
    )
    signal = input if batched else input[None]
    if signal._array.dtype.kind not in "fc":
        raise RuntimeError(head + "a tensor of floating point or complex values")
    if signal._array.ndim != 2:
        raise RuntimeError(head + "a 1D or 2D tensor")
    length = signal._array.shape[-1]
    if align_to_window:
        extra = n_fft - win_length
        signal = pad(signal, (extra // 2, extra - extra // 2))
        length = signal._array.shape[-1]
    if not 0 < n_fft <= length:
        raise RuntimeError(head + f"0 < n_fft < {length}, but got n_fft={n_fft}")
    if hop_length <= 0:
        raise RuntimeError(head + f"hop_length > 0, but got hop_length={hop_length}")
    if not 0 < win_length <= n_fft:
        raise RuntimeError(head + f"0 < win_length <= n_fft, but got win_length={win_length}")
    if window is not None and window._array.shape != (win_length,):
        raise RuntimeError(
            head + f"a 1D window tensor of size equal to win_length={win_length}, but got window "
            f"with size {list(window._array.shape)}"
        )
    frames = signal.unfold(1, n_fft, hop_length)
    if window is not None or win_length < n_fft:
        frames = frames * centred(signal, window, win_length, n_fft)
    onesided = not is_complex if onesided is None else onesided
    if onesided and is_complex:
        raise RuntimeError(BOTH_SIDES)
    norm = "ortho" if normalized else None
    spectra = (fourier.rfft if onesided else fourier.fft)(frames, norm=norm).transpose(1, 2)
    spectra = spectra if batched else spectra.squeeze(0)
    if return_complex is False:
        warn(
            "stft with return_complex=False is deprecated. In a future pytorch release, stft will "
            "return complex tensors for all inputs, and return_complex=False will raise an error.\n"
            "Note: you can still call torch.view_as_real on the complex output to recover the old "
            "return format."
        )
        return view_as_real(spectra)
    return spectra


def istft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Any:
    """The inverse of `stft`: the signal that comes nearest to having these spectra.

    The windows are put over each other, and divided by the sum of the squares of ``window`` there.

    Shapes: (N, frequencies, frames) or without N, complex, to (N, L).

    >>> import minitorch as mt
    >>> x, hann = mt.arange(8.0), mt.hann_window(4)
    >>> mt.istft(mt.stft(x, 4, window=hann, return_complex=True), 4, window=hann).allclose(x)
    True
    """
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    if window is None:
        warn(NO_WINDOW.format(LOSSY))
    array = input._array
    kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
    head = (
        f"istft(CPU{kind}Type{list(array.shape)}, n_fft={n_fft}, hop_length={hop_length}, "
        f"win_length={win_length}, window={shown(window)}, center={int(center)}, "
        f"normalized={int(normalized)}, onesided={shown(onesided)}, length={shown(length)}, "
        f"return_complex={int(return_complex)})"
    )
    if array.dtype.kind != "c":
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with "
            "return_complex=True."
        )
    if not array.size:
        raise RuntimeError(f"{head} : input tensor cannot be empty.")
    if array.ndim not in (2, 3):
        raise RuntimeError(
            f"{head} : expected a tensor with 3 or 4 dimensions, but got {array.ndim + 1}"
        )
    rows, count = array.shape[-2:]
    onesided = rows != n_fft if onesided is None else onesided
    if rows != (n_fft // 2 + 1 if onesided else n_fft):
        wanted = "n_fft / 2 + 1 when onesided=True" if onesided else "n_fft when onesided=False"
        raise RuntimeError(
            f"{head} : expected the frequency dimension (3rd to the last) of the input tensor to "
            f"match {wanted}, but got {rows}"
        )
    if not 0 < hop_length <= win_length:
        raise RuntimeError(f"{head} : expected 0 < hop_length <= win_length")
    if not 0 < win_length <= n_fft:
        raise RuntimeError(f"{head} : expected 0 < win_length <= n_fft")
    if window is not None and window._array.shape != (win_length,):
        raise RuntimeError(
            f"{head} : Invalid window shape. window has to be 1D and length of `win_length`"
        )
    if return_complex and onesided:
        raise RuntimeError(BOTH_SIDES)
    spectra = (input if array.ndim == 3 else input[None]).transpose(1, 2)
    norm = "ortho" if normalized else None
    if return_complex:
        frames = fourier.ifft(spectra, norm=norm)
    else:
        frames = fourier.irfft(spectra[..., : n_fft // 2 + 1], n_fft, norm=norm)
    taper = centred(frames.real, window, win_length, n_fft)
    signal = overlapped(frames * taper, hop_length)
    envelope = overlapped((taper * taper).expand(1, count, n_fft), hop_length)
    start = n_fft // 2 if center else 0
    whole = n_fft + hop_length * (count - 1)
    end = whole - start if length is None else start + length
    signal, envelope = signal[:, start:end], envelope[:, start:end]
    if envelope.abs().min() <= 1e-11:
        raise RuntimeError(f"{head} window overlap add min: 1")
    signal = signal / envelope
    if end > whole:
        warn(
            "The length of signal is shorter than the length parameter. Result is being padded "
            "with zeros in the tail. Please check your center and hop_length settings."
        )
        signal = pad(signal, (0, end - whole))
    return signal if array.ndim == 3 else signal.squeeze(0)


def shown(value: Any) -> str:
    """An optional argument as the errors show it."""
    if value is None:
        return "None"
    if hasattr(value, "_array"):
        return f"{value.type()}{{{list(value._array.shape)}}}"
    return str(int(value))


def centred(like: Any, window: Any, win_length: int, n_fft: int) -> Any:
    """The window (ones if there is none) in the middle of ``n_fft`` places, zeros around it."""
    if window is None:
        window = like.new_ones(win_length)
    before = (n_fft - win_length) // 2
    return pad(window, (before, n_fft - win_length - before)) if win_length < n_fft else window


@backend.at_its_gpu
def overlapped(frames: Any, hop: int) -> Any:
    """The sum of the windows ``(B, T, n)``, each ``hop`` places after the one before."""
    batch, count, n = frames._array.shape
    xp = backend.array_module(frames._array)
    places = (xp.arange(count) * hop)[:, None] + xp.arange(n)
    whole = frames.new_zeros(batch, n + hop * (count - 1))
    return whole.index_add(1, constant(frames, places.reshape(-1)), frames.flatten(1))
