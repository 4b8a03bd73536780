"""Losses between a prediction and a target."""
from dsl import *

X, Y = T(3, 4), T(3, 4)
PROBABLE, SHARE = P(3, 4, lo=0.05, hi=0.95), P(3, 4, lo=0, hi=1)
for r in (0, 1, 2):
    call('mse_loss', X, Y, r); call('l1_loss', X, Y, r); call('smooth_l1_loss', X, Y, r); call('smooth_l1_loss', X, Y, r, 2.5); call('huber_loss', X, Y, r); call('huber_loss', X, Y, r, 2.5); call('soft_margin_loss', X, V([1.0, -1.0], 3, 4), r)
    call('binary_cross_entropy', PROBABLE, SHARE, None, r); call('binary_cross_entropy', PROBABLE, SHARE, P(3, 4), r); call('binary_cross_entropy', PROBABLE, SHARE, P(4), r)
    call('binary_cross_entropy_with_logits', X, SHARE, None, None, r); call('binary_cross_entropy_with_logits', X, SHARE, P(3, 4), P(4), r); call('binary_cross_entropy_with_logits', X, SHARE, None, P(4), r)
    call('kl_div', X, P(3, 4), r); call('kl_div', X, Y, r, log_target=True); call('kl_div', X, V([0.0, 0.5, 1.0], 3, 4), r)
    call('poisson_nll_loss', X, P(3, 4), True, False, 1e-8, r); call('poisson_nll_loss', P(3, 4), P(3, 4), False, False, 1e-8, r); call('poisson_nll_loss', X, V([0.5, 1.0, 3.0, 7.0], 3, 4), True, True, 1e-8, r)
call('mse_loss', T(3, 4), T(4)); call('l1_loss', T(3, 4), T(3, 1)); call('smooth_l1_loss', X, Y, 1, 0.0); call('huber_loss', T(3, 1), T(4), 2, 0.5)
for name in ('mse_loss', 'l1_loss', 'smooth_l1_loss', 'huber_loss'):
    call(name, T(3, 4, dtype='float64'), T(3, 4, dtype='float64')); call(name, T(3, 4, dtype='float16'), T(3, 4, dtype='float16'), 0); call(name, T(), T()); call(name, T(0, 4), T(0, 4), 2)
call('mse_loss', T(3, 4, dtype='float64'), T(3, 4)); call('binary_cross_entropy_with_logits', T(3, 4, lo=-60, hi=60), SHARE, None, None, 0); call('binary_cross_entropy', V([0.0, 1.0, 0.5], 3), V([0.0, 1.0, 1.0], 3), None, 0); call('binary_cross_entropy', V([0.0, 1.0], 2), V([1.0, 0.0], 2), None, 0)
# Targets that are classes.
CLASS = lambda *d: I(*d, lo=0, hi=5)
for r in (0, 1, 2):
    for name in ('nll_loss', 'nll_loss_nd', 'cross_entropy_loss'):
        call(name, K(T(3, 5), 1), CLASS(3), None, r); call(name, K(T(3, 5), 1), CLASS(3), W(5, lo=0.5, hi=2), r); call(name, K(T(3, 5), 1), V([1, 0, 4], 3, dtype='int64'), None, r, 0); call(name, K(T(3, 5), 1), V([1, 0, 4], 3, dtype='int64'), W(5, lo=0.5, hi=2), r, 4)
    call('nll_loss2d', K(T(2, 5, 3, 4), 1), CLASS(2, 3, 4), None, r); call('nll_loss2d', K(T(2, 5, 3, 4), 1), CLASS(2, 3, 4), W(5, lo=0.5, hi=2), r, 1)
    call('nll_loss_nd', K(T(2, 5, 3, 4), 1), CLASS(2, 3, 4), W(5, lo=0.5, hi=2), r, 1); call('nll_loss_nd', K(T(2, 5, 3), 1), CLASS(2, 3), None, r); call('cross_entropy_loss', K(T(2, 5, 3, 4), 1), CLASS(2, 3, 4), W(5, lo=0.5, hi=2), r, 1); call('cross_entropy_loss', K(T(2, 5, 3), 1), CLASS(2, 3), None, r)
    for smoothing in (0.0, 0.1):
        call('cross_entropy_loss', K(T(3, 5), 1), P(3, 5, lo=0, hi=1), None, r, -100, smoothing); call('cross_entropy_loss', K(T(3, 5), 1), P(3, 5, lo=0, hi=1), W(5, lo=0.5, hi=2), r, -100, smoothing)
    call('cross_entropy_loss', K(T(3, 5), 1), CLASS(3), None, r, -100, 0.1); call('cross_entropy_loss', K(T(3, 5), 1), CLASS(3), W(5, lo=0.5, hi=2), r, 1, 0.2)
for name in ('nll_loss', 'nll_loss_nd', 'cross_entropy_loss'):
    call(name, K(T(5), 0), V0(3, dtype='int64')); call(name, T('N', 'C'), I('N', lo=0, hi=4), options={'fixed': ('C',)}); call(name, K(T(3, 5, dtype='float64'), 1), CLASS(3))
