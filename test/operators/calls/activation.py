"""Activations."""
from dsl import *

X = lambda **k: T(2, 3, 4, **k)
SPECIAL = V(['nan', 'inf', '-inf', 0.0, -0.0, 20.5, -20.5, 100.0, -100.0, 0.5].copy() if False else
            [float('nan'), float('inf'), float('-inf'), 0.0, -0.0, 20.5, -20.5, 100.0, -100.0, 0.5])

PLAIN = 'relu relu6 silu mish hardsigmoid hardswish selu tanh sigmoid special_expit log_sigmoid gelu'.split()
for op in PLAIN:
    call(op, X())
    call(op, T())
    call(op, T(0, 3))
    call(op, X(dtype='float16'))
    call(op, X(dtype='float64'))
    call(op, SPECIAL if op != "gelu" else X())
for op in 'relu relu6 tanh sigmoid'.split():
    for d in 'int64 int32 int8 uint8'.split():
        call(op, I(2, 3, dtype=d, lo=0 if d == 'uint8' else -4))
call('tanh', B(5)); call('sigmoid', B(5))
call('hardtanh', X()); call('hardtanh', X(), -0.5, 2); call('hardtanh', X(dtype='float16'), -1, 1); call('hardtanh', I(2, 3), -1, 2)
call('hardtanh', SPECIAL)
call('leaky_relu', X()); call('leaky_relu', X(), 0.2); call('leaky_relu', X(dtype='float64'), -0.5); call('leaky_relu', SPECIAL)
for a in ((1, 1, 1), (0.5, 1, 1), (1, 2.0, 1), (0.7, 1.5, 0.5)):
    call('elu', X(), *a)
call('elu', X(dtype='float64')); call('elu', X(dtype='float16')); call('elu', SPECIAL)
call('celu', X()); call('celu', X(), 0.5); call('celu', X(dtype='float64'), 2.0); call('celu', SPECIAL)
call('prelu', X(), W(3)); call('prelu', X(), W(1)); call('prelu', T(5), W(1)); call('prelu', T(2, 5), W(5)); call('prelu', T(), W(1))
call('prelu', T(2, 3, 4, 5), T(3))
call('prelu', X(dtype='float64'), W(3, dtype='float64'))
call('gelu', X(), approximate='tanh'); call('gelu', X(dtype='float16'), approximate='tanh'); call('gelu', X(dtype='float64'), approximate='tanh')
call('gelu', X(), approximate='none')
for a in ((1, 20), (2, 20), (0.5, 1), (1, 2)):
    call('softplus', X(), *a)
call('softplus', SPECIAL, 1, 20); call('softplus', X(dtype='float64'), 1, 20); call('softplus', T(), 2, 3)
for op in 'softshrink hardshrink'.split():
    call(op, X()); call(op, X(), 1.5); call(op, X(dtype='float16')); call(op, X(dtype='float64'), 1.0); call(op, SPECIAL if op != "gelu" else X())
call('threshold', X(), 0.5, -7); call('threshold', X(dtype='float16'), 0, 1); call('threshold', I(2, 3), 1, 9); call('threshold', SPECIAL, 0.1, 20)
call('glu', T(4, 6)); call('glu', T(4, 6), 0); call('glu', T(2, 4, 3), 1); call('glu', T(2, 4, 3), -2); call('glu', T(4, 6, dtype='float16'))
call('rrelu', X()); call('rrelu', X(), 0.1, 0.5, False)
call('hardsigmoid', V([-3.0, 3.0, 0.0, -4.0, 4.0]))
for op in 'softmax.int log_softmax.int'.split():
    for d in (0, 1, -1):
        call(op, X(), d)
    call(op, T(), 0); call(op, T(), -1); call(op, T(5), 0)
    call(op, X(dtype='float16'), 1); call(op, X(dtype='float64'), -1); call(op, I(2, 3), 1, dtype=__import__('torch').float32)
    call(op, X(), 1, dtype=__import__('torch').float64); call(op, X(dtype='float16'), -1, dtype=__import__('torch').float32)
    call(op, T(0, 3), 1); call(op, V([1.0, float('-inf'), float('-inf'), 2.0, 1000.0, 1000.0], 2, 3), 1)
    call(op, V([float('-inf')], 2, 3), 1)
for op in '_softmax _log_softmax'.split():
    call(op, X(), 1, False); call(op, T(), 0, False); call(op, X(dtype='float64'), -1, False)
call('_safe_softmax', V([1.0, float('-inf'), float('-inf'), float('-inf'), 2.0, 3.0], 2, 3), 1)
call('_safe_softmax', V([float('-inf')], 2, 3), -1); call('_safe_softmax', T(2, 3, dtype='float16'), -1, dtype=__import__('torch').float32)
call('special_softmax', X(), 1); call('special_log_softmax', X(), -1)
