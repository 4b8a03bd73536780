"""Elementwise functions of one tensor."""
from dsl import *

NAN, INF = float('nan'), float('inf')
SPECIAL = V([NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.5, -0.5, 1.5])
FLOATS = 'exp exp2 expm1 log log1p log2 log10 sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh asinh acosh atanh erf erfc sinc deg2rad rad2deg special_erf special_erfc special_exp2 special_expm1 special_log1p special_sinc'.split()
DOMAIN = {'log': (0.1, 4), 'log2': (0.1, 4), 'log10': (0.1, 4), 'log1p': (-0.9, 4), 'special_log1p': (-0.9, 4), 'sqrt': (0, 4), 'rsqrt': (0.1, 4), 'asin': (-1, 1),
          'acos': (-1, 1), 'atanh': (-0.9, 0.9), 'acosh': (1, 4), 'tan': (-1.4, 1.4), 'lgamma': (0.1, 9), 'digamma': (0.2, 9), 'erfinv': (-0.95, 0.95), 'logit': (0.05, 0.95)}
for op in FLOATS:
    lo, hi = DOMAIN.get(op, (-4, 4))
    call(op, T(2, 3, lo=lo, hi=hi)); call(op, T(lo=lo, hi=hi)); call(op, T(3, lo=lo, hi=hi, dtype='float64')); call(op, T(3, lo=lo, hi=hi, dtype='float16')); call(op, T(0, 3))
    call(op, I(3, lo=1, hi=2)); call(op, SPECIAL); call(op, B(4)); call(op, I(4, dtype='uint8', lo=0, hi=3))
for op in 'arcsin arccos arctan arcsinh arccosh arctanh'.split():
    lo, hi = DOMAIN.get(op.replace('arc', 'a'), (-4, 4))
    call(op, T(2, 3, lo=lo, hi=hi))
KEEP = 'neg abs floor ceil round trunc sign square positive'.split()
for op in KEEP:
    call(op, T(2, 3)); call(op, T()); call(op, T(3, dtype='float16')); call(op, T(3, dtype='float64')); call(op, I(3)); call(op, I(3, dtype='int32')); call(op, I(3, dtype='int8')); call(op, SPECIAL)
    call(op, I(3, dtype='uint8', lo=0, hi=9)); call(op, T(2, 0))
for op in 'absolute negative fix sgn frac'.split():
    call(op, T(2, 3)); call(op, SPECIAL); call(op, T(3, dtype='float16'))
call('sign', B(3)); call('sgn', I(3)); call('square', B(3)); call('round', V([0.5, 1.5, 2.5, -0.5, -1.5]))
call('round.decimals', T(2, 3), decimals=1); call('round.decimals', T(2, 3, lo=-400, hi=400), decimals=-2); call('round.decimals', T(3), decimals=0); call('round.decimals', T(3, dtype='float64'), decimals=3); call('special_round', T(3)); call('special_round', T(3), decimals=1)
for op in 'isnan isinf isfinite isposinf isneginf isreal signbit'.split():
    call(op, SPECIAL); call(op, I(3)); call(op, T(3, dtype='float16')); call(op, T(3, dtype='float64')); call(op, T()); call(op, B(3)); call(op, I(3, dtype='int16'))
call('nan_to_num', SPECIAL); call('nan_to_num', SPECIAL, 1.0, 2.0, 3.0); call('nan_to_num', SPECIAL, None, 7.0); call('nan_to_num', I(3)); call('nan_to_num', V([NAN, INF, -INF], dtype='float16')); call('nan_to_num', V([NAN, INF, -INF], dtype='float64'))
call('logical_not', B(3)); call('logical_not', I(3, lo=-1, hi=2)); call('logical_not', SPECIAL); call('logical_not', T(3, dtype='float16'))
call('bitwise_not', B(3)); call('bitwise_not', I(3)); call('bitwise_not', I(3, dtype='int32')); call('bitwise_not', I(3, dtype='uint8', lo=0, hi=200)); call('bitwise_not', I(3, dtype='int8'))
for op in ('logit', 'special_logit'):
    call(op, T(2, 3, lo=0.05, hi=0.95)); call(op, T(2, 3, lo=-0.5, hi=1.5), 0.1); call(op, T(2, 3, lo=-0.5, hi=1.5)); call(op, T(3, lo=0.05, hi=0.95, dtype='float64'), 0.2); call(op, I(3, lo=0, hi=2), 0.1)
call('lgamma', T(2, 5, lo=0.1, hi=9)); call('lgamma', T(12, lo=-4.95, hi=4)); call('lgamma', V([1.0, 2.0, 3.0, 50.0, 1e4, INF])); call('lgamma', I(3, lo=1)); call('lgamma', T(3, lo=0.1, hi=9, dtype='float64')); call('special_gammaln', T(3, lo=0.1, hi=9))
call('digamma', T(2, 5, lo=0.2, hi=9)); call('digamma', T(12, lo=-4.95, hi=4)); call('special_digamma', T(3, lo=0.2, hi=9)); call('special_psi', T(3, lo=0.2, hi=9)); call('digamma', I(3, lo=1))
call('erfinv', T(2, 5, lo=-0.95, hi=0.95)); call('erfinv', V([0.0, 1.0, -1.0, 0.999, 2.0])); call('special_erfinv', T(3, lo=-0.9, hi=0.9)); call('erfinv', T(3, lo=-0.9, hi=0.9, dtype='float64'))
call('special_ndtr', T(2, 3)); call('special_entr', T(2, 3)); call('special_entr', V([0.0, 1.0, -1.0, NAN, INF])); call('special_i0', T(2, 3)); call('i0', T(2, 5, lo=-12, hi=12)); call('special_i1', T(2, 5, lo=-12, hi=12)); call('i0', I(3))
call('mvlgamma', T(2, 3, lo=3, hi=9), 2); call('polygamma', 0, T(3, lo=0.2, hi=9)); call('polygamma', 1, T(3, lo=0.5, hi=9)); call('polygamma', 2, T(3, lo=0.5, hi=9))
call('angle', T(2, 3)); call('angle', I(3)); call('angle', SPECIAL); call('zero', T(2, 3)); call('real', T(2, 3)); call('conj', T(2, 3)); call('conj_physical', T(2, 3)); call('resolve_conj', T(2, 3)); call('resolve_neg', T(2, 3)); call('_conj', T(2, 3))
