"""Layout: views, transposes, joins, cuts, copies, rearrangements."""
from dsl import *
import torch

X = lambda **k: T(2, 3, 4, **k)
call('view', T('N', 3, 4), [Sym('N'), 12]); call('view', T('N', 3, 4), [-1, 4]); call('view', T('N', 'L', 4), [Sym('N'), Sym('L'), 2, 2]); call('view', T(), [1, 1]); call('view', T(1), []); call('view', T('N', 'C', 'H', 'W'), [Sym('N'), Sym('C'), -1]); call('view', T('N', 'C', 'H', 'W'), [Sym('N*C'), Sym('H*W')])
call('view', T('N', 0), [0, Sym('N')]); call('reshape', T('N', 6), [Sym('N*2'), 3]); call('reshape', T(2, 0), [0]); call('reshape', T(2, 3), [-1]); call('reshape', B(2, 3), [6]); call('_unsafe_view', T('N', 6), [-1, 2]); call('_reshape_alias', K(T('N', 6), 1), [Sym('N'), 6], [6, 1])
call('reshape_as', T(2, 6), T(3, 4), options={'grow': False}); call('view_as', T(2, 6), T(4, 3), options={'grow': False})
call('flatten.using_ints', X()); call('flatten.using_ints', X(), 1); call('flatten.using_ints', X(), 0, 1); call('flatten.using_ints', X(), -2, -1); call('flatten.using_ints', T()); call('flatten.using_ints', T(5)); call('ravel', X())
call('unflatten.int', T('N', 12), 1, [3, 4]); call('unflatten.int', T('N', 12), -1, [-1, 4]); call('unflatten.int', T('N', 'L', 4), 2, [2, 2])
for d in ([2, 0, 1], [0, 1, 2], [-1, 0, 1], [1, 0, 2]):
    call('permute', X(), d)
call('permute', T(), []); call('permute', I(2, 3), [1, 0])
call('transpose.int', X(), 0, 1); call('transpose.int', X(), -1, 0); call('transpose.int', X(), 1, 1); call('transpose.int', T(), 0, -1); call('transpose.int', B(2, 3), 0, 1); call('swapaxes', X(), 0, 2); call('swapdims', X(), 1, -1)
call('t', T(2, 3)); call('t', T(3)); call('t', T()); call('numpy_T', X()); call('numpy_T', T(3)); call('mT', X()); call('adjoint', X()); call('matrix_H', T(2, 3)); call('mH', X())
for s in (0, 1, -1, 3, -4):
    call('unsqueeze', X(), s)
call('unsqueeze', T(), 0); call('unsqueeze', T(), -1)
call('squeeze', K(T(1, 2, 1, 3), 0, 2)); call('squeeze', T(2, 3)); call('squeeze', T()); call('squeeze', K(T(1, 1))); call('squeeze.dim', K(T(1, 2, 1), 0, 2), 0); call('squeeze.dim', K(T(1, 2, 1), 0, 2), 1); call('squeeze.dim', K(T(1, 2, 1), 0, 2), -1); call('squeeze.dim', T(), 0); call('squeeze.dims', K(T(1, 2, 1), 0, 2), [0, 2]); call('squeeze.dims', K(T(1, 2, 1), 0, 2), [0, 1])
for op in ('cat', 'concat', 'concatenate'):
    call(op, [T(2, 3), T(2, 3)]); call(op, [T(2, 3), T(2, 4)], 1)
call('cat', [T(2, 3), T(4, 3), T(1, 3)]); call('cat', [T(2, 3), T(2, 5)], -1); call('cat', [T(2, 3), I(2, 3)]); call('cat', [I(2, 3, dtype='int32'), I(2, 3)], 1); call('cat', [B(2), B(3)]); call('cat', [T(3)]); call('cat', [T(0), T(2, 3)]); call('cat', [T(0, 3), T(2, 3)]); call('cat', [T(3, dtype='float16'), T(2)]); call('cat', [I(2, dtype='uint8', lo=0), I(2, dtype='int8')]); call('cat', [T(2, 0), T(2, 3)], 1)
call('stack', [T(2, 3), T(2, 3)]); call('stack', [T(2, 3), T(2, 3), T(2, 3)], -1); call('stack', [T(), T()]); call('stack', [T(2), I(2)], 1); call('stack', [B(2), B(2)], 0); call('_stack', [T(2, 3), T(2, 3)], 1)
for op in ('hstack', 'vstack', 'dstack', 'column_stack', 'row_stack'):
    call(op, [T(3), T(3)]); call(op, [T(2, 3), T(2, 3)]); call(op, [T(), T()]); call(op, [T(2, 3, 4), T(2, 3, 4)])
call('column_stack', [T(3), T(3, 2)]); call('block_diag', [T(2, 3), T(1, 2), T(2, 2)]); call('block_diag', [T(3), T(), T(2, 2)]); call('cartesian_prod', [T(2), T(3)]); call('cartesian_prod', [T(2)]); call('cartesian_prod', [I(2), I(3), I(2)])
call('broadcast_tensors', [T(2, 1), T(3)]); call('broadcast_tensors', [T(), T(2, 3), T(2, 1)])
call('slice.Tensor', X()); call('slice.Tensor', X(), 1, 1); call('slice.Tensor', X(), 1, 0, 2); call('slice.Tensor', X(), -1, 1, -1); call('slice.Tensor', X(), 2, -3, 9223372036854775807, 2); call('slice.Tensor', X(), 0, 5, 9); call('slice.Tensor', X(), 2, 3, 1); call('slice.Tensor', X(), 1, None, -1); call('slice.Tensor', X(), 1, None, None, 2); call('slice.Tensor', X(), 1, -100, 100); call('slice.Tensor', B(5), 0, 1, 3)
call('slice.Tensor', T('N', 'L'), 1, 0, Sym('L - 1')); call('slice.Tensor', T('N', 'L'), 0, Sym('N // 2')); call('slice.Tensor', T('N', 'M'), 1, Sym('M - 2'), Sym('M'))
call('narrow', X(), 1, 0, 2); call('narrow', X(), -1, 1, 2); call('narrow', X(), 2, -2, 2); call('narrow', X(), 2, -1, 1); call('narrow', X(), 0, 0, 0); call('narrow', T('N', 'M'), 1, 0, Sym('M - 1')); call('narrow', T('N', 'M'), 1, Sym('M - 3'), 2)
call('narrow.Tensor', X(), 1, V0(1, 'int64'), 2)
for d, i in ((0, 0), (1, 2), (-1, -1), (1, -3)):
    call('select.int', X(), d, i)
call('select.int', T('N', 'M'), 1, Sym('M - 1')); call('select.int', B(3), 0, 1)
call('expand', T(1, 3), [4, 3]); call('expand', T(3), [2, 3]); call('expand', T(2, 1), [-1, 4]); call('expand', T(), [2, 2]); call('expand', T(1, 'L'), [Sym('L'), -1]); call('expand', T('N', 1), [Sym('N'), Sym('N + 1')]); call('expand', T(3), [1, 1, 3]); call('expand', T(1, 3), [0, 3])
call('expand_as', T(1, 3), T(4, 3)); call('expand_as', T(3), T(2, 3)); call('broadcast_to', T(3), [2, 3]); call('expand', T('N', 3), [Sym('N'), 3])
call('repeat', T(2, 3), [2, 2]); call('repeat', T(2, 3), [2, 1, 3]); call('repeat', T(), [3]); call('repeat', T(3), [1]); call('repeat', T(1, 3), [Sym('s3'), 1]); call('repeat', T(2, 3), [0, 1]); call('repeat', B(2), [2]); call('repeat', I(2), [2, 2])
call('tile', T(2, 3), [2]); call('tile', T(2, 3), [2, 1, 2]); call('tile', T(3), [2, 2]); call('tile', T(2, 3), [])
for op in ('tril', 'triu'):
    for k in (0, 1, -1, 5):
        call(op, T(3, 4), k)
    call(op, X()); call(op, I(3, 3)); call(op, B(3, 3)); call(op, I(3, 3, dtype='int32'), 1); call(op, T(3, 3, dtype='float16')); call(op, I(3, 3, dtype='uint8', lo=0)); call(op, T(3, 3, dtype='float64'), -1)
call('flip', X(), [0]); call('flip', X(), [0, -1]); call('flip', X(), []); call('flip', T(), []); call('fliplr', T(2, 3)); call('flipud', T(2, 3)); call('flip', B(3), [0])
for k in (0, 1, 2, 3, 5, -1):
    call('rot90', T(2, 3), k, [0, 1])
call('rot90', X(), 1, [1, 2]); call('rot90', X(), 1, [2, 0])
call('roll', X(), [1], [0]); call('roll', X(), [-1, 2], [1, 2]); call('roll', X(), [5], [-1]); call('roll', X(), [1]); call('roll', T(5), [7], [0]); call('roll', X(), [0], [0]); call('roll', I(5), [-2]); call('roll', T('N', 'M'), [Sym('M // 2')], [1])
for k in (0, 1, -1, 2):
    call('diagonal', T(3, 4), k); call('diagonal', T(4, 3), k)
call('diagonal', X(), 0, 1, 2); call('diagonal', X(), 1, 0, -1); call('diagonal', X(), -1, 2, 0); call('diagonal', I(3, 3)); call('diagonal', T(3, 3), 5); call('linalg_diagonal', T(2, 3, 3), offset=1)
call('diag', T(3)); call('diag', T(3), 1); call('diag', T(3), -2); call('diag', T(3, 4)); call('diag', T(3, 4), 1); call('diag', I(3)); call('diag_embed', T(2, 3)); call('diag_embed', T(2, 3), 1); call('diag_embed', T(2, 3), -1, 0, 2); call('diag_embed', T(2, 3), 0, 0, 1); call('diagflat', T(2, 3)); call('diagflat', T(), 1)
call('movedim.int', X(), 0, 2); call('movedim.int', X(), -1, 0); call('movedim.intlist', X(), [0, 1], [1, 2]); call('moveaxis.int', X(), 1, 0); call('moveaxis.intlist', X(), [2, 0], [0, 1])
for op in ('atleast_1d', 'atleast_2d', 'atleast_3d'):
    call(op, T()); call(op, T(3)); call(op, T(2, 3)); call(op, X()); call(op + '.Sequence', [T(), T(3)])
call('pixel_shuffle', T(1, 8, 2, 3), 2); call('pixel_shuffle', T(8, 2, 3), 2); call('pixel_shuffle', T(2, 2, 9, 2, 3), 3); call('pixel_unshuffle', T(1, 2, 4, 6), 2, options={'grow': False}); call('pixel_unshuffle', T(2, 4, 6), 2, options={'grow': False}); call('pixel_unshuffle', T(2, 3, 'H', 'W'), 3, options={'sizes': {'H': 6, 'W': 9}, 'other': {'H': 3, 'W': 12}})
call('channel_shuffle', T(2, 6, 3, 4), 3); call('native_channel_shuffle', K(T(2, 6, 3, 4), 1), 2)
call('contiguous', X()); call('clone', X()); call('detach', X()); call('alias', X()); call('lift_fresh', X()); call('lift', X()); call('dropout', X(), 0.5, False); call('feature_dropout', X(), 0.5, False); call('alpha_dropout', X(), 0.5, False); call('feature_alpha_dropout', X(), 0.5, False); call('native_dropout', X(), 0.5, False)
call('repeat_interleave.self_int', T(2, 3), 2); call('repeat_interleave.self_int', T(2, 3), 2, 0); call('repeat_interleave.self_int', T(2, 3), 3, -1); call('repeat_interleave.self_int', T(2, 3), 1, 1); call('repeat_interleave.self_int', I(3), 2); call('repeat_interleave.self_int', T('N', 3), 2, 0, output_size=Sym('N*2'))
call('repeat_interleave.self_Tensor', T(3, 2), V([1, 2, 3], dtype='int64'), 0, options={'grow': False}); call('repeat_interleave.self_Tensor', T(3, 2), V([2], dtype='int64'), 0); call('repeat_interleave.self_Tensor', T(3), I(3, lo=0, hi=4)); call('repeat_interleave.self_Tensor', T(2, 3), I(3, lo=0, hi=4), 1); call('repeat_interleave.Tensor', I(4, lo=0, hi=4)); call('repeat_interleave.self_Tensor', T(2, 2), I(4, lo=0, hi=3), options={'grow': False})
call('unfold', T(2, 8), 1, 3, 2); call('unfold', T(8), 0, 3, 1); call('unfold', X(), -1, 2, 1); call('unfold', X(), 1, 3, 3); call('unfold', T(2, 8), 1, 2, 4); call('unfold', T(), 0, 1, 1); call('unfold', T(2, 'M', 3), 1, 2, 3)
call('as_strided', T(12), [3, 4], [4, 1], options={'grow': False}); call('as_strided', T(3, 4), [4, 3], [1, 4], options={'grow': False}); call('as_strided', T(3, 4), [2, 2], [4, 1], 1, options={'grow': False}); call('as_strided', T(10), [4, 3], [2, 1], options={'grow': False}); call('as_strided', T(6), [2, 3], [0, 1], 2, options={'grow': False}); call('as_strided', T('N', 12), [Sym('N'), 3, 4], [12, 4, 1])
call('split.Tensor', K(T(7, 2), 0), 3); call('split.Tensor', K(T(2, 6), 1), 2, 1); call('split.Tensor', K(T(2, 3), 0), 5); call('split.sizes', T(7, 2), [2, 4, 1], options={'grow': False}); call('split_with_sizes', T(2, 7), [3, 4], 1, options={'fixed': ['s7']})
call('chunk', T(7, 2), 3); call('chunk', T(6, 2), 3); call('chunk', T(2, 5), 2, -1); call('chunk', K(T(2, 3), 1), 5, 1); call('unsafe_chunk', T(6, 2), 2); call('unsafe_split.Tensor', K(T(6, 2), 0), 2); call('unsafe_split_with_sizes', T(6, 2), [2, 4], options={'grow': False}); call('chunk', T('N', 12), 3, 1)
call('tensor_split.sections', T(7, 2), 3, options={'grow': False}); call('tensor_split.sections', T(2, 6), 2, 1); call('tensor_split.indices', T(7, 2), [2, 5]); call('tensor_split.indices', T(2, 7), [1, 3, 9], -1); call('tensor_split.indices', T(7), [-2]); call('tensor_split.tensor_indices_or_sections', T(7), V([2, 5], dtype='int64', constant=True))
call('hsplit.int', T(2, 6), 2); call('hsplit.int', T(6), 3); call('hsplit.array', T(2, 6), [1, 4]); call('vsplit.int', T(6, 2), 3); call('vsplit.array', T(6, 2), [2]); call('dsplit.int', T(2, 3, 4), 2); call('dsplit.array', T(2, 3, 4), [1])
call('unbind.int', K(T(3, 2), 0)); call('unbind.int', K(T(2, 3), 1), 1); call('unbind.int', K(T('N', 3), 1), -1)
call('meshgrid', [T(2), T(3)]); call('meshgrid.indexing', [T(2), T(3), T(4)], indexing='xy'); call('meshgrid.indexing', [T(2), T(3)], indexing='ij'); call('meshgrid', [T(), T(3)]); call('meshgrid', [I(2)])
call('slice_scatter', T(5, 3), T(2, 3), 0, 1, 3); call('slice_scatter', T(5, 3), T(5, 2), 1, -2, 9223372036854775807, options={'fixed': ['s2']}); call('slice_scatter', T(8, 3), T(4, 3), 0, 0, 9223372036854775807, 2, options={'grow': False}); call('slice_scatter', T(5), T(5)); call('slice_scatter', T(5, 3), T(2, 3), 0, 1, 5, 2, options={'grow': False})
call('select_scatter', T(4, 3), T(3), 0, 1); call('select_scatter', T(4, 3), T(4), 1, -1); call('diagonal_scatter', T(3, 3), T(3)); call('diagonal_scatter', T(3, 4), T(3), 1)
call('_shape_as_tensor', T(2, 3)); call('numel', T(2, 3)); call('dim', T(2, 3))
call('view.dtype', T(2, 3), torch.float32); call('vander', T(3)); call('vander', T(3), 4, True); call('tril', T(2, 5, 3), 1)
