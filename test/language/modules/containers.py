"""Lists, dicts, tuples, named tuples and their loops."""

import enum
from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import R, S2, S3, case


class Out(NamedTuple):
    logits: Tensor
    hidden: Optional[Tensor]
    n: int


@case(*S3)
class NTuple(nn.Module):
    def forward(self, x) -> Out:
        return Out(x.softmax(-1), None, x.size(1))


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@case(*S2)
class EnumUse(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = Color.BLUE

    def forward(self, x):
        if self.c == Color.RED:
            return x
        return x * self.c.value


@case(*S2)
class UnionUse(nn.Module):
    def f(self, a: Union[Tensor, List[Tensor]]) -> Tensor:
        if isinstance(a, Tensor):
            return a * 2
        else:
            return a[0] + a[1]

    def forward(self, x):
        return self.f(x) + self.f([x, x.relu()])


@case(*S2)
class OptArg(nn.Module):
    def forward(self, x, m: Optional[Tensor] = None, scale: float = 2.0, flag: bool = True):
        if m is not None:
            x = x * m
        if flag:
            x = x * scale
        return x


@case(*[(R(n, 4), R(n, 4)) for n in (3, 1, 6)])
class OptArgGiven(nn.Module):
    def forward(self, x, m: Optional[Tensor] = None, scale: float = 2.0):
        if m is not None:
            x = x * m
        return x * scale


@case(*S3)
class DictOut(nn.Module):
    def forward(self, x) -> Dict[str, Tensor]:
        d = {"a": x, "b": x.mean(1)}
        d["c"] = d["a"] + 1
        if "b" in d:
            d["d"] = d["b"].relu()
        d.pop("a")
        s = torch.zeros(1)
        for k, v in d.items():
            s = s + v.sum()
        d["s"] = s
        return d


@case(*[({"x": R(n, 4), "y": R(n, 4)},) for n in (3, 1, 6)])
class DictIn(nn.Module):
    def forward(self, d: Dict[str, Tensor]):
        return d["x"] + d["y"].relu()


@case(*[([R(n, 4), R(m, 4)],) for n, m in ((3, 2), (1, 1), (6, 5))])
class ListIn(nn.Module):
    def forward(self, l: List[Tensor]):
        return torch.cat(l, 0), len(l)


@case(*[((R(n, 4), R(m, 4)),) for n, m in ((3, 2), (1, 1), (6, 5))])
class TupleIn(nn.Module):
    def forward(self, t: Tuple[Tensor, Tensor]):
        a, b = t
        return a.sum() + b, (a, [b, b])


@case(*S3)
class NestedOut(nn.Module):
    def forward(self, x):
        return {"k": [x, x + 1], "z": [x.mean()]}, (x.size(0), [x.size(1), 2])


@case(*S2)
class AnyIsInst(nn.Module):
    def kind(self, a: Any) -> int:
        if isinstance(a, int):
            return 1
        if isinstance(a, Tensor):
            return 2
        if isinstance(a, list):
            return 3
        return 4

    def forward(self, x):
        return x + self.kind(3) + 10 * self.kind(x) + 100 * self.kind([1, 2])


@case(*S2)
class StrFmt(nn.Module):
    def forward(self, x, mode: str = "mean"):
        if x.dim() != 2:
            raise ValueError(f"bad {x.dim()} of {mode}")
        assert x.size(0) > 0, "empty {}".format(x.shape)
        print("shape", x.shape)
        if mode.startswith("m") and mode in ["mean", "max"]:
            return x.mean(0)
        return x.sum(0)


@case(*S2)
class StarList(nn.Module):
    def forward(self, x):
        a, b = x.shape
        s = list(x.shape) + [1]
        s[0] = -1
        y = x.reshape(s)
        t = [a, b] + [2]
        return y.expand(t), x.new_zeros(b, a)


@case(*S2)
class SortedList(nn.Module):
    def forward(self, x):
        l = [3, 1, 2]
        l.sort()
        m = sorted(l)
        m.reverse()
        z = x * l[0] + m[0] + sum(l) + max(l) + min(l)
        l.extend([5])
        l.pop(0)
        l.remove(5)
        return z + len(l), l
