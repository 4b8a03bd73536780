"""Records what PyTorch gives for the operator calls of calls/*.py, at the sizes as written and at changed ones.

    python test/operators/record.py [family...]     writes cases/<family>.json

A call's tensors are symbolic in every extent above 1 (equal extents share a symbol) but for constants (W).
"""
import glob, importlib.util, json, math, os, sys
import torch
try:
    import torchvision  # registers its operators
except ImportError:
    torchvision = None

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from dsl import Flt, Sym, Tensor, take_calls

NAMES = {torch.float32: 'float32', torch.float64: 'float64', torch.float16: 'float16', torch.bfloat16: 'bfloat16',
         torch.int64: 'int64', torch.int32: 'int32', torch.int16: 'int16', torch.int8: 'int8', torch.uint8: 'uint8',
         torch.bool: 'bool', torch.complex64: 'complex64', torch.complex128: 'complex128'}
DTYPES = {v: k for k, v in NAMES.items()}


def draws(seed, count):
    x, out = seed & 0xffffffff, []
    for _ in range(count):
        x = (x * 1664525 + 1013904223) & 0xffffffff
        out.append(x / 2 ** 32)
    return out


def elements(t, count):
    if t.values is not None:
        return [t.values[i % len(t.values)] for i in range(count)]
    out = []
    for u in draws(t.seed, count):
        if t.dtype == 'bool':
            out.append(u < 0.5)
        elif 'float' in t.dtype or 'complex' in t.dtype:
            out.append(t.lo + math.floor(u * 129) / 128 * (t.hi - t.lo))
        else:
            out.append(t.lo + math.floor(u * (t.hi - t.lo)))
    return out


def build(a, sizes):
    """An argument's value at given sizes."""
    if isinstance(a, Sym):
        return eval(a.text, {}, dict(sizes))
    if isinstance(a, Flt):
        return a.value
    if isinstance(a, Tensor):
        shape = [sizes[d] if isinstance(d, str) else d for d in a.dims]
        count = math.prod(shape)
        if a.dtype.startswith('complex'):
            real = torch.tensor(elements(a, count * 2), dtype=torch.float64).reshape(shape + [2])
            return torch.view_as_complex(real).to(DTYPES[a.dtype])
        return torch.tensor(elements(a, count), dtype=torch.float64 if 'float' in a.dtype else None).to(DTYPES[a.dtype]).reshape(shape)
    if isinstance(a, (list, tuple)):
        return [build(x, sizes) for x in a]
    return a


def spell_number(v):
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, int):
        return v
    if math.isnan(v):
        return 'nan'
    if math.isinf(v):
        return 'inf' if v > 0 else '-inf'
    r = float('%.6g' % v)
    if r == 0 and math.copysign(1, v) < 0:
        return '-0'
    return int(r) if r == int(r) and abs(r) < 2 ** 53 else r


def spell(a):
    if isinstance(a, Sym):
        return {'sym': a.text}
    if isinstance(a, Tensor):
        out = {'t': a.dtype, 'd': list(a.dims)}
        if a.values is not None:
            out['v'] = [spell_number(v) for v in a.values]
        else:
            out['seed'] = a.seed
            if a.lo != -4:
                out['lo'] = a.lo
            if a.hi != 4:
                out['hi'] = a.hi
        if a.constant:
            out['w'] = True
        if a.still:
            out['k'] = sorted(a.still)
        return out
    if isinstance(a, (list, tuple)):
        return {'list': [spell(x) for x in a]}
    if isinstance(a, float):
        return {'f': spell_number(a) if math.isinf(a) or math.isnan(a) else a}
    if isinstance(a, torch.dtype):
        return CODES[NAMES[a]]
    return a


CODES = {'uint8': 0, 'int8': 1, 'int16': 2, 'int32': 3, 'int64': 4, 'float16': 5, 'float32': 6, 'float64': 7, 'bool': 11,
         'bfloat16': 15, 'complex64': 9, 'complex128': 10}


# Extents of symbols that a call writes itself.
SIZES = {'N': 2, 'C': 4, 'H': 5, 'W': 6, 'L': 3, 'M': 7}


MOST = 24
PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 97, 197, 397]


def text(a):
    if isinstance(a, Tensor):
        return f'{a.dtype}{[d for d in a.shown]}'.replace(' ', '').replace("'", '') + ('w' if a.constant else '')
    if isinstance(a, Sym):
        return a.text
    if isinstance(a, (list, tuple)):
        return '[' + ', '.join(map(text, a)) + ']'
    if isinstance(a, torch.dtype):
        return NAMES[a]
    return repr(a)


def flat(r):
    if isinstance(r, complex):
        return [torch.tensor(r)]
    if isinstance(r, (list, tuple)):
        return [x for y in r for x in flat(y)]
    return [] if r is None else [r]


def result(v):
    if isinstance(v, torch.Tensor) and v.dtype.is_complex:
        v = torch.view_as_real(v.resolve_conj())
    if not isinstance(v, torch.Tensor):
        v = torch.tensor(v, dtype=torch.float64 if isinstance(v, float) else None)
    numbers = v.detach().to(torch.float64).reshape(-1).tolist() if v.dtype.is_floating_point else v.reshape(-1).tolist()
    out = {'t': NAMES[v.dtype], 's': list(v.shape)}
    if len(numbers) > MOST:
        # Every n-th element of a large result; n is prime, so that all axes are met.
        out['n'] = next(p for p in PRIMES if p * MOST >= len(numbers))
        numbers = numbers[:: out['n']]
    out['v'] = [spell_number(x) for x in numbers]
    return out


def operation(op):
    namespace, rest = op.split('::')
    name, _, overload = rest.partition('.')
    return getattr(getattr(getattr(torch.ops, namespace), name), overload or 'default')


def run(f, args, kwargs, sizes):
    torch.manual_seed(0)
    with torch.no_grad():
        return [result(x) for x in flat(f(*[build(a, sizes) for a in args], **{k: build(v, sizes) for k, v in kwargs.items()}))]


def symbolize(a):
    """Names every extent above 1 of a tensor that is no constant; equal extents share a name."""
    if isinstance(a, Tensor):
        a.shown = list(a.dims)
        if not a.constant:
            a.dims = [f's{d}' if isinstance(d, int) and d > 1 and i not in a.still else d for i, d in enumerate(a.dims)]
    elif isinstance(a, (list, tuple)):
        for x in a:
            symbolize(x)


def symbols(a, into):
    if isinstance(a, Tensor):
        for d in a.dims:
            if isinstance(d, str):
                into.setdefault(d, None)
    elif isinstance(a, (list, tuple)):
        for x in a:
            symbols(x, into)


def changed(f, args, kwargs, base, fixed):
    """Other sizes that PyTorch takes: as many symbols as possible changed at once."""
    def works(sizes):
        try:
            run(f, args, kwargs, sizes)
            return True
        except Exception:
            return False
    for grow in (lambda n: n + 1, lambda n: n * 2):
        movable = [k for k in base if k not in fixed and works({**base, k: grow(base[k])})]
        for group in ([k for k in base if k not in fixed], movable):
            sizes = {**base, **{k: grow(base[k]) for k in group}}
            if group and works(sizes):
                return sizes
        if movable:
            return {**base, movable[0]: grow(base[movable[0]])}
    return None


def record(call):
    op, args, kwargs, options = call
    f = options.get('by') or (operation(op) if op != 'aten::tensor' else torch.tensor)
    schema = operation(op)._schema
    for a in list(args) + list(kwargs.values()):
        symbolize(a)
    names = {}
    for a in list(args) + list(kwargs.values()):
        symbols(a, names)
    base = {k: options.get('sizes', {}).get(k) or SIZES.get(k) or int(k[1:]) for k in names}
    all_sizes = [base]
    other = options.get('other')
    if other is not None:
        all_sizes.append({**base, **other})
    elif base and options.get('grow', True):
        more = changed(f, args, kwargs, base, options.get('fixed', ()))
        if more is not None:
            all_sizes.append(more)
    results = [run(f, args, kwargs, s)[: options.get('only')] for s in all_sizes]
    if 'random' in options:
        for rs in results:
            for r in rs:
                r['v'] = []
    named = {a.name: spell(v) for a, v in zip(schema.arguments, args)}
    named.update({k: spell(v) for k, v in kwargs.items()})
    shown = ', '.join([text(a) for a in args] + [f'{k}={text(v)}' for k, v in kwargs.items()])
    case = {'id': f'{op}({shown})', 'op': op, 'args': named, 'sizes': all_sizes, 'results': results}
    if 'tol' in options:
        case['tol'] = options['tol']
    if 'random' in options:
        case['random'] = True
    return case


def main():
    wanted = sys.argv[1:]
    failed = total = 0
    for path in sorted(glob.glob(os.path.join(HERE, 'calls', '*.py'))):
        family = os.path.basename(path)[:-3].replace('_', '-')
        if wanted and family not in wanted:
            continue
        spec = importlib.util.spec_from_file_location(family, path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        cases, seen = [], {}
        for call in take_calls():
            try:
                case = record(call)
            except Exception as e:
                failed += 1
                print('failed', call[0], text(call[1]), str(e).splitlines()[0][:200], file=sys.stderr)
                continue
            seen[case['id']] = seen.get(case['id'], 0) + 1
            if seen[case['id']] > 1:
                case['id'] += f" #{seen[case['id']]}"
            cases.append(case)
        total += len(cases)
        os.makedirs(os.path.join(HERE, 'cases'), exist_ok=True)
        with open(os.path.join(HERE, 'cases', f'{family}.json'), 'w') as out:
            out.write('[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in cases) + '\n]\n')
    print(total, 'cases,', failed, 'failed')


if __name__ == '__main__':
    main()
