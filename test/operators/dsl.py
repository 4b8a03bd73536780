"""The words of the call tables in calls/: tensors, ints computed from sizes, and `call`."""
import copy


class Sym:
    """An int argument computed from the sizes, as a Python expression."""

    def __init__(self, text):
        self.text = text


class Flt:
    def __init__(self, value):
        self.value = float(value)


class Tensor:
    def __init__(self, dims, dtype, values=None, lo=-4, hi=4, constant=False):
        self.dims, self.dtype, self.values, self.lo, self.hi, self.constant = list(dims), dtype, values, lo, hi, constant
        self.seed, self.shown, self.still = 1, self.dims, set()


_calls = []
_counter = 0


def K(tensor, *axes):
    """Axes whose extents are static in every mode; all of them if none is named."""
    tensor.still = set(a % len(tensor.dims) for a in axes) if axes else set(range(len(tensor.dims)))
    return tensor


def T(*dims, dtype='float32', lo=-4, hi=4):
    """A float tensor; an extent is an int or a symbol."""
    return Tensor(dims, dtype, None, lo, hi)


def W(*dims, dtype='float32', lo=-1, hi=1):
    """A constant of the model: a weight."""
    return Tensor(dims, dtype, None, lo, hi, True)


def P(*dims, dtype='float32', lo=0.5, hi=4):
    """Positive."""
    return Tensor(dims, dtype, None, lo, hi)


def I(*dims, dtype='int64', lo=-4, hi=5):
    return Tensor(dims, dtype, None, lo, hi)


def B(*dims):
    return Tensor(dims, 'bool', None, 0, 1)


def V(values, *dims, dtype='float32', constant=False):
    """A tensor of given values; 1-d unless told."""
    values = list(values) if isinstance(values, (list, tuple, range)) else [values]
    return Tensor(dims if dims else [len(values)], dtype, values, 0, 1, constant)


def V0(value, dtype='float32', constant=False):
    """A 0-d tensor."""
    return Tensor([], dtype, [value], 0, 1, constant)


def _seed(a):
    global _counter
    if isinstance(a, Tensor):
        _counter += 1
        a.seed = (_counter * 7919 + 12345) % 100003
    elif isinstance(a, (list, tuple)):
        for x in a:
            _seed(x)


def call(op, *args, options=None, **kwargs):
    """Adds a call. Options: sizes, other (changed sizes), grow=False, fixed (symbols that stay), tol, random, only (how many results count), by (a function that gives the same, for
    operators that PyTorch does not run on this machine)."""
    if '::' not in op:
        op = 'aten::' + op
    args, kwargs = copy.deepcopy(args), copy.deepcopy(kwargs)
    for a in list(args) + list(kwargs.values()):
        _seed(a)
    _calls.append((op, list(args), kwargs, options or {}))


def take_calls():
    global _calls, _counter
    out, _calls, _counter = _calls, [], 0
    return out
