"""Shapes, sizes and arithmetic on them."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from torch import Tensor

from feature import R, S3, S4, both, case


@both(*S4)
class Unpack(nn.Module):
    def forward(self, x):
        B, C, H, W = x.shape
        y = x.view(B, C, H * W).permute(0, 2, 1)
        n = y.shape[1]
        return (
            y.reshape(B, H, W, C),
            y.reshape(-1, C),
            y.reshape(B * n, C).unsqueeze(0),
            x.flatten(1),
            torch.arange(H * W).view(H, W),
            x.numel(),
        )


@both(*S3)
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, 2, c // 2).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q @ k.transpose(-2, -1)) * (c // 2) ** -0.5
        return (a.softmax(-1) @ v).transpose(1, 2).reshape(b, n, c), x.view(x.size()[:-1] + (2, 4))


@both(*S3)
class ExpandRepeat(nn.Module):
    def __init__(self):
        super().__init__()
        self.cls = nn.Parameter(R(1, 1, 8))

    def forward(self, x):
        b, t = x.shape[:2]
        c = self.cls.expand(b, -1, -1)
        x2 = torch.cat((c, x), dim=1)
        return (
            x2,
            x[:, :, None].expand(b, t, t, 8),
            x.repeat(1, 2, 1),
            x[0].expand_as(x),
            torch.tile(x, (2, 1, 1)),
            x.repeat_interleave(2, dim=1),
            self.cls.repeat(b, t, 1),
        )


@both(*[(R(2, n, m),) for n, m in ((4, 6), (2, 2), (6, 8))])
class ChunkSplit(nn.Module):
    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        c, d = x.split(x.size(1) // 2, dim=1)
        e, f = torch.split(x, [1, x.size(2) - 1], dim=2)
        g, h = x.tensor_split(2, dim=2)
        return a + b, c - d, e, f, g, h, x.narrow(1, 0, x.size(1) // 2), x.select(1, -1)


@case(*[(R(n, 4),) for n in (5, 1, 8)])
class SplitLoop(nn.Module):
    def forward(self, x):
        outs: List[Tensor] = []
        for c in x.split(3):
            outs.append(c.cumsum(0))
        return torch.cat(outs)


@both(*S4)
class ShuffleCh(nn.Module):
    def forward(self, x):
        x = torch.cat([x, x * 2], 1)
        b, c, h, w = x.size()
        g = 2
        x = x.view(b, g, c // g, h, w).transpose(1, 2).contiguous().view(b, -1, h, w)
        return F.pixel_shuffle(torch.cat([x, x], 1)[:, :8], 2), x


@both(*S4)
class Grid(nn.Module):
    def forward(self, x):
        h, w = x.shape[2:]
        y, z = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        g = torch.stack((z, y), 2).float() + 0.5
        g = g / torch.tensor([w, h])
        l = torch.linspace(-1, 1, w)
        return (
            g.view(1, -1, 2).expand(x.size(0), -1, -1),
            l,
            F.grid_sample(x, (g * 2 - 1)[None].expand(x.size(0), h, w, 2), align_corners=False),
        )


@both(*S3)
class Rotary(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("inv", 1.0 / (100 ** (torch.arange(0, 8, 2).float() / 8)))

    def forward(self, x):
        t = torch.arange(x.shape[1]).type_as(self.inv)
        f = torch.outer(t, self.inv)
        e = torch.cat((f, f), -1)
        x1, x2 = x[..., :4], x[..., 4:]
        return x * e.cos()[None] + torch.cat((-x2, x1), -1) * e.sin()[None]


@both(*S3)
class RelPos(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.Embedding(7, 2)

    def forward(self, x):
        n = x.size(1)
        r = torch.arange(n)
        d = (r[None] - r[:, None]).clamp(-3, 3) + 3
        return self.t(d).permute(2, 0, 1).unsqueeze(0) + (x @ x.mT)[:, None]


@both(*S3)
class RelShift(nn.Module):
    def forward(self, x):
        s = (x @ x.transpose(1, 2)).unsqueeze(1)
        b, h, q, k = s.shape
        z = torch.zeros((b, h, q, 1))
        p = torch.cat([z, s], -1).view(b, h, k + 1, q)[:, :, 1:].view_as(s)
        return p


@both(*S3)
class FlipRoll(nn.Module):
    def forward(self, x):
        return (
            x.flip(1),
            torch.roll(x, 1, 1),
            x[:, ::2],
            x[:, -1:],
            x[..., None, :],
            x[:, None].squeeze(1),
            x.swapaxes(0, 1),
            x.movedim(-1, 0),
            x.unflatten(-1, (2, 4)),
        )


@both(*S3)
class Norms(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.GroupNorm(2, 8)
        self.i = nn.InstanceNorm1d(8, affine=True)
        self.b = nn.BatchNorm1d(8)

    def forward(self, x):
        y = x.transpose(1, 2)
        return (
            self.g(y),
            F.normalize(x, dim=-1),
            F.layer_norm(x, x.shape[-1:]),
            x.norm(p=2, dim=-1, keepdim=True),
            self.b(y),
            x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6),
            torch.cdist(x, x),
        )


@both(*[(R(n, 8), R(m, 8)) for n, m in ((2, 3), (1, 5), (4, 1))])
class Pairs(nn.Module):
    def forward(self, a, b):
        d = (a[:, None] - b[None]).pow(2).sum(-1)
        return (
            d,
            d.min(1)[1],
            F.cosine_similarity(a[:, None], b[None], dim=-1),
            torch.cdist(a, b),
            a.mm(b.t()),
            d.argmin(dim=0),
            torch.baddbmm(torch.zeros(1, 1, 1), a[None], b.t()[None]),
        )


@both(*[(R(1, 3, h, w),) for h, w in ((8, 8), (5, 7), (12, 9))])
class Convs(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)
        self.d = nn.Conv2d(3, 6, 3, stride=2, groups=3, dilation=1, padding=1)
        self.s = nn.Conv2d(3, 3, 3, padding="same")
        self.r = nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect")

    def forward(self, x):
        return (
            self.t(x),
            self.d(x),
            self.s(x),
            self.r(x),
            F.pad(x, (1, 1, 1, 0), mode="replicate"),
            F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
            F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        )


@both(*[(R(1, 3, h, w),) for h, w in ((8, 8), (5, 7), (12, 9))])
class UNetSkip(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3, padding=1)
        self.b = nn.Conv2d(4, 4, 3, padding=1)
        self.c = nn.Conv2d(8, 2, 1)
        self.u = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)

    def forward(self, x):
        a = self.a(x).relu_()
        b = self.b(F.max_pool2d(a, 2))
        u = self.u(b)
        dy = a.size(2) - u.size(2)
        dx = a.size(3) - u.size(3)
        u = F.pad(u, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.c(torch.cat([a, u], 1))


@both(*[(R(b, t, 8), torch.tensor([min(t, 1 + i) for i in range(b)])) for b, t in ((2, 5), (1, 1), (3, 7))])
class Lengths(nn.Module):
    def forward(self, x, l):
        m = torch.arange(x.size(1))[None, :] < l[:, None]
        last = x[torch.arange(x.size(0)), l - 1]
        idx = (l - 1).view(-1, 1, 1).expand(-1, 1, x.size(-1))
        return x * m.unsqueeze(-1), last, x.gather(1, idx).squeeze(1), l.max()


@case(*[(R(b, t, 8), torch.tensor([t - i for i in range(b)])) for b, t in ((2, 5), (1, 1), (3, 7))])
class PackSeq(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.LSTM(8, 4, batch_first=True)

    def forward(self, x, l):
        p = nn.utils.rnn.pack_padded_sequence(x, l, batch_first=True)
        o, h = self.g(p)
        y, n = nn.utils.rnn.pad_packed_sequence(o, batch_first=True)
        return y, n


@case(*S4, form="trace")
class DetrLike(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3, 2, 1)
        self.t = nn.Transformer(8, 2, 1, 1, 16)
        self.row = nn.Parameter(torch.rand(20, 4))
        self.col = nn.Parameter(torch.rand(20, 4))
        self.q = nn.Parameter(torch.rand(5, 8))
        self.k = nn.Linear(8, 3)
        self.b = nn.Linear(8, 4)

    def forward(self, x) -> Dict[str, Tensor]:
        h = self.c(x)
        H, W = h.shape[-2:]
        pos = (
            torch.cat([self.col[:W].unsqueeze(0).repeat(H, 1, 1), self.row[:H].unsqueeze(1).repeat(1, W, 1)], dim=-1)
            .flatten(0, 1)
            .unsqueeze(1)
        )
        h = self.t(pos + 0.1 * h.flatten(2).permute(2, 0, 1), self.q.unsqueeze(1).repeat(1, x.size(0), 1)).transpose(
            0, 1
        )
        return {"logits": self.k(h), "boxes": self.b(h).sigmoid()}


@case(*[(torch.rand(n, 4) * 20 + torch.tensor([0.0, 0.0, 20.0, 20.0]), torch.rand(n)) for n in (8, 1, 15)])
class NMS(nn.Module):
    def forward(self, b, s):
        k = torch.ops.torchvision.nms(b, s, 0.3)
        return b[k], s[k][:5]


@case(*[(R(b, n, 6).sigmoid(),) for b, n in ((1, 8), (1, 3), (1, 15))])
class YoloPost(nn.Module):
    def forward(self, p):
        out: List[Tensor] = []
        for i in range(p.size(0)):
            x = p[i]
            x = x[x[:, 4] > 0.4]
            c, j = x[:, 5:].max(1, keepdim=True)
            out.append(torch.cat([x[:, :4], c, j.float()], 1))
        return torch.cat(out)
