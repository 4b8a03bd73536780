"""Classes, interfaces, types, strings and other features of the language."""

import math
from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import I, R, S2, S3, S4, both, case, clone


@case(*S2)
class UnusedIgnore(nn.Module):
    @torch.jit.unused
    def f(self, x: Tensor) -> Tensor:
        return x * 100

    @torch.jit.ignore
    def g(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def enc(self, x):
        return x + 1

    def forward(self, x):
        if torch.jit.is_scripting():
            return x + 0 + self.enc(x)
        return x + 0 + self.enc(x)


@case(*S2)
class PropFinal(nn.Module):
    scale: torch.jit.Final[float]
    __constants__ = ["k"]

    def __init__(self):
        super().__init__()
        self.scale = 2.5
        self.k = 3
        self.p = "add"
        self.dims = [0, 1]
        self.shape_t = (1, 2)
        self.none = None

    @property
    def twice(self) -> float:
        return self.scale * 2

    def forward(self, x):
        if self.p == "add" and self.none is None:
            x = x + self.twice
        return x * self.k + self.dims[1] + self.shape_t[1]


@torch.jit.script
class Box:
    def __init__(self, t: Tensor, n: int):
        self.t = t
        self.n = n

    def area(self) -> Tensor:
        return self.t.sum(-1) * self.n

    def grow(self, k: float):
        self.t = self.t * k
        self.n += 1

    def __add__(self, o: "Box") -> "Box":
        return Box(self.t + o.t, self.n)


@case(*S2)
class ScriptClass(nn.Module):
    def forward(self, x):
        b = Box(x, 2)
        b.grow(1.5)
        c = b + Box(x, 1)
        b.grow(2.0)
        return c.area(), b.t, b.n


@torch.jit.script
def helper(x: Tensor, k: int = 2, s: float = 1.0) -> Tensor:
    return x * k + s


@case(*S2)
class FuncKw(nn.Module):
    def forward(self, x):
        return helper(x, s=2.0) + helper(x=x, k=x.size(0))


@case(*S2)
class IntArith(nn.Module):
    def forward(self, x):
        b, t = x.shape
        a = (
            b // 2
            + t % 3
            + b**2
            + int(math.sqrt(t))
            + math.ceil(b / 2)
            + math.floor(t / 3)
            - max(b, t)
            + min(b, 2)
            + abs(b - t)
            + round(b / 2)
        )
        return x * a, float(b) / t, a, divmod(b, 2)[0], b & 1, b << 1, b ^ t, -b


@both(*S3)
class AttnScale(nn.Module):
    def forward(self, x):
        s = (x @ x.transpose(-2, -1)) / math.sqrt(x.size(-1))
        t = x.size(1)
        m = torch.ones(t, t).tril() > 0.5
        s = s.masked_fill(~m, float("-inf"))
        return s.softmax(-1) @ x


@both(*S3)
class TriuMask(nn.Module):
    def forward(self, x):
        t = x.size(1)
        m = torch.triu(torch.full((t, t), float("-inf")), diagonal=1)
        return (x @ x.transpose(1, 2) + m).softmax(-1)


@both(*S3)
class PosEmb(nn.Module):
    def __init__(self):
        super().__init__()
        self.pe = nn.Embedding(20, 8)
        self.p = nn.Parameter(R(1, 20, 8))

    def forward(self, x):
        pos = torch.arange(x.size(1), device=x.device)
        return x + self.pe(pos)[None] + self.p[:, : x.size(1)]


@both(*S4)
class PosInterp(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(R(1, 3, 4, 4))

    def forward(self, x):
        p = F.interpolate(self.p, size=x.shape[-2:], mode="bicubic", align_corners=False)
        return x + p


@both(*[(R(n, 3, h, w), R(n, 3, k, j)) for n, h, w, k, j in ((1, 8, 8, 5, 6), (2, 5, 7, 9, 11), (1, 1, 3, 4, 4))])
class InterpTo(nn.Module):
    def forward(self, x, y):
        return (
            F.interpolate(x, size=y.shape[2:], mode="bilinear", align_corners=True) + y,
            F.interpolate(x, size=(y.size(2), y.size(3)), mode="nearest"),
            F.interpolate(x, scale_factor=2.0),
        )


@both(*[(R(n, 3, h, w),) for n, h, w in ((1, 8, 8), (2, 5, 7), (1, 1, 3))])
class PadMult(nn.Module):
    def forward(self, x):
        h, w = x.shape[-2:]
        ph = (4 - h % 4) % 4
        pw = (4 - w % 4) % 4
        x = F.pad(x, (0, pw, 0, ph))
        return x, x.unfold(2, 4, 4)


@both(*[(R(n, h, w, 6),) for n, h, w in ((1, 8, 8), (2, 4, 12), (3, 4, 4))])
class WindowPart(nn.Module):
    def forward(self, x):
        B, H, W, C = x.shape
        x = x.view(B, H // 4, 4, W // 4, 4, C)
        w = x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, 16, C)
        b = int(w.shape[0] / (H * W / 4 / 4))
        y = w.view(b, H // 4, W // 4, 4, 4, -1).permute(0, 1, 3, 2, 4, 5).reshape(b, H, W, -1)
        return w, y


@case(*[(R(n, h, w, 6),) for n, h, w in ((1, 8, 8), (2, 5, 12), (3, 7, 4))], form="trace")
class SwinMask(nn.Module):
    def forward(self, x):
        B, H, W, C = x.shape
        Hp = int(math.ceil(H / 4)) * 4
        Wp = int(math.ceil(W / 4)) * 4
        m = torch.zeros((1, Hp, Wp, 1), device=x.device)
        cnt = 0
        for h in (slice(0, -4), slice(-4, -2), slice(-2, None)):
            for w in (slice(0, -4), slice(-4, -2), slice(-2, None)):
                m[:, h, w, :] = cnt
                cnt += 1
        return m, torch.roll(x, shifts=(-2, -2), dims=(1, 2))


@both(*S4)
class SEpool(nn.Module):
    def forward(self, x):
        return (
            F.avg_pool2d(x, (x.size(2), x.size(3))),
            F.adaptive_avg_pool2d(x, 1),
            F.adaptive_max_pool2d(x, (1, 1)),
            x.mean([2, 3], keepdim=True),
            x.flatten(2).max(-1)[0],
        )


@case(*S4)
class AvgShape(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, x.shape[2:])


@both(*[(R(n, 3, h, w),) for n, h, w in ((1, 8, 8), (2, 16, 4), (3, 4, 12))])
class AdaptPool(nn.Module):
    def forward(self, x):
        return F.adaptive_avg_pool2d(x, (2, 4)), F.adaptive_avg_pool2d(x, [x.size(2), 1])


@both(*S4)
class AdaptPoolOdd(nn.Module):
    def forward(self, x):
        return F.adaptive_avg_pool2d(x, (6, 5)), F.adaptive_max_pool2d(x, 3)


@both(*[(R(b, t, 8), R(b, h, 8)) for b, t, h in ((2, 1, 3), (1, 2, 5), (3, 1, 1))])
class KVCache(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.k = nn.Linear(8, 8)

    def forward(self, x, cache):
        k = torch.cat([cache, self.k(x)], dim=1)
        off = cache.size(1)
        p = torch.arange(off, off + x.size(1))
        q = self.q(x).view(x.size(0), -1, 2, 4).transpose(1, 2)
        kk = k.view(x.size(0), -1, 2, 4).transpose(1, 2)
        a = (q @ kk.transpose(-1, -2)).masked_fill(torch.arange(k.size(1))[None] > p[:, None], -1e9)
        return (a.softmax(-1) @ kk).transpose(1, 2).flatten(2), k


@both(*[(R(b, t, 8), I(2, b, t).bool()) for b, t in ((2, 5), (1, 1), (3, 7))])
class MaskedMean(nn.Module):
    def forward(self, x, m):
        f = m.unsqueeze(-1).to(x.dtype)
        e = (1.0 - m[:, None, None, :].float()) * -3.4e38
        return (x * f).sum(1) / f.sum(1).clamp(min=1e-6), e, m.long().sum(-1), x.masked_fill(~m[..., None], 0)


@both(*S3)
class RNNs(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.RNN(8, 4, batch_first=True)
        self.l = nn.LSTM(8, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.g = nn.GRU(8, 4)

    def forward(self, x):
        a, h = self.r(x)
        b, (h2, c2) = self.l(x)
        g, h3 = self.g(x)
        return a, h, b, h2, c2, g, h3


@both(*[(R(b, t, 8), R(2, b, 4)) for b, t in ((2, 5), (1, 1), (3, 7))])
class GRUInit(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.GRU(8, 4, bidirectional=True, batch_first=True)

    def forward(self, x, h):
        return self.g(x, h)


@case(*S3)
class LSTMInit(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.LSTM(8, 4, batch_first=True)

    def forward(self, x, st: Optional[Tuple[Tensor, Tensor]] = None):
        if st is None:
            st = (torch.zeros(1, x.size(0), 4), torch.ones(1, x.size(0), 4))
        return self.l(x, st)


@both(*S3)
class MHA(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.m(x, x, x)


@both(*[(R(t, b, 8), I(2, b, t).bool() & (torch.arange(t) > 0)) for b, t in ((2, 5), (1, 2), (3, 7))])
class MHAMask(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = nn.MultiheadAttention(8, 2)

    def forward(self, x, m):
        return self.m(x, x + 1, x, key_padding_mask=m, need_weights=False)[0]


@both(*S3)
class TEnc(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu"), 2)

    def forward(self, x):
        return self.e(x)


@both(*[(R(b, t, 8), I(2, b, t).bool() & (torch.arange(t) > 0)) for b, t in ((2, 5), (1, 2), (3, 7))])
class TEncMask(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False
        )

    def forward(self, x, m):
        c = torch.triu(torch.ones([x.size(1), x.size(1)]), 1) > 0
        return self.e(x, mask=c, src_key_padding_mask=m)


@case(*[(R(b, t, 8), R(b, s, 8)) for b, t, s in ((2, 5, 3), (1, 1, 2), (3, 7, 1))], form="trace")
class TFull(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)

    def forward(self, a, b):
        m = nn.Transformer.generate_square_subsequent_mask(b.size(1))
        return self.t(a, b, tgt_mask=m)


@both(*[(R(b, t, 8), R(b, s, 8)) for b, t, s in ((2, 5, 3), (1, 1, 2), (3, 7, 1))])
class TDec(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, batch_first=True, norm_first=True), 2)

    def forward(self, a, b):
        return self.t(a, b)


@both(*[(R(b, t, 8), R(b, s, 8)) for b, t, s in ((2, 5, 3), (1, 1, 2), (3, 7, 1))])
class Einsum(nn.Module):
    def forward(self, a, b):
        return (
            torch.einsum("bid,bjd->bij", a, b),
            torch.einsum("b i d, b j e -> d e", a, b),
            torch.einsum("bid->bdi", a),
            torch.einsum("...d,d->...", a, b[0, 0]),
        )


@both(*[(R(b, 2, t, 8), R(b, 2, s, 8)) for b, t, s in ((2, 5, 5), (1, 1, 2), (3, 7, 9))])
class SDPA(nn.Module):
    def forward(self, q, k):
        m = torch.ones(q.size(2), k.size(2), dtype=torch.bool).tril()
        return (
            F.scaled_dot_product_attention(q, k, k),
            F.scaled_dot_product_attention(q, k, k, attn_mask=m),
            F.scaled_dot_product_attention(q, k, k, is_causal=True),
            F.scaled_dot_product_attention(q, k, k, attn_mask=R(1).abs() * 0 + m.float(), scale=0.3),
        )


@both(*[(R(b, 4, t, 8), R(b, 2, t, 8)) for b, t in ((2, 5), (1, 1), (3, 7))])
class SDPAGqa(nn.Module):
    def forward(self, q, k):
        return F.scaled_dot_product_attention(q, k, k, enable_gqa=True)


@both(*[(I(10, n), torch.tensor([0, min(2, n - 1), n - 1])) for n in (6, 3, 9)])
class EmbBag(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.EmbeddingBag(10, 4, mode="mean")

    def forward(self, i, o):
        return self.e(i, o)


@both(*[(I(10, b, n),) for b, n in ((2, 6), (1, 1), (3, 9))])
class EmbBag2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.EmbeddingBag(10, 4, mode="sum")

    def forward(self, i):
        return self.e(i)


@both(*[(R(b, n),) for b, n in ((2, 6), (1, 3), (3, 9))])
class TopK(nn.Module):
    def forward(self, x):
        v, i = x.topk(3, dim=-1)
        s, j = x.sort(dim=1, descending=True)
        k = min(5, x.size(1))
        v2, _ = torch.topk(x, k)
        return (
            v,
            i,
            s,
            x.gather(1, j),
            torch.zeros_like(x).scatter_(1, i, 1.0),
            F.one_hot(i, 9),
            x.cumsum(-1),
            v2,
            x.argsort(-1),
        )


@both(*[(R(n, m),) for n, m in ((2, 3), (3, 4), (5, 7))])
class NonZero(nn.Module):
    def forward(self, x):
        i = (x > 0).nonzero()
        m = x > 0
        a, b = torch.where(m)
        return i, x[m], torch.where(m, x, torch.zeros_like(x)), torch.where(m, x, 0.0), a, b, x[x[:, 0] > -9], m.sum()


@both(*[(R(n, m), R(n, m, 4)) for n, m in ((2, 3), (1, 4), (5, 7))])
class BoolIdx2(nn.Module):
    def forward(self, x, y):
        k = x > 0
        z = y[k]
        y2 = y.clone()
        y2[k] = 0.0
        y3 = y.clone()
        y3[k] = z * 2
        return z, y2, y3


@both(*[(R(n, 4).half(),) for n in (2, 1, 5)])
class Half(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4).half()
        self.n = nn.LayerNorm(4).half()

    def forward(self, x):
        return self.n(self.l(x)).float() + 1, x * 0.1, x.softmax(-1), x.sum(0)


@both(*[(R(n, 4),) for n in (2, 1, 5)])
class BF16(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(4, 4).bfloat16()

    def forward(self, x):
        return self.l(x.to(torch.bfloat16)).float(), (x.to(torch.bfloat16) * 2).float()


@both(*[(R(n, 3, h, h).double(),) for n, h in ((2, 6), (1, 5), (5, 9))])
class F64(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3).double()
        self.b = nn.BatchNorm2d(4).double()

    def forward(self, x):
        return (
            F.gelu(self.b(self.c(x))),
            x.std(),
            x.var(1),
            F.max_pool2d(x, 2),
            F.interpolate(x, scale_factor=2.0, mode="bilinear"),
        )


@case(*[(R(n, 4), 3, 0.5, True) for n in (2, 1, 5)])
class ScalarIn(nn.Module):
    def forward(self, x, n: int, a: float, f: bool):
        y = x * a + n
        if f:
            y = y.repeat(n, 1)
        return y, n + 1, a * 2, not f


@case(*[(R(n, 4), None, [1, 2]) for n in (2, 1, 5)])
class ListIntIn(nn.Module):
    def forward(self, x, m: Optional[Tensor], l: List[int]):
        return x.repeat(l) if m is None else x


@both(*[(R(()), I(5)) for _ in range(3)])
class ZeroD(nn.Module):
    def forward(self, a, b):
        return (
            a * 2,
            a + b,
            torch.stack([a, b.float()]),
            a.view(1),
            a.item() if False else a.exp(),
            a.unsqueeze(0).expand(3),
        )


@case(
    (),
)
class NoIn(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(R(3))

    def forward(self):
        return self.p * 2, torch.arange(5), torch.ones(2)


@both(*[(I(10, b, t),) for b, t in ((2, 5), (1, 1), (3, 7))])
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(10, 8)
        self.o = nn.Linear(8, 10, bias=False)
        self.o.weight = self.e.weight

    def forward(self, i):
        return self.o(self.e(i))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.b = nn.BatchNorm2d(8)
        self.d = nn.Dropout(0.1)
        self.l = nn.Linear(8, 4)
        self.b.running_mean.normal_()
        self.b.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = F.relu(self.b(self.c(x)))
        x = F.max_pool2d(x, 2)
        x = self.d(x.mean([2, 3]))
        return self.l(x) if x.size(0) > 0 else x


both(*S4, post=torch.jit.freeze, id="Frozen")(Net)


class LSTMNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.LSTM(8, 4, batch_first=True)
        self.a = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self, x):
        return self.l(self.a(x))[0]


both(*S3, post=torch.jit.freeze, id="FrozenLSTM")(LSTMNet)
