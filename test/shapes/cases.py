"""Operator calls whose inferred dtypes and shapes are compared with PyTorch's. Letters are symbolic extents."""


class Sym:
    """An int argument or extent computed from the sizes, as a Python expression."""

    def __init__(self, text):
        self.text = text


class Tensor:
    def __init__(self, shape, dtype='float32', values=None, high=3):
        self.shape, self.dtype, self.values, self.high = list(shape), dtype, values, high


CASES = []
SIZES = {'N': (2, 1, 3), 'C': (4, 4, 4), 'H': (16, 9, 31), 'W': (12, 17, 8), 'L': (5, 7, 6), 'M': (3, 1, 5)}


def T(*shape, dtype='float32', values=None, high=3):
    return Tensor(shape, dtype, values, high)


def I(*shape, high=3):
    return Tensor(shape, 'int64', None, high)


def B(*shape):
    return Tensor(shape, 'bool')


def V(*values, dtype='int64'):
    """A small 1-d int tensor whose elements are followed."""
    return Tensor([len(values)], dtype, list(values))


def V0(value, dtype='int64'):
    return Tensor([], dtype, [value])


def letters(a, into):
    if isinstance(a, Sym):
        into |= {c for c in a.text if c in SIZES}
    elif isinstance(a, Tensor):
        for d in a.shape:
            letters(Sym(d) if isinstance(d, str) else d, into)
        for v in a.values or []:
            letters(v, into)
    elif isinstance(a, (list, tuple)):
        for x in a:
            letters(x, into)


def case(op, *args, open=False, **kwargs):
    """`open`: some extents may stay unknown."""
    if '::' not in op:
        op = 'aten::' + op
    used = set()
    letters(args, used)
    letters(list(kwargs.values()), used)
    count = 3 if used else 1
    sizes = [{k: SIZES[k][i] for k in sorted(used)} for i in range(count)]
    CASES.append((op, args, kwargs, sizes, open))


S = Sym

# Elementwise operators and type promotion.
for name in ('acos asin atan cos cosh sin sinh tan tanh erf erfc exp exp2 expm1 log log10 log1p log2 lgamma reciprocal rsqrt sqrt '
             'sinc sigmoid deg2rad rad2deg').split():
    case(name, T('N', 3))
    case(name, I('N', 3))
for name in 'neg abs floor ceil trunc round relu relu6 sign sgn square positive'.split():
    case(name, T('N', 3))
    case(name, I('N', 3))
for name in 'frac gelu silu mish elu celu selu hardshrink hardsigmoid hardswish hardtanh leaky_relu softplus softshrink log_sigmoid'.split():
    case(name, T('N', 3))
for name in ('add.Tensor', 'sub.Tensor', 'mul.Tensor', 'div.Tensor', 'remainder.Tensor', 'fmod.Tensor', 'floor_divide', 'maximum', 'minimum',
             'pow.Tensor_Tensor', 'atan2'):
    case(name, T('N', 3, 1), T('L'))
    case(name, T('N', 3), I())
    case(name, I('N', 3), T())
    case(name, I('N'), T(dtype='float16'))
    case(name, T('N', dtype='float16'), T('N'))
    case(name, T('N', dtype='bfloat16'), T('N', dtype='float16'))
    case(name, I('N'), Tensor(['N'], 'int32'))
    case(name, Tensor(['N'], 'uint8'), Tensor(['N'], 'int8'))
for name in ('add.Scalar', 'sub.Scalar', 'mul.Scalar', 'div.Scalar', 'remainder.Scalar', 'fmod.Scalar', 'floor_divide.Scalar', 'pow.Tensor_Scalar', 'rsub.Scalar'):
    case(name, T('N', dtype='float16'), 2.5)
    case(name, I('N'), 2)
    case(name, I('N'), 2.5)
    case(name, I(), 2.5)
    case(name, Tensor(['N'], 'int32'), 3)
case('mul.Scalar', B('N'), 3)
case('mul.Scalar', B('N'), True)
case('mul.Tensor', B('N'), B('N'))
case('add.Tensor', B('N'), I('N'))
for mode in (None, 'floor', 'trunc'):
    case('div.Tensor_mode', I('N', 1), I(3), rounding_mode=mode)
    case('div.Scalar_mode', I('N'), 2, rounding_mode=mode)
    case('div.Scalar_mode', I('N'), 2.0, rounding_mode=mode)
for name in ('lt', 'le', 'gt', 'ge', 'eq', 'ne'):
    case(name + '.Tensor', T('N', 1), I('L'))
    case(name + '.Scalar', T('N'), 0)
for name in ('logical_and', 'logical_or', 'logical_xor'):
    case(name, T('N', 1), B('L'))
case('logical_not', T('N'))
for name in ('bitwise_and', 'bitwise_or', 'bitwise_xor', '__and__', '__or__', '__xor__'):
    case(name + '.Tensor', B('N', 1), B('L'))
    case(name + '.Tensor', I('N'), Tensor(['N'], 'int32'))
case('bitwise_not', B('N'))
case('clamp', I('N'), 0, 2.5)
case('clamp', T('N'), None, 1)
case('clamp', I('N'), 0)
case('clamp.Tensor', T('N', 3), T(3), None)
case('clamp_min', I('N'), 1)
case('clamp_min', I('N'), 0.5)
case('clamp_max', T('N', dtype='float16'), 1)
case('where.self', B('N', 1), T('L'), T(1, 1, dtype='float16'))
case('where.ScalarOther', B('N'), T('N', dtype='float16'), 0.0)
case('where.ScalarOther', B('N'), I('N'), 0.0)
case('where.ScalarSelf', B('N'), 1, T('N'))
case('where.Scalar', B('N'), 1, 0)
case('where.Scalar', B('N'), 1.0, 0)
case('masked_fill.Scalar', T('N', 'L'), B('N', 1), 0.0)
case('masked_fill.Tensor', T('N', 'L'), B('L'), T())
case('addcmul', T('N', 1), T('N', 'L'), T('L'))
case('addcdiv', T('N', 1), T('N', 'L'), T('L'))
case('lerp.Scalar', T('N'), T('N'), 0.5)
case('lerp.Tensor', T('N', 1), T('N', 'L'), T('L'))
case('glu', T('N', 8, 'L'), 1)
case('isnan', T('N'))
case('prelu', T('N', 4, 'L'), T(4))
case('complex', T('N'), T('N'))
case('abs', Tensor(['N'], 'complex64'))

# Reductions.
for name in ('sum', 'mean', 'prod', 'any', 'all', 'max', 'min', 'std', 'var', 'median'):
    case(name, T('N', 'L'))
for name in ('sum', 'prod', 'any', 'max'):
    case(name, I('N'))
    case(name, B('N'))
for dims, keep in (([0], False), ([-1], True), ([0, 2], False), ([1, -1], True), ([], False), ([], True), (None, False)):
    case('sum.dim_IntList', T('N', 'L', 'M'), dims, keep)
    case('mean.dim', T('N', 'L', 'M'), dims, keep)
    case('amax', T('N', 'L', 'M'), dims or [], keep)
    if dims:
        case('logsumexp', T('N', 'L', 'M'), dims, keep)
        case('linalg_vector_norm', T('N', 'L', 'M'), 2, dims, keep)
        case('norm.ScalarOpt_dim', T('N', 'L', 'M'), 2, dims, keep)
    case('std.dim', T('N', 'L', 'M'), dims, False, keep)
    case('var.correction', T('N', 'L', 'M'), dims, correction=1, keepdim=keep)
    case('var_mean.correction', T('N', 'L', 'M'), dims, correction=1, keepdim=keep)
case('sum.dim_IntList', I('N', 3), [1], dtype=6)
case('sum.dim_IntList', B('N', 3), [1])
case('mean', T('N', dtype='float16'), dtype=6)
for name in ('argmax', 'argmin'):
    case(name, T('N', 'L'), None, False)
    case(name, T('N', 'L'), None, True)
    case(name, T('N', 'L'), 1, False)
    case(name, T('N', 'L'), -2, True)
for name in ('max.dim', 'min.dim', 'median.dim', 'mode'):
    case(name, T('N', 'L'), 1, False)
    case(name, I('N', 'L'), 0, True)
case('kthvalue', T('N', 'L'), 2, -1, True)
case('aminmax', T('N', 'L'), dim=1, keepdim=True)
case('aminmax', T('N', 'L'))
for name in ('any.dim', 'all.dim'):
    case(name, B('N', 'L'), 1, True)
    case(name, Tensor(['N', 'L'], 'uint8'), 1, False)
case('count_nonzero', T('N', 'L'), 1)
case('norm.Scalar', T('N', 'L'), 2)
case('frobenius_norm.dim', T('N', 'L'), [0, 1], False)
case('linalg_matrix_norm', T('N', 'L', 'M'), 2)
case('sort', I('N', 'L'), -1, True)
case('argsort', T('N', 'L'), 0)
case('topk', T('N', 'H'), 3, -1)
case('topk', T('H', 'N'), S('H - 2'), 0)
case('cumsum', I('N', 'L'), 1)
case('cumsum', B('N', 'L'), 1)
case('cumsum', T('N', 'L'), 1, dtype=7)
case('cumprod', T('N', 'L'), 0)
case('cummax', T('N', 'L'), 0)
case('diff', T('N', 'H'), 1, -1)
case('bucketize.Tensor', T('N', 'L'), T(4))
case('searchsorted.Tensor', T(4), T('N', 'L'))
case('histc', T('N'), 10)
case('quantile', T('N', 'L'), T(3), 1, True)

# Shapes.
case('view', T('N', 12, 'H'), [S('N'), 3, 4, -1])
case('view', T('N', 'L', 12), [-1, 12])
case('view', T('N', 'L', 12), [S('N*L'), 3, -1])
case('view', T('N', 'L', 'H', 8), [S('N'), -1, 8])
case('reshape', T('N', 'L', 4, 8), [S('N'), S('L'), -1])
case('reshape', T('N', S('H*W + 1'), 12), [S('N'), S('H*W + 1'), 3, -1])
case('reshape', T('N', S('H*W + 1'), 12), [S('N*(H*W + 1)'), -1])
case('reshape', T('N', S('H*W + 1'), 12), [-1, 6])
case('reshape', T('N', S('H*W + 1'), 12), [S('H*W + 1'), -1])
case('reshape', T('N', 3, S('H // 2'), S('W // 2')), [S('N'), 3, -1])
case('reshape', T(2, 3, 4), [-1])
case('reshape', T(), [1])
case('reshape', T(1), [])
case('flatten.using_ints', T('N', 3, 'H', 'W'), 1, -1)
case('flatten.using_ints', T('N', 3, 'H', 'W'), 2)
case('flatten.using_ints', T('N', 3, 'H', 'W'), 0, 1)
case('flatten.using_ints', T(), 0, -1)
case('unflatten.int', T('N', S('L*4')), 1, [S('L'), -1])
case('unflatten.int', T('N', 12), -1, [3, 4])
case('permute', T('N', 3, 'H', 'W'), [0, 2, -1, 1])
case('transpose.int', T('N', 'L', 4), -1, 1)
case('t', T('N', 'L'))
case('t', T('N'))
case('numpy_T', T('N', 'L', 2))
case('movedim.intlist', T('N', 3, 'H', 'W'), [1, 2], [-1, 0])
case('movedim.int', T('N', 3, 'H', 'W'), 1, -1)
case('unsqueeze', T('N', 'L'), -1)
case('unsqueeze', T('N', 'L'), 0)
case('squeeze', T('L', 1, 'H', 1))
case('squeeze.dim', T('H', 1, 'W'), 1)
case('squeeze.dim', T('H', 3, 'W'), 1)
case('squeeze.dims', T('H', 1, 'W', 1), [1, -1])
case('expand', T('N', 1, 4), [-1, S('L'), 4])
case('expand', T('N', 1, 4), [2, S('N'), S('L'), -1])
case('expand', T(1, 1), [S('N'), -1])
case('expand_as', T('N', 1), T('N', 'L'))
case('repeat', T('N', 3), [2, S('L'), 1])
case('tile', T('N', 3, 2), [2])
case('repeat_interleave.self_int', T('N', 'L'), 3, 1)
case('repeat_interleave.self_int', T('N', 'L'), 3)
case('repeat_interleave.self_Tensor', T('N', 3), V(1, 2, 3), 1, output_size=6)
case('flip', T('N', 'L'), [0])
case('roll', T('N', 'L'), [1], [0])
case('tril', T('N', 'L', 'L'))
case('rot90', T('N', 'L'), 1, [0, 1])
case('diagonal', T('N', 'L', 'L'), 0, 1, 2)
case('diagonal', T('N', 6, 4), 1, 1, 2)
case('diagonal', T('N', 6, 4), -3, -2, -1)
case('diag', T(4))
case('diag', T(4), 2)
case('diag', T(4, 5), -1)
case('diag_embed', T('N', 'L'), 1)
case('diag_embed', T('N', 'L'), 0, 0, 2)
case('block_diag', [T(2, 'N'), T('L', 3)])
case('kron', T('N', 2), T(3))
case('as_strided', T(12), [2, 3], [3, 1])
case('size', T('N', 3, 'H'))
case('size.int', T('N', 3, 'H'), -1)
case('numel', T('N', 3, 'H'))
case('dim', T('N', 3, 'H'))
case('len.Tensor', T('N', 3))
case('_shape_as_tensor', T('N', 3))
case('view_as_real', Tensor(['N', 3], 'complex64'))
case('view_as_complex', T('N', 3, 2))

# Slices and indexes.
for start, end, step in ((None, None, 1), (0, 9223372036854775807, 1), (1, 9223372036854775807, 1), (0, S('H'), 1), (0, -1, 1), (1, -1, 1), (-3, 9223372036854775807, 1),
                         (0, 9223372036854775807, 2), (1, 9223372036854775807, 2), (0, 5, 1), (2, S('H - 2'), 1), (0, S('H + 4'), 1), (S('H // 2'), None, 1),
                         (-7, -2, 1), (20, None, 1), (0, S('H*2'), 3), (S('-H'), None, 1), (None, S('-1'), 2)):
    case('slice.Tensor', T('N', 'H', 3), 1, start, end, step, open=isinstance(end, Sym) and '- 2' in end.text)
case('slice.Tensor', T(3, 64), 1, 0, S('L'), 1)
case('slice.Tensor', T('H'), 0, S('W'), None, 1)
case('select.int', T('N', 'L', 3), 1, -1)
case('narrow', T('N', 'H'), 1, 2, S('H - 3'))
case('index.Tensor', T('N', 'L', 3), [I('M', 2)])
case('index.Tensor', T(4, 'L', 4), [I('M', 1), None, I('N')])
case('index.Tensor', T(4, 'L', 4), [I('M'), None])
case('index.Tensor', T('N', 4, 4, 'L'), [None, I('M', 1), I('H')])
case('index.Tensor', T('N', 4, 4, 'L'), [None, I('M', 1), None, I('H')])
case('index.Tensor', T('N', 'L', 3), [B('N', 'L')], open=True)
case('index.Tensor', T('N', 'L', 3), [None, B('L')], open=True)
case('index_select', T('N', 4, 'L'), 1, I('M'))
case('gather', T('N', 4, 'L'), 1, I('N', 2, 'L'))
case('take', T('N', 4), I('L', 2, high=2))
case('take_along_dim', T('N', 4), I('N', 2), 1)
case('scatter.src', T('N', 4), 1, I('N', 2), T('N', 2))
case('masked_select', T('N', 'L'), B('L'), open=True)
case('nonzero', T('N', 'L'), open=True)
case('nonzero_numpy', T('N', 'L'), open=True)
case('embedding', T(10, 16), I('N', 'L'))
case('embedding_bag', T(10, 16), I('L'), V(0, 2), open=True)
case('one_hot', I('N', 'L'), 5)
case('unfold', T('N', 'H', 3), 1, 4, 2)
case('unique_consecutive', I('L'), True, True, open=True)
case('_unique2', I('L'), True, True, False, open=True)

# Lists of tensors.
case('split.Tensor', T('N', 10), 4, 1)
case('split.Tensor', T('N', S('L*4')), S('L'), 1)
case('split.sizes', T('N', 10), [3, 7], -1)
case('split_with_sizes', T(S('H + 3'), 2), [S('H'), 3], 0)
case('chunk', T('N', 10), 3, 1)
case('chunk', T('N', 10), 7, 1)
case('chunk', T('N', S('L*2')), 2, 1)
case('chunk', T('H', 3), 2, 0)
case('tensor_split.sections', T('N', 10), 4, 1)
case('tensor_split.indices', T('N', 10), [2, 5, -1], 1)
case('hsplit.int', T('N', 6), 3)
case('unbind.int', T('N', 3, 'L'), 1)
case('cat', [T('N', 3), T('N', 'L')], 1)
case('cat', [T('N', 3), T('L', 3), T(1, 3, dtype='float64')], 0)
case('cat', [T(0), T('N', 3)], 1)
case('stack', [T('N', 3), T('N', 3)], 1)
case('stack', [T(), I()], -1)
case('hstack', [T('N'), T('L')])
case('hstack', [T('N', 2), T('N', 'L')])
case('vstack', [T('N'), T(2, 'N')])
case('dstack', [T('N', 2), T('N', 2)])
case('column_stack', [T('N'), T('N', 2)])
case('meshgrid', [T('N'), T('L'), T()])
case('meshgrid.indexing', [T('N'), T('L')], indexing='xy')
case('broadcast_tensors', [T('N', 1), T('L')])
case('cartesian_prod', [T('N'), T('L')])

# Matrix products.
case('matmul', T('N', 'L', 4), T(4, 5))
case('matmul', T('N', 1, 'L', 4), T('M', 4, 'H'))
case('matmul', T(4), T(4))
case('matmul', T('N', 'L', 4), T(4))
case('matmul', T(4), T('N', 4, 'L'))
case('mm', T('N', 4), T(4, 'L'))
case('bmm', T('N', 'L', 4), T('N', 4, 'M'))
case('mv', T('N', 4), T(4))
case('dot', T('N'), T('N'))
case('addmm', T(5), T('N', 4), T(4, 5))
case('baddbmm', T(1, 1, 1), T('N', 'L', 4), T('N', 4, 'M'))
case('addbmm', T('L', 'M'), T('N', 'L', 4), T('N', 4, 'M'))
case('outer', T('N'), T('L'))
case('inner', T('N', 4), T('L', 4))
case('linear', T('N', 'L', 4), T(6, 4), T(6))
case('linear', T(4), T(6, 4))
case('bilinear', T('N', 3), T('N', 4), T(5, 3, 4))
case('einsum', 'bhid,bhjd->bhij', [T('N', 2, 'L', 4), T('N', 2, 'M', 4)])
case('einsum', 'bij,bjk', [T('N', 'L', 4), T('N', 4, 'M')])
case('einsum', '...ij,jk->...ik', [T('N', 2, 'L', 4), T(4, 5)])
case('einsum', 'ii->i', [T('L', 'L')])
case('tensordot', T('N', 3, 4), T(4, 3, 'L'), [1, 2], [1, 0])
case('linalg_multi_dot', [T('N', 4), T(4, 'L'), T('L', 3)])
case('cross', T('N', 3), T('N', 3), 1)
case('linalg_inv', T('N', 3, 3))
case('linalg_det', T('N', 3, 3))

# Convolutions.
case('conv2d', T('N', 3, 'H', 'W'), T(8, 3, 3, 3), None, [1, 1], [1, 1])
case('conv2d', T('N', 3, 'H', 'W'), T(8, 3, 7, 7), T(8), [2, 2], [3, 3])
case('conv2d', T('N', 4, 'H', 'W'), T(8, 1, 3, 3), None, [2, 1], [0, 2], [2, 1], 4)
case('conv2d', T(3, 'H', 'W'), T(8, 3, 3, 3))
case('conv2d.padding', T('N', 3, 'H', 'W'), T(8, 3, 3, 5), None, [1, 1], 'same')
case('conv2d.padding', T('N', 3, 'H', 'W'), T(8, 3, 3, 5), None, [2, 2], 'valid')
case('conv1d', T('N', 3, 'H'), T(8, 3, 3), None, [2], [1])
case('conv3d', T('N', 3, 'L', 'H', 'W'), T(2, 3, 3, 3, 3), None, [1, 2, 2], [1, 1, 1])
case('conv_transpose2d.input', T('N', 4, 'H', 'W'), T(4, 3, 3, 3), None, [2, 2], [1, 1], [1, 1])
case('conv_transpose2d.input', T('N', 4, 'H', 'W'), T(4, 2, 2, 2), None, [2, 2], [0, 0], [0, 0], 2)
case('conv_transpose1d', T('N', 4, 'H'), T(4, 3, 4), None, [2], [1], [0], 1, [2])
case('_convolution', T('N', 3, 'H', 'W'), T(8, 3, 3, 3), None, [2, 2], [1, 1], [1, 1], False, [0, 0], 1, False, False, True, True)
case('_convolution', T('N', 3, 'H', 'W'), T(3, 8, 3, 3), None, [2, 2], [1, 1], [1, 1], True, [1, 1], 1, False, False, True, True)
case('convolution', T('N', 3, 'H'), T(8, 3, 3), None, [2], [1], [1], False, [0], 1)
case('conv_tbc', T('L', 'N', 3), T(3, 3, 8), T(8), 1)

# Pooling.
for ceil in (False, True):
    case('max_pool2d', T('N', 3, 'H', 'W'), [3, 3], [2, 2], [1, 1], [1, 1], ceil)
    case('max_pool2d', T('N', 3, 'H', 'W'), [3, 3], [2, 2], [0, 0], [1, 1], ceil)
    case('max_pool2d', T('N', 3, 'H', 'W'), [2, 2], [], [0, 0], [1, 1], ceil)
    case('max_pool2d', T('N', 3, 'H', 'W'), [2, 3], [3, 4], [1, 1], [2, 1], ceil)
    case('max_pool2d_with_indices', T(3, 'H', 'W'), [3], [2], [1], [1], ceil)
    case('avg_pool2d', T('N', 3, 'H', 'W'), [3, 3], [2, 2], [1, 1], ceil)
    case('avg_pool2d', T('N', 3, 'H', 'W'), [1, 1], [2, 2], [0, 0], ceil)
    case('avg_pool1d', T('N', 3, 'H'), [4], [3], [2], ceil)
    case('max_pool1d', T('N', 3, 'H'), [3], [2], [1], [1], ceil)
    case('avg_pool3d', T('N', 3, 'L', 'H', 'W'), [2, 2, 2], [2, 3, 2], [0, 1, 1], ceil)
case('adaptive_avg_pool2d', T('N', 3, 'H', 'W'), [1, 1])
case('adaptive_avg_pool2d', T(3, 'H', 'W'), [S('H'), 2])
case('adaptive_max_pool2d', T('N', 3, 'H', 'W'), [2, 3])
case('adaptive_avg_pool1d', T('N', 3, 'H'), [4])

# Resizing, padding, windows.
case('upsample_nearest2d.vec', T('N', 3, 'H', 'W'), None, [2.0, 2.0])
case('upsample_nearest2d.vec', T('N', 3, 'H', 'W'), [S('H*2'), 7], None)
case('upsample_bilinear2d.vec', T('N', 3, 'H', 'W'), None, False, [0.5, 1.5])
case('upsample_bilinear2d.vec', T('N', 3, 'H', 'W'), None, False, [1 / 3, 1 / 7])
case('upsample_bilinear2d', T('N', 3, 'H', 'W'), [S('W'), S('H')], True)
case('upsample_bicubic2d.vec', T('N', 3, 'H', 'W'), [9, 9], False, None)
case('upsample_nearest1d.vec', T('N', 3, 'H'), None, [3.0])
case('upsample_trilinear3d.vec', T('N', 3, 'L', 'H', 'W'), None, False, [1.0, 2.0, 0.5])
case('pad', T('N', 3, 'H', 'W'), [1, 2, 3, 4])
case('pad', T('N', 3, 'H'), [1, 1], 'reflect')
case('constant_pad_nd', T('N', 'H'), [-1, 2, 0, S('N')])
case('reflection_pad2d', T('N', 3, 'H', 'W'), [1, 2, 1, 0])
case('replication_pad1d', T('N', 3, 'H'), [1, 2])
case('im2col', T('N', 3, 'H', 'W'), [3, 2], [1, 1], [1, 0], [2, 1])
case('col2im', T('N', 12, 20), [5, 6], [2, 2], [1, 1], [0, 0], [1, 1])
case('pixel_shuffle', T('N', 8, 'H', 'W'), 2)
case('pixel_unshuffle', T('N', 2, S('H*2'), S('W*2')), 2)
case('channel_shuffle', T('N', 8, 'H', 'W'), 2)
case('grid_sampler', T('N', 3, 'H', 'W'), T('N', 'L', 'M', 2), 0, 0, False)
case('affine_grid_generator', T('N', 2, 3), [S('N'), 3, S('H'), S('W')], False)

# Normalization, attention, recurrence.
case('layer_norm', T('N', 'L', 8), [8], T(8), T(8))
case('native_layer_norm', T('N', 'L', 8), [8], T(8), T(8), 1e-5)
case('batch_norm', T('N', 4, 'H'), T(4), T(4), T(4), T(4), False, 0.1, 1e-5, True)
case('group_norm', T('N', 4, 'H'), 2)
case('softmax.int', T('N', 'L'), -1)
case('softmax.int', T('N', 'L', dtype='float16'), -1, 6)
case('log_softmax.int', T('N', 'L'), 1)
case('dropout', T('N', 'L'), 0.5, False)
case('scaled_dot_product_attention', T('N', 2, 'L', 8), T('N', 2, 'H', 8), T('N', 2, 'H', 4))
case('scaled_dot_product_attention', T('N', 'L', 8), T('N', 'H', 8), T('N', 'H', 8), T('L', 'H'))
case('scaled_dot_product_attention', T('N', 4, 'L', 8), T('N', 2, 'H', 8), T('N', 2, 'H', 8), enable_gqa=True)
PARAMS = [T(32, 6), T(32, 8), T(32), T(32)]
BIDIRECTIONAL = PARAMS + [T(32, 6), T(32, 8), T(32), T(32)]
case('lstm.input', T('N', 'L', 6), [T(1, 'N', 8), T(1, 'N', 8)], PARAMS, True, 1, 0.0, False, False, True)
case('lstm.input', T('L', 'N', 6), [T(2, 'N', 8), T(2, 'N', 8)], BIDIRECTIONAL, True, 1, 0.0, False, True, False)
case('gru.input', T('N', 'L', 6), T(1, 'N', 8), [T(24, 6), T(24, 8), T(24), T(24)], True, 1, 0.0, False, False, True)
case('gru_cell', T('N', 6), T('N', 8), T(24, 6), T(24, 8), T(24), T(24))
case('lstm_cell', T('N', 6), [T('N', 8), T('N', 8)], *PARAMS)
case('cdist', T('N', 'L', 4), T('M', 4))
case('cosine_similarity', T('N', 'L', 4), T('N', 1, 4), -1)
case('pairwise_distance', T('N', 4), T('N', 4))
case('mse_loss', T('N', 4), T('N', 4))
case('mse_loss', T('N', 4), T('N', 4), 0)

# Factories and casts.
case('zeros', [S('N'), 3])
case('zeros', [S('N'), 3], dtype=4)
case('ones', [2, S('L')], dtype=11)
case('full', [S('N')], 1)
case('full', [S('N')], 1.5)
case('full', [S('N')], True)
case('full', [3], S('N'), dtype=4)
case('full_like', I('N', 3), 2.5)
case('zeros_like', T('N', 3), dtype=4)
case('new_ones', T('N', dtype='float16'), [S('L'), 2])
case('new_zeros', I('N'), [S('L'), 2], dtype=6)
case('new_full', I('N'), [S('L'), 2], 1)
case('eye', S('N'))
case('arange', S('L'))
case('arange', 5)
case('arange', 5.5)
case('arange.start', 2, S('H'))
case('arange.start', -2, S('H'), dtype=6)
case('arange.start_step', 0, S('H'), 2)
case('arange.start_step', S('H'), 0, -1)
case('arange.start_step', 0.0, 1.0, 0.25)
case('linspace', 0, 1, S('L'))
case('hann_window', 16)
case('scalar_tensor', 3)
case('rand', [S('N'), 3])
case('randint', 5, [S('N')])
case('bernoulli', T('N'))
case('multinomial', T('N', 4), 2)
case('to.dtype', T('N', 3), 4)
case('to.dtype', V(S('N'), 3), 3)
case('to.dtype', V(S('N'), 3), 6)
case('to.dtype', V(1, 0, 3), 11)
case('to.other', T('N'), I(2))
case('type_as', T('N'), Tensor([2], 'float16'))
case('contiguous', T('N', 3))
case('fft_rfft', T('N', 'H'))
case('fft_irfft', Tensor(['N', 'H'], 'complex64'))
case('fft_fft2', T('N', 'H', 'W'))
case('fft_rfft2', T('N', 'H', 'W'))
case('fft_irfft2', Tensor(['N', 'H', 'W'], 'complex64'))
case('fft_fftn', T('N', 'H', 'W'))
case('fft_rfftn', T('N', 'H', 'W'), [4, 6], [0, 2])
case('stft', T('N', 64), 16, 4, 16, T(16), False, True, True)

# Elements of shape tensors.
E = V(S('N'), S('L'), 3)
case('add.Tensor', E, V(1, 2, 3))
case('sub.Tensor', E, V0(2))
case('mul.Tensor', E, V0(S('H')))
case('mul.Scalar', E, 2)
case('add.Scalar', E, 1, 3)
case('rsub.Scalar', E, 10)
case('floor_divide', V(S('H'), S('W*4')), V0(4))
case('div.Tensor_mode', V(S('H'), 9), V0(4), rounding_mode='floor')
case('div.Tensor_mode', V(S('H'), 9), V0(4), rounding_mode='trunc')
case('remainder.Scalar', V(S('H'), 9), 4)
case('neg', E)
case('slice.Tensor', E, 0, 1, 3, 1)
case('select.int', E, 0, -3)
case('index.Tensor', E, [V(2, 0)])
case('index_select', E, 0, V(1))
case('cat', [V(S('N')), V(3, S('H'))])
case('stack', [V0(S('N')), V0(3)])
case('prod', E)
case('sum', E)
case('max', V(S('H'), S('H + 1')))
case('unsqueeze', V0(S('N')), 0)
case('squeeze', V(S('N')))
case('view', V(S('N')), [])
case('expand', V(S('N')), [3])
case('zeros', [3], dtype=4)
case('arange', 4)
case('lt.Scalar', V(S('N'), 2), 1)
case('gt.Tensor', V0(S('H + 2')), V0(2))
case('eq.Scalar', V(0, 1, 2), 1)
case('logical_not', V(0, 1, dtype='bool'))
case('where.self', V(1, 0, dtype='bool'), V(S('N'), 1), V(2, S('L')))
case('any', V(0, 1, dtype='bool'))
case('all', V(0, 1, dtype='bool'))
case('clamp_min', V(S('N'), 0), 1)
case('to.dtype', E, 3)
case('masked_fill.Scalar', V(S('N'), 1), V(1, 0, dtype='bool'), 7)

# Python numbers.
for name, args in (('add.int', (S('N'), 2)), ('sub.int', (S('N'), S('L'))), ('mul.int', (S('N'), S('L'))), ('floordiv.int', (S('H'), 2)), ('floordiv.int', (-7, 2)),
                   ('remainder.int', (S('H'), 4)), ('remainder.int', (-7, 4)), ('neg.int', (S('N'),)), ('eq.int', (3, 3)), ('ne.int', (S('H'), S('H + 1'))),
                   ('lt.int', (0, S('N'))), ('ge.int', (S('N'), 1)), ('div.int', (7, 2)), ('add.float', (1.5, 2.0)), ('mul.int_float', (3, 0.5)),
                   ('floordiv.float', (7.5, 2.0)), ('ceil.float', (2.1,)), ('floor.float', (-2.1,)), ('round.float', (2.5,)), ('sqrt.int', (16,)), ('Int.float', (-2.7,)),
                   ('Float.int', (3,)), ('Int.bool', (True,)), ('Bool.int', (0,)), ('Int.Tensor', (V0(S('N')),)), ('Float.Scalar', (2,)), ('__range_length', (0, S('H'), 1)),
                   ('__range_length', (0, 7, 2)), ('__range_length', (7, 0, -3)), ('__derive_index', (2, 1, 3)), ('eq.str', ('a', 'b')), ('__contains__.int_list', ([1, 2], 2)),
                   ('add.t', ([S('N')], [2, 3])), ('mul.left_t', ([S('N')], 3)), ('len.t', ([S('N'), 2],)), ('item', (V0(S('N')),)), ('ne.int_list', ([1, S('H')], [1, S('H')])),
                   ('__and__.bool', (True, False)), ('__getitem__.t', ([S('N'), 5], -2)), ('sum.int', ([S('N'), 2],)), ('__xor__.bool', (True, False)),
                   ('__round_to_zero_floordiv.int', (-7, 2)), ('add.str', ('a', 'b')), ('all.bool', ([True, False],)), ('any.int', ([0, 2],)), ('pow.int_float', (2, 0.5)),
                   ('eq.float', (1.0, 1.0)), ('gt.float_int', (1.5, 1)), ('tensor.int', (S('N'),)), ('tensor', ([1, S('N')],)), ('tensor', ([[1.0, 2.0], [3.0, 4.0]],))):
    case(name, *args)
case('prim::NumToTensor.Scalar', S('N'))
case('prim::NumToTensor.Scalar', 2.5)
case('prim::max.int', S('H'), 4)
case('prim::min.int', S('H'), 40)
case('prim::min.self_int', [S('H'), 2])
case('torchvision::nms', T('N', 4), T('N'), 0.5, open=True)
case('torchvision::roi_align', T('N', 3, 'H', 'W'), Tensor([4, 5], values=None), 1.0, 7, 7, 2, True)
case('torchvision::deform_conv2d', T('N', 3, 'H', 'W'), T(8, 3, 3, 3), T('N', 18, 'H', 'W'), T('N', 9, 'H', 'W'), T(8), 1, 1, 1, 1, 1, 1, 1, 1, True)
