"""Quantized models: static quantization in eager mode, scripted, and in FX mode, traced; dynamic linear layers."""
import torch
from torch import Tensor, nn
from torch.ao import quantization
from torch.ao.nn.quantized import FloatFunctional
from torch.ao.quantization import quantize_fx

from models_vision import BATCH, CLASSES, SIZE_RUNS, SIZES, image
from spec import Model


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, groups=2)
        self.bn2 = nn.BatchNorm2d(width)
        self.add = FloatFunctional()

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu1(self.bn1(self.conv1(x)))
        return self.add.add_relu(self.bn2(self.conv2(y)), x)


class QuantizedResidual(nn.Module):
    """Convolutions with and without an activation, residual sums, concatenation and pooling."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.quant = quantization.QuantStub()
        self.stem = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.stem_bn = nn.BatchNorm2d(width)
        self.stem_relu = nn.ReLU()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.block1 = Residual(width)
        self.block2 = Residual(width)
        self.cat = FloatFunctional()
        self.act = nn.Hardswish()
        self.mix = nn.Conv2d(2 * width, width, 1)
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, CLASSES)
        self.dequant = quantization.DeQuantStub()

    def forward(self, image: Tensor) -> Tensor:
        x = self.pool(self.stem_relu(self.stem_bn(self.stem(self.quant(image)))))
        y = self.block1(x)
        z = self.block2(y)
        x = self.act(self.mix(self.cat.cat([y, z], 1)))
        x = torch.flatten(self.mean(x), 1)
        return self.dequant(self.fc(x))


def eager_mode(model: nn.Module, example: tuple) -> nn.Module:
    residual = [["conv1", "bn1", "relu1"], ["conv2", "bn2"]]
    for block in (model.block1, model.block2):
        quantization.fuse_modules(block, residual, inplace=True)
    quantization.fuse_modules(model, [["stem", "stem_bn", "stem_relu"]], inplace=True)
    model.qconfig = quantization.get_default_qconfig("x86")
    quantization.prepare(model, inplace=True)
    model(*example)
    return quantization.convert(model, inplace=True)


class Decoder(nn.Module):
    """Gates, views, resizing and a transposed convolution between quantized ones; the head multiplies floats."""

    def __init__(self, width: int = 12):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.gate = nn.Conv2d(width, width, 1)
        self.up = nn.ConvTranspose2d(width, width, 2, stride=2)
        self.out = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.LayerNorm(width)
        self.weight = nn.Parameter(torch.randn(2, width) / 2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        x = x * torch.sigmoid(self.gate(x.mean([2, 3], keepdim=True)))
        x = nn.functional.interpolate(self.up(x), scale_factor=0.75, mode="nearest")
        x = self.out(nn.functional.leaky_relu(x, 0.1)).flatten(2).transpose(1, 2)
        return nn.functional.linear(self.norm(x), self.weight)


def fx_mode(model: nn.Module, example: tuple) -> nn.Module:
    prepared = quantize_fx.prepare_fx(model, quantization.get_default_qconfig_mapping("x86"), example)
    prepared(*example)
    return quantize_fx.convert_fx(prepared)


class Tagger(nn.Module):
    def __init__(self, width: int = 24):
        super().__init__()
        self.embed = nn.Embedding(60, width)
        self.mix = nn.Conv1d(width, width, 3, padding=1)
        self.hidden = nn.Linear(width, 2 * width)
        self.out = nn.Linear(2 * width, CLASSES)

    def forward(self, input_ids: Tensor) -> Tensor:
        x = self.mix(self.embed(input_ids).transpose(1, 2)).transpose(1, 2)
        return self.out(torch.relu(self.hidden(x)))


def dynamic_mode(model: nn.Module, example: tuple) -> nn.Module:
    return quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8)


def tokens(dims):
    return (torch.randint(0, 60, (dims["batch"], dims["length"])),)


IMAGE = [("{arg}", ["batch", 3, "height", "width"])]
LENGTHS = BATCH | {"length": (1, 8, 32)}
LENGTH_RUNS = [{"batch": 1, "length": 1}, {"batch": 2, "length": 8}, {"batch": 5, "length": 31}]

# Some steps of the outputs' scales: how far PyTorch's own engines differ in such models.
MODELS = [
    Model("quantized_residual", QuantizedResidual, "script", IMAGE, SIZES, SIZE_RUNS, image, eager_mode, 0.1),
    Model("quantized_decoder", Decoder, "trace", IMAGE, SIZES, SIZE_RUNS, image, fx_mode, 0.3),
    Model("quantized_tagger", Tagger, "script", [("{arg}", ["batch", "length"])], LENGTHS, LENGTH_RUNS, tokens, dynamic_mode),
]
