"""Images made ready for a model: resized, cut, turned, coloured, and made tensors.

Each transform takes PIL images and tensors ``(…, C, H, W)``, and draws what is random about it from
MiniTorch's generator, in torchvision's order: after the same `mt.manual_seed`, the same images.
"""

from . import functional
from .augmentation import RandAugment, TrivialAugmentWide
from .blur import GaussianBlur
from .color import ColorJitter, Grayscale, RandomGrayscale
from .combine import Compose, Lambda, RandomApply, RandomChoice, RandomOrder
from .conversion import ConvertImageDtype, Normalize, PILToTensor, ToPILImage, ToTensor
from .crops import RandomCrop, RandomResizedCrop
from .erasing import RandomErasing
from .flips import RandomHorizontalFlip, RandomVerticalFlip
from .geometry import RandomAffine, RandomRotation
from .images import InterpolationMode
from .perspective import RandomPerspective
from .sizes import CenterCrop, FiveCrop, Pad, Resize, TenCrop
from .tones import (
    RandomAdjustSharpness,
    RandomAutocontrast,
    RandomEqualize,
    RandomInvert,
    RandomPosterize,
    RandomSolarize,
)
