"""Fake quantization."""
from dsl import *

for low, high in ((0, 255), (-128, 127), (0, 127), (-8, 7)):
    zero = max(low, 0) + 3
    call('fake_quantize_per_tensor_affine', T(3, 4), 0.1, zero, low, high); call('fake_quantize_per_tensor_affine', T(3, 4), 0.0137, low, low, high)
    call('fake_quantize_per_tensor_affine.tensor_qparams', T(3, 4), V0(0.1), V0(zero, dtype='int32'), low, high)
    for axis in (0, 1):
        n = (3, 4)[axis]
        call('fake_quantize_per_channel_affine', T(3, 4, 2), W(n, lo=0.02, hi=0.2), V([zero, low, high][:n] + [zero] * (n - 3), dtype='int32', constant=True), axis, low, high, options={'grow': False})
