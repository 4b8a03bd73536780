"""Convolutions, normalizations, pooling, padding, resizing, columns, sampling."""
from dsl import *
import torch

F16, F64 = torch.float16, torch.float64
# Convolutions. Channels and kernels belong to constants.
call('conv1d', T(2, 3, 9), W(4, 3, 3), W(4)); call('conv1d', T(2, 3, 9), W(4, 3, 3), None, [2], [1], [2]); call('conv1d', T(3, 9), W(4, 3, 3)); call('conv1d', T(2, 4, 9), W(4, 2, 3), W(4), [1], [1], [1], 2)
call('conv2d', T(2, 3, 7, 8), W(4, 3, 3, 3), W(4)); call('conv2d', T(2, 3, 7, 8), W(4, 3, 3, 2), None, [2, 1], [1, 0], [1, 2]); call('conv2d', T(3, 7, 8), W(4, 3, 3, 3), W(4), [1, 1], [1, 1]); call('conv2d', T(2, 4, 7, 8), W(4, 1, 3, 3), W(4), [1, 1], [1, 1], [1, 1], 4); call('conv2d', T(2, 3, 5, 5, dtype='float16'), W(2, 3, 3, 3, dtype='float16')); call('conv2d', T(2, 3, 5, 5, dtype='float64'), W(2, 3, 3, 3, dtype='float64')); call('conv2d', T(1, 3, 5, 5), W(2, 3, 1, 1)); call('conv2d', T(1, 3, 5, 5), K(T(2, 3, 3, 3)), T(2))
call('conv3d', T(1, 2, 5, 6, 4), W(3, 2, 2, 3, 3), W(3)); call('conv3d', T(2, 5, 6, 4), W(3, 2, 2, 3, 3), W(3), [1, 2, 1], [1, 1, 1])
for p in ('same', 'valid'):
    call('conv1d.padding', T(2, 3, 9), W(4, 3, 3), W(4), [1], p); call('conv2d.padding', T(2, 3, 7, 8), W(4, 3, 2, 4), W(4), [1, 1], p); call('conv2d.padding', T(2, 3, 7, 8), W(4, 3, 3, 2), None, [1, 1], p, [1, 2]); call('conv3d.padding', T(1, 2, 5, 6, 4), W(3, 2, 2, 3, 3), None, [1, 1, 1], p); call('_convolution_mode', T(2, 3, 7, 8), W(4, 3, 3, 3), None, [1, 1], p, [1, 1], 1)
call('conv_transpose1d', T(2, 3, 6), W(3, 4, 3), W(4)); call('conv_transpose1d', T(2, 3, 6), W(3, 2, 3), None, [2], [1], [1], 1, [2]); call('conv_transpose2d.input', T(2, 3, 5, 4), W(3, 4, 3, 3), W(4)); call('conv_transpose2d.input', T(2, 4, 5, 4), W(4, 2, 3, 2), W(4), [2, 3], [1, 0], [1, 2], 2, [1, 1]); call('conv_transpose2d.input', T(3, 5, 4), W(3, 4, 3, 3), W(4), [2, 2]); call('conv_transpose3d.input', T(1, 2, 3, 4, 3), W(2, 3, 2, 2, 2), W(3), [2, 1, 2])
call('convolution', T(2, 3, 7, 8), W(4, 3, 3, 3), W(4), [1, 1], [1, 1], [1, 1], False, [0, 0], 1); call('convolution', T(2, 3, 5, 4), W(3, 4, 3, 3), None, [2, 2], [1, 1], [1, 1], True, [1, 0], 1); call('_convolution', T(2, 3, 7, 8), W(4, 3, 3, 3), W(4), [2, 2], [0, 1], [1, 1], False, [0, 0], 1, False, False, True, True); call('_convolution', T(2, 3, 9), W(4, 3, 3), None, [1], [1], [1], False, [0], 1, False, False, True, True); call('_convolution.deprecated', T(2, 3, 7, 8), W(4, 3, 3, 3), W(4), [2, 2], [0, 1], [1, 1], False, [0, 0], 1, False, False, True)
call('conv_tbc', T(6, 2, 3), W(3, 3, 4), W(4), 1)
call('thnn_conv2d', T(2, 3, 7, 8), W(4, 3, 3, 3), [3, 3], W(4), [1, 1], [1, 1]); call('slow_conv3d', T(1, 2, 5, 6, 4), W(3, 2, 2, 3, 3), [2, 3, 3], W(3)); call('slow_conv_dilated2d', T(2, 3, 7, 8), W(4, 3, 3, 3), [3, 3], W(4), [1, 1], [0, 0], [2, 1])
# Normalizations.
BN = lambda: [W(3), W(3), W(3), W(3, lo=0.5, hi=2)]
call('batch_norm', T(2, 3, 4, 5), *BN(), False, 0.1, 1e-5, True); call('batch_norm', T(2, 3), *BN(), False, 0.1, 1e-3, True); call('batch_norm', T(2, 3, 5), None, None, W(3), W(3, lo=0.5, hi=2), False, 0.1, 1e-5, True); call('batch_norm', T(2, 3, 4, 5), W(3), W(3), None, None, True, 0.1, 1e-5, True); call('batch_norm', T(2, 3, 4, 5), W(3), W(3), W(3), W(3, lo=0.5, hi=2), True, 0.1, 1e-5, True); call('batch_norm', T(2, 3, 2, 2, 2), *BN(), False, 0.1, 1e-5, True); call('batch_norm', T(2, 3, 4), *[W(3, dtype='float64'), W(3, dtype='float64'), W(3, dtype='float64'), W(3, lo=0.5, hi=2, dtype='float64')], False, 0.1, 1e-5, True)
call('batch_norm', T(2, 3, 4, dtype='float16'), W(3, dtype='float16'), W(3, dtype='float16'), W(3, dtype='float16'), W(3, lo=0.5, hi=2, dtype='float16'), False, 0.1, 1e-5, True)
call('native_batch_norm', T(2, 3, 4, 5), *BN(), False, 0.1, 1e-5, options={'only': 1, 'grow': False}); call('_native_batch_norm_legit_no_training', T(2, 3, 4, 5), *BN(), 0.1, 1e-5, options={'only': 1, 'grow': False}); call('_native_batch_norm_legit.no_stats', T(2, 3, 4, 5), W(3), W(3), True, 0.1, 1e-5, options={'only': 1, 'grow': False}); call('batch_norm', T(2, 3, 4, 5), T(3), T(3), T(3), P(3), False, 0.1, 1e-5, True)
call('layer_norm', T(2, 3, 4), [4], W(4), W(4)); call('layer_norm', T(2, 3, 4), [4]); call('layer_norm', T(2, 3, 4), [3, 4], W(3, 4), W(3, 4), 1e-3); call('layer_norm', T(2, 3, 4), [4], W(4)); call('layer_norm', T(2, 3, 4), [4], None, W(4)); call('layer_norm', T(2, 3, 4, dtype='float16'), [4], W(4, dtype='float16'), W(4, dtype='float16')); call('layer_norm', T(2, 3, 4, dtype='float64'), [4]); call('layer_norm', T(4), [4], W(4), W(4)); call('layer_norm', T(2, 3, 'L'), [Sym('L')], None, None); call('layer_norm', T(0, 4), [4])
call('native_layer_norm', T(2, 3, 4), [4], W(4), W(4), 1e-5); call('native_layer_norm', T(2, 3, 4), [3, 4], None, None, 1e-5)
call('instance_norm', T(2, 3, 4, 5), W(3), W(3), None, None, True, 0.1, 1e-5, True); call('instance_norm', T(2, 3, 6), None, None, None, None, True, 0.1, 1e-5, True); call('instance_norm', T(2, 3, 4, 5), W(3), W(3), W(3), W(3, lo=0.5, hi=2), False, 0.1, 1e-5, True); call('instance_norm', T(2, 3, 4, 5, dtype='float16'), None, None, None, None, True, 0.1, 1e-5, True)
call('group_norm', T(2, 4, 3, 5), 2, W(4), W(4)); call('group_norm', T(2, 4, 3, 5), 2); call('group_norm', T(2, 4), 2, W(4), W(4)); call('group_norm', T(2, 6, 5), 3, W(6)); call('group_norm', T(2, 4, 3), 1, W(4), W(4), 1e-3); call('group_norm', T(2, 4, 3), 4, None, W(4)); call('group_norm', T(2, 4, 3, 5, dtype='float16'), 2, W(4, dtype='float16'), W(4, dtype='float16')); call('native_group_norm', T(2, 4, 3, 5), W(4), W(4), 2, 4, 15, 2, 1e-5, options={'grow': False, 'only': 1})
call('rms_norm', T(2, 3, 4), [4], W(4)); call('rms_norm', T(2, 3, 4), [4]); call('rms_norm', T(2, 3, 4), [3, 4], W(3, 4), 1e-3); call('rms_norm', T(2, 3, 4, dtype='float16'), [4], W(4, dtype='float16')); call('_fused_rms_norm', T(2, 3, 4), [4], W(4), 1e-5, options={'only': 1})
call('_weight_norm', W(4, 3, 2), W(4, 1, 1, lo=0.5), 0); call('_weight_norm', W(4, 3, 2), W(1, 1, 2, lo=0.5), 2); call('_weight_norm', T(4, 3), T(1, 3), -1); call('_weight_norm_interface', W(4, 3, 2), W(4, 1, 1, lo=0.5), 0, options={'only': 1})
# Pooling.
for n, s in ((1, (2, 3, 9)), (2, (2, 3, 9, 8)), (3, (1, 2, 6, 7, 5))):
    for args in (([3],), ([3], [2]), ([3], [2], [1]), ([2], [3], [1])):
        a = [x * n for x in args]
        call(f'max_pool{n}d', T(*s), *a); call(f'max_pool{n}d', T(*s), *a, ceil_mode=True)
        for cip in (True, False):
            for ceil in (False, True):
                call(f'avg_pool{n}d', T(*s), *a, **({'padding': [0] * n} if len(a) < 3 else {}), ceil_mode=ceil, count_include_pad=cip)
    call(f'max_pool{n}d', T(*s), [2] * n, [1] * n, [0] * n, [2] * n); call(f'max_pool{n}d', T(*s[1:]), [3] * n, [2] * n, [1] * n); call(f'avg_pool{n}d', T(*s[1:]), [3] * n, [2] * n, [1] * n); call(f'max_pool{n}d_with_indices', T(*s), [3] * n, [2] * n, [1] * n); call(f'max_pool{n}d_with_indices', T(*s[1:]), [2] * n); call(f'max_pool{n}d', T(*s, dtype='float16'), [2] * n); call(f'avg_pool{n}d', T(*s, dtype='float64'), [2] * n)
    call(f'max_pool{n}d', T(*s, dtype='float64'), [2] * n)
    call(f'adaptive_avg_pool{n}d', T(*s), [1] * n); call(f'adaptive_avg_pool{n}d', T(*s), [3] * n); call(f'adaptive_avg_pool{n}d', T(*s), [4] * n); call(f'adaptive_avg_pool{n}d', T(*s[1:]), [2] * n); call(f'adaptive_max_pool{n}d', T(*s), [1] * n, options={'only': 1}); call(f'adaptive_max_pool{n}d', T(*s), [3] * n, options={'only': 1}); call(f'adaptive_max_pool{n}d', T(*s), [2] * n); call(f'adaptive_max_pool{n}d', T(*s[1:]), [4] * n)
call('avg_pool2d', T(2, 3, 9, 8), [3, 2], [2, 2], [1, 1], False, True, 5); call('avg_pool2d', T(2, 3, 9, 8), [3, 2], [2, 2], [1, 1], False, False, 7); call('avg_pool2d', T(2, 3, 9, 8), 3, 2); call('max_pool2d', I(2, 3, 6, 6, dtype='int32'), [2, 2]); call('max_pool2d', I(1, 2, 6, 6, dtype='uint8', lo=0, hi=99), [2, 2]); call('avg_pool2d', T(1, 2, 6, 6, dtype='float16'), [2, 2])
call('adaptive_avg_pool2d', T(2, 3, 6, 8), [2, 4]); call('adaptive_avg_pool2d', T(2, 3, 5, 7), [5, 3]); call('adaptive_avg_pool2d', T(2, 3, 5, 7), [7, 9]); call('adaptive_avg_pool2d', T(2, 3, 'H', 'W'), [Sym('H'), 2]); call('_adaptive_avg_pool2d', T(2, 3, 6, 8), [2, 3]); call('_adaptive_avg_pool3d', T(1, 2, 4, 6, 5), [2, 3, 2]); call('adaptive_avg_pool2d', T(2, 3, 6, 8, dtype='float16'), [2, 3]); call('adaptive_avg_pool2d', T(2, 3, 6, 8, dtype='float64'), [2, 3])
call('max_unpool2d', T(1, 2, 2, 2), V([0, 3, 10, 15, 5, 6, 9, 12], 1, 2, 2, 2, dtype='int64'), [4, 4], options={'grow': False}); call('max_unpool3d', T(1, 1, 1, 2, 2), V([0, 3, 10, 15], 1, 1, 1, 2, 2, dtype='int64'), [2, 4, 4], [2, 2, 2], [0, 0, 0], options={'grow': False})
# Padding.
for mode in ('constant', 'reflect', 'replicate', 'circular'):
    call('pad', T(2, 3, 6, 7), [1, 2, 2, 1], mode); call('pad', T(2, 3, 6), [2, 1], mode); call('pad', T(1, 2, 4, 5, 6), [1, 1, 2, 0, 1, 2], mode); call('pad', T(2, 3, 6, 7, dtype='float16'), [1, 2], mode)
    call('pad', T(3, 6, 7), [1, 2, 2, 1], mode)
call('pad', T(2, 3), [1, 2], 'constant', 1.5); call('pad', T(2, 3), [-1, 2]); call('pad', T(4, 5), [-1, -1, 1, 0], 'constant', 2); call('pad', I(2, 3), [1, 1], 'constant', 7); call('pad', B(2, 3), [1, 1], 'constant', True); call('pad', T(2, 3), []); call('pad', T(2, 3), [0, 0]); call('pad', T(2, 3, 6), [-1, 2], 'reflect'); call('pad', T(2, 3, 6), [-1, 2], 'replicate'); call('pad', T(5), [1, 1]); call('pad', T(2, 3, dtype='float64'), [1, 0]); call('pad', I(2, 3, dtype='uint8', lo=0), [1, 0]); call('pad', I(2, 3, dtype='int16'), [1, 0]); call('pad', T(2, 'L'), [0, Sym('L')]); call('pad', T(2, 3, 6), [-1, 2], 'circular')
call('constant_pad_nd', T(2, 3), [1, 2, 0, 1], 2.5); call('constant_pad_nd', T(2, 3), [1, 2])
for n, s in ((1, (2, 3, 6)), (2, (2, 3, 6, 7)), (3, (1, 2, 4, 5, 6))):
    call(f'reflection_pad{n}d', T(*s), [1, 2] * n); call(f'replication_pad{n}d', T(*s), [2, 1] * n); call(f'reflection_pad{n}d', T(*s[1:]), [2, 0] * n); call(f'replication_pad{n}d', T(*s[1:]), [0, 3] * n)
call('_pad_circular', T(2, 3, 6), [2, 1]); call('_pad_enum', T(2, 3, 6), [2, 1], 1); call('_pad_enum', T(2, 3, 6), [2, 1], 2); call('_pad_enum', T(2, 3, 6), [2, 1], 0, 1.5)
# Resizing.
R1, R2, R3 = (2, 3, 6), (1, 2, 5, 6), (1, 2, 3, 4, 5)
for n, s, o, sc in ((1, R1, [9], [1.5]), (2, R2, [8, 9], [1.5, 2.0]), (3, R3, [5, 6, 7], [2.0, 1.5, 1.2])):
    for kind in ('nearest', '_nearest_exact'):
        op = f'upsample_{kind}{n}d' if kind == 'nearest' else f'_upsample_nearest_exact{n}d'
        call(op, T(*s), o); call(op, T(*s), [max(1, x - 3) for x in s[2:]]); call(op + '.vec', T(*s), o, None); call(op + '.vec', T(*s), None, sc); call(op + '.vec', T(*s), None, [0.7] * n); call(op, T(*s), [int(x * f) for x, f in zip(s[2:], sc)], *sc, options={'grow': False})
    op = {1: 'upsample_linear1d', 2: 'upsample_bilinear2d', 3: 'upsample_trilinear3d'}[n]
    for al in (False, True):
        call(op, T(*s), o, al); call(op, T(*s), [max(1, x - 3) for x in s[2:]], al); call(op + '.vec', T(*s), o, al, None); call(op + '.vec', T(*s), None, al, sc); call(op + '.vec', T(*s), None, al, [0.7] * n); call(op, T(*s), [1] * n, al)
for al in (False, True):
    call('upsample_bicubic2d', T(*R2), [8, 9], al); call('upsample_bicubic2d', T(*R2), [3, 4], al); call('upsample_bicubic2d.vec', T(*R2), None, al, [1.5, 2.0]); call('_upsample_bilinear2d_aa', T(*R2), [3, 4], al); call('_upsample_bilinear2d_aa', T(*R2), [8, 9], al); call('_upsample_bicubic2d_aa', T(*R2), [3, 4], al); call('_upsample_bicubic2d_aa', T(*R2), [8, 9], al); call('_upsample_bilinear2d_aa.vec', T(*R2), None, al, [0.5, 0.7]); call('_upsample_bicubic2d_aa.vec', T(*R2), [3, 3], al, None)
call('upsample_bilinear2d', T(1, 2, 5, 6, dtype='float16'), [8, 9], False); call('upsample_bilinear2d', T(1, 2, 5, 6, dtype='float64'), [8, 9], False); call('upsample_nearest2d', I(1, 2, 5, 6, dtype='uint8', lo=0, hi=250), [8, 9]); call('upsample_bilinear2d', I(1, 3, 5, 6, dtype='uint8', lo=0, hi=250), [8, 9], False, options={'tol': 1.01}); call('upsample_bilinear2d', T(1, 2, 'H', 'W'), [Sym('H*2'), Sym('W*2')], False); call('upsample_nearest2d', T('N', 2, 'H', 'W'), [Sym('H*2'), 7]); call('upsample_bicubic2d', T(1, 2, 'H', 'W'), [Sym('H + 3'), Sym('W')], False); call('upsample_bilinear2d', T(*R2), [8, 9], False, 1.6, 1.5, options={'grow': False})
call('upsample_nearest2d', T(1, 2, 5, 6, dtype='float16'), [8, 9])
# Columns, sampling.
call('im2col', T(2, 3, 6, 7), [2, 3], [1, 1], [0, 0], [1, 1]); call('im2col', T(2, 3, 6, 7), [2, 2], [2, 1], [1, 1], [2, 1]); call('im2col', T(3, 6, 7), [2, 2], [1, 1], [0, 0], [2, 2])
call('col2im', T(2, 12, 30), [6, 7], [2, 2], [1, 1], [0, 0], [1, 1], options={'fixed': ['s12', 's30']}); call('col2im', T(2, 12, 16), [5, 6], [2, 2], [2, 1], [1, 1], [2, 2], options={'grow': False}); call('col2im', T(12, 30), [6, 7], [2, 2], [1, 1], [0, 0], [1, 1], options={'grow': False})
for m in (0, 1, 2):
    for p in (0, 1, 2):
        for al in (False, True):
            call('grid_sampler', T(1, 2, 5, 6), T(1, 3, 4, 2, lo=-1.3, hi=1.3), m, p, al)
for m in (0, 1):
    for p in (0, 1, 2):
        call('grid_sampler', T(1, 2, 3, 4, 5), T(1, 2, 3, 2, 3, lo=-1.2, hi=1.2), m, p, True); call('grid_sampler_3d', T(1, 2, 3, 4, 5), T(1, 2, 3, 2, 3, lo=-1.2, hi=1.2), m, p, False)
for al in (False, True):
    call('affine_grid_generator', T(2, 2, 3), [2, 3, 4, 5], al); call('affine_grid_generator', T(1, 3, 4), [1, 2, 2, 3, 4], al); call('affine_grid_generator', T(2, 2, 3), [2, 3, 1, 5], al)
# As archives of PyTorch 1 call them.
for n, s in ((1, [1, 2, 5]), (2, [1, 2, 5, 6]), (3, [1, 1, 3, 4, 5])):
    for m in ('nearest', {1: 'linear', 2: 'bilinear', 3: 'trilinear'}[n], 'area'):
        al = None if m in ('nearest', 'area') else False
        call('__interpolate', T(*s), 4, None, m, al); call('__interpolate', T(*s), None, 1.7, m, al); call('__interpolate.size_list', T(*s), [4, 7, 3][:n], None, m, al); call('__interpolate.scale_list', T(*s), None, [1.7, 0.6, 2.0][:n], m, al, True)
        if m != 'area':
            call('__interpolate.size_list_scale_list', T(*s), None, [1.7, 0.6, 2.0][:n], m, al, False)
call('__interpolate', T(1, 2, 5, 6), 8, None, 'bicubic', True); call('__interpolate', T(1, 2, 5, 6), None, 1.7, 'bicubic', None, False)
