"""Strides, storages read by strides, and what depends on how a tensor lies in memory."""

from typing import *

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from feature import R, case


@case(*[(R(b, s, 12), R(12, 12)) for b, s in ((2, 16), (3, 8), (2, 24))])
class OverlappingChunks(nn.Module):
    def forward(self, x, w):
        b, s = x.size(0), x.size(1)
        q = F.linear(x.transpose(0, 1), w) / 3.0
        q = q.view(s, b, 3, 4).transpose(0, 1).transpose(1, 2).reshape(b * 3, s, 4)
        chunks = q.view(b * 3, s // 8, 8, 4)
        size, stride = list(chunks.size()), list(chunks.stride())
        size[1] = size[1] * 2 - 1
        stride[1] = stride[1] // 2
        padded = F.pad(q, (0, 0, 4, 4), value=-1.0)
        t = padded.stride()
        windows = padded.as_strided((b * 3, s // 4 + 1, 8, 4), (t[0], 4 * t[1], t[1], t[2]))
        return chunks.as_strided(size, stride), windows, torch.tensor(chunks.stride()), chunks.storage_offset()


@case(*[(R(a, b, 5),) for a, b in ((2, 3), (3, 2), (4, 7))])
class Layouts(nn.Module):
    def forward(self, x):
        y = x.permute(2, 0, 1)
        if y.is_contiguous():
            r = y * 2
        else:
            r = y.contiguous() + 1
        u = torch.relu(y[:, 1:])
        v = x[:, 0] + 1
        strides = [
            y.stride(),
            y.reshape(y.size(0) * y.size(1), y.size(2)).stride(),
            y.flatten(1).stride(),
            u.stride(),
            v.t().stride(),
        ]
        views = (y.as_strided((2, 3), (1, 2)), y.contiguous().as_strided((2, 3), (1, 2)), u.as_strided((3, 2), (1, 2)))
        return (
            r,
            [torch.tensor(s) for s in strides],
            views,
            u.is_contiguous(),
            v.is_contiguous(),
            y.unsqueeze(1).stride(-1),
        )
