from dsl import *

X, Y = T(3, 4), T(3, 4)
for r in (0, 1, 2):
    call('hinge_embedding_loss', X, V([1.0, -1.0, 1.0, -1.0], 3, 4), 0.5, r)
    call('margin_ranking_loss', X, Y, V([1.0, -1.0], 3, 4), 0.5, r)
    call('cosine_embedding_loss', X, Y, V([1, -1], 3, dtype='int64'), 0.1, r)
    call('triplet_margin_loss', X, Y, T(3, 4), 1.0, 2.0, 1e-6, False, r); call('triplet_margin_loss', X, Y, T(3, 4), 0.5, 1.0, 1e-6, True, r)
    call('multi_margin_loss', T(3, 5), I(3, lo=0, hi=4), 1, 1, None, r); call('multi_margin_loss', T(3, 5), I(3, lo=0, hi=4), 2, 0.5, P(5), r)
    call('multilabel_margin_loss', T(3, 4), V([0, 2, -1, 3, 1, -1, 0, 2, 3, 2, 1, 0], 3, 4, dtype='int64'), r, options={'grow': False})
call('multi_margin_loss', T(5), V0(3, dtype='int64'), 1, 1, None, 0); call('multi_margin_loss', T(), V0(0, dtype='int64')); call('multilabel_margin_loss', T(), V0(0, dtype='int64')); call('multilabel_margin_loss', T(4), V([3, 0, -1, 1], dtype='int64'), 0, options={'grow': False})
call('margin_ranking_loss', I(3), I(3), V([1, -1, 1], dtype='int64'), 0.5, 0); call('triplet_margin_loss', I(3, 4), I(3, 4), I(3, 4))
