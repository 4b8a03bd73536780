"""Reductions, cumulative operators, order statistics."""
from dsl import *
import torch

NAN, INF = float('nan'), float('inf')
F16, F64, I64, I32 = torch.float16, torch.float64, torch.int64, torch.int32
X = lambda **k: T(2, 3, 4, **k)
NANS = V([1.0, NAN, 3.0, -2.0, INF, 0.5], 2, 3)

for op in ('mean', 'sum', 'prod'):
    call(op, X()); call(op, T()); call(op, T(3, dtype='float16')); call(op, T(3, dtype='float64')); call(op, X(), dtype=F64); call(op, NANS)
    if op != 'mean':
        call(op, I(2, 3)); call(op, I(2, 3, dtype='int32')); call(op, I(2, 3, dtype='uint8', lo=0)); call(op, B(2, 3)); call(op, I(2, 3), dtype=torch.float32); call(op, I(3), dtype=I32); call(op, T(0, 3)); call(op, I(2, dtype='int8'))
for op, name in (('mean.dim', 'dim'), ('sum.dim_IntList', 'dim'), ('amax', 'dim'), ('amin', 'dim')):
    for d in ([0], [1], [-1], [0, 2], [-1, -2], [0, 1, 2], []):
        if not (d == [] and False):
            call(op, X(), d); call(op, X(), d, True)
    call(op, T(), [0]); call(op, T(), []); call(op, T(), [-1], True); call(op, X(dtype='float16'), [1]); call(op, X(dtype='float64'), [1]); call(op, NANS, [1])
    if op != 'mean.dim':
        call(op, I(2, 3), [1]); call(op, I(2, 3, dtype='int32'), [0]); call(op, B(2, 3), [1]); call(op, I(2, 3, dtype='uint8', lo=0), [1], True); call(op, I(2, 3, dtype='int16'), [1])
call('mean.dim', X(), None); call('mean.dim', X(), None, True); call('sum.dim_IntList', X(), None, True); call('sum.dim_IntList', T(0, 3), [0]); call('sum.dim_IntList', T(0, 3), [1]); call('mean.dim', T(3, 0), [0])
call('mean.dim', I(2, 3), [1], dtype=torch.float32); call('sum.dim_IntList', B(2, 3), [1], dtype=torch.float32); call('mean.dim', T(2, 3, dtype='float16'), [1], dtype=torch.float32)
for d in (0, 1, -1):
    call('prod.dim_int', X(), d); call('prod.dim_int', X(), d, True); call('prod.dim_int', I(2, 3, 2), d)
call('prod.dim_int', T(), 0); call('prod.dim_int', B(2, 3), 1); call('prod.dim_int', T(2, 0), 1)
for op in ('max', 'min'):
    call(op, X()); call(op, T()); call(op, I(2, 3)); call(op, B(2, 3)); call(op, T(3, dtype='float16')); call(op, NANS); call(op, I(3, dtype='int16')); call(op, I(3, dtype='uint8', lo=0)); call(op, T(3, dtype='float64'))
    for d in (0, 1, -1):
        call(op + '.dim', X(), d); call(op + '.dim', X(), d, True); call(op + '.dim', I(2, 3, 4), d); call(op + '.dim', B(2, 3, 4), d)
    call(op + '.dim', T(), 0); call(op + '.dim', T(), -1, True); call(op + '.dim', T(2, 3, dtype='float16'), 1); call(op + '.dim', NANS, 1); call(op + '.dim', I(3, dtype='int16'), 0); call(op + '.dim', T(3, dtype='float64'), 0); call(op + '.dim', I(3, dtype='uint8', lo=0), 0)
for op in ('argmax', 'argmin'):
    call(op, X()); call(op, X(), None, True); call(op, X(), 0); call(op, X(), -1); call(op, X(), 1, True); call(op, T()); call(op, T(), 0); call(op, I(2, 3), 1); call(op, T(2, 3, dtype='float16'), 1); call(op, NANS, 1); call(op, NANS); call(op, I(4, hi=-2), 0); call(op, I(3, dtype='int16'), 0); call(op, I(2, 3, dtype='int32'))
for op in ('logsumexp', 'special_logsumexp'):
    call(op, X(), [1]); call(op, X(), [0, -1], True); call(op, T(), [0]); call(op, I(2, 3), [1]); call(op, V([1000.0, 1000.5, -1000.0, -INF, -INF, -INF], 2, 3), [1]); call(op, T(3, dtype='float16'), [0]); call(op, V([INF, 1.0, 2.0]), [0]); call(op, T(3, dtype='float64'), [0])
for op in ('all', 'any'):
    call(op, B(2, 3)); call(op, T(2, 3, lo=0, hi=1)); call(op, I(3, lo=0, hi=2)); call(op, V0(True, 'bool')); call(op, B(0)); call(op, T(3, dtype='float16')); call(op, I(2, dtype='uint8', lo=0, hi=2))
    call(op + '.dim', B(2, 3), 1); call(op + '.dim', B(2, 3), -1, True); call(op + '.dim', T(2, 3, lo=0, hi=1), 0); call(op + '.dim', V0(True, 'bool'), 0); call(op + '.dims', B(2, 3, 4), [0, 2]); call(op + '.dims', B(2, 3, 4), [-1], True); call(op + '.dims', B(2, 3), None); call(op + '.dims', B(2, 3), [])
    call(op + '.dim', I(2, 3, dtype='uint8', lo=0, hi=2), 1)
call('all', V([NAN, 1.0])); call('any', V([NAN])); call('any', V([0.0, -0.0])); call('any', V([0.25, 0.0]))
for op in ('cumsum', 'cumprod'):
    call(op, X(), 0); call(op, X(), -1); call(op, I(2, 3), 1); call(op, B(2, 3), 1); call(op, T(), 0); call(op, T(3, dtype='float16'), 0); call(op, I(3, dtype='int32'), 0); call(op, T(2, 3), 1, dtype=F64); call(op, T(3, dtype='float64'), 0); call(op, I(3), 0, dtype=torch.float32); call(op, T(0, 3), 0)
call('cumprod', V([1.0, -2.0, 0.0, 3.0, 4.0]), 0); call('cumsum', I(2, 3, dtype='uint8', lo=0, hi=200), 1)
call('logcumsumexp', X(), 1); call('logcumsumexp', T(), 0); call('logcumsumexp', V([100.0, 90.0, -100.0, 100.0]), 0); call('logcumsumexp', T(3, dtype='float64'), 0)
for op in ('cummax', 'cummin'):
    call(op, X(), 1); call(op, X(), -1); call(op, I(2, 5, hi=-1), 1); call(op, T(), 0)
for o in (1, 0, 2):
    call('linalg_vector_norm', X(), o); call('linalg_vector_norm', X(), o, [1]); call('linalg_vector_norm', X(), o, [0, -1], True)
for o in (3, -1, 2.5, INF, -INF, 0.5):
    call('linalg_vector_norm', X(), o, [1])
call('linalg_vector_norm', T()); call('linalg_vector_norm', T(), 2, [0]); call('linalg_vector_norm', T(3, dtype='float16'), 2); call('linalg_vector_norm', T(3, dtype='float64'), 2); call('linalg_vector_norm', X(), 2, [1], dtype=F64); call('linalg_vector_norm', T(), 0); call('linalg_vector_norm', T(), INF)
for p in (2, 1, 3, INF, -INF, 0, 0.5):
    call('norm.ScalarOpt_dim', X(), p, [1]); call('norm.Scalar', X(), p)
call('norm.ScalarOpt_dim', X(), 2, [1, 2], True); call('norm.ScalarOpt_dim', X(), None, [1], True); call('norm.ScalarOpt_dim', T(), 2, [0]); call('norm.ScalarOpt_dim', T(3, dtype='float16'), 2, [0]); call('norm.ScalarOpt_dim', X(), 2, [])
call('norm.ScalarOpt_dim_dtype', X(), 2, [1], False, dtype=F64); call('norm.ScalarOpt_dim_dtype', X(), 3, [1], True, dtype=F64); call('norm.ScalarOpt_dtype', X(), 2, dtype=F64); call('norm.ScalarOpt_dtype', X(), 1, dtype=F64)
call('frobenius_norm.dim', X(), [1, 2]); call('frobenius_norm.dim', X(), [-1], True)
call('linalg_norm', T(2, 3)); call('linalg_norm', T(4)); call('linalg_norm', T(2, 3), 1, [0]); call('linalg_norm', X(), None, [1, 2]); call('linalg_norm', T(4), 3); call('linalg_norm', X(), INF, [0, 1]); call('linalg_norm', X(), 1, [-1, 0], True); call('linalg_norm', X(), -1, [1, 2]); call('linalg_norm', X(), -INF, [1, 2]); call('linalg_norm', T(2, 3), dtype=F64); call('linalg_norm', X(), 2, [1]); call('linalg_norm', X())
call('linalg_norm.ord_str', T(2, 3), 'fro'); call('linalg_norm.ord_str', X(), 'fro', [0, 2], True)
call('linalg_matrix_norm', X(), 1); call('linalg_matrix_norm', X(), INF, [0, 1], True); call('linalg_matrix_norm', X(), -1); call('linalg_matrix_norm.str_ord', X()); call('linalg_matrix_norm.str_ord', X(), 'fro', [0, 1], True)
for op in ('var', 'std'):
    call(op, X()); call(op, X(), False); call(op + '.dim', X(), [1]); call(op + '.dim', X(), [0, -1], False, True); call(op + '.correction', X(), [1]); call(op + '.correction', X(), [1], correction=0); call(op + '.correction', X(), None, correction=0.5); call(op + '.correction', X(), [0, 1], correction=2, keepdim=True)
    call(op + '.dim', X(), None); call(op + '.dim', T(2, 3, dtype='float16'), [1]); call(op + '.dim', T(2, 3, dtype='float64'), [1]); call(op, T(), False); call(op + '.dim', T(3, 1), [1]); call(op + '.dim', X(), [])
for op in ('var_mean', 'std_mean'):
    call(op, X()); call(op, X(), False); call(op + '.dim', X(), [1]); call(op + '.dim', X(), [0, -1], False, True); call(op + '.correction', X(), [1], correction=0); call(op + '.correction', X(), None); call(op + '.dim', X(), None)
call('nansum', NANS); call('nansum', NANS, [1]); call('nansum', NANS, [0], True); call('nansum', I(2, 3), [1]); call('nansum', T(3, dtype='float16')); call('nansum', NANS, dtype=F64)
call('nanmean', NANS, [1]); call('nanmean', NANS); call('nanmean', NANS, [0], True)
call('aminmax', X()); call('aminmax', X(), dim=1); call('aminmax', X(), dim=-1, keepdim=True); call('aminmax', I(2, 3), dim=0); call('aminmax', T())
call('count_nonzero', I(2, 3, lo=-1, hi=2)); call('count_nonzero', T(2, 3, lo=0, hi=1)); call('count_nonzero', B(2, 3)); call('count_nonzero.dim_IntList', I(2, 3, lo=-1, hi=2), [1]); call('count_nonzero.dim_IntList', B(2, 3, 4), [0, 2]); call('count_nonzero', V0(2.0))
call('median', T(5)); call('median', T(2, 3)); call('median', T(4)); call('median.dim', X(), 1); call('median.dim', X(), -1, True); call('median.dim', I(2, 5), 1); call('median.dim', T(), 0); call('median', V([1.0, NAN, 3.0])); call('median.dim', NANS, 1); call('nanmedian', NANS); call('nanmedian.dim', NANS, 1)
call('mode', I(2, 5, hi=0), 1); call('mode', I(7, lo=0, hi=3)); call('mode', T(2, 3), 0, True)
call('kthvalue', X(), 2, 1); call('kthvalue', X(), 1); call('kthvalue', X(), 3, -1, True); call('kthvalue', V([5, 2, 7, 1, 9], dtype='int64'), 2, 0, options={'grow': False}); call('kthvalue', T(), 1, 0)
for op in ('sort', 'argsort'):
    call(op, X()); call(op, X(), 1); call(op, X(), 0, True); call(op, I(2, 5), 1); call(op, T()); call(op, T(3, dtype='float16')); call(op, B(5)); call(op, I(4, dtype='int16')); call(op, I(4, dtype='uint8', lo=0, hi=9), 0, True); call(op, T(3, dtype='float64')); call(op, T(0, 3), 0)
call('sort.stable', I(8, lo=0, hi=3), stable=True); call('sort.stable', I(8, lo=0, hi=3), stable=True, descending=True); call('sort.stable', T(2, 3), stable=False, dim=0); call('argsort.stable', I(8, lo=0, hi=3), stable=True, dim=0); call('argsort.stable', I(8, lo=0, hi=3), stable=True, dim=0, descending=True); call('sort', V([1.0, NAN, -INF, 3.0, INF])); call('sort', V([1.0, NAN, -INF, 3.0, INF]), 0, True); call('msort', X()); call('msort', T(4))
call('topk', X(), 2); call('topk', X(), 2, 0); call('topk', X(), 1, -1, False); call('topk', X(), 3, 1, True, True); call('topk', V([5, 2, 7, 1, 9], dtype='int64'), 2, options={'grow': False}); call('topk', T(), 1); call('topk', T(5, dtype='float16'), 2); call('topk', V([1.0, NAN, 3.0, INF]), 2); call('topk', V([1.0, NAN, 3.0, -INF]), 2, 0, False); call('topk', I(4, dtype='int16'), 2); call('topk', T(2, 5), 0)
call('diff', X()); call('diff', X(), 2, 1); call('diff', X(), 1, 0); call('diff', B(5)); call('diff', I(2, 5)); call('diff', T(2, 3), 1, -1, T(2, 1)); call('diff', T(2, 3), 1, -1, T(2, 2), T(2, 1)); call('diff', T(2, 3), 0)
call('bincount', I(8, lo=0, hi=5)); call('bincount', I(8, lo=0, hi=5), minlength=9); call('bincount', I(8, lo=0, hi=5), T(8)); call('histc', T(20), 5); call('histc', T(2, 9), 4, -2, 2); call('histc', T(8), 10, 0, 0)
for r in (False, True):
    call('bucketize.Tensor', T(2, 3), V([-3.0, -1.0, 0.0, 2.0], constant=True), right=r); call('bucketize.Tensor', I(2, 3), V([-3, -1, 0, 2], dtype='int64', constant=True), right=r); call('bucketize.Tensor', T(3), V([-3.0, -1.0, 0.0, 2.0], constant=True), right=r, out_int32=True)
    call('searchsorted.Tensor', V([-3.0, -1.0, 0.0, 2.0], constant=True), T(2, 3), right=r); call('searchsorted.Tensor', V([-3.0, -1.0, 0.0, 2.0, -2.0, -1.5, 1.0, 3.0], 2, 4, constant=True), T(2, 3), right=r)
call('bucketize.Tensor', V([NAN, INF, -INF, 0.0]), V([-3.0, -1.0, 0.0, 2.0], constant=True)); call('bucketize.Scalar', 0.5, V([-3.0, -1.0, 0.0, 2.0], constant=True)); call('searchsorted.Scalar', V([-3.0, -1.0, 0.0, 2.0], constant=True), 0.0, right=True); call('searchsorted.Tensor', V([-3.0, -1.0, 0.0, 2.0], constant=True), T(2, 3), side='right')
for i in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
    call('quantile.scalar', T(7), 0.4, interpolation=i); call('quantile', T(2, 5), V([0.0, 0.3, 0.75, 1.0]), 1, interpolation=i)
call('quantile.scalar', T(2, 5), 0.5, 1, True); call('quantile', T(2, 5), V([0.25, 0.5])); call('quantile', T(2, 5), V0(0.25), 0); call('nanquantile.scalar', NANS, 0.5, 1)
call('_unique2', I(8, lo=0, hi=4)); call('_unique2', I(2, 4, lo=0, hi=4), True, True, True); call('_unique2', T(5), True, False, True); call('_unique', I(8, lo=0, hi=4), True, True); call('_unique2', B(5)); call('_unique2', I(5, dtype='int32'), True, True, True)
call('unique_consecutive', I(8, lo=0, hi=2), True, True); call('unique_consecutive', I(8, lo=0, hi=2)); call('unique_dim', I(5, 2, lo=0, hi=2), 0, True, True, True); call('unique_consecutive', T(2, 3), True, True)
call('renorm', T(3, 4), 2, 0, 1.5); call('renorm', T(2, 3, 4), 1, 1, 2.0); call('renorm', T(3, 4), INF, -1, 2.0)
call('cov', T(3, 5)); call('corrcoef', T(3, 5)); call('trace', T(3, 4)); call('trace', I(3, 3)); call('cov', T(5)); call('cov', T(3, 5), correction=0)
