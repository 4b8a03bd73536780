"""Operators whose results are drawn: dtypes and shapes alone are compared."""
from dsl import *
import torch

R = {'random': True}
call('rand.generator', [2, 3], generator=None, options=R); call('rand.generator', [4, 3], generator=None, dtype=torch.float64, options=R); call('randn.generator', [2, 3], generator=None, options=R); call('randn.generator', [2, 3], generator=None, dtype=torch.float64, options=R)
call('randint.generator', 7, [2, 3], generator=None, options=R); call('randint.low_generator', -3, 7, [2, 3], generator=None, options=R); call('randint.low_generator', -3, 7, [2, 3], generator=None, dtype=torch.int32, options=R); call('randperm.generator', 5, generator=None, options=R)
LIKE = {'random': True}
call('rand_like.generator', T(2, 3), generator=None, options={**LIKE, 'by': lambda x, **k: torch.rand_like(x)}); call('randn_like.generator', T(2, 3), generator=None, options={**LIKE, 'by': lambda x, **k: torch.randn_like(x)}); call('randint_like.generator', T(2, 3), 7, generator=None, options={**LIKE, 'by': lambda x, h, **k: torch.randint_like(x, h)}); call('randint_like.low_generator_dtype', T(2, 3), -3, 7, generator=None, dtype=torch.int64, options={**LIKE, 'by': lambda x, a, b, **k: torch.randint_like(x, a, b, dtype=torch.int64)})
call('random', T(2, 3), options=LIKE); call('random', I(2, 3), options=LIKE)
call('_standard_gamma', P(2, 3), options=LIKE); call('_standard_gamma', P(4, dtype='float64'), options=LIKE); call('_sample_dirichlet', P(2, 3), options=LIKE)
call('randint_like.Tensor', T(2, 3), V0(7, dtype='int64'), options=LIKE); call('randint_like.Tensor_generator', T(2, 3), V0(7, dtype='int64'), generator=None, options={**LIKE, 'by': lambda x, h, **k: torch.randint_like(x, 7)})
