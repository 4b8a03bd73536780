"""What generate.py needs to know of a model."""
from dataclasses import dataclass
from typing import Callable

import torch
from torch import nn


@dataclass(frozen=True)
class Model:
    name: str
    build: Callable[[], nn.Module]
    form: str  # trace | script
    inputs: list[tuple[str, list[str | int]]]  # argument of forward ("{arg}": the only one), dims
    dims: dict[str, tuple[int, int, int]]  # min, opt, max
    runs: list[dict[str, int]]  # the extents of each run; the second is the one that is traced
    make: Callable[[dict[str, int]], tuple[torch.Tensor, ...]]
    finish: Callable[[nn.Module, tuple], nn.Module] = lambda module, _: module  # quantizes the prepared module
    tolerance: float = 1e-3  # what a compiled model has to keep
