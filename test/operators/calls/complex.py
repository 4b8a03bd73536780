"""Complex tensors and Fourier transforms; results are compared as pairs of real numbers."""
from dsl import *
import torch

Z = lambda *d, **k: T(*d, dtype='complex64', **k)
ZW = lambda *d: W(*d, dtype='complex64')
call('view_as_real', Z(2, 3)); call('view_as_complex', K(T(2, 3, 2), 2)); call('real', Z(2, 3)); call('imag', Z(2, 3)); call('complex', T(2, 3), T(2, 3)); call('complex', T(2, 1), T(3)); call('polar', P(2, 3), T(2, 3)); call('abs', Z(2, 3)); call('angle', Z(2, 3)); call('conj_physical', Z(2, 3)); call('_conj', Z(2, 3)); call('resolve_conj', Z(3)); call('neg', Z(3)); call('exp', Z(3, lo=-1, hi=1))
for op in ('add.Tensor', 'sub.Tensor', 'mul.Tensor', 'div.Tensor'):
    call(op, Z(2, 3), Z(3)); call(op, Z(2, 3), T(3, lo=1)); call(op, P(3), Z(2, 3)) ; call(op, Z(2, 3), ZW(3)); call(op, Z(2, 1), Z(3))
call('add.Tensor', Z(3), Z(3), alpha=2); call('mul.Scalar', Z(3), 2.5); call('div.Scalar', Z(3), 2); call('matmul', Z(2, 3), Z(3, 4)); call('matmul', Z(2, 2, 3), Z(3, 4)); call('bmm', Z(2, 2, 3), Z(2, 3, 4)); call('sum.dim_IntList', Z(2, 3), [1]); call('mean.dim', Z(2, 3), [0], True)
call('view', Z('N', 6), [Sym('N'), 2, 3]); call('reshape', Z(2, 6), [-1]); call('permute', Z(2, 3, 4), [2, 0, 1]); call('transpose.int', Z(2, 3), 0, -1); call('unsqueeze', Z(2, 3), -1); call('unsqueeze', Z(2, 3), 1); call('slice.Tensor', Z(2, 5), -1, 1, 4); call('select.int', Z(2, 3), -1, 0); call('cat', [Z(2, 3), Z(2, 3)], -1); call('stack', [Z(2, 3), Z(2, 3)], -1); call('expand', Z(1, 3), [2, 3]); call('flatten.using_ints', Z(2, 3), 0); call('index_select', Z(3, 2), 0, I(2, lo=0, hi=3)); call('chunk', K(Z(2, 4), 1), 2, -1); call('to.dtype', T(3), torch.complex64); call('squeeze.dim', K(Z(2, 1), 1), 1)
for norm in (None, 'ortho', 'forward'):
    call('fft_fft', T(2, 6), None, -1, norm); call('fft_fft', Z(2, 6), None, 0, norm); call('fft_ifft', Z(2, 5), None, -1, norm); call('fft_rfft', T(2, 6), None, -1, norm); call('fft_rfft', T(2, 5), None, -1, norm); call('fft_irfft', Z(2, 4), None, -1, norm); call('fft_irfft', Z(2, 4), 7, -1, norm); call('fft_hfft', Z(2, 4), None, -1, norm); call('fft_ihfft', T(2, 6), None, -1, norm)
    call('fft_fftn', T(2, 4, 6), None, None, norm); call('fft_fft2', T(2, 4, 6), None, [-2, -1], norm); call('fft_ifft2', Z(2, 4, 6), None, [-2, -1], norm); call('fft_rfft2', T(2, 4, 6), None, [-2, -1], norm); call('fft_irfft2', Z(2, 4, 4), None, [-2, -1], norm); call('fft_rfftn', T(2, 4, 6), None, [1, 2], norm); call('fft_irfftn', Z(2, 4, 4), None, None, norm)
call('fft_fft', T(2, 6), 4); call('fft_fft', T(2, 6), 9); call('fft_rfft', T(2, 6), 8, 0); call('fft_irfft', Z(2, 4), 4); call('fft_irfft', Z(2, 4), 12); call('fft_fftn', T(2, 4, 6), [4, 8], [1, 2]); call('fft_fftn', T(2, 4, 6), None, [1, 2]); call('fft_fft', T(2, 6, dtype='float64')); call('fft_ifft', T(2, 6)); call('fft_rfftn', T(2, 4, 6), [3, 4], [1, 2])
for op in ('fft_fftshift', 'fft_ifftshift'):
    call(op, T(5)); call(op, T(2, 5, 4)); call(op, T(2, 5), [1]); call(op, Z(2, 5)); call(op, Z(4, 5), [-1])
call('fft_fftfreq', 5); call('fft_fftfreq', 6, 0.5); call('fft_rfftfreq', 5); call('fft_rfftfreq', 6, 0.5)
call('stft.center', T(2, 20), 8, 4, 8, W(8, lo=0.5), True, 'reflect', False, True, True); call('stft.center', T(20), 8, 3, 6, W(6, lo=0.5), True, 'constant', True, None, True); call('stft.center', T(2, 20), 8, None, None, W(8, lo=0.5), False, 'reflect', False, False, True); call('stft', T(2, 20), 8, 4, 8, W(8, lo=0.5), False, True, False); call('stft', T(20), 8, 4, 8, W(8, lo=0.5), False, True, True)
call('istft', Z(2, 5, 6), 8, 2, 8, W(8, lo=0.5), True); call('istft', Z(5, 6), 8, 2, 8, W(8, lo=0.5), True, False, None, 9); call('istft', Z(2, 5, 6), 8, 4, 8, W(8, lo=0.5), True, True)
