"""Traced vision models: torchvision's own classes at reduced width and depth."""
from functools import partial

import torch
from torch import nn
from torchvision import models
from torchvision.models import efficientnet, mobilenetv3
from torchvision.models.segmentation import deeplabv3

from spec import Model

CLASSES = 10


class NarrowResNet(models.ResNet):
    """ResNet-18 with a quarter of the channels behind the stem."""

    def __init__(self):
        super().__init__(models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=CLASSES)
        self.fc = nn.Linear(128, CLASSES)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        return super()._make_layer(block, planes // 4, blocks, stride, dilate)


def mobilenet_v3_small():
    return models.mobilenet_v3_small(width_mult=0.25, num_classes=CLASSES)


def efficientnet_b0():
    blocks, last_channel = efficientnet._efficientnet_conf("efficientnet_b0", width_mult=0.3, depth_mult=0.6)
    return models.EfficientNet(blocks, dropout=0.2, last_channel=160, num_classes=CLASSES)


def convnext():
    block = models.convnext.CNBlockConfig
    return models.ConvNeXt([block(16, 32, 2), block(32, 64, 2), block(64, None, 2)], num_classes=CLASSES)


def vit():
    return models.VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=64, mlp_dim=128, num_classes=CLASSES
    )


def swin():
    return models.SwinTransformer(
        patch_size=[4, 4], embed_dim=24, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4], num_classes=CLASSES
    )


def deeplab_v3():
    """DeepLabV3 on a dilated MobileNetV3; atrous rates small enough that all taps see small images."""
    blocks, last_channel = mobilenetv3._mobilenet_v3_conf("mobilenet_v3_small", width_mult=0.5, dilated=True)
    features = models.MobileNetV3(blocks, last_channel, num_classes=CLASSES).features
    backbone = models._utils.IntermediateLayerGetter(features, {str(len(features) - 1): "out"})
    head = nn.Sequential(
        deeplabv3.ASPP(features[-1].out_channels, [2, 4, 6], out_channels=24),
        nn.Conv2d(24, 24, 3, padding=1, bias=False),
        nn.BatchNorm2d(24),
        nn.ReLU(),
        nn.Conv2d(24, 4, 1),
    )
    return deeplabv3.DeepLabV3(backbone, head)


def image(dims: dict[str, int], height: int | None = None, width: int | None = None) -> tuple[torch.Tensor]:
    return (torch.randn(dims["batch"], 3, height or dims["height"], width or dims["width"]),)


BATCH = {"batch": (1, 2, 8)}
SIZES = BATCH | {"height": (32, 64, 128), "width": (32, 64, 128)}
SIZE_RUNS = [
    {"batch": 1, "height": 32, "width": 32},
    {"batch": 2, "height": 64, "width": 64},
    {"batch": 3, "height": 128, "width": 96},
    {"batch": 1, "height": 75, "width": 101},
]
BATCH_RUNS = [{"batch": 1}, {"batch": 2}, {"batch": 8}, {"batch": 5}]

sized = partial(
    Model, form="trace", inputs=[("{arg}", ["batch", 3, "height", "width"])], dims=SIZES, runs=SIZE_RUNS, make=image
)


def fixed(name, build, size):
    make = partial(image, height=size, width=size)
    return Model(name, build, "trace", [("{arg}", ["batch", 3, size, size])], BATCH, BATCH_RUNS, make)


MODELS = [
    sized("resnet18", NarrowResNet),
    sized("mobilenet_v3_small", mobilenet_v3_small),
    sized("efficientnet_b0", efficientnet_b0),
    sized("convnext", convnext),
    fixed("vit", vit, 32),
    fixed("swin", swin, 64),
    sized("deeplab_v3", deeplab_v3),
]
