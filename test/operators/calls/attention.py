"""Attention, recurrent networks, fused transformer layers."""
from dsl import *
import torch

INF = float('inf')
Q = lambda l=4, e=6, **k: T(2, 3, l, e, **k)
S = 'scaled_dot_product_attention'
call(S, Q(), Q(5), Q(5)); call(S, T(4, 6), T(5, 6), T(5, 7)); call(S, T(2, 4, 6), T(2, 5, 6), T(2, 5, 7)); call(S, Q(), Q(5), Q(5), B(4, 5)); call(S, Q(), Q(5), Q(5), T(4, 5)); call(S, Q(), Q(5), Q(5), B(2, 1, 4, 5)); call(S, Q(), Q(5), Q(5), T(2, 3, 4, 5)); call(S, Q(), Q(4), Q(4), None, 0.0, True); call(S, Q(), Q(5), Q(5), None, 0.0, True); call(S, Q(5), Q(3), Q(3), None, 0.0, True)
call(S, Q(), Q(5), Q(5), None, 0.0, False, scale=0.3); call(S, Q(), T(2, 1, 5, 6), T(2, 1, 5, 6)); call(S, T(2, 6, 4, 8), T(2, 2, 5, 8), T(2, 2, 5, 8), enable_gqa=True, options={'fixed': ['s6', 's2']}); call(S, K(T(2, 6, 4, 8), 1), K(T(2, 3, 5, 8), 1), K(T(2, 3, 5, 8), 1), None, 0.0, True, enable_gqa=True)
call(S, Q(dtype='float16'), Q(5, dtype='float16'), Q(5, dtype='float16')); call(S, Q(dtype='float64'), Q(5, dtype='float64'), Q(5, dtype='float64'), B(4, 5)); call(S, Q(2), Q(3), Q(3), V([True, False, True, False, False, False], 2, 3, dtype='bool'), options={'grow': False}); call(S, Q(2), Q(3), Q(3), V([0.0, -INF, 0.0, -INF, -INF, -INF], 2, 3), options={'grow': False}); call(S, Q(dtype='float16'), Q(5, dtype='float16'), Q(5, dtype='float16'), T(4, 5, dtype='float16'))
call('_scaled_dot_product_flash_attention_for_cpu', Q(), Q(5), Q(5), options={'only': 1}); call('_scaled_dot_product_flash_attention_for_cpu', Q(), Q(), Q(), 0.0, True, options={'only': 1})
E_, H_ = 6, 2
QKV = lambda: [W(3 * E_, E_), W(3 * E_)]
PROJ = lambda: [W(E_, E_), W(E_)]
X3 = lambda: K(T(2, 5, E_), 2)
call('_native_multi_head_attention', X3(), X3(), X3(), E_, H_, *QKV(), *PROJ(), options={'only': 1})
for nf in (False, True):
    for ge in (False, True):
        call('_transformer_encoder_layer_fwd', X3(), E_, H_, *QKV(), *PROJ(), ge, nf, 1e-5, W(E_), W(E_), W(E_), W(E_), W(8, E_), W(8), W(E_, 8), W(E_))
call('_transformer_encoder_layer_fwd', X3(), E_, H_, *QKV(), *PROJ(), False, False, 1e-5, W(E_), W(E_), W(E_), W(E_), W(8, E_), W(8), W(E_, 8), W(E_), V([False, False, False, False, True, False, False, False, True, True], 2, 5, dtype='bool'), 1, options={'grow': False})
call('_transformer_encoder_layer_fwd', X3(), E_, H_, *QKV(), *PROJ(), False, False, 1e-5, W(E_), W(E_), W(E_), W(E_), W(8, E_), W(8), W(E_, 8), W(E_), V([False, False, False, False, True] * 5, 5, 5, dtype='bool'), 0, options={'grow': False})
def cell(g, i, h, bias, proj=0):
    out = [W(g * h, i), W(g * h, proj or h)] + ([W(g * h), W(g * h)] if bias else [])
    return out + ([W(proj, h)] if proj else [])
for op, g in (('lstm.input', 4), ('gru.input', 3), ('rnn_tanh.input', 1), ('rnn_relu.input', 1)):
    for bias in (True, False):
        for bi in (False, True):
            for bf in (False, True):
                layers, h, i = (2, 4, 3) if bias else (1, 4, 3)
                d = 2 if bi else 1
                params = []
                for l in range(layers):
                    for _ in range(d):
                        params += cell(g, i if l == 0 else h * d, h, bias)
                x = K(T(2, 5, i) if bf else T(5, 2, i), 2)
                hx = K(T(layers * d, 2, h), 0, 2)
                call(op, x, [hx, K(T(layers * d, 2, h), 0, 2)] if g == 4 else hx, params, bias, layers, 0.0, False, bi, bf)
    params = cell(g, 3, 4, True)
    call(op, K(T(5, 3), 1), [K(T(1, 4), 0, 1), K(T(1, 4), 0, 1)] if g == 4 else K(T(1, 4), 0, 1), params, True, 1, 0.0, False, False, False)
call('lstm.input', K(T(5, 2, 3), 2), [K(T(1, 2, 2), 0, 2), K(T(1, 2, 4), 0, 2)], cell(4, 3, 4, True, 2), True, 1, 0.0, False, False, False)
call('lstm.input', K(T(5, 2, 3, dtype='float64'), 2), [K(T(1, 2, 4, dtype='float64'), 0, 2), K(T(1, 2, 4, dtype='float64'), 0, 2)], [W(16, 3, dtype='float64'), W(16, 4, dtype='float64'), W(16, dtype='float64'), W(16, dtype='float64')], True, 1, 0.0, False, False, False)
call('lstm_cell', T(2, 3), [T(2, 4), T(2, 4)], W(16, 3), W(16, 4), W(16), W(16)); call('lstm_cell', T(2, 3), [T(2, 4), T(2, 4)], W(16, 3), W(16, 4)); call('gru_cell', T(2, 3), T(2, 4), W(12, 3), W(12, 4), W(12), W(12)); call('gru_cell', T(2, 3), T(2, 4), W(12, 3), W(12, 4)); call('rnn_tanh_cell', T(2, 3), T(2, 4), W(4, 3), W(4, 4), W(4), W(4)); call('rnn_relu_cell', T(2, 3), T(2, 4), W(4, 3), W(4, 4))
LEN = lambda *v: V(list(v), dtype='int64', constant=True)
for op, g in (('lstm.data', 4), ('gru.data', 3), ('rnn_tanh.data', 1), ('rnn_relu.data', 1)):
    call(op, K(T(7, 3)), LEN(2, 2, 2, 1), [K(T(1, 2, 4)), K(T(1, 2, 4))] if g == 4 else K(T(1, 2, 4)), cell(g, 3, 4, True), True, 1, 0.0, False, False)
    call(op, K(T(7, 3)), LEN(2, 2, 2, 1), [K(T(2, 2, 4)), K(T(2, 2, 4))] if g == 4 else K(T(2, 2, 4)), cell(g, 3, 4, True) * 2, True, 1, 0.0, False, True)
call('_pack_padded_sequence', K(T(4, 2, 3)), LEN(4, 3), False); call('_pack_padded_sequence', K(T(2, 4, 3)), LEN(4, 2), True); call('_pad_packed_sequence', K(T(7, 3)), LEN(2, 2, 2, 1), False, 0.0, 4); call('_pad_packed_sequence', K(T(7, 3)), LEN(2, 2, 2, 1), True, -1.0, 5)
