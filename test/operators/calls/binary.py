"""Arithmetic, comparison, logic and selection of several tensors."""
from dsl import *
import torch

NAN, INF = float('nan'), float('inf')
S1 = V([NAN, INF, -INF, 0.0, 1.0, -2.5, 3.0, INF])
S2 = V([1.0, 2.0, INF, 0.0, NAN, 0.0, -1.5, -INF])

ARITH = 'add.Tensor sub.Tensor mul.Tensor div.Tensor rsub.Tensor'.split()
for op in ARITH + ['multiply.Tensor', 'subtract.Tensor', 'divide.Tensor', 'true_divide.Tensor']:
    call(op, T(2, 3), T(2, 3))
for op in ARITH:
    call(op, T(2, 1, 3), T(4, 1)); call(op, T(3), T()); call(op, T(), T()); call(op, T(2, 0), T(1))
    call(op, T(2, 3), V0(2, 'int64')); call(op, I(2, 3), V0(2.5)); call(op, I(3, lo=1), I(3, lo=1)); call(op, I(3, dtype='int32', lo=1), V0(3, 'int64'))
    call(op, I(3, dtype='uint8', lo=1), I(3, dtype='int8', lo=1)); call(op, I(3, dtype='int16', lo=1), I(3, dtype='int32', lo=1))
    call(op, T(3, dtype='float16'), T(3)); call(op, T(3, dtype='float16'), V0(1.5, 'float64')); call(op, T(3, dtype='float64'), T(3))
    call(op, P(3, dtype='float16'), I(3, lo=1)); call(op, S1, S2)
for op in ('add.Tensor', 'mul.Tensor', 'div.Tensor'):
    call(op, B(4), V([True], dtype='bool') if op == 'div.Tensor' else B(4)); call(op, B(4), I(4, lo=1)); call(op, B(4), T(4))
call('sub.Tensor', B(4), T(4)); call('add.Tensor', V([100, 127, -128], dtype='int8'), V([100, 1, -1], dtype='int8'))
call('mul.Tensor', V([100, 127, 16], dtype='uint8'), V([3, 3, 16], dtype='uint8'))
call('add.Tensor', V([2147483647, 5], dtype='int32'), V([1, 2], dtype='int32'))
for op in ('add.Tensor', 'sub.Tensor', 'rsub.Tensor'):
    call(op, T(2, 3), T(3), alpha=2); call(op, I(2, 3), I(3), alpha=3); call(op, T(3), T(3), alpha=0.5); call(op, I(3), T(3), alpha=2)
call('add.Tensor', B(3), B(3), alpha=True)
for op in ('add.Scalar', 'sub.Scalar', 'mul.Scalar', 'div.Scalar', 'rsub.Scalar'):
    call(op, T(2, 3), 2); call(op, T(2, 3), 2.5); call(op, I(2, 3), 2); call(op, I(2, 3), 2.5); call(op, I(2, 3, dtype='int32'), 3)
    call(op, T(3, dtype='float16'), 2.5); call(op, I(3, dtype='int8'), 2)
    if op in ('add.Scalar', 'mul.Scalar', 'div.Scalar'):
        call(op, B(3), 2); call(op, B(3), True); call(op, B(3), 1.5)
call('add.Scalar', T(3), 2, 3); call('rsub.Scalar', T(3), 2, 3); call('sub.Scalar', I(3), 2, 3)
call('div.Scalar', T(3), 0); call('div.Scalar', I(3), 0)

for mode in (None, 'trunc', 'floor'):
    for a, b in ((T(2, 3), P(3)), (I(2, 3), I(3, lo=1)), (I(6, lo=-9, hi=9), V([-2, 2, 3, -3, 4, -4], dtype='int64')), (I(3), V0(-2)), (T(3), V0(2, 'int64')),
                 (I(3, dtype='int32', lo=-9, hi=9), V0(-2, 'int64')), (I(4, dtype='uint8', lo=0, hi=99), V0(7, 'uint8')), (I(4, dtype='int8', lo=-99, hi=99), V0(7, 'int8')),
                 (P(3, dtype='float16'), P(3, dtype='float16')), (T(3, dtype='float64'), V0(-1.5, 'float64'))):
        call('div.Tensor_mode', a, b, rounding_mode=mode)
    call('div.Tensor_mode', V([NAN, INF, -INF, 1.0, -1.0, 0.0, 5.0, -7.5]), V([1.0, 2.0, 2.0, 0.0, 0.0, 0.0, INF, -2.0]), rounding_mode=mode)
    call('div.Scalar_mode', T(3), 2, rounding_mode=mode); call('div.Scalar_mode', I(3), 2, rounding_mode=mode); call('div.Scalar_mode', I(3), -2.5, rounding_mode=mode)
call('floor_divide', T(2, 3), P(3)); call('floor_divide', I(6, lo=-9, hi=9), V([-2, 2, 3, -3, 4, -4], dtype='int64')); call('floor_divide', I(3), V0(2.0))
call('floor_divide.Scalar', I(3), 2); call('floor_divide.Scalar', T(3), -2); call('floor_divide.Scalar', I(3), 2.5); call('floor_divide', B(3), V([True], dtype='bool'))
NUM, DEN = V([7.5, -7.5, 7.5, -7.5, 0.0, 5.0, -5.0]), V([2.0, 2.0, -2.0, -2.0, 3.0, 5.0, 5.0])
for op in ('remainder.Tensor', 'fmod.Tensor'):
    call(op, NUM, DEN); call(op, I(6, lo=-9, hi=9), V([-2, 2, 3, -3, 4, -4], dtype='int64')); call(op, I(3), V0(2.5)); call(op, T(2, 1), P(3))
    call(op, I(3, dtype='int32', lo=-9, hi=9), V0(-4, 'int64')); call(op, I(4, dtype='uint8', lo=0, hi=99), V0(7, 'uint8')); call(op, P(3, dtype='float16'), P(3, dtype='float16'))
    call(op, V([1.0, INF, 3.0, NAN]), V([INF, 2.0, -INF, 1.0]))
    call(op, P(3, dtype='float64'), V0(0.3, 'float64')); call(op, I(4, dtype='int8', lo=-99, hi=99), V0(-7, 'int8'))
for op in ('remainder.Scalar', 'fmod.Scalar'):
    call(op, NUM, 2); call(op, NUM, -2.5); call(op, I(6, lo=-9, hi=9), 4); call(op, I(6, lo=-9, hi=9), -4); call(op, I(6), 2.5)
call('remainder.Scalar_Tensor', 7, I(3, lo=1)); call('remainder.Scalar_Tensor', -7.5, P(3))

call('pow.Tensor_Tensor', P(2, 3), T(3)); call('pow.Tensor_Tensor', I(3, lo=1), I(3, lo=0)); call('pow.Tensor_Tensor', P(3), I(3)); call('pow.Tensor_Tensor', I(3, lo=1), P(3))
call('pow.Tensor_Tensor', V([-2.0, 0.0, 2.0, INF, NAN, -1.0, 0.5]), V([3.0, 0.0, -1.0, 2.0, 0.0, 0.5, INF])); call('pow.Tensor_Tensor', P(3, dtype='float16'), T(3, dtype='float16'))
call('pow.Tensor_Tensor', I(3, dtype='int32', lo=1), I(3, lo=0)); call('pow.Tensor_Tensor', I(3, dtype='uint8', lo=1), I(3, dtype='uint8', lo=0)); call('pow.Tensor_Tensor', P(3, dtype='float64'), T(3))
for e in (2, 3, 0, 1, -1, 0.5, -0.5, 2.0, 2.5, -2):
    call('pow.Tensor_Scalar', P(2, 3), e)
    if not (isinstance(e, int) and e < 0):
        call('pow.Tensor_Scalar', I(3, lo=1), e)
call('pow.Tensor_Scalar', T(), 3); call('pow.Tensor_Scalar', I(3, dtype='int32'), 2); call('pow.Tensor_Scalar', P(3, dtype='float16'), 2); call('pow.Tensor_Scalar', P(3, dtype='float64'), 0.5)
call('pow.Tensor_Scalar', V([-1.0, -8.0, 0.0, INF, -INF, NAN]), 3); call('pow.Tensor_Scalar', V([-1.0, -8.0, 0.0, INF, -INF, NAN]), 0.5); call('pow.Tensor_Scalar', B(3), 2)
call('pow.Tensor_Scalar', I(4, dtype='int8'), 2)
call('pow.Scalar', 2, T(3)); call('pow.Scalar', 2.5, I(3)); call('pow.Scalar', 2, I(3, lo=0)); call('pow.Scalar', 10000, T(3)); call('pow.Scalar', 2, T(3, dtype='float16'))
call('float_power.Tensor_Tensor', P(3), I(3)); call('float_power.Tensor_Scalar', I(3, lo=1), 2); call('float_power.Scalar', 2, T(3)); call('float_power.Tensor_Scalar', I(3, lo=1), -1)
for op in ('maximum', 'minimum', 'max.other', 'min.other', 'fmax', 'fmin'):
    call(op, T(2, 3), T(3)); call(op, I(3), I(3)); call(op, I(3), T(3)); call(op, I(3, dtype='int32'), V0(1, 'int64')); call(op, S1, S2); call(op, B(4), B(4))
    call(op, T(3, dtype='float16'), T(3, dtype='float16')); call(op, I(3, dtype='uint8', lo=0), I(3, dtype='uint8', lo=0)); call(op, I(3, dtype='int16'), I(3, dtype='int16')); call(op, T(), T(3))
YX = [(y, x) for y in (0.0, 1.0, -1.0, 2.0) for x in (0.0, 1.0, -1.0, -3.0)]
for op in ('atan2', 'arctan2'):
    call(op, V([y for y, x in YX]), V([x for y, x in YX])); call(op, T(2, 3), T(3)); call(op, I(3), I(3)); call(op, T(3, dtype='float64'), T(3, dtype='float64'))
call('atan2', V([INF, -INF, INF, 1.0, NAN, -0.0, 1.0]), V([INF, INF, -INF, -INF, 1.0, -1.0, INF])); call('atan2', T(3, dtype='float16'), T(3, dtype='float16'))
for op in ('eq', 'ne', 'lt', 'le', 'gt', 'ge'):
    call(op + '.Tensor', I(2, 3, hi=0), I(3, hi=0)); call(op + '.Tensor', T(2, 3), T(3)); call(op + '.Tensor', I(3), V0(0.5)); call(op + '.Tensor', B(4), B(4)); call(op + '.Tensor', S1, S2)
    call(op + '.Tensor', I(3, dtype='int32'), I(3)); call(op + '.Tensor', T(3, dtype='float16'), V0(0, 'int64')); call(op + '.Tensor', I(3, dtype='uint8', lo=0), I(3, dtype='int8')); call(op + '.Tensor', T(0, 3), T(1))
    call(op + '.Tensor', I(3, dtype='int16'), I(3, dtype='int16')); call(op + '.Tensor', B(3), I(3))
    call(op + '.Scalar', T(2, 3), 0); call(op + '.Scalar', I(2, 3), 0); call(op + '.Scalar', I(2, 3), 0.5); call(op + '.Scalar', B(4), True); call(op + '.Scalar', B(4), 1); call(op + '.Scalar', T(), 0.5); call(op + '.Scalar', T(4, dtype='float16'), 0.25)
for op in ('not_equal', 'less', 'less_equal', 'greater', 'greater_equal'):
    call(op + '.Tensor', T(2, 3), T(3)); call(op + '.Scalar', I(3), 1)
for op in ('logical_and', 'logical_or', 'logical_xor'):
    call(op, B(2, 3), B(3)); call(op, I(3, lo=-1, hi=2), T(3)); call(op, S1, S2); call(op, T(4, dtype='float16'), B(4)); call(op, I(3, dtype='uint8', lo=0, hi=2), I(3, lo=0, hi=2))
for op in ('and', 'or', 'xor'):
    for name in (f'bitwise_{op}', f'__{op}__'):
        call(f'{name}.Tensor', B(2, 3), B(3)); call(f'{name}.Tensor', I(2, 3), I(3)); call(f'{name}.Tensor', B(3), I(3)); call(f'{name}.Tensor', I(3, dtype='int32'), I(3, dtype='uint8', lo=0)); call(f'{name}.Tensor', I(3, dtype='uint8', lo=0, hi=200), V0(15, 'int64'))
        call(f'{name}.Scalar', I(3), 6); call(f'{name}.Scalar', B(3), True); call(f'{name}.Scalar', B(3), 3); call(f'{name}.Scalar', I(3, dtype='int8'), -3)
    call(f'bitwise_{op}.Scalar_Tensor', 6, I(3)); call(f'bitwise_{op}.Scalar_Tensor', True, B(3))
for op in ('bitwise_left_shift', 'bitwise_right_shift'):
    call(f'{op}.Tensor', I(3, lo=-40, hi=90), I(3, lo=0)); call(f'{op}.Tensor', I(3, dtype='int32', lo=-40, hi=90), I(3, dtype='int32', lo=0)); call(f'{op}.Tensor', I(2, 3, dtype='uint8', lo=0, hi=200), I(3, dtype='uint8', lo=0))
    call(f'{op}.Tensor_Scalar', I(3, lo=-40, hi=90), 2)
for op in ('__lshift__', '__rshift__'):
    call(f'{op}.Tensor', I(3, lo=-40, hi=90), I(3, lo=0)); call(f'{op}.Scalar', I(3, lo=-40, hi=90), 3)
call('where.self', B(2, 3), T(2, 3), T(3)); call('where.self', B(2, 1), I(3), T()); call('where.self', B(3), B(3), B(3)); call('where.self', B(3), T(3, dtype='float16'), T(3)); call('where.self', V0(True, 'bool'), T(3), T(3)); call('where.self', B(3), I(3, dtype='int16'), V0(2, 'int64')); call('where.self', I(3, dtype='uint8', lo=0, hi=2), T(3), T(3))
call('where.ScalarOther', B(2, 3), T(3), 0.5); call('where.ScalarOther', B(3), I(3), 0.5); call('where.ScalarOther', B(3), I(3), 2); call('where.ScalarOther', B(3), B(3), 2); call('where.ScalarOther', B(3), T(3), -INF)
call('where.ScalarSelf', B(2, 3), 0.5, T(3)); call('where.ScalarSelf', B(3), 1, I(3, dtype='int32')); call('where.Scalar', B(3), 1, 2); call('where.Scalar', B(3), 1.0, 2); call('where.Scalar', B(3), True, False)
call('where.ScalarSelf', B(3), 1, T(3, dtype='float16'))
call('masked_fill.Scalar', T(2, 3), B(3), -INF); call('masked_fill.Scalar', I(2, 3), B(2, 3), 7); call('masked_fill.Scalar', T(3, dtype='float16'), B(3), 1); call('masked_fill.Scalar', B(3), B(3), True); call('masked_fill.Scalar', T(3), B(2, 3), 1.5); call('masked_fill.Scalar', T(), V0(True, 'bool'), 2)
call('masked_fill.Tensor', T(2, 3), B(3), V0(2.5)); call('masked_fill.Tensor', T(2, 3), B(3), V0(2, 'int64')); call('masked_fill.Tensor', T(3), B(2, 3), V0(2.5))
call('clamp', T(2, 3), -1, 1); call('clamp', T(2, 3), None, 1); call('clamp', T(2, 3), 0.5); call('clamp', I(2, 3), -1, 2); call('clamp', I(2, 3), -0.5, 2.5); call('clamp', T(3), 2, 1); call('clamp', S1, -1, 1); call('clamp', T(3, dtype='float16'), -1, 1); call('clamp', I(3, dtype='int32'), 0); call('clamp', I(3, dtype='int16'), 0, 2); call('clamp', I(3, dtype='uint8', lo=0, hi=9), 2, 5); call('clamp', S1, 0.0); call('clamp', S1, None, 0.0)
call('clip', T(3), -1, 1); call('clip', T(3), None, 1); call('clip.Tensor', T(3), T(3), None); call('clip.Tensor', T(2, 3), T(3), P(2, 1))
call('clamp.Tensor', T(2, 3), T(3), P(2, 3)); call('clamp.Tensor', T(2, 3), T(3)); call('clamp.Tensor', T(2, 3), None, T(1)); call('clamp.Tensor', I(3), V0(0.5), None); call('clamp.Tensor', T(3), T(2, 3), P(2, 3)); call('clamp.Tensor', I(3), I(3), I(3)); call('clamp.Tensor', S1, S2)
for op in ('clamp_min', 'clamp_max'):
    call(op, T(2, 3), 0.5); call(op, I(3), 1); call(op, I(3), 1.5); call(op, S1, 0); call(op + '.Tensor', T(2, 3), T(3)); call(op + '.Tensor', I(3), V0(0.5)); call(op, T(3, dtype='float16'), 0)
call('lerp.Scalar', T(2, 3), T(3), 0.3); call('lerp.Scalar', T(2, 3), T(3), 0.8); call('lerp.Tensor', T(2, 3), T(3), T(2, 1, lo=0, hi=1)); call('lerp.Scalar', T(3, dtype='float64'), T(3, dtype='float64'), 0.5); call('lerp.Scalar', T(3, dtype='float16'), T(3, dtype='float16'), 0.5)
for op in ('addcmul', 'addcdiv'):
    call(op, T(2, 3), T(2, 1), P(3)); call(op, T(2, 3), T(2, 1), P(3), value=0.5); call(op, T(3, dtype='float16'), T(3, dtype='float16'), P(3, dtype='float16'), value=2); call(op, T(3), T(3), P())
call('addcmul', I(3), I(3), I(3), value=2)
call('hypot', T(2, 3), T(3)); call('hypot', T(3, dtype='float64'), T(3, dtype='float64')); call('hypot', T(3, dtype='float16'), T(3, dtype='float16'))
call('copysign.Tensor', T(2, 3), T(3)); call('copysign.Tensor', V([1.0, -1.0, 0.0, 2.0, -3.0]), V([-0.0, 0.0, -1.0, -INF, 5.0])); call('copysign.Tensor', I(3), T(3)); call('copysign.Scalar', T(3), -2); call('copysign.Scalar', T(3), 2.0); call('copysign.Scalar', I(3), -1)
for op in ('xlogy.Tensor', 'special_xlogy', 'special_xlog1py'):
    call(op, T(2, 3), P(3)); call(op, V([0.0, 0.0, 1.0, 0.0, 2.0]), V([0.0, NAN, 0.0, INF, 1.0])); call(op, I(3, lo=0), P(3)); call(op, I(3, lo=0), I(3, lo=1))
call('xlogy.Scalar_Self', 2, P(3)); call('xlogy.Scalar_Self', 0, V([0.0, NAN, 1.0])); call('xlogy.Scalar_Other', T(3), 2); call('special_xlogy.self_scalar', 2.5, P(3)); call('special_xlogy.other_scalar', T(3), 2.5)
call('special_xlog1py.self_scalar', 2.5, P(3)); call('special_xlog1py.other_scalar', T(3), 2.5)
for op in ('logaddexp', 'logaddexp2'):
    call(op, T(2, 3), T(3)); call(op, V([100.0, -100.0, INF, -INF, -INF, 1.0, NAN]), V([99.0, -101.0, INF, -INF, 1.0, -INF, 1.0])); call(op, T(3, dtype='float16'), T(3, dtype='float16'))
call('ldexp.Tensor', T(2, 3), I(3)); call('ldexp.Tensor', I(3), I(3)); call('ldexp.Tensor', T(3), T(3))
call('heaviside', V([-1.0, 0.0, 2.0, NAN]), V([5.0, 6.0, 7.0, 8.0])); call('heaviside', T(2, 3), T(3)); call('heaviside', I(3), I(3))
call('nextafter', T(3), T(3))
call('gcd', I(6, lo=-30, hi=40), I(6, lo=-30, hi=40)); call('lcm', I(6, lo=-30, hi=40), I(6, lo=-30, hi=40)); call('gcd', V([0, 0, 5, 12, 54], dtype='int64'), V([0, 7, 0, 18, 24], dtype='int64')); call('gcd', I(3, dtype='int32'), I(3, dtype='int32'))
call('isclose', T(2, 3), T(3)); call('isclose', V([1.0, 1.0, INF, NAN, 1e-9, INF]), V([1.000001, 1.1, INF, NAN, 0.0, -INF])); call('isclose', V([1.0, NAN]), V([1.0, NAN]), 1e-5, 1e-8, True); call('isclose', I(3), I(3)); call('isclose', B(3), B(3)); call('isclose', P(3), P(3), 0.5, 0.5)
call('allclose', T(3), T(3)); call('allclose', V([1.0, 2.0]), V([1.0, 2.00000001])); call('equal', I(3), I(3)); call('equal', V([1, 2], dtype='int64'), V([1, 2], dtype='int64')); call('equal', T(3), T(2, 3))
call('isin.Tensor_Tensor', I(2, 3), I(4)); call('isin.Tensor_Tensor', T(3), V([1.0, 2.0])); call('isin.Tensor_Tensor', I(2, 3), I(2, 2), invert=True); call('isin.Tensor_Scalar', I(2, 3), 2)
