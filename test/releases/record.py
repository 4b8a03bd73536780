"""Records archives of the PyTorch release that runs this script, with its results at several sizes.

    python test/releases/record.py FOLDER        writes FOLDER/<name>.pt and FOLDER/cases.json

Only what PyTorch 1.13 has already is used, so that each release saves the same modules.
"""
import base64, json, os, sys
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True),
                                  nn.MaxPool2d(3, 2, 1), nn.Conv2d(6, 8, 1, groups=2), nn.Hardswish())
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(F.adaptive_avg_pool2d(self.body(x), 1).flatten(1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 6, num_layers=2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(12, 4, batch_first=True)

    def forward(self, x):
        y, (h, c) = self.lstm(x)
        z, last = self.gru(y)
        return z, h, c, last


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        y, weights = self.attention(x, x, x)
        return self.norm(x + y), weights


class Loops(nn.Module):
    def forward(self, x: Tensor, count: int = 3) -> Tensor:
        total = torch.zeros_like(x)
        for i in range(count):
            if i % 2 == 0:
                total = total + x * i
            else:
                total -= x.sum(dim=0, keepdim=True) / (i + 1)
        k = 0
        while k < x.size(0):
            k += 2
        return total * k


class Point(NamedTuple):
    mean: Tensor
    spread: Tensor


class Containers(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Dict[str, Tensor], List[Tensor], Point]:
        parts = torch.chunk(x, 2, dim=-1)
        named: Dict[str, Tensor] = {"first": parts[0], "both": torch.cat([p * 2 for p in parts], dim=-1)}
        rows: List[Tensor] = []
        for p in parts:
            rows.append(p.mean(dim=-1))
        return named, rows, Point(x.mean(), x.std(dim=0, unbiased=False))


class Optionals(nn.Module):
    def __init__(self, bias: bool):
        super().__init__()
        self.scale: Optional[Tensor] = None
        self.bias = nn.Parameter(torch.ones(4)) if bias else None

    def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:
        if y is not None:
            x = x + y
        if self.bias is not None:
            x = x + self.bias
        if self.scale is not None:
            x = x * self.scale
        return x


class InPlace(nn.Module):
    def forward(self, x):
        y = x.clone()
        y[:, 0] = 1.5
        y[:, 1:].mul_(2)
        view = y.view(-1)
        view += 1
        y.transpose(0, 1)[0].clamp_(max=2.0)
        return y, view


class Divisions(nn.Module):
    def forward(self, x, y):
        return (x / y, torch.div(x, y, rounding_mode="floor"), torch.div(x, y, rounding_mode="trunc"), x // 3, x % y,
                torch.true_divide(x, 4), torch.remainder(x, -3))


class Factories(nn.Module):
    def forward(self, x):
        n = x.size(0)
        steps = torch.linspace(0, 1, 5) * x.mean()
        grid = torch.arange(n).unsqueeze(1) + torch.arange(0, 6, 2)
        return (steps, grid, torch.full((n, 2), 1.5), torch.zeros(n, 3), x.new_ones((2, n)), torch.eye(3),
                torch.logspace(0, 2, 3) + x.sum(), torch.tril(torch.ones(n, n)))


class Indexing(nn.Module):
    def forward(self, x, i):
        return (x[i], x.index_select(0, i), torch.gather(x, 0, i.unsqueeze(1).expand(-1, x.size(1))), x[x > 0],
                torch.where(x > 0, x, -x), x[..., ::2], x.masked_fill(x < 0, 0.0), torch.topk(x, 2, dim=1)[0])


class Resizing(nn.Module):
    def forward(self, x):
        up = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        size = (x.shape[-2] + 1, x.shape[-1] + 3)
        return (up, F.interpolate(x, size=size, mode="nearest"), F.pad(x, (1, 2, 0, 1), mode="reflect"),
                F.pixel_shuffle(x, 2), F.unfold(x, 3, padding=1), F.grid_sample(x, F.affine_grid(
                    torch.eye(2, 3).unsqueeze(0).repeat(x.size(0), 1, 1), [x.size(0), 4, 5, 6], align_corners=False),
                    align_corners=False))


class Mixed(nn.Module):
    """A scripted module that calls a traced one."""

    def __init__(self):
        super().__init__()
        self.traced = torch.jit.trace(nn.Sequential(nn.Linear(4, 4), nn.GELU()), torch.randn(2, 4))

    def forward(self, x: Tensor) -> Tensor:
        if x.size(0) > 1:
            x = self.traced(x)
        return x.softmax(dim=-1)


class Half(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x):
        return self.linear(x).half().float(), x.to(torch.float64).sum(-1), x.int().to(torch.bool)


def sets(make, *sizes):
    return [make(n) for n in sizes]


def frozen(module):
    return torch.jit.freeze(torch.jit.script(module.eval()))


def for_inference(module):
    return torch.jit.optimize_for_inference(torch.jit.script(module.eval()))


def traced(module, inputs):
    return torch.jit.trace(module.eval(), inputs, check_trace=False)


def modules():
    images = sets(lambda n: (torch.randn(n, 3, 8 + 2 * n, 9 + n),), 2, 1, 3)
    rows = sets(lambda n: (torch.randn(n, 4),), 3, 1, 5)
    sequences = sets(lambda n: (torch.randn(2, n, 5),), 4, 1, 7)
    tokens = sets(lambda n: (torch.randn(n, n + 2, 8),), 2, 1, 3)
    pairs = sets(lambda n: (torch.randint(-9, 9, (n, 4)), torch.randint(1, 5, (n, 4))), 3, 1, 5)
    floats = sets(lambda n: (torch.randn(n, 4) * 5, torch.rand(n, 4) + 0.5), 3, 1, 5)
    indexed = sets(lambda n: (torch.randn(n, 4), torch.randint(0, n, (n,))), 3, 1, 5)
    maps = sets(lambda n: (torch.randn(n, 4, 6, 4 + n),), 2, 1, 3)
    return [
        ("conv_net_traced", traced(ConvNet(), images[0]), images),
        ("conv_net_scripted", torch.jit.script(ConvNet().eval()), images),
        ("conv_net_frozen", frozen(ConvNet()), images),
        ("recurrent_traced", traced(Recurrent(), sequences[0]), sequences),
        ("recurrent_scripted", torch.jit.script(Recurrent().eval()), sequences),
        ("attention_traced", traced(Attention(), tokens[0]), tokens),
        ("loops", torch.jit.script(Loops()), rows),
        ("containers", torch.jit.script(Containers()), rows),
        ("optionals", torch.jit.script(Optionals(True)), rows),
        ("optionals_frozen", frozen(Optionals(False)), rows),
        ("in_place", traced(InPlace(), rows[0]), rows),
        ("divisions_int", traced(Divisions(), pairs[0]), pairs),
        ("divisions_float", torch.jit.script(Divisions()), floats),
        ("factories", torch.jit.script(Factories()), rows),
        ("indexing", traced(Indexing(), indexed[0]), indexed),
        ("resizing", traced(Resizing(), maps[0]), maps),
        ("mixed", torch.jit.script(Mixed().eval()), rows),
        ("dtypes_for_inference", for_inference(Half()), rows),
    ]


def flat(x):
    if isinstance(x, Tensor):
        return [x]
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return [t for v in x for t in flat(v)]
    return [torch.tensor(x)]


def spelled(t):
    t = t.detach().contiguous()
    raw = t.numpy().tobytes()
    return {"t": str(t.dtype)[6:], "s": list(t.shape), "b": base64.b64encode(raw).decode()}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(0)
    cases = []
    for name, module, inputs in modules():
        path = os.path.join(folder, name + ".pt")
        torch.jit.save(module, path)
        loaded = torch.jit.load(path)
        names = [a.name for a in loaded.forward.schema.arguments[1:]]
        with torch.no_grad():
            runs = [{"in": [spelled(t) for t in xs], "out": [spelled(t) for t in flat(loaded(*[x.clone() for x in xs]))]}
                    for xs in inputs]
        cases.append({"name": name, "inputs": names[: len(inputs[0])], "runs": runs})
    with open(os.path.join(folder, "cases.json"), "w") as f:
        json.dump({"torch": torch.__version__.split("+")[0], "cases": cases}, f, separators=(",", ":"))
        f.write("\n")


main()
