"""What models of the field write often."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import R, S2, S3, S4, both, case, clone


@both(*S3)
class Quantish(nn.Module):
    def forward(self, x):
        return (
            torch.clamp(torch.round(x * 10), -128, 127).to(torch.int8),
            x.to(torch.int32).type(torch.float32),
            (x > 0).int(),
            x.long() // 2,
            x.long() % 3,
            torch.floor_divide(x, 2),
            torch.div(x, 2, rounding_mode="trunc"),
            x.fmod(2.0),
            torch.remainder(x, 1.5),
        )


@case(*S2)
class TensorScalar(nn.Module):
    def forward(self, x):
        a = x.sum().item()
        n = int(x.abs().sum())
        f = float(x.max())
        return x * a, torch.tensor(n), torch.full((2,), f), x + n


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class ArangeData(nn.Module):
    def forward(self, x):
        n = int((x > 0).sum().item()) + 1
        return torch.arange(n), torch.ones(n, x.size(0)), torch.zeros([n]).size(0)


@both(*S2)
class Creation(nn.Module):
    def forward(self, x):
        n, m = x.shape
        return (
            torch.eye(n),
            torch.full((n, m), 3),
            x.new_full((m, n), 2.5),
            torch.empty(n, 2).fill_(1),
            torch.ones_like(x, dtype=torch.long),
            torch.linspace(0, 1, n),
            torch.zeros(n, m, dtype=torch.bool),
            torch.tensor([n, m]),
            torch.as_tensor([n]),
        )


@case(*S2)
class TryOptRefine(nn.Module):
    def forward(self, x, a: Optional[Tensor] = None):
        b = a
        if b is None:
            b = torch.ones_like(x)
        c = x if a is None else a
        o: Optional[Tensor] = None
        for i in range(2):
            o = x if o is None else o + x
        assert o is not None
        return b + c + o


@case(*S2)
class WithBlock(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            y = x * 2
        return y.detach()


@torch.jit.script
def helper(x: Tensor, k: int = 2, s: float = 1.0) -> Tensor:
    return x * k + s


@case(*S2)
class ForkWait(nn.Module):
    def forward(self, x):
        f = torch.jit.fork(helper, x, 3)
        return torch.jit.wait(f) + x


@torch.jit.interface
class Iface(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Impl(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.l(x)


@case(*S3)
class UseIface(nn.Module):
    m: Iface

    def __init__(self):
        super().__init__()
        self.m = Impl()

    def forward(self, x):
        return self.m(x)


@case(*S3)
class DenseList(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.ModuleList([nn.Linear(8 * (i + 1), 8) for i in range(3)])

    def fn(self, xs: List[Tensor]) -> Tensor:
        return torch.cat(xs, -1)

    def forward(self, x):
        fs = [x]
        for m in self.l:
            fs.append(m(self.fn(fs)))
        return torch.cat(fs, -1)


@case(*S4)
class FPN(nn.Module):
    def __init__(self):
        super().__init__()
        self.i = nn.ModuleList([nn.Conv2d(3, 4, 3, 1, 1), nn.Conv2d(3, 4, 3, 2, 1)])
        self.o = nn.ModuleList([nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)])

    def get(self, x: Tensor, idx: int) -> Tensor:
        out = x
        for i, m in enumerate(self.o):
            if i == idx:
                out = m(x)
        return out

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        fs = [m(x) for m in self.i]
        names = ["p0", "p1"]
        last = self.get(fs[-1], -1 + len(fs))
        res = [last]
        for k in range(len(fs) - 2, -1, -1):
            t = F.interpolate(last, size=fs[k].shape[-2:], mode="nearest")
            last = fs[k] + t
            res.insert(0, self.get(last, k))
        out = {}
        for k, v in zip(names, res):
            out[k] = v
        return out


@case(*S2)
class IfNestedList(nn.Module):
    def forward(self, x):
        l = [x]
        if x.size(0) > 1:
            l.append(x * 2)
        if x.size(1) > 3:
            l.append(x * 3)
        return torch.cat(l)


@case(*S2)
class DictAccum(nn.Module):
    def forward(self, x):
        d: Dict[int, Tensor] = {}
        for i in [0, 1, 2]:
            d[i] = x + i
        return torch.stack(list(d.values())), d[2], len(d)


@both(*S3)
class Complexish(nn.Module):
    def forward(self, x):
        f = torch.fft.rfft(x, dim=-1)
        return f.abs(), torch.fft.irfft(f, n=8, dim=-1)


@both(*S3)
class Stats(nn.Module):
    def forward(self, x):
        return (
            x.std(-1),
            x.var((0, 1), unbiased=False),
            x.logsumexp(-1),
            x.median(-1)[0],
            x.prod(1),
            x.amax((1, 2)),
            x.aminmax()[0],
            x.all(-1),
            x.argmax(),
            x.cummax(1)[0],
            torch.count_nonzero(x, -1),
            x.mean(dtype=torch.float64),
        )


@both(*[(R(n, 12),) for n in (2, 1, 5)])
class MoE(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(12, 4)
        self.e = nn.ModuleList([nn.Linear(12, 6) for _ in range(4)])

    def forward(self, x):
        w, i = self.g(x).softmax(-1).topk(2, -1)
        out = torch.zeros(x.size(0), 6)
        for k, m in enumerate(self.e):
            h = i == k
            out = out + m(x) * (w * h).sum(-1, keepdim=True)
        return out


@case(*[(R(n, 12),) for n in (3, 1, 5)])
class MoEIndex(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(12, 3)
        self.e = nn.ModuleList([nn.Linear(12, 12) for _ in range(3)])

    def forward(self, x):
        i = self.g(x).argmax(-1)
        out = torch.zeros_like(x)
        for k, m in enumerate(self.e):
            sel = torch.where(i == k)[0]
            out.index_add_(0, sel, m(x[sel]))
        return out


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class EarlyReturns(nn.Module):
    def f(self, x: Tensor, n: int) -> Tensor:
        if n == 0:
            return x
        if n == 1:
            if x.size(0) > 2:
                return x * 2
            return x * 3
        for i in range(n):
            x = x + i
        return x

    def forward(self, x):
        return self.f(x, 0) + self.f(x, 1) + self.f(x, 3) + self.f(x, x.size(0))


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class DTypeDev(nn.Module):
    def forward(self, x):
        d = x.dtype
        dev = x.device
        e = torch.finfo(d).eps if False else 1e-5
        if x.is_cuda or d == torch.float64:
            return x * 0, x, x, 1, 2
        return (
            x.to(torch.float64).to(dev).sum(),
            torch.zeros(2, dtype=d, device=dev),
            x.type(torch.int64),
            x.dim(),
            x.ndim,
        )


@case(*[(R(b, t, 8),) for b, t in ((2, 5), (1, 1), (3, 7))])
class CacheList(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.ModuleList([nn.Linear(8, 8) for _ in range(2)])

    def forward(self, x, past: Optional[List[Tensor]] = None):
        ks: List[Tensor] = []
        for i, m in enumerate(self.l):
            k = m(x)
            if past is not None:
                k = torch.cat([past[i], k], 1)
            ks.append(k)
            x = x + k.mean(1, keepdim=True)
        return x, ks


@case(*S3)
class StringMode(nn.Module):
    def __init__(self):
        super().__init__()
        self.mode = "bilinear"
        self.act = "gelu"
        self.cfg = {"a": 2, "b": 3}

    def forward(self, x):
        if self.act == "relu":
            y = F.relu(x)
        elif self.act == "gelu":
            y = F.gelu(x, approximate="tanh")
        else:
            raise RuntimeError("no " + self.act)
        return y * self.cfg["b"] + len(self.mode)


@case(*S3)
class TupleState(nn.Module):
    def step(self, s: Tuple[Tensor, int], x: Tensor) -> Tuple[Tensor, int]:
        h, n = s
        return (h * 0.9 + x, n + 1)

    def forward(self, x):
        s = (torch.zeros_like(x[:, 0]), 0)
        for t in range(x.size(1)):
            s = self.step(s, x[:, t])
        return s[0] / s[1], s[1]


@case(*S3)
class LoopPrealloc(nn.Module):
    def forward(self, x):
        b, t, c = x.shape
        out = torch.empty(b, t, c)
        h = x.new_zeros(b, c)
        for i in range(t):
            h = torch.sigmoid(x[:, i] + h)
            out[:, i, :] = h
        return out


@case(*S3)
class LoopTriangle(nn.Module):
    def forward(self, x):
        out = torch.zeros(x.size(0), x.size(1), 8)
        for i in range(x.size(1)):
            out[:, i] = x[:, : i + 1].mean(1)
        return out


@case(*S3)
class SplitSizes(nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = [3, 5]

    def forward(self, x):
        a, b = torch.split(x, self.sizes, dim=-1)
        xs = x.split([x.size(1) - 1, 1], 1)
        return a, b, xs[0], xs[-1]


@case(*[(R(n, 6),) for n in (4, 1, 6)])
class LoopMulti(nn.Module):
    def forward(self, x):
        a: List[Tensor] = []
        b: List[Tensor] = []
        n: List[int] = []
        for i in range(x.size(0)):
            a.append(x[i, :3])
            b.append(x[i, 3:].sum())
            n.append(i * 2)
        return torch.stack(a), torch.stack(b), torch.tensor(n), len(a)


@case(*[(R(n, 6),) for n in (4, 1, 6)])
class LoopCondAppend(nn.Module):
    def forward(self, x):
        a: List[Tensor] = []
        for i in range(x.size(0)):
            if i % 2 == 0:
                a.append(x[i] * i)
        return torch.stack(a)


@case(*[(R(n, 6),) for n in (4, 1, 6)])
class LoopIfTensors(nn.Module):
    def forward(self, x):
        h = torch.zeros(6)
        for i in range(x.size(0)):
            if bool(x[i, 0] > 0):
                h = h + x[i]
            else:
                h = h * 0.5
        return h


@case(*[(R(n, 6),) for n in (4, 1, 6)])
class TopPFilter(nn.Module):
    def forward(self, x, p: float = 0.8):
        s, i = torch.sort(x, descending=True)
        c = s.softmax(-1).cumsum(-1)
        r = c > p
        r[..., 1:] = r[..., :-1].clone()
        r[..., 0] = False
        m = r.scatter(1, i, r)
        return x.masked_fill(m, -1e9)


@both(*S4)
class SlidingUnfold(nn.Module):
    def forward(self, x):
        u = F.unfold(x, 3, padding=1)
        return u.view(x.size(0), 3, 9, x.size(2), x.size(3)).sum(2), F.fold(u, x.shape[-2:], 3, padding=1)


@both(*S4)
class LayerNorm2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = nn.LayerNorm(3)

    def forward(self, x):
        y = self.n(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        return y, (x - u) / torch.sqrt(s + 1e-6)


@case(*S4)
class Anchors(nn.Module):
    def forward(self, x):
        gs = [[x.shape[-2], x.shape[-1]], [x.shape[-2] // 2, x.shape[-1] // 2]]
        out: List[Tensor] = []
        for s in gs:
            h, w = s[0], s[1]
            sx = torch.arange(0, w, dtype=torch.float32) * 4
            sy = torch.arange(0, h, dtype=torch.float32) * 4
            b, a = torch.meshgrid(sy, sx)
            o = torch.stack((a.reshape(-1), b.reshape(-1).float()), 1)
            out.append((o.view(-1, 1, 2) + torch.zeros(1, 3, 2)).reshape(-1, 2))
        return torch.cat(out)


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class HasAttr(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, x):
        if hasattr(self, "a"):
            x = self.a(x)
        return torch.jit.annotate(List[Tensor], [x]), self.training


@case(*[(R(n, 4), torch.tensor(k)) for n, k in ((3, 0), (1, 1), (6, 2))])
class TensorCond(nn.Module):
    def forward(self, x, k):
        if k == 0:
            return x
        elif k == 1:
            return x * 2
        return x.relu()


@case(*[(R(n, 4), torch.tensor(k)) for n, k in ((3, 2), (1, 1), (6, 3))])
class TensorIndexInt(nn.Module):
    def forward(self, x, k):
        i = int(k)
        return x[:, i], x[:, :i], x.narrow(1, 0, i), x.repeat(i, 1)
