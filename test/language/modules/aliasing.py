"""In-place operators and the aliases that see them."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import I, R, S2, S3, S4, both, case, clone


@both(*[(R(n, m), R(n)) for n, m in ((2, 3), (1, 1), (5, 7))])
class ColAssign(nn.Module):
    def forward(self, x, y):
        z = x.clone()
        z[:, 0] = y
        return z * 2


@both(*[(R(n, m),) for n, m in ((2, 4), (1, 2), (5, 7))])
class ViewAdd(nn.Module):
    def forward(self, x):
        z = x * 1.0
        v = z[:, 1:]
        v += 1
        v.mul_(2.0)
        return z, v


@both(*S2)
class MaskedFillIn(nn.Module):
    def forward(self, x):
        z = x.clone()
        z.masked_fill_(z < 0, 0.5)
        z[z > 1] = 1.0
        return z


@both(*[(R(n, 4), I(n, 3), R(3, 4)) for n in (2, 1, 5)])
class IndexPut(nn.Module):
    def forward(self, x, i, v):
        z = x.clone()
        z.index_put_([i], v, accumulate=True)
        return z


@both(*[(R(n, m), R(n, m)) for n, m in ((2, 4), (1, 2), (5, 7))])
class CopySlice(nn.Module):
    def forward(self, x, y):
        z = torch.zeros_like(x)
        z[:, ::2].copy_(y[:, ::2])
        z[0] = x[0]
        z[-1, -1] = 9.0
        return z


@both(*S4)
class ReluResidual(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 3, 3, padding=1)
        self.r = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.c(x)
        i = y
        z = self.r(y)
        z = self.c(z)
        z += i
        return self.r(z), i


@both(*S3)
class BufferUpdate(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(8))
        self.register_buffer("n", torch.tensor(0))

    def forward(self, x):
        c = self.count.clone()
        c += x.mean(dim=(0, 1))
        n = self.n + x.shape[0]
        return c, x - c, n


@both(*S3)
class TransposeView(nn.Module):
    def forward(self, x):
        z = x.clone()
        t = z.transpose(1, 2)
        t[:, 0] = 0.0
        t.add_(1)
        d = z.view(z.size(0), -1)
        d[:, :2] *= 3
        return z, t, d


@both(*S3)
class ChunkInplace(nn.Module):
    def forward(self, x):
        z = x + 0
        a, b = z.chunk(2, dim=-1)
        a.sigmoid_()
        b.tanh_()
        a.mul_(b)
        return z


@both(*S3)
class UnbindInplace(nn.Module):
    def forward(self, x):
        z = x.clone()
        l = z.unbind(-1)
        l[0].zero_()
        l[3].fill_(2.0)
        return z


@both(*S4)
class ScaleClamp(nn.Module):
    def forward(self, x):
        b = x.clone()
        h, w = x.shape[-2:]
        b[..., 0].clamp_(min=0, max=0.5)
        b[..., 0, :] /= float(h)
        b[:, 1:, -1] -= w
        return b


@both(*[(R(n, 5),) for n in (2, 1, 7)])
class BoxClip(nn.Module):
    def forward(self, x):
        x = x.clone()
        xy = x[:, :2] - x[:, 2:4] / 2
        wh = x[:, :2] + x[:, 2:4] / 2
        x[:, :2] = xy
        x[:, 2:4] = wh
        return x


@case(*S2)
class LoopAssign(nn.Module):
    def forward(self, x):
        out = torch.zeros_like(x)
        for i in range(x.size(0)):
            out[i] = x[i] * i
        return out


@case(*[(R(n, 8),) for n in (3, 1, 6)])
class LoopRowsAlias(nn.Module):
    def forward(self, x):
        out = x.clone()
        for i in range(1, out.size(0)):
            out[i] += out[i - 1]
        return out


@both(*S3)
class DiagFill(nn.Module):
    def forward(self, x):
        s = x @ x.transpose(1, 2)
        s.diagonal(dim1=1, dim2=2).fill_(0.0)
        return s


@both(*[(R(2, t, 8),) for t in (4, 1, 7)])
class ShiftTokens(nn.Module):
    def forward(self, x):
        s = x.new_zeros(x.shape)
        s[:, 1:] = x[:, :-1].clone()
        s[:, 0] = 2
        return s


@both(*[(R(n, 8, 6, 6),) for n in (4, 8, 16)])
class TSM(nn.Module):
    def forward(self, x):
        nt, c, h, w = x.size()
        x = x.view(nt // 4, 4, c, h, w)
        f = c // 4
        out = torch.zeros_like(x)
        out[:, :-1, :f] = x[:, 1:, :f]
        out[:, 1:, f : 2 * f] = x[:, :-1, f : 2 * f]
        out[:, :, 2 * f :] = x[:, :, 2 * f :]
        return out.view(nt, c, h, w)


@case(*S2)
class CastThenBranch(nn.Module):
    """A cast is its operand or a copy: what a branch or loop writes holds in both."""

    def forward(self, x):
        copy = x.double()
        same = x.float()
        turned = x.t().contiguous()
        if x.size(0) > 1:
            copy[0] = 3
            same += 1
            turned.mul_(2)
        for i in range(x.size(0)):
            copy[i] += i
            same[i] *= 2
        return x, copy, same, turned


@both(*S2)
class IndexedByRange(nn.Module):
    def forward(self, x):
        n = x.size(0)
        return x[torch.arange(n - 1, -1, -1)], x[torch.arange(-n, 0)], x[:, torch.arange(1 - x.size(1), 1)]


@both(*[(R(n, 2),) for n in (7, 2, 1, 5)])
class PartsOfShortAxes(nn.Module):
    """Bounds of what is written clamp to axes that are shorter at run time."""

    def forward(self, x):
        a, b, c, d, e = x * 1, x * 2, x * 3, x * 4, x * 5
        a[:5] = 0
        b[-3:] += 1
        c[2:5] *= 2
        d[1:-1] = x[1:-1]
        e[:6:2] = 1
        return a, b, c, d, e


@both(*S2)
class PerhapsItself(nn.Module):
    """Operators that give their operand itself where nothing is to be done."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        a, b, c, d, e = x * 1, x * 2, x * 3, x * 4, x[0] * 5
        kept = self.drop(a)
        kept += 1
        sure = F.dropout(b, 0.0, True)
        sure *= 2
        same = c.type_as(x)
        same[0] = 0
        other = d.type_as(torch.zeros(1, dtype=torch.float64))
        other += 1
        rows = torch.atleast_2d(e)
        rows[:, 0] = 3
        return a, b, c, d, e, kept, sure, same, other, rows
