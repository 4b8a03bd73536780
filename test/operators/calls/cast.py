"""Casts, copies to other devices, tensors made of numbers."""
from dsl import *
import torch

F16, F64 = torch.float16, torch.float64
SAME = lambda x, *_, **__: x
for t in (torch.float64, torch.float16, torch.int32, torch.bool):
    call('to.dtype_layout', T(2, 3), dtype=t); call('to.device', T(2, 3), 'cpu', t); call('to.prim_Device', T(2, 3), 'cpu', t, options={'by': lambda x, d, t: x.to(DTYPE_OF(t))}); call('to.prim_dtype', T(2, 3), t, options={'by': lambda x, t: x.to(DTYPE_OF(t))})
DTYPE_OF = lambda t: t
call('to.dtype_layout', I(2, 3)); call('to.dtype_layout', I(2, 3, dtype='int32'), dtype=torch.int64, copy=True); call('to.prim_Device', T(2, 3), 'cpu', options={'by': SAME}); call('to.prim_dtype', T(2, 3), options={'by': SAME}); call('to.prim_other', T(2, 3), options={'by': SAME}); call('to.device', B(2, 3), 'cpu', torch.int64)
call('_autocast_to_full_precision', T(2, 3), False, False); call('_autocast_to_full_precision', T(2, 3, dtype='float16'), False, True); call('_autocast_to_full_precision', T(2, 3, dtype='float16'), False, False); call('_autocast_to_full_precision', T(2, 3, dtype='float64'), True, True)
call('_autocast_to_reduced_precision', T(2, 3), False, False, 5, 5); call('_autocast_to_reduced_precision', T(2, 3), False, True, 5, 5); call('_autocast_to_reduced_precision', T(2, 3, dtype='float64'), False, True, 5, 5)
for op in ('aten::cpu', 'aten::cuda', 'aten::data', 'aten::pin_memory', 'prim::data'):
    call(op, T(2, 3), options={'by': SAME}); call(op, I(3), options={'by': SAME})
# Tensors of numbers and of tensors.
AS = lambda x, dtype=None, device=None: torch.as_tensor(x, dtype=dtype)
call('as_tensor', T(2, 3), options={'by': AS}); call('as_tensor', I(2, 3), dtype=torch.float32, options={'by': AS}); call('as_tensor', T(2), dtype=F64, options={'by': AS})
call('as_tensor.int', 3, options={'by': AS}); call('as_tensor.int', 3, dtype=torch.float32, options={'by': AS}); call('as_tensor.float', 2.5, options={'by': AS}); call('as_tensor.float', 2.5, dtype=F64, options={'by': AS}); call('as_tensor.bool', True, options={'by': AS}); call('as_tensor.bool', False, dtype=torch.int64, options={'by': AS})
call('as_tensor.list', [1, 2, 3], options={'by': AS}); call('as_tensor.list', [1.5, -2.0], options={'by': AS}); call('as_tensor.list', [True, False], options={'by': AS}); call('as_tensor.list', [1, 2], dtype=F64, options={'by': AS}); call('as_tensor.list', [[1, 2, 3], [4, 5, 6]], options={'by': AS}); call('as_tensor.list', [[1.0, 2.0], [3.0, 4.0]], dtype=F16, options={'by': AS})
call('prim::NumToTensor.Scalar', 3, options={'by': AS}); call('prim::NumToTensor.Scalar', 0.1, options={'by': lambda x: torch.tensor(x, dtype=F64)}); call('prim::NumToTensor.bool', True, options={'by': AS})
