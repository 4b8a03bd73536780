"""Makes the archives in fixtures/ (PyTorch 2.11). The model's source is written to a folder of its own, so that the
recorded source places do not depend on where this repository lies; for the same reason the script is piped in.

    cd test/archive && python - < make_fixtures.py
"""
import importlib.util
import pathlib
import sys
import warnings

import torch

warnings.filterwarnings("ignore")
OUT = pathlib.Path("fixtures")
SOURCE = pathlib.Path("/tmp/thaw-fixtures/tiny.py")

MODEL = '''from enum import Enum
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([0.5, -1.5, 2.0]))

    def forward(self, x):
        return torch.relu(x * self.scale)


class Quantized(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("w", torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8))

    def forward(self, x):
        return x


class Tiny(nn.Module):
    counts: List[int]
    names: Dict[str, int]
    pair: Tuple[int, float]
    maybe: Optional[float]
    mixed: List[Optional[int]]

    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.again = self.inner
        grid = torch.arange(6, dtype=torch.float32).reshape(2, 3)
        self.register_buffer("grid", grid)
        self.register_buffer("turned", grid.t())
        self.register_buffer("tail", grid.flatten()[4:])
        self.register_buffer("half_floats", torch.tensor([1.5, -2.0, 65504.0], dtype=torch.float16))
        self.register_buffer("brain", torch.tensor([1.0, -3.140625], dtype=torch.bfloat16))
        self.register_buffer("flags", torch.tensor([True, False]))
        self.register_buffer("large", torch.tensor([2**62 + 1, -5]))
        self.register_buffer("wide", torch.tensor([1 + 2j], dtype=torch.complex64))
        self.register_buffer("scalar", torch.tensor(3.25, dtype=torch.float64))
        self.register_buffer("empty", torch.zeros(0, 4))
        self.counts = [1, -70000, 2**40, -(2**63)]
        self.names = {"a": 1, "\\u00e9t\\u00e9": 2}
        self.pair = (7, 1.0)
        self.maybe = None
        self.mixed = [1, None]
        self.ratios = [0.25, float("inf")]
        self.switches = [True, False]
        self.tensors = [torch.ones(1)]
        self.point = 1.5 - 2.5j
        self.device = torch.device("cuda:0")
        self.mode = Mode.SLOW
        self.big = 2**60 + 1

    def forward(self, x: torch.Tensor, n: int = 2) -> torch.Tensor:
        # \u00fc comes before: offsets count bytes
        label = "\\u00fcber \\U0001f600"
        y = self.inner(x)
        if len(label) > n:
            y = y + self.grid  # \u00e4 comment
        return y.view(y.size(0), -1)
'''


def load_model():
    SOURCE.parent.mkdir(parents=True, exist_ok=True)
    SOURCE.write_text(MODEL, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("tiny", SOURCE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["tiny"] = module
    spec.loader.exec_module(module)
    return module


def main():
    OUT.mkdir(exist_ok=True)
    tiny = load_model()
    torch.jit.save(torch.jit.script(tiny.Tiny().eval()), OUT / "scripted.pt")
    torch.jit.save(torch.jit.trace(tiny.Inner().eval(), torch.ones(2, 3)), OUT / "traced.pt")
    torch.save(tiny.Inner().state_dict(), OUT / "checkpoint.pt")
    torch.save(tiny.Inner().state_dict(), OUT / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.script(tiny.Quantized()), OUT / "quantized.pt")


if __name__ == "__main__":
    main()
