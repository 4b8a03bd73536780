"""Records what PyTorch gives for the operator calls of cases.py: dtypes and shapes at several sizes.

    python test/shapes/record.py        writes recorded.json beside it
"""
import json, os, sys
import torch
try:
    import torchvision  # registers its operators
except ImportError:
    torchvision = None

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from cases import CASES, Tensor, Sym

NAMES = {torch.float32: 'float32', torch.float64: 'float64', torch.float16: 'float16', torch.bfloat16: 'bfloat16',
         torch.int64: 'int64', torch.int32: 'int32', torch.int16: 'int16', torch.int8: 'int8', torch.uint8: 'uint8',
         torch.bool: 'bool', torch.complex64: 'complex64', torch.complex128: 'complex128'}
DTYPES = {v: k for k, v in NAMES.items()}


def build(arg, sizes):
    """An argument's value at given sizes."""
    if isinstance(arg, Sym):
        return eval(arg.text, {}, dict(sizes))
    if isinstance(arg, Tensor):
        shape = [build(d, sizes) if isinstance(d, Sym) else sizes[d] if isinstance(d, str) else d for d in arg.shape]
        dtype = DTYPES[arg.dtype]
        if arg.values is not None:
            return torch.tensor([build(v, sizes) for v in arg.values] if shape else build(arg.values[0], sizes), dtype=dtype)
        if dtype == torch.bool:
            return torch.rand(shape) > 0.5
        if dtype.is_floating_point or dtype.is_complex:
            return torch.rand(shape).to(dtype) * 0.5 + 0.25
        return torch.randint(1, arg.high, shape).to(dtype)
    if isinstance(arg, list):
        return [build(a, sizes) for a in arg]
    return arg


def spell(arg):
    """An argument as JSON: what the TypeScript test rebuilds as an operand."""
    if isinstance(arg, Sym):
        return {'sym': arg.text}
    if isinstance(arg, Tensor):
        shape = [d.text if isinstance(d, Sym) else d for d in arg.shape]
        out = {'tensor': arg.dtype, 'shape': shape}
        if arg.values is not None:
            out['values'] = [v.text if isinstance(v, Sym) else v for v in arg.values]
        return out
    if isinstance(arg, list):
        return {'list': [spell(a) for a in arg]}
    if isinstance(arg, float):
        return {'float': arg}
    if isinstance(arg, torch.dtype):
        return {'dtype': NAMES[arg]}
    return arg


def result(v):
    if isinstance(v, torch.Tensor):
        small = v.dtype in (torch.int64, torch.int32, torch.bool) and v.dim() <= 1 and v.numel() <= 8
        out = {'dtype': NAMES[v.dtype], 'shape': list(v.shape)}
        if small:
            out['elements'] = [int(x) for x in v.reshape(-1).tolist()]
        return out
    if isinstance(v, (list, tuple)):
        return [result(x) for x in v]
    if isinstance(v, float):
        return {'float': v}
    return v


def operation(op):
    namespace, rest = op.split('::')
    name, _, overload = rest.partition('.')
    return getattr(getattr(getattr(torch.ops, namespace), name), overload or 'default')


def main():
    torch.manual_seed(0)
    recorded, failed = [], 0
    for op, args, kwargs, sizes, flags in CASES:
        try:
            f = operation(op)
            outs = []
            for s in sizes:
                with torch.no_grad():
                    r = f(*[build(a, s) for a in args], **{k: build(v, s) for k, v in kwargs.items()})
                several = isinstance(r, tuple)
                outs.append([result(x) for x in r] if several else [result(r)])
        except Exception as e:
            failed += 1
            print('failed', op, str(e).splitlines()[0][:160], file=sys.stderr)
            continue
        case = {'op': op, 'args': [spell(a) for a in args], 'sizes': sizes, 'results': outs}
        if kwargs:
            case['kwargs'] = {k: spell(v) for k, v in kwargs.items()}
        if flags:
            case['open'] = True
        recorded.append(case)
    with open(os.path.join(HERE, 'recorded.json'), 'w') as out:
        out.write('[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in recorded) + '\n]\n')
    print(len(recorded), 'cases,', failed, 'failed')


if __name__ == '__main__':
    main()
