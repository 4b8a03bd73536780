"""Other names and further forms of operators that have calls of their own elsewhere."""
from dsl import *
import torch

# Transposes as properties.
for name in ('mT.a', 'matrix_H.a', 'mH.a', 'numpy_T.a'):
    by = {'by': {'mT.a': lambda x: x.mT, 'matrix_H.a': lambda x: x.H, 'mH.a': lambda x: x.mH, 'numpy_T.a': lambda x: x.T}[name]}
    call(name, T(3, 4), options=by); call(name, T(2, 3, dtype='complex64'), options=by)
call('mT.a', T(2, 3, 4), options={'by': lambda x: x.mT}); call('mH.a', T(2, 3, 4, dtype='complex64'), options={'by': lambda x: x.mH})
# Convolutions.
call('_slow_conv2d_forward', T(2, 3, 7, 8), W(4, 3, 3, 3), [3, 3], W(4), [1, 1], [1, 1]); call('_slow_conv2d_forward', T(2, 3, 7, 8), W(4, 3, 3, 2), [3, 2], None, [2, 1], [0, 1])
call('conv_depthwise3d', K(T(1, 3, 5, 6, 4), 1), W(3, 1, 2, 3, 3), [2, 3, 3], W(3), [1, 1, 1], [0, 1, 1], [1, 1, 1], options={'by': lambda x, w, k, b, s, p, d: torch.nn.functional.conv3d(x, w, b, s, p, d, x.shape[1])}); call('slow_conv_dilated3d', T(1, 2, 6, 6, 5), W(3, 2, 2, 3, 2), [2, 3, 2], W(3), [1, 1, 1], [0, 1, 0], [2, 1, 2]); call('slow_conv_dilated3d', T(1, 2, 6, 6, 5), W(3, 2, 2, 3, 2), [2, 3, 2], None, [2, 1, 1])
CONV = {'by': lambda *a: torch.convolution(*a)}
call('convolution_overrideable', T(2, 3, 7, 8), W(4, 3, 3, 3), W(4), [1, 1], [1, 1], [1, 1], False, [0, 0], 1, options=CONV); call('convolution_overrideable', T(2, 3, 5, 4), W(3, 4, 3, 3), None, [2, 2], [1, 1], [1, 1], True, [1, 0], 1, options=CONV)
call('_native_batch_norm_legit', T(2, 3, 4, 5), W(3), W(3), W(3), W(3, lo=0.5, hi=2), False, 0.1, 1e-5, options={'only': 1, 'grow': False}); call('_native_batch_norm_legit', T(2, 3), None, None, W(3), W(3, lo=0.5, hi=2), False, 0.1, 1e-3, options={'only': 1, 'grow': False})
call('_prelu_kernel', T(2, 3, 4), W(1, 3, 1)); call('_prelu_kernel', T(2, 3), W(1, 3))
# Others.
call('_index_put_impl', T(4, 5), [I(3, lo=0, hi=4)], T(3, 5)); call('_index_put_impl', T(4, 5), [I(3, lo=0, hi=4), I(3, lo=0, hi=5)], T(3), True); call('_index_put_impl', T(4, 5), [None, I(3, lo=0, hi=5)], V0(2.5))
for mode in (0, 1, 2):
    call('embedding_bag.padding_idx', W(7, 3), V([1, 2, 4, 5, 4, 3, 0], dtype='int64'), V([0, 3, 5], dtype='int64'), False, mode, False, None, False, 4, options={'only': 1, 'grow': False}); call('embedding_bag.padding_idx', W(7, 3), V([1, 2, 4, 5, 4, 3, 0], dtype='int64'), V([0, 3, 7], dtype='int64'), False, mode, False, None, True, None, options={'only': 1, 'grow': False})
call('fft_ifftn', T(3, 4, dtype='complex64')); call('fft_ifftn', T(2, 3, 4, dtype='complex64'), None, [1, 2]); call('fft_ifftn', T(3, 4, dtype='complex64'), [5, 3], [0, 1], 'ortho'); call('fft_ifftn', T(3, 4))
call('fft_hfft2', T(3, 4, dtype='complex64')); call('fft_hfft2', T(2, 3, 4, dtype='complex64'), [3, 5], [1, 2], 'ortho'); call('fft_hfftn', T(3, 4, dtype='complex64')); call('fft_hfftn', T(2, 3, 4, dtype='complex64'), None, [0, 2])
call('logspace.Tensor_Scalar', V0(0.5), 3, 5, 2.0); call('logspace.Tensor_Scalar', V0(0, dtype='int64'), 2.5, 4); call('logspace.Tensor_Tensor', V0(0.5), V0(3.0), 5); call('logspace.Tensor_Tensor', V0(0.5), V0(3.0), 1, 3.0, dtype=torch.float64)
call('nonzero_static', V([0, 1, 2, 0, 3, 0], 2, 3, dtype='int64'), size=2, options={'grow': False}); call('nonzero_static', V([0, 1, 2, 0, 3, 0], 2, 3, dtype='int64'), size=5, fill_value=-7, options={'grow': False})
call('special_zeta', P(3, 4, lo=1.5, hi=6), P(3, 4, lo=0.5, hi=5)); call('special_zeta', P(3, 4, lo=1.5, hi=6, dtype='float64'), P(4, lo=0.5, hi=5, dtype='float64'))
call('split', T(6, 5), [1, 2, 3]); call('split', T(4, 5), [2, 3], 1)
call('_grouped_mm', T(2, 3, 4), T(2, 4, 5), options={'by': torch.bmm}); call('_grouped_mm', T(6, 4), T(2, 4, 5), V([2, 6], dtype='int32'), options={'by': lambda a, b, offs: torch.cat([a[:2] @ b[0], a[2:6] @ b[1]]), 'grow': False})
NAN = float('nan')
HOLES = V([1.0, NAN, 3.0, -2.0, 0.5, NAN, 4.0, 7.0], 2, 4)
call('nanquantile', HOLES, V([0.0, 0.3, 1.0])); call('nanquantile', HOLES, V([0.25, 0.5]), 1); call('nanquantile', HOLES, V0(0.75), 0, True); call('nanquantile', HOLES, V([0.4]), 1, interpolation='lower')
call('rrelu', T(2, 3), 0.125, 0.5, True, options={'random': True}); call('dropout', T(2, 3), 0.5, True, options={'random': True}); call('feature_dropout', T(2, 3, 4), 0.5, True, options={'random': True}); call('alpha_dropout', T(2, 3), 0.5, True, options={'random': True}); call('feature_alpha_dropout', T(2, 3, 4), 0.5, True, options={'random': True}); call('native_dropout', T(2, 3), 0.5, True, options={'random': True})
# Fourier transforms of real tensors that stand for complex ones.
call('fft_irfft', T(2, 5)); call('fft_irfft', T(2, 5), 6, 0, 'ortho'); call('fft_hfft', T(2, 5)); call('fft_hfft2', T(3, 4)); call('fft_hfftn', T(2, 3, 4), None, [0, 2]); call('fft_irfft2', T(3, 4)); call('fft_irfftn', T(2, 3, 4), None, [1, 2])
call('gather', T(3, 4), 0, I(0, 4)); call('gather', T(3, 4), 1, V([], 3, 0, dtype='int64'), options={'grow': False})
call('nanmedian.dim', I(2, 5), 1); call('nanmedian.dim', T(), 0); call('mode', T()); call('mode', V0(3, dtype='int64'))
