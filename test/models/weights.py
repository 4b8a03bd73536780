"""Random weights under which every branch of a model shows in its output.

Fresh models hide much: biases are zero, norms are the identity, layer scales are 1e-6, batch norms have never seen
data. A compiler that dropped such a branch would still agree with PyTorch to the tolerance.
"""
import math

import torch
from torch import nn


def prepare(model: nn.Module, example: tuple) -> nn.Module:
    """Gives constant parameters values, calibrates batch norms, brings outputs to the order of one; eval mode."""
    model.eval().requires_grad_(False)
    spread_constants(model)
    calibrate_batch_norms(model, example)
    normalize_output(model, example)
    return model


def spread_constants(model: nn.Module) -> None:
    for parameter in model.parameters():
        values = parameter.data
        low, high = values.min().item(), values.max().item()
        if high - low < 1e-7:
            noise = torch.rand_like(values)
            if low == 0:
                values.copy_(0.4 * noise - 0.2)
            else:  # a norm's weight near one, or a layer scale that has to count
                values.copy_(0.7 + 0.6 * noise)
        elif values.dim() > 1:
            # Initializations meant for training (std 0.02) make attention uniform at small widths.
            wanted = 1 / math.sqrt(values[0].numel())
            if values.std() < 0.6 * wanted:
                values.mul_(wanted / values.std())


def calibrate_batch_norms(model: nn.Module, example: tuple) -> None:
    """One batch of images in train mode. They are larger than the example: inner pixels and borders both count."""
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    (image,) = example
    _, channels, height, width = image.shape
    with torch.no_grad():
        model(torch.randn(12, channels, 2 * height, 2 * width))
    for norm in norms:
        norm.eval()


def normalize_output(model: nn.Module, example: tuple) -> None:
    """Scales the weight that runs last, unless the first output is of the order of one already."""
    ran = []
    hooks = [
        module.register_forward_hook(lambda module, _args, _out: ran.append(module))
        for module in model.modules()
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.LayerNorm))
    ]
    with torch.no_grad():
        spread = flatten(model(*example))[0].std().item()
    for hook in hooks:
        hook.remove()
    if not 0.3 < spread < 10:
        ran[-1].weight.data.div_(spread)


def flatten(outputs) -> list[torch.Tensor]:
    """The tensors of nested outputs, in order."""
    if outputs is None:
        return []
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, dict):
        outputs = outputs.values()
    return [tensor for item in outputs for tensor in flatten(item)]
