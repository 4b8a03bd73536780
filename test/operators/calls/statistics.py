from dsl import *

call('cov', T(3, 5), fweights=I(5, lo=1, hi=4)); call('cov', T(3, 5), aweights=P(5)); call('cov', T(3, 5), correction=0, fweights=I(5, lo=1, hi=4), aweights=P(5)); call('cov', T(5), correction=2, aweights=P(5)); call('cov', I(3, 5)); call('cov', T()); call('cov', T(3, 1), correction=0); call('corrcoef', T(5)); call('corrcoef', I(3, 5)); call('corrcoef', T())
call('diff', T(2, 3), 0, -1, T(2, 2)); call('diff', B(4), 0, 0, None, B(1))
call('count_nonzero', I(2, 3, lo=-1, hi=2), -1); call('count_nonzero', I(2, 3, lo=-1, hi=2), 0)
call('take_along_dim', T(3, 4), I(1, 2, lo=0, hi=3), 1); call('take_along_dim', T(1, 4), I(3, 2, lo=0, hi=3), 1); call('take_along_dim', T(3, 1, 4), I(1, 2, 4, lo=0, hi=3), 0)
call('slice_scatter', T(3, 20), T(3, 5), 1, 4, 14, 2, options={'grow': False}); call('slice_scatter', T(9, 3), T(3, 3), 0, 1, 8, 3, options={'grow': False})
call('masked_scatter', T(4), B(3, 4), T(3, 4)); call('masked_scatter', T(3, 4), B(4), T(3, 4))
call('cosine_similarity', T(1, 2, 3), T(2, 1, 3), 0); call('cosine_similarity', T(1, 2, 3), T(2, 1, 3), -1); call('cosine_similarity', T(), T(), 0)
for r in ('mean', 'amax', 'prod'):
    call('index_reduce', T(), 0, V([0], dtype='int64'), T(), r)
# One variable has a number; indices without a dim go by position; axes may be empty.
call('cov', K(T(1, 4), 0)); call('corrcoef', K(T(1, 4), 0)); call('take_along_dim', T(3, 4), I(2, 3, lo=0, hi=12), options={'grow': False})
call('flip', T(0, 3), [0], options={'grow': False}); call('flip', T(2, 0, 3), [1, 2], options={'grow': False}); call('fliplr', T(3, 0), options={'grow': False})
