"""Corners of the language: text, containers of containers, None at run time, copies that depend on how memory lies."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import I, R, S2, S3, S4, both, case

SQUARE = [(R(4, 4),), (R(1, 1),), (R(7, 7),)]
EVEN = [(R(2, 4, 6),), (R(1, 1, 2),), (R(3, 7, 8),)]


class Pt(NamedTuple):
    xs: List[Tensor]
    n: int


@case(*S2)
class NtInDict(nn.Module):
    def forward(self, x):
        d: Dict[str, Pt] = {}
        d["a"] = Pt([x, x + 1], 2)
        d["b"] = Pt([x * 2], 1)
        s = x * 0
        for k in d.keys():
            p = d[k]
            for t in p.xs:
                s = s + t * p.n
        return s, d["a"].xs[1]


@case(*S2)
class ZipEnumReversed(nn.Module):
    def forward(self, x):
        a = [1, 2, 3]
        b = [x, x + 1, x + 2]
        s = x * 0
        for i, (n, t) in enumerate(zip(a, b)):
            s = s + n * t + i
        for t in b[::-1]:
            s = s * 0.5 + t
        for i, t in enumerate(b, 2):
            s = s + i * t
        for i in range(10, 0, -3):
            s = s + i
        for c in "abc":
            if c == "b":
                s = s + 1
        return s


@case(*S2)
class Comprehensions(nn.Module):
    def forward(self, x):
        l = [x * i for i in range(4)]
        m = [t.sum() for t in l]
        d = {str(i): x + i for i in range(3)}
        e = {i: i * i for i in [1, 2, 5]}
        sizes = [s + 1 for s in x.shape]
        z = torch.zeros(sizes)
        return torch.stack(m), d["1"] + d["2"], e[5], z, [float(i) for i in range(2)]


@case(*S2)
class Strings(nn.Module):
    mode: str

    def __init__(self):
        super().__init__()
        self.mode = "Bi-Linear_x"

    def forward(self, x):
        s = self.mode.lower().replace("-", "")
        n = len(s)
        if s.startswith("bil") and s.endswith("x") and "near" in s:
            x = x * n
        parts = s.split("_")
        if parts[0] == "bilinear":
            x = x + len(parts)
        t = "{}_{}".format(parts[1], n)
        u = f"{n}-{parts[0]}-{x.dim()}"
        v = "%s:%d" % (t, n)
        w = "-".join(["a", "b", "c"])
        if t == "x_10" and u[0] == "1" and w == "a-b-c":
            x = x + 3
        c = s.find("linear") + s.count("i") + int("12") + ord("a")
        y = s.strip("x")[::-1].upper() + s[1:3] + s[-1]
        if y == "_RAENILIB" + "il" + "x":
            x = x - 1
        if v == "x_10:10":
            x = x * 2
        if "12".isdigit() and "ab".isalpha() and not s.isupper() and " a ".strip() == "a" and "a" < "b":
            x = x + 11
        return x * c


@case(*S2)
class ListMut(nn.Module):
    def forward(self, x):
        l = [x, x + 1, x + 2]
        l.insert(1, x * 9)
        l.extend([x * 3])
        a = l.pop()
        b = l.pop(0)
        l.reverse()
        l[0] = l[0] * 2
        l += [x - 1]
        c = l.copy()
        c.clear()
        k = [3, 1, 2]
        k.sort()
        k.sort(reverse=True)
        k.remove(2)
        ix = k.index(1)
        kk = k + [4, 4] * 2
        return (
            torch.stack(l),
            a,
            b,
            len(c),
            k,
            ix,
            kk.count(4),
            max(kk),
            min(kk),
            sum(kk),
            sorted(kk),
            any([False, True]),
            all([True, False]),
            4 in kk,
        )


class Worker(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.l = nn.Linear(8, n)

    def forward(self, x, k: int) -> Tuple[Tensor, int]:
        return self.l(x) * k, k


@case(*S3)
class ForkList(nn.Module):
    def __init__(self):
        super().__init__()
        self.ws = nn.ModuleList([Worker(3), Worker(3)])

    def forward(self, x):
        fs: List[torch.jit.Future[Tuple[Tensor, int]]] = []
        for i, w in enumerate(self.ws):
            fs.append(torch.jit.fork(w, x, i + 1))
        s = torch.zeros(1)
        n = 0
        for f in fs:
            t, k = torch.jit.wait(f)
            s = s + t
            n += k
        return s, n


@case(*S3)
class Profiled(nn.Module):
    def forward(self, x):
        with torch.profiler.record_function("blk") as f:
            y = x + 1
        return y * 2


@both(*SQUARE)
class DiagTri(nn.Module):
    def forward(self, x):
        z = x.clone()
        z.fill_diagonal_(3.0)
        z.tril_()
        z.diagonal().mul_(2)
        d = z.t()
        d.triu_(0)
        z.diagonal(1)[:] = 9
        z.t_()
        z.unsqueeze_(0)
        z[0, 0] = 1.0
        z.squeeze_(0)
        return z, d


@both(*S3)
class OutArg(nn.Module):
    def forward(self, x):
        o = torch.empty_like(x)
        torch.add(x, 1, out=o)
        p = torch.zeros_like(x)
        torch.mul(x, 2, out=p[:])
        q = x.new_empty(x.size(0), x.size(1), 3)
        torch.matmul(x, torch.ones(8, 3), out=q)
        return o, p, q


@both(*S3)
class PermutedClone(nn.Module):
    def forward(self, x):
        y = x.transpose(1, 2) * 2
        z = y.reshape(x.size(0), -1)
        z.add_(1)
        c = y.contiguous()
        c.mul_(3)
        return y, z, c


@both(*EVEN)
class SlicedAlias(nn.Module):
    def forward(self, x):
        a = x.clone()
        b = a[:, 0].reshape(a.size(0), -1, 2)
        b = b * 2
        c = a[:, 1:].contiguous()
        c = c.relu_()
        q = a[:, 0].contiguous()
        q -= 5
        r = x[1:].contiguous()
        s = x[::2].reshape(-1) + 0
        d = x.permute(0, 2, 1)[:, 1:].contiguous()
        d = d - 1
        y = F.relu(x.permute(0, 2, 1).contiguous(), inplace=True)
        return a, b, c, d, y, q, r, s


@case(*[({"a": [R(n, 4), R(m, 4)], "b": [R(n, 4)]}, {"k": (R(n, 3), R(m, 3))}) for n, m in ((2, 3), (1, 1), (5, 7))])
class NestedDictIn(nn.Module):
    def forward(self, d: Dict[str, List[Tensor]], e: Dict[str, Tuple[Tensor, Tensor]]):
        p, q = e["k"]
        return torch.cat(d["a"] + d["b"], 0), p.sum() + q


@case(*[({1: R(n, 4), 2: R(n, 4)},) for n in (2, 1, 5)])
class IntDictIn(nn.Module):
    def forward(self, d: Dict[int, Tensor]):
        s = torch.zeros_like(d[1])
        for k in d:
            s = s + d[k] * k
        return s


@case(
    *[
        ([{"boxes": R(n, 4), "labels": I(5, n)}, {"boxes": R(m, 4), "labels": I(5, m)}],)
        for n, m in ((2, 3), (1, 1), (5, 7))
    ]
)
class ListDictIn(nn.Module):
    def forward(self, t: List[Dict[str, Tensor]]):
        out: List[Tensor] = []
        for d in t:
            out.append(d["boxes"] * d["labels"].unsqueeze(1))
        return torch.cat(out)


@case(*S3)
class OptBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(8, 8)

    def mask(self, x) -> Optional[Tensor]:
        if x.size(1) > 2:
            return torch.ones(x.size(1), x.size(1)).tril()
        return None

    def forward(self, x):
        m = self.mask(x)
        s = x @ x.transpose(1, 2)
        if m is not None:
            s = s * m
        n = s.softmax(-1) @ x
        if m is None:
            n = n + 1
        return n


@case(*S3)
class OptData(nn.Module):
    def forward(self, x):
        y: Optional[Tensor] = None
        z: Optional[Tensor] = None
        if bool(x.sum() > 0):
            y = x * 2
        else:
            z = x - 1
        out = x
        if y is not None:
            out = out + y
        if z is not None and y is None:
            out = out * z
        if y is None or z is None:
            out = out + 1
        return out


@case(*S3)
class OptLoopPrev(nn.Module):
    def forward(self, x):
        prev: Optional[Tensor] = None
        out: List[Tensor] = []
        for i in range(x.size(1)):
            t = x[:, i]
            if prev is not None:
                t = t + prev * 0.5
            prev = t
            out.append(t)
        return torch.stack(out, 1)
