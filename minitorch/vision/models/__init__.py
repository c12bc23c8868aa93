"""Networks for images, with torchvision's names for all of their parameters.

So a state dict that PyTorch saved loads here: ``model.load_state_dict(mt.load("resnet18.pth"))``.
"""

from .alexnet import AlexNet, alexnet
from .lenet import LeNet, lenet
from .mobilenetv2 import MobileNetV2, mobilenet_v2
from .resnet import ResNet, resnet18, resnet34, resnet50, resnet101, resnet152
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn
