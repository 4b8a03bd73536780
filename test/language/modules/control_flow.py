"""Branches, loops and early returns."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import R, S2, S3, case


@case(*S2)
class IfSize(nn.Module):
    def forward(self, x):
        if x.size(0) > 4:
            y = x * 2
        elif x.size(1) == 1:
            y = x - 1
        else:
            y = x + 1
        return y


@case(*S2)
class IfData(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x.relu()
        y = x * 3
        if bool((x > 0.3).any()):
            y = y + 1
        return y


@case(*S2)
class IfShapeDiffer(nn.Module):
    def forward(self, x):
        if x.size(0) > 1:
            y = x[1:]
        else:
            y = x
        return y.sum(0), y


@case(*S2)
class WhileSize(nn.Module):
    def forward(self, x):
        n = x.size(0)
        while n > 1:
            x = x * 1.5
            n = n // 2
        return x


@case(*S2)
class WhileData(nn.Module):
    def forward(self, x):
        k = 0
        while float(x.abs().max()) > 0.1 and k < 10:
            x = x * 0.5
            k += 1
        return x, k


@case(*S3)
class LoopCat(nn.Module):
    def forward(self, x):
        outs: List[Tensor] = []
        for i in range(x.size(1)):
            outs.append(x[:, i] * (i + 1))
        return torch.stack(outs, dim=1), torch.cat(outs, 0)


@case(*S3)
class LoopRNNCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(8, 5)

    def forward(self, x):
        h = torch.zeros(x.size(0), 5, device=x.device, dtype=x.dtype)
        outs = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            outs.append(h)
        return torch.stack(outs, 1), h


@case(*S3)
class ForTensor(nn.Module):
    def forward(self, x):
        s = torch.zeros(x.size(1), x.size(2))
        for r in x:
            s = s + r.abs()
        return s


@case(*S3)
class ForUnbind(nn.Module):
    def forward(self, x):
        h = torch.zeros(x.size(0), 8)
        outs = torch.jit.annotate(List[Tensor], [])
        for r in x.unbind(1):
            h = torch.tanh(h + r)
            outs += [h]
        return torch.stack(outs)


@case(*S3)
class ForModuleList(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])

    def forward(self, x):
        feats = []
        for i, m in enumerate(self.l):
            x = m(x)
            if i > 0:
                feats.append(x)
        for a in feats:
            x = x + a.relu()
        return x, feats


@case(*S3)
class ForModuleDict(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.ModuleDict({"a": nn.Linear(8, 4), "b": nn.Linear(8, 2)})

    def forward(self, x) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = {}
        for k, m in self.d.items():
            out[k] = m(x)
        return out


@case(*S2)
class BreakContinue(nn.Module):
    def forward(self, x):
        acc = torch.zeros(x.size(1))
        for i in range(x.size(0)):
            if i == 1:
                continue
            if i > 3:
                break
            acc = acc + x[i]
        return acc


@case(*S2)
class NestedLoops(nn.Module):
    def forward(self, x):
        out = torch.zeros(x.size(1), x.size(1))
        for i in range(x.size(1)):
            for j in range(i, x.size(1)):
                out[i, j] = (x[:, i] * x[:, j]).sum()
        return out


@case(*S2)
class LoopReturn(nn.Module):
    def forward(self, x):
        for i in range(x.size(0)):
            if bool(x[i].sum() > 0.5):
                return x[i] * i
        return x[0] * 100


@case(*S2)
class ListComp(nn.Module):
    def forward(self, x):
        l = [x[i] + i for i in range(x.size(0))]
        k = [float(v) for v in [1, 2, 3]]
        return torch.stack(l) + k[1] + len(l)


@case(*S3)
class ReverseLoop(nn.Module):
    def forward(self, x):
        outs: List[Tensor] = []
        h = torch.zeros(x.size(0), 8)
        for t in range(x.size(1) - 1, -1, -1):
            h = 0.5 * h + x[:, t]
            outs.insert(0, h)
        return torch.stack(outs, 1)


@case(*S3)
class ReverseList(nn.Module):
    def forward(self, x):
        outs: List[Tensor] = []
        for t in range(x.size(1)):
            outs.append(x[:, t] + t)
        outs.reverse()
        return torch.stack(outs, 1)


@case(*S3)
class LSTMLoopTuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(8, 6)
        self.out = nn.Linear(6, 2)

    def forward(self, x, state: Optional[Tuple[Tensor, Tensor]] = None):
        if state is None:
            z = torch.zeros(x.size(0), 6)
            state = (z, z)
        ys: List[Tensor] = []
        for t in range(x.size(1)):
            state = self.cell(x[:, t], state)
            ys.append(self.out(state[0]))
        return torch.stack(ys, 1), state


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class GreedyDecode(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(10, 4)
        self.l = nn.Linear(4, 10)

    def forward(self, x):
        tok = torch.zeros(x.size(0), 1, dtype=torch.long)
        for _ in range(5):
            lg = self.l(x + self.e(tok[:, -1]))
            nt = lg.argmax(-1, keepdim=True)
            tok = torch.cat([tok, nt], dim=1)
        return tok


@case(*[(R(n, 4),) for n in (3, 1, 6)])
class TernaryBool(nn.Module):
    def forward(self, x):
        y = x if x.size(0) > 2 else -x
        b = x.size(0) > 2 and x.size(1) == 4 or not x.is_floating_point()
        return (y + 1) if b else y
