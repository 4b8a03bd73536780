from dsl import *

# Windows whose sizes vary, or that reach beyond the input.
call('conv2d', T(2, 3, 7, 8), T(4, 3, 3, 2), T(4), [1, 1], [1, 0]); call('conv1d.padding', T(2, 3, 9), T(4, 3, 4), None, [1], 'same', [2]); call('conv2d.padding', T(2, 3, 7, 8), T(4, 3, 3, 2), None, [1, 1], 'same'); call('conv2d.padding', T(2, 3, 7, 8), T(4, 3, 3, 2), None, [1, 1], 'valid'); call('conv_transpose2d.input', T(2, 3, 5, 4), T(3, 4, 3, 2), T(4), [2, 1], [1, 0], [1, 0], 1, [1, 2])
for d in ('float32', 'int64'):
    t = lambda *s: T(*s, dtype=d) if d != 'int64' else I(*s, lo=-9, hi=9)
    call('avg_pool2d', t(2, 3, 7, 8), [3, 2], [2, 3], [1, 0], True, True, 5); call('avg_pool2d', t(2, 3, 7, 8), [3, 2], [2, 2], [1, 1], False, True, 4)
    call('avg_pool3d', t(1, 2, 5, 6, 7), [3, 2, 2], [2, 2, 3], [1, 1, 0], True, False, 7); call('avg_pool2d', t(3, 7, 8), [3, 2], [], [0], True, False, 5)
    call('avg_pool1d', t(2, 3, 9), [3], [2], [1])
call('max_pool2d', I(2, 3, 7, 8), [3, 2])
call('adaptive_max_pool1d', T(2, 3, 7), [3]); call('adaptive_max_pool2d', T(2, 3, 7, 8), [3, 5]); call('adaptive_max_pool3d', T(1, 2, 5, 6, 7), [2, 4, 3]); call('adaptive_max_pool2d', I(2, 3, 7, 8, lo=0, hi=2).__class__([2, 3, 7, 8], 'float32', [1.0, 1.0, 0.0, 1.0, 0.0]), [3, 5]); call('adaptive_max_pool2d', T(3, 5, 5), [2, 2])
call('replication_pad1d', T(2, 3, 4), [-2, 3]); call('replication_pad2d', T(2, 3, 4, 5), [-4, 4, 2, -1]); call('_pad_circular', T(2, 3, 4), [1, 2]); call('_pad_circular', T(2, 3, 4, 5), [1, 2, 3, 0])
