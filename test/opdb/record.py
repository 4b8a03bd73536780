"""Records PyTorch's operator database: one traced call a case, with its results at the sample's sizes and at changed ones.

    python test/opdb/record.py [regex]          writes cases/<group>.json for the groups that the regex names

Every case is a graph as torch prints it, tensors that go in, and those that come out. The samples are those of
`op_db` and `module_db` (torch.testing); a sample's extents above 1 are changed together where PyTorch still takes the
call and the trace still gives eager results, so that both are right at every recorded size.
"""
import base64, io, itertools, json, os, re, sys, warnings

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

warnings.filterwarnings('ignore')
torch.set_num_threads(1)

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, 'cases')
# Samples of each dtype that are kept for an operator.
SAMPLES = {torch.float32: 4, torch.int64: 2, torch.bool: 1, torch.float16: 1}
# Samples that are looked at, so that the kept ones differ in form.
LOOKED_AT = 80
# Elements of a case's tensors in all.
MAX_ELEMENTS = 1500
SKIPPED = ('sparse', 'jiterator', '_refs', 'torch.ops.aten', 'to_sparse', 'masked.')
RANDOM = re.compile(r'dropout|rrelu|random|bernoulli|multinomial|normal|^rand|randint|uniform|exponential|cauchy|geometric|^empty|new_empty|empty_like')


def tensors_of(x):
    if isinstance(x, torch.Tensor):
        return [x]
    if isinstance(x, dict):
        return [t for v in x.values() for t in tensors_of(v)]
    if isinstance(x, (list, tuple)):
        return [t for v in x for t in tensors_of(v)]
    return []


def rebuilt(x, tensors):
    """`x` with its tensors taken from an iterator, in order."""
    if isinstance(x, torch.Tensor):
        return next(tensors)
    if isinstance(x, dict):
        return {k: rebuilt(v, tensors) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, '_fields'):
        return type(x)(*[rebuilt(v, tensors) for v in x])
    if isinstance(x, (list, tuple)):
        return type(x)(rebuilt(v, tensors) for v in x)
    return x


def results_of(x):
    if isinstance(x, (bool, int, float)):
        return [torch.tensor(x)]
    if isinstance(x, torch.Tensor):
        return [x.detach()]
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        return [t for v in x for t in results_of(v)]
    return []


class Call(torch.nn.Module):
    """A call whose tensors are arguments and whose other arguments are constants; a module's weights are arguments too."""

    def __init__(self, fn, args, kwargs, module=None):
        super().__init__()
        self.fn, self.tree = fn, (args, kwargs)
        # In a list, so that the module and its weights are no part of this one.
        self.held = [module]
        self.places = [] if module is None else opened(module)

    def forward(self, *tensors):
        own = len(self.places)
        args, kwargs = rebuilt(self.tree, iter(tensors[own:]))
        module = self.held[0]
        if module is None:
            return self.fn(*args, **kwargs)
        for (owner, name), t in zip(self.places, tensors):
            owner.__dict__[name] = t
        for owner in module.modules():
            if isinstance(owner, torch.nn.RNNBase):
                owner._flat_weights = [owner.__dict__[n] for n in owner._flat_weights_names]
        return module(*args, **kwargs)


def opened(module):
    """Takes the weights out of a module and says where they belong: `(owner, name)`, parameters before buffers."""
    places = []
    for kind in ('_parameters', '_buffers'):
        for owner in module.modules():
            for name in [n for n, t in getattr(owner, kind).items() if t is not None]:
                del getattr(owner, kind)[name]
                places.append((owner, name))
    return places


def weights_of(module):
    """The weights in the order of `opened`."""
    found = []
    for kind in ('_parameters', '_buffers'):
        for owner in module.modules():
            found += [t.detach().clone() for t in getattr(owner, kind).values() if t is not None]
    return found


def plain(t):
    return t.layout == torch.strided and not t.is_quantized and not t.is_complex() and t.dtype != torch.bfloat16


def form_of(x):
    """What tells samples apart: ranks, emptiness, extents of 1, other arguments."""
    if isinstance(x, torch.Tensor):
        return ('t', x.dim(), str(x.dtype), x.numel() == 0, 1 in x.shape)
    if isinstance(x, dict):
        return tuple((k, form_of(v)) for k, v in x.items())
    if isinstance(x, (list, tuple)):
        return tuple(form_of(v) for v in x)
    return repr(x)


def varied(samples, count):
    """`count` samples, the first of each form before others of a form already taken, spread over all."""
    seen, first, rest = set(), [], []
    for s in samples:
        key = form_of(s)
        (rest if key in seen else first).append(s)
        seen.add(key)
    found = first if len(first) >= count else first + rest
    step = max(1, len(found) / count)
    return [found[int(i * step)] for i in range(min(count, len(found)))]


def resized(t, sizes, gen):
    """The tensor at other sizes: elements drawn from its own; what is sorted stays so, and floats stay distinct."""
    shape = [sizes.get(d, d) for d in t.shape]
    if shape == list(t.shape):
        return t.detach().clone()
    flat = t.detach().reshape(-1)
    if flat.numel() == 0:
        return flat.new_zeros(shape)
    count = torch.Size(shape).numel()
    drawn = flat[torch.randint(0, flat.numel(), (count,), generator=gen)]
    if t.is_floating_point():
        drawn = drawn * (1 - torch.rand(count, generator=gen) / 8).to(t.dtype)
    drawn = drawn.reshape(shape)
    return drawn.sort(-1).values if t.dtype != torch.bool and torch.equal(t, t.sort(-1).values) and t.dim() else drawn


def close(a, b):
    if len(a) != len(b):
        return False
    for x, y in zip(a, b):
        if x.shape != y.shape or x.dtype != y.dtype:
            return False
        if x.is_floating_point() and not torch.allclose(x.float(), y.float(), rtol=1e-3, atol=1e-3, equal_nan=True):
            return False
        if not x.is_floating_point() and not torch.equal(x, y):
            return False
    return True


def spelled(t):
    t = t.detach().contiguous()
    data = t.view(torch.uint8) if t.dim() and t.numel() and t.dtype != torch.bool else t.reshape(-1).view(torch.uint8) if t.numel() else None
    raw = b'' if data is None else data.reshape(-1).numpy().tobytes()
    return {'t': str(t.dtype)[6:], 's': list(t.shape), 'b': base64.b64encode(raw).decode()}


def graph_text(traced):
    """The graph as printed, without comments (they name this machine's files) and without `self`."""
    text = re.sub(r'\s+# .*', '', str(traced.inlined_graph))
    text = re.sub(r'^graph\(%self(\.\d+)? : [^,)]*(,\s*|\))', lambda m: 'graph(' + (')' if m.group(2) == ')' else ''), text)
    text = re.sub(r', scope: [^\n]*', '', text)
    return re.sub(r', strides=\[[^\]]*\]|, requires_grad=\d|, device=cpu', '', text)


def case_of(name, call, tensors, still, random):
    def eager(xs):
        torch.manual_seed(0)
        with torch.no_grad():
            return results_of(call(*[x.clone() for x in xs]))

    first = eager(tensors)
    if not first or not all(plain(t) for t in first + list(tensors)):
        return None
    if sum(t.numel() for t in first + list(tensors)) > MAX_ELEMENTS:
        return None
    with torch.no_grad():
        traced = torch.jit.trace(call.eval(), tuple(t.clone() for t in tensors), check_trace=False)
    graph = graph_text(traced)
    # As users meet it: saved and loaded, numbers that were Python's are plain tensors.
    saved = io.BytesIO()
    torch.jit.save(traced, saved)
    traced = torch.jit.load(io.BytesIO(saved.getvalue()))
    if '<Tensor>' in graph or 'CallMethod' in graph or '%self' in graph or 'aten::' not in graph:
        return None
    gen = torch.Generator().manual_seed(1)

    def taken(sizes):
        try:
            xs = [t.clone() if i < still else resized(t, sizes, gen) for i, t in enumerate(tensors)]
            wanted = eager(xs)
            torch.manual_seed(0)
            with torch.no_grad():
                given = results_of(traced(*[x.clone() for x in xs]))
        except Exception:
            return None
        same = [g.shape for g in given] == [w.shape for w in wanted] if random else close(given, wanted)
        small = sum(t.numel() for t in xs + wanted) <= 2 * MAX_ELEMENTS
        return (xs, wanted) if same and small else None

    sample = taken({})
    if sample is None:
        return None
    sets = [sample]
    # An index that fits the sample may not fit a smaller one, which not every operator of PyTorch notices.
    indexed = any(t.dtype == torch.int64 for t in tensors[1:])
    free = [d for d in sorted({d for t in tensors[still:] for d in t.shape if d > 1}) if taken({d: d + 1})]
    for step in (lambda d: d + 2, lambda d: 1 if d % 2 and not indexed else d + 3):
        for group in [free] + [[d] for d in free]:
            found = taken({d: step(d) for d in group}) if group else None
            if found:
                sets.append(found)
                break
    record = {'id': name, 'graph': graph, 'in': [[spelled(t) for t in xs] for xs, _ in sets],
              'out': [[spelled(t) for t in ys] for _, ys in sets]}
    if still:
        record['still'] = still
    if random:
        record['random'] = True
    return record


def detached(x):
    return rebuilt(x, iter([t.detach().clone() for t in tensors_of(x)]))


def add(cases, name, fn, args, kwargs, random, module=None):
    try:
        args, kwargs = detached(args), detached(kwargs)
        weights = [] if module is None else weights_of(module)
        tensors = weights + tensors_of((args, kwargs))
        record = case_of(name, Call(fn, args, kwargs, module), tensors, len(weights), random) if len(tensors) > len(weights) else None
    except Exception:
        return
    if record is not None:
        cases.append(record)


def short(dtype):
    return str(dtype)[6:]


def operator_cases(op, cases):
    name = op.name + ('.' + op.variant_test_name if op.variant_test_name else '')
    random = RANDOM.search(op.name.split('.')[-1]) is not None
    for dtype, count in SAMPLES.items():
        if not op.supports_dtype(dtype, 'cpu'):
            continue
        samples = []
        try:
            torch.manual_seed(0)
            for s in itertools.islice(op.sample_inputs('cpu', dtype, requires_grad=False), LOOKED_AT):
                call = ((s.input, *s.args), dict(s.kwargs))
                if 'out' not in call[1]:
                    samples.append(call)
        except Exception:
            pass
        for i, (args, kwargs) in enumerate(varied(samples, count)):
            if 'training' in kwargs or op.name.endswith(('dropout', 'dropout2d', 'dropout3d')):
                kwargs['training'] = False
            drops = random or kwargs.get('dropout_p', 0) > 0
            add(cases, f'{name}.{short(dtype)}.{i}', op.op, args, kwargs, drops)
            if i == 0 and op.inplace_variant is not None and dtype == torch.float32:
                add(cases, f'{name}.in_place', lambda x, *a, **k: op.inplace_variant(x.clone(), *a, **k), args, kwargs, random)


def module_cases(info, cases):
    for dtype, count in ((torch.float32, 4), (torch.float16, 1)):
        try:
            inputs = info.module_inputs_func(info, device='cpu', dtype=dtype, requires_grad=False, training=False)
        except Exception:
            continue
        for i, x in enumerate(inputs[:: max(1, len(inputs) // count)][:count]):
            try:
                torch.manual_seed(0)
                module = info.module_cls(*x.constructor_input.args, **x.constructor_input.kwargs).to(dtype).eval()
                with torch.no_grad():
                    module(*detached(x.forward_input.args), **detached(x.forward_input.kwargs))
            except Exception:
                continue
            add(cases, f'{info.name}.{short(dtype)}.{i}', None, x.forward_input.args, x.forward_input.kwargs, False, module)


def group_of(name):
    """Which file: namespaces of their own, else by first letter."""
    head = name.replace('nn.functional', 'functional')
    return head.split('.')[0] if '.' in head and not head.startswith('_') else 'tensor-' + name.strip('_')[0].lower()


def main():
    wanted = re.compile(sys.argv[1] if len(sys.argv) > 1 else '')
    groups = {}
    for op in op_db:
        if not op.name.startswith(SKIPPED):
            groups.setdefault(group_of(op.name), []).append(lambda cases, op=op: operator_cases(op, cases))
    for info in module_db:
        groups.setdefault('module', []).append(lambda cases, info=info: module_cases(info, cases))
    for group, makers in sorted(groups.items()):
        if not wanted.search(group):
            continue
        cases, seen = [], set()
        for make in makers:
            make(cases)
        distinct = []
        for c in cases:
            key = (c['graph'], json.dumps([t['s'] for t in c['in'][0]]), tuple(t['t'] for t in c['in'][0]))
            if key not in seen:
                seen.add(key)
                distinct.append(c)
        with open(os.path.join(CASES, group + '.json'), 'w') as f:
            f.write('[\n' + ',\n'.join(json.dumps(c, separators=(',', ':')) for c in distinct) + '\n]\n')
        print(group, len(distinct), flush=True)


main()
