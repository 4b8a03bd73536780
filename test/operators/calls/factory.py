"""Tensors made from sizes and numbers; conversions of dtype; random tensors, of which only dtype and shape are compared."""
from dsl import *
import torch

F16, F32, F64, I64, I32, U8, BOOL = torch.float16, torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool
NAN, INF = float('nan'), float('inf')
for op in ('zeros', 'ones'):
    call(op, [2, 3]); call(op, []); call(op, [2, 0]); call(op, [2], dtype=I64); call(op, [2], dtype=BOOL); call(op, [2], dtype=F16)
    call(op + '_like', T(2, 3)); call(op + '_like', I(2, 3)); call(op + '_like', T(2), dtype=I64); call(op + '_like', T()); call(op + '_like', B(2)); call(op + '_like', T('N', 'L'))
    call('new_' + op, T(2, 3), [4, 2]); call('new_' + op, I(2), [3]); call('new_' + op, T(2), [3], dtype=BOOL); call('new_' + op, T('N', 'L'), [Sym('L'), 2, Sym('N')])
call('full', [2, 3], 1.5); call('full', [2], 7); call('full', [2], True); call('full', [], 2.0); call('full', [2], 1, dtype=F32); call('full', [2], 1.5, dtype=I64); call('full', [2, 2], -INF, dtype=F16); call('full', [2], 3, dtype=F64)
call('full_like', T(2, 3), 7); call('full_like', I(2, 3), 7); call('full_like', T(2, 3), 2, dtype=I64); call('full_like', B(2), True); call('full_like', T(2, 3), NAN); call('new_full', T(2), [3, 2], 1.5); call('new_full', I(2), [3], 4); call('new_full', T('N'), [Sym('N'), 3], 2)
for op in ('empty.memory_format',):
    call(op, [2, 3], options={'random': True}); call(op, [2], dtype=I64, options={'random': True})
call('empty_like', T(2, 3), options={'random': True}); call('new_empty', T(2, 3), [4], options={'random': True}); call('new_empty', T('N', 3), [Sym('N')], options={'random': True}); call('empty_strided', [2, 3], [3, 1], options={'random': True}); call('new_empty_strided', T(2), [2, 3], [3, 1], options={'random': True})
call('fill.Scalar', T(2, 3), 7); call('fill.Scalar', I(2, 3), 2); call('fill.Tensor', T(2, 3), V0(1.5)); call('fill.Tensor', T(2, 3), V0(2, 'int64')); call('copy', T(2, 3), T(3)); call('copy', T(2, 3), I(2, 3)); call('copy', I(2, 3), T(2, 3)); call('zero', I(2, 3))
call('scalar_tensor', 3); call('scalar_tensor', 3.5); call('scalar_tensor', 3, dtype=I64); call('scalar_tensor', True, dtype=BOOL)
for a in ((5,), (5.0,), (0,), (2.5,)):
    call('arange', *a)
call('arange', 5, dtype=F32); call('arange', 5, dtype=I32); call('arange', 5, dtype=F16)
for a in ((1, 5), (1.0, 5.0), (-2, 3), (2, 2), (0.5, 4), (1, 4.5)):
    call('arange.start', *a)
call('arange.start', 1, 5, dtype=F32); call('arange.start', 1.5, 5, dtype=I64)
for a in ((0, 10, 3), (10, 0, -3), (0, 1, 0.25), (1.0, 0.0, -0.3), (0, 10, 10), (5, 0, -5)):
    call('arange.start_step', *a)
call('arange.start_step', 0, 10, 2, dtype=F32); call('arange.start_step', 0, 9, 2, dtype=F64); call('range', 1, 4); call('range.step', 0, 5, 2); call('range.step', 0.0, 1.0, 0.25)
for a in ((0, 1, 5), (3.0, 10.0, 4), (1, 1, 1), (5, -5, 3), (0, 1, 0), (0.0, 0.7, 9)):
    call('linspace', *a)
call('linspace', 0, 10, 4, dtype=I64); call('linspace', 0, 1, 5, dtype=F64); call('linspace', 0, 1, 5, dtype=F16); call('linspace.Tensor_Tensor', V0(1.0), V0(3.0), 5); call('linspace.Tensor_Scalar', V0(1.0), 3, 5); call('linspace.Scalar_Tensor', 1, V0(3.0), 5)
call('logspace', 0, 2, 3); call('logspace', 0.0, 1.0, 4, 2.0); call('logspace', 0, 2, 1); call('logspace.Scalar_Tensor', 0, V0(2.0), 3)
call('eye', 3); call('eye', 0); call('eye.m', 2, 3); call('eye.m', 3, 2, dtype=I64); call('eye', 3, dtype=BOOL); call('eye', 2, dtype=F16)
for op in ('tril_indices', 'triu_indices'):
    call(op, 3, 4); call(op, 4, 3, 1); call(op, 3, 3, -1); call(op, 3, 3, 0, dtype=I32); call(op, 2, 2, 5)
for w in ('hann', 'hamming', 'blackman', 'bartlett'):
    call(f'{w}_window', 6); call(f'{w}_window', 1); call(f'{w}_window.periodic', 6, False); call(f'{w}_window.periodic', 7, True); call(f'{w}_window', 5, dtype=F64)
call('hamming_window.periodic_alpha', 6, True, 0.6); call('hamming_window.periodic_alpha_beta', 6, False, 0.6, 0.4); call('kaiser_window', 6); call('kaiser_window.periodic', 6, False); call('kaiser_window.beta', 6, False, 8.0)
call('tensor', [1, 2, 3]); call('tensor', [1.5, 2.5]); call('tensor', [True, False]); call('tensor', [[1, 2], [3, 4]]); call('tensor', [1, 2], dtype=F32); call('tensor.int', 3); call('tensor.float', 2.5); call('tensor.bool', True); call('tensor.int', 3, dtype=F32)
call('_dim_arange', T(2, 3), 1); call('_dim_arange', T('N', 'L'), 0)
# Conversions.
for d in (F16, F32, F64, I64, I32, U8, BOOL, torch.int8, torch.int16):
    call('to.dtype', T(2, 3), d) if d != U8 else call('to.dtype', P(2, 3), d)
    call('to.dtype', I(2, 3, lo=0), d); call('to.dtype', B(3), d)
call('to.dtype', V([NAN, INF, 0.0, -0.0, 0.3, -0.7]), BOOL); call('to.dtype', V([1.9, -1.9, 2.5]), I64); call('to.dtype', V([300, -1, 255], dtype='int64'), U8); call('to.dtype', V([70000.0, 1e-9]), F16); call('to.dtype', T(3, dtype='float16'), F32)
call('to.other', T(2, 3), I(2)); call('type_as', T(2, 3), I(3)); call('type_as', I(2, 3), T(3, dtype='float16'))
for name in ('Float', 'Long', 'Int', 'Double', 'Half', 'Byte', 'Char', 'Short'):
    call(f'_cast_{name}', P(2, 3))
# Random tensors.
R = {'random': True}
call('rand', [2, 3], options=R); call('rand', [2], dtype=F64, options=R); call('randn', [2, 3], options=R); call('randn', [3], dtype=F16, options=R); call('rand_like', T(2, 3), options=R); call('randn_like', T(2, 3), options=R); call('rand_like', T(3), dtype=F64, options=R); call('rand', [], options=R)
call('randint', 10, [2, 3], options=R); call('randint.low', -3, 10, [2, 3], options=R); call('randint', 10, [2], dtype=I32, options=R); call('randint_like', T(2, 3), 5, options=R); call('randint_like', I(2, 3), 5, options=R); call('randint_like.low_dtype', I(2, 3), 2, 5, options=R); call('randperm', 5, options=R)
call('bernoulli', T(2, 3, lo=0, hi=1), options=R); call('bernoulli.p', T(2, 3), 0.3, options=R); call('bernoulli.Tensor', T(2, 3), T(2, 3, lo=0, hi=1), options=R); call('multinomial', P(2, 5), 3, True, options=R); call('multinomial', P(5), 2, True, options=R); call('multinomial', P(2, 5), 3, options=R); call('normal.float_float', 0.5, 2.0, [2, 3], options=R); call('normal.Tensor_float', T(2, 3), 2.0, options=R); call('normal.float_Tensor', 0.0, P(2, 3), options=R); call('normal.Tensor_Tensor', T(2, 3), P(2, 3), options=R)
call('uniform', T(2, 3), -1.0, 2.0, options=R); call('normal_functional', T(2, 3), 1.0, 2.0, options=R); call('exponential', T(2, 3), 2.0, options=R); call('cauchy', T(2, 3), options=R); call('geometric', T(2, 3), 0.3, options=R); call('log_normal', T(2, 3), options=R); call('random.from', I(2, 3), 2, 7, options=R); call('random.to', I(2, 3), 7, options=R); call('poisson', P(2, 3), options=R)
