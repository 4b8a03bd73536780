from dsl import *

call('as_strided', T(4, 6), [2, 3], [1, 2]); call('as_strided', T(4, 6), [2, 3], [6, 2], 3); call('as_strided', T(9), [], [], 4); call('as_strided', I(3, 4), [4], [0]); call('as_strided', T(2, 3, 4), [2, 2, 2], [12, 4, 1], 1); call('as_strided', B(5), [0, 2], [1, 1]); call('as_strided', T(3, dtype='float16'), [3, 3], [0, 1])
call('as_strided_scatter', T(4, 6), T(2, 3), [2, 3], [6, 2], 3, options={'grow': False}); call('as_strided_scatter', T(9), T(), [], [], 4); call('as_strided_scatter', I(3, 4), I(2, 2), [2, 2], [5, 1], options={'grow': False})
