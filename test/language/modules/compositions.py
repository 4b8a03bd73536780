"""Larger compositions."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import I, R, both, case, clone


@case(*[(R(n, 4), R(n, 4)) for n in (3, 1, 6)])
class WhileTwo(nn.Module):
    def forward(self, x, y):
        i = 0
        while i < x.size(0) and bool(x[i].sum() < 1):
            y = y + x[i]
            i += 1
        return y, i


@case(*[(R(b, t, 8),) for b, t in ((2, 5), (1, 1), (3, 7))])
class BeamLike(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(11, 8)
        self.o = nn.Linear(8, 11)

    def forward(self, x, steps: int = 4):
        h = x.mean(1)
        toks: List[Tensor] = []
        t = torch.zeros(x.size(0), dtype=torch.long)
        for i in range(steps):
            lg = self.o(h + self.e(t))
            t = lg.argmax(-1)
            toks.append(t)
            if bool((t == 0).all()):
                break
        return torch.stack(toks, 1)


@case(*[(R(b, t, 8),) for b, t in ((2, 5), (1, 1), (3, 7))])
class EncDecLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.GRU(8, 8, batch_first=True)
        self.cell = nn.GRUCell(8, 8)
        self.att = nn.Linear(16, 1)

    def forward(self, x):
        enc, h = self.enc(x)
        h = h.squeeze(0)
        outs: List[Tensor] = []
        for t in range(x.size(1)):
            q = h.unsqueeze(1).expand(-1, enc.size(1), -1)
            a = self.att(torch.cat([q, enc], -1)).softmax(1)
            h = self.cell((a * enc).sum(1), h)
            outs.append(h.unsqueeze(1))
        return torch.cat(outs, 1)


@case(*[(R(n, 3, 12, 12),) for n in (2, 1, 3)])
class DetHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.ModuleList([nn.Conv2d(3, 6, 3, s, 1) for s in (1, 2, 4)])

    def forward(self, x):
        all_: List[Tensor] = []
        for c in self.c:
            y = c(x)
            N, _, H, W = y.shape
            all_.append(y.view(N, -1, 3, H, W).permute(0, 3, 4, 2, 1).reshape(N, -1, 2))
        o = torch.cat(all_, 1)
        s, i = o[..., 0].sigmoid().max(1)
        res: List[Dict[str, Tensor]] = []
        return o, s, i


@case(*[(R(n, 5, 4), R(n, 5)) for n in (2, 1, 3)])
class PerImageTopk(nn.Module):
    def forward(self, b, s):
        out: List[Tensor] = []
        for bi, si in zip(b, s):
            v, i = si.topk(3)
            out.append(bi[i] * v[:, None])
        return torch.stack(out)


@case(*[(R(n, 5, 4), R(n, 5)) for n in (2, 1, 3)])
class PerImageFilter(nn.Module):
    def forward(self, b, s):
        bs: List[Tensor] = []
        ns: List[int] = []
        for i in range(b.size(0)):
            k = torch.where(s[i] > 0)[0]
            bs.append(b[i][k])
            ns.append(k.size(0))
        return torch.cat(bs), torch.tensor(ns)


@both(*[(R(b, t, 8),) for b, t in ((2, 5), (1, 1), (3, 7))])
class Conv1dStack(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.ModuleList([nn.Conv1d(8, 8, 3, padding=2**i, dilation=2**i) for i in range(3)])
        self.gn = nn.GroupNorm(2, 8)

    def forward(self, x):
        x = x.transpose(1, 2)
        skip = torch.zeros_like(x)
        for c in self.c:
            a, b = F.glu(torch.cat([c(x), x], 1), 1), c(x).tanh()
            x = self.gn(x + a * b)
            skip += x
        return skip.transpose(1, 2)


@case(*[(I(10, b, t), I(2, b, t)) for b, t in ((2, 5), (1, 1), (3, 7))], form="trace")
class BertLike(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Embedding(10, 8, padding_idx=0)
        self.p = nn.Embedding(16, 8)
        self.register_buffer("ids", torch.arange(16).expand(1, -1))
        self.l = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=True)

    def forward(self, i, m):
        x = self.w(i) + self.p(self.ids[:, : i.size(1)])
        e = (1.0 - m[:, None, None, :].to(x.dtype)) * -10000.0
        q = x.view(x.size(0), x.size(1), 2, 4).permute(0, 2, 1, 3)
        a = (torch.matmul(q, q.transpose(-1, -2)) / 2 + e).softmax(-1)
        c = torch.matmul(a, q).permute(0, 2, 1, 3).contiguous()
        c = c.view(c.size()[:-2] + (8,))
        return self.l(c)[:, 0].tanh(), x


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class OptTuple(nn.Module):
    def f(self, x: Tensor, ret: bool) -> Tuple[Tensor, Optional[Tensor]]:
        if ret:
            return x, x * 2
        return x, None

    def forward(self, x):
        a, b = self.f(x, True)
        c, d = self.f(x, False)
        if b is not None:
            a = a + b
        if d is not None:
            a = a * d
        return a, c


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class DictLoop(nn.Module):
    def forward(self, x):
        d: Dict[str, List[Tensor]] = {"a": [], "b": []}
        for i in range(3):
            d["a"].append(x + i)
            d["b"].append(x * i)
        return torch.cat(d["a"]), torch.stack(d["b"])


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class NestedTupleLoop(nn.Module):
    def forward(self, x):
        st: List[Tuple[Tensor, Tensor]] = []
        for i in range(2):
            st.append((x + i, x - i))
        s = torch.zeros_like(x)
        for a, b in st:
            s = s + a * b
        return s, st[-1][0]


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class CondModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))

    def forward(self, x):
        if x.size(0) > 2:
            return self.a(x)
        else:
            return self.b(x)


@case(*[(R(n, m),) for n, m in ((3, 4), (1, 1), (6, 2))])
class CumLoopInt(nn.Module):
    def forward(self, x):
        s = 0
        l: List[int] = []
        for i in range(x.size(0)):
            s += i * x.size(1)
            l.append(s)
        return x * s, l[-1], len(l), sum(l)


@both(*[(R(n, m),) for n, m in ((3, 4), (1, 1), (6, 2))])
class InplaceOps(nn.Module):
    def forward(self, x):
        y = x.clone()
        y.add_(1).mul_(2).sub_(0.5).div_(3).clamp_(-1, 1)
        z = y.t()
        z.exp_()
        w = torch.empty_like(y)
        w.copy_(y)
        w.unsqueeze_(0)
        y.fill_diagonal_(7.0) if False else y.neg_()
        u = x.new_zeros(x.size())
        u.scatter_add_(1, x.argsort(1), x)
        u.index_fill_(0, torch.tensor([0]), 5.0)
        F.relu_(u)
        return y, z, w, u


@both(*[(R(n, 3, h, w),) for n, h, w in ((1, 8, 8), (2, 5, 7), (3, 12, 9))])
class MultiScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        y = self.c(x)
        h, w = y.shape[-2:]
        ps = [
            F.interpolate(F.adaptive_avg_pool2d(y, s), size=(h, w), mode="bilinear", align_corners=False)
            for s in (1, 2, 3)
        ]
        return torch.cat([y] + ps, 1)


@case(*[(R(n, 3, h, w),) for n, h, w in ((1, 8, 8), (2, 6, 7), (3, 12, 9))])
class DropPathPatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Conv2d(3, 8, 4, 4)
        self.pos = nn.Parameter(R(1, 4, 8))

    def forward(self, x):
        H, W = x.shape[2], x.shape[3]
        if H % 4 != 0:
            x = F.pad(x, (0, 0, 0, 4 - H % 4))
        if W % 4 != 0:
            x = F.pad(x, (0, 4 - W % 4))
        x = self.p(x)
        h, w = x.size(2), x.size(3)
        x = x.flatten(2).transpose(1, 2)
        pos = self.pos
        if x.size(1) != pos.size(1):
            pos = (
                F.interpolate(pos.transpose(1, 2).reshape(1, 8, 2, 2), size=(h, w), mode="bicubic", align_corners=False)
                .flatten(2)
                .transpose(1, 2)
            )
        return x + pos


@case(*[(R(b, t, 8), torch.tensor([max(1, t - i) for i in range(b)])) for b, t in ((2, 5), (1, 1), (3, 7))])
class CTCLike(nn.Module):
    def forward(self, x, l):
        p = x.argmax(-1)
        out: List[Tensor] = []
        for i in range(p.size(0)):
            s = p[i, : int(l[i])]
            s = torch.unique_consecutive(s)
            out.append(s[s != 0])
        return torch.cat(out)
