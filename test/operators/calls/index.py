"""Indexing, gathering, scattering, masks."""
from dsl import *
import torch

X = lambda **k: T(3, 4, 5, **k)
IX = lambda *d, hi=3: I(*d, lo=-hi, hi=hi)
NX = lambda *d, hi=3: I(*d, lo=0, hi=hi)
call('embedding', W(5, 4), NX(2, 3, hi=5)); call('embedding', W(5, 4), I(3, dtype='int32', lo=0, hi=5)); call('embedding', W(5, 4), NX(hi=5)); call('embedding', W(5, 4, dtype='float16'), NX(3, hi=5), 1); call('embedding', T(5, 4), NX(2, 3, hi=5))
call('index_select', X(), 0, NX(4)); call('index_select', X(), -1, NX(2)); call('index_select', X(), 1, V0(1, 'int64')); call('index_select', T(5), 0, I(3, dtype='int32', lo=0, hi=5)); call('index_select', T(), 0, V([0], dtype='int64')); call('index_select', B(4), 0, NX(2))
call('gather', X(), 0, NX(2, 4, 5)); call('gather', X(), 1, NX(3, 2, 5)); call('gather', X(), -1, NX(3, 4, 2)); call('gather', X(), 1, NX(2, 3, 4)); call('gather', T(), 0, V([0, 0], dtype='int64')); call('gather', T(), 0, V0(0, 'int64')); call('gather', T(4), 0, V0(2, 'int64')); call('gather', I(3, 4), 1, NX(3, 2))
call('take_along_dim', T(3, 4), NX(3, 2), 1); call('take_along_dim', T(3, 4), NX(1, 4), 0); call('take_along_dim', T(3, 4), NX(3, 1), 1); call('take_along_dim', T(3, 4), NX(6)); call('take', X(), NX(2, 3, hi=60), options={'grow': False}); call('take', X(), IX(4, hi=30), options={'grow': False})
def idx(*xs): return list(xs)
for args in (idx(IX(2)), idx(None, IX(2)), idx(IX(2, 3)), idx(None, None, IX(4)), idx(IX(2), IX(2)), idx(IX(2, 1), IX(3)), idx(None, IX(2), IX(2)), idx(IX(2), None, IX(2)), idx(IX(2), IX(2), IX(2)), idx(V0(1, 'int64')), idx(V0(1, 'int64'), None, IX(2)), idx(IX(2), V0(-1, 'int64')),
             idx(None, IX(2, 2), None), idx(I(2, dtype='int32', lo=0, hi=3))):
    call('index.Tensor', X(), args)
    if args[0] is not None and all(a is not None for a in args):
        call('index.Tensor_hacked_twin', X(), args)
M = V([True, False, True], dtype='bool')
call('index.Tensor', X(), [K(M)], options={'grow': False}); call('index.Tensor', X(), [None, V([True, False, True, False], dtype='bool')], options={'grow': False}); call('index.Tensor', T(2, 3), [B(2, 3)]); call('index.Tensor', X(), [B(3, 4)]); call('index.Tensor', X(), [B(3, 4), IX(1)], options={'grow': False}); call('index.Tensor', X(), [B(3, 4, 5)]); call('index.Tensor', T(5), [V([True, False, True, True, False], dtype='uint8')])
call('index.Tensor', T(), [V0(True, 'bool')]) ; call('index.Tensor', B(4), [NX(2)]); call('_unsafe_index.Tensor', T(2, 3, 4, 5), [None, None, NX(3, 1), NX(2)])
call('index.Tensor', T(2, 3, 4, 5), [None, None, NX(3, 1), NX(2)])
for acc in (False, True):
    call('index_put', T(4, 3), [V([0, 2], dtype='int64')], T(2, 3), acc, options={'fixed': ['s2']}); call('index_put', T(4, 3), [V([0, 2, 0], dtype='int64') if acc else V([0, 2, 1], dtype='int64')], T(3), acc, options={'grow': False}); call('index_put', T(4, 3), [V([1, 2], dtype='int64'), V([0, 2], dtype='int64')], T(2), acc, options={'fixed': ['s2']}); call('index_put', T(4, 3), [None, V([0, 2], dtype='int64')], T(4, 2), acc, options={'fixed': ['s2']})
    call('index_put', T(4, 3, 2), [V([0, 2], dtype='int64'), None, V([0, 1], dtype='int64')], T(2, 3), acc, options={'grow': False}); call('index_put', T(4, 3), [V([-1], dtype='int64')], V0(7.0), acc); call('index_put', I(4), [V([0, 1], dtype='int64')], I(2), acc, options={'grow': False})
call('index_put', T(2, 3), [B(2, 3)], V0(0.0)); call('index_put', T(4, 3), [V([True, False, True, False], dtype='bool')], T(2, 3), options={'grow': False}); call('index_put', B(4), [V([0, 2], dtype='int64')], V0(True, 'bool')); call('index_put', T(2, 3, 4), [None, V([0, 2], dtype='int64'), V([1, 3], dtype='int64')], T(2, 2), options={'grow': False}); call('index_put.hacked_twin', T(4, 3), [V([0, 2], dtype='int64')], T(2, 3), options={'fixed': ['s2']}); call('_unsafe_index_put', T(4, 3), [V([0, 2], dtype='int64')], T(3), options={'fixed': ['s2']})
call('index_put', T(4, 3, dtype='float16'), [V([0, 2], dtype='int64')], V0(1.0, 'float16'))
for op in ('scatter.src', 'scatter_add'):
    call(op, T(3, 5), 0, V([0, 1, 2, 0, 0], 1, 5, dtype='int64'), T(1, 5), options={'fixed': ['s5']}); call(op, T(3, 5), 1, V([1, 3, 0, 4, 2, 1], 3, 2, dtype='int64'), T(3, 2), options={'grow': False}); call(op, T(3, 5), 1, V([1, 3, 0, 4, 2, 1], 3, 2, dtype='int64'), T(3, 4), options={'grow': False}); call(op, T(), 0, V0(0, 'int64'), T()); call(op, I(3), 0, V([2, 0], dtype='int64'), I(2), options={'grow': False}); call(op, T(3), 0, V0(1, 'int64'), T())
call('scatter.value', T(3, 5), 0, V([0, 1, 2, 0, 0], 1, 5, dtype='int64'), 9.0); call('scatter.value', I(3, 5), 1, V([1, 3, 0], 3, 1, dtype='int64'), 9); call('scatter.value', T(), 0, V0(0, 'int64'), 2.0); call('scatter.value', B(4), 0, V([1, 2], dtype='int64'), True)
for r in ('add', 'multiply'):
    call('scatter.reduce', T(3, 5), 0, V([0, 1, 2, 0, 0], 1, 5, dtype='int64'), T(1, 5), reduce=r, options={'fixed': ['s5']}); call('scatter.value_reduce', T(3, 5), 0, V([0, 1, 2, 0, 0], 1, 5, dtype='int64'), 2.0, reduce=r)
for r in ('sum', 'prod', 'mean', 'amax', 'amin'):
    for inc in (True, False):
        call('scatter_reduce.two', T(4), 0, V([0, 1, 1, 3, 0, 1], dtype='int64'), T(6), r, include_self=inc, options={'grow': False}); call('scatter_reduce.two', T(3, 4), 1, V([0, 1, 1, 3, 0, 1], 3, 2, dtype='int64'), T(3, 2), r, include_self=inc, options={'grow': False})
    call('scatter_reduce.two', I(4), 0, V([0, 1, 1, 3, 0, 1], dtype='int64'), I(6), r, options={'grow': False}); call('scatter_reduce.two', T(), 0, V0(0, 'int64'), T(), r)
call('index_add', T(4, 3), 0, V([0, 2, 0], dtype='int64'), T(3, 3), options={'grow': False}); call('index_add', T(4, 3), 1, V([0, 2], dtype='int64'), T(4, 2), alpha=2, options={'fixed': ['s2']}); call('index_add', T(4, 3, 2), -2, V([1, 1], dtype='int64'), T(4, 2, 2), options={'fixed': ['s2']}); call('index_add', I(4), 0, V([1, 1], dtype='int64'), I(2), options={'fixed': ['s2']}); call('index_add', T(), 0, V([0], dtype='int64'), T()); call('index_add', T(4, 3), 0, V([0, 2], dtype='int32'), T(2, 3), options={'fixed': ['s2']})
call('index_copy', T(4, 3), 0, V([0, 2], dtype='int64'), T(2, 3), options={'fixed': ['s2']}); call('index_copy', T(4, 3), 1, V([0, 2], dtype='int64'), T(4, 2), options={'fixed': ['s2']}); call('index_copy', T(), 0, V([0], dtype='int64'), T(1))
call('index_fill.int_Scalar', T(4, 3), 0, V([0, 2], dtype='int64'), 7); call('index_fill.int_Scalar', T(4, 3), -1, V([0, 2], dtype='int64'), -1.5); call('index_fill.int_Tensor', T(4, 3), 0, V([0, -1], dtype='int64'), V0(2.5)); call('index_fill.int_Scalar', T(), 0, V([0], dtype='int64'), 1); call('index_fill.int_Scalar', I(3), 0, V0(1, 'int64'), 5)
for r in ('prod', 'mean', 'amax', 'amin'):
    for inc in (True, False):
        call('index_reduce', T(4, 3), 0, V([0, 2, 0], dtype='int64'), T(3, 3), r, include_self=inc, options={'grow': False})
call('put', T(3, 4), V([0, 5, 11], dtype='int64'), T(3), options={'grow': False}); call('put', T(3, 4), V([0, 5, 5], dtype='int64'), T(3), True, options={'grow': False})
call('masked_select', T(2, 3), B(2, 3)); call('masked_select', T(2, 3), B(3)); call('masked_select', T(3), B(2, 3)); call('masked_select', I(4), B(4)); call('masked_select', T(), V0(True, 'bool'))
call('masked_scatter', T(2, 3), B(2, 3), T(6)); call('masked_scatter', T(2, 3), B(3), T(6)); call('masked_scatter', T(2, 3), B(2, 3), T(2, 4), options={'grow': False}); call('masked_scatter', I(4), B(4), I(5))
call('nonzero', B(2, 3)); call('nonzero', T(2, 3, lo=0, hi=1)); call('nonzero', I(5, lo=-1, hi=2)); call('nonzero', V([0.5, 0.0, -0.25, 1e-9])); call('nonzero', T(3, dtype='float16')); call('nonzero', V0(2.0)); call('argwhere', B(2, 3)); call('where', B(2, 3)); call('nonzero_numpy', B(2, 3))
call('one_hot', NX(2, 3, hi=4), 5); call('one_hot', NX(3, hi=4)); call('one_hot', NX(hi=4), 4); call('one_hot', NX(0), 3)
call('embedding_bag', W(5, 4), NX(6, hi=5), V([0, 2, 5], dtype='int64', constant=True), False, 0, options={'only': 1}); call('embedding_bag', W(5, 4), NX(6, hi=5), V([0, 2, 5], dtype='int64', constant=True), False, 1, options={'only': 1}); call('embedding_bag', W(5, 4), NX(6, hi=5), V([0, 2, 5], dtype='int64', constant=True), False, 2, options={'only': 1})
call('diagonal_scatter', T(2, 3, 3), T(2, 3), 0, 1, 2)
