"""Scripted models, written here: each reads sizes at run time in its own way."""
from typing import List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import models_text
from models_text import PADDING, VOCABULARY, sentences
from models_vision import BATCH, BATCH_RUNS, SIZES, image
from spec import Model


class DoubleConv(nn.Module):
    def __init__(self, fan_in: int, fan_out: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(fan_in, fan_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(fan_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(fan_out, fan_out, 3, padding=1),
            nn.GroupNorm(4, fan_out),
            nn.SiLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class UNet(nn.Module):
    """Interpolates each decoder level to the extents of its skip path, so any height and width will do."""

    def __init__(self, width: int = 12, levels: int = 3):
        super().__init__()
        widths = [width * 2**level for level in range(levels + 1)]
        self.stem = DoubleConv(3, width)
        self.down = nn.ModuleList([DoubleConv(a, b) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([DoubleConv(a + b, a) for a, b in zip(widths, widths[1:])][::-1])
        self.head = nn.Conv2d(width, 2, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(image)
        skips: List[Tensor] = []
        for down in self.down:
            skips.append(x)
            x = down(F.max_pool2d(x, 2, ceil_mode=True))
        for up in self.up:
            skip = skips.pop()
            x = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
            x = up(torch.cat([skip, x], dim=1))
        return self.head(x)


def perceptron(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))


class MixerBlock(nn.Module):
    """Mixes the tokens of each window, then the channels of each token. The token count is a multiple of the window."""

    def __init__(self, width: int, window: int):
        super().__init__()
        self.window = window
        self.before_tokens = nn.LayerNorm(width)
        self.tokens = perceptron(window, 16)
        self.before_channels = nn.LayerNorm(width)
        self.channels = perceptron(width, 2 * width)

    def forward(self, x: Tensor) -> Tensor:
        windows = self.before_tokens(x).unflatten(1, [x.size(1) // self.window, self.window])
        x = x + self.tokens(windows.transpose(2, 3)).transpose(2, 3).flatten(1, 2)
        return x + self.channels(self.before_channels(x))


class WindowMixer(nn.Module):
    """An MLP mixer over windows of tokens: the token count is the image's, padded up to whole windows."""

    def __init__(self, width: int = 48, window: int = 4, depth: int = 2):
        super().__init__()
        self.window = window
        self.patches = nn.Conv2d(3, width, 4, stride=4)
        self.blocks = nn.ModuleList([MixerBlock(width, window) for _ in range(depth)])
        self.head = nn.Linear(width, 10)

    def forward(self, image: Tensor) -> Tuple[Tensor, Tensor]:
        grid = self.patches(image)
        height, width = grid.size(2), grid.size(3)
        x = grid.flatten(2).transpose(1, 2)
        x = F.pad(x, [0, 0, 0, (self.window - x.size(1) % self.window) % self.window])
        for block in self.blocks:
            x = block(x)
        x = x[:, : height * width]
        return self.head(x.mean(dim=1)), x.transpose(1, 2).unflatten(2, [height, width])


class Vae(nn.Module):
    """Decodes the mean, so that the result is determined by the image."""

    def __init__(self, latent: int = 12):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU()
        )
        self.mean = nn.Linear(32 * 7 * 7, latent)
        self.logvar = nn.Linear(32 * 7 * 7, latent)
        self.expand = nn.Linear(latent, 32 * 7 * 7)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
            nn.LeakyReLU(0.1),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
        )

    def encode(self, image: Tensor) -> Tuple[Tensor, Tensor]:
        features = self.encoder(image).flatten(1)
        return self.mean(features), self.logvar(features).clamp(-8.0, 8.0)

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(self.decoder(F.relu(self.expand(z)).view(z.size(0), 32, 7, 7)))

    def forward(self, image: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        mean, logvar = self.encode(image)
        return self.decode(mean), mean, logvar


class TextCnn(nn.Module):
    """Convolutions of several kernel sizes over masked embeddings, then a fixed number of highway rounds."""

    def __init__(self, width: int = 32, kernels: Tuple[int, ...] = (2, 3, 5), rounds: int = 3):
        super().__init__()
        self.rounds = rounds
        self.padding = PADDING
        self.embedding = nn.Embedding(VOCABULARY, width)
        self.convs = nn.ModuleList([nn.Conv1d(width, 16, kernel, padding=kernel // 2) for kernel in kernels])
        self.gate = nn.Linear(16 * len(kernels), 16 * len(kernels))
        self.change = nn.Linear(16 * len(kernels), 16 * len(kernels))
        self.head = nn.Linear(16 * len(kernels), 4)

    def forward(self, input_ids: Tensor) -> Tensor:
        x = self.embedding(input_ids).masked_fill((input_ids == self.padding).unsqueeze(-1), 0.0).transpose(1, 2)
        pooled: List[Tensor] = []
        for conv in self.convs:
            pooled.append(torch.max(F.relu(conv(x)), dim=2)[0])
        x = torch.cat(pooled, dim=1)
        for _ in range(self.rounds):
            gate = torch.sigmoid(self.gate(x))
            x = gate * torch.tanh(self.change(x)) + (1 - gate) * x
        return self.head(x)


def digits(dims):
    return (torch.rand(dims["batch"], 1, 28, 28),)


PICTURE = [("image", ["batch", 3, "height", "width"])]
UNET_DIMS = SIZES | {"height": (16, 48, 96), "width": (16, 48, 96)}
UNET_RUNS = [
    {"batch": 1, "height": 16, "width": 16},
    {"batch": 2, "height": 48, "width": 48},
    {"batch": 2, "height": 96, "width": 64},
    {"batch": 1, "height": 45, "width": 67},
]
MIXER_DIMS = SIZES | {"height": (4, 32, 64), "width": (4, 32, 64)}
MIXER_RUNS = [
    {"batch": 1, "height": 4, "width": 4},
    {"batch": 2, "height": 32, "width": 32},
    {"batch": 8, "height": 64, "width": 48},
    {"batch": 3, "height": 23, "width": 29},
]
DIGIT = [("image", ["batch", 1, 28, 28])]
TOKENS = [("input_ids", ["batch", "sequence"])]
MODELS = [
    Model("unet", UNet, "script", PICTURE, UNET_DIMS, UNET_RUNS, image),
    Model("mixer", WindowMixer, "script", PICTURE, MIXER_DIMS, MIXER_RUNS, image),
    Model("vae", Vae, "script", DIGIT, BATCH, BATCH_RUNS, digits),
    Model("text_cnn", TextCnn, "script", TOKENS, models_text.DIMS, models_text.RUNS, lambda dims: sentences(dims)[:1]),
]
