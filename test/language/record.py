"""Saves the modules of modules/*.py as TorchScript archives, with PyTorch's results at the sizes of each run.

python test/language/record.py [name]        writes archives/<name>.<form>.pt and cases.json; those whose name holds `name` alone
"""

import base64
import glob
import importlib
import json
import os
import sys
import warnings

import torch

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "modules")]
from feature import CASES, clone, leaves

warnings.filterwarnings("ignore")


def spelled(x):
    t = torch.as_tensor(x, dtype=torch.float64) if isinstance(x, float) else torch.as_tensor(x)
    t = t.detach().contiguous()
    return {"t": str(t.dtype)[6:], "s": list(t.shape), "b": base64.b64encode(t.numpy().tobytes()).decode()}


def archive_of(name, form):
    return os.path.join(HERE, "archives", f"{name}.{form}.pt")


def argument(x):
    """A tensor as recorded, the items of a list, tuple or dict, or a constant that each run bakes in."""
    if isinstance(x, torch.Tensor):
        return spelled(x)
    if isinstance(x, (list, tuple)) and any(isinstance(v, (torch.Tensor, list, tuple, dict)) for v in x):
        return {"kind": "tuple" if isinstance(x, tuple) else "list", "items": [argument(v) for v in x]}
    if isinstance(x, dict):
        return {"kind": "dict", "keys": [str(k) for k in x], "items": [argument(v) for v in x.values()]}
    if x is None or isinstance(x, (bool, int, float, str, list, tuple)):
        return {"const": repr(x)}
    raise TypeError(f"an input of type {type(x).__name__}")


def close(a, b):
    if len(a) != len(b):
        return False
    for x, y in zip(map(torch.as_tensor, a), map(torch.as_tensor, b)):
        if x.shape != y.shape or not torch.allclose(x.double(), y.double(), rtol=1e-3, atol=1e-3, equal_nan=True):
            return False
    return True


def compiled(cls, sets, form, post):
    torch.manual_seed(0)
    module = cls().eval()
    for p in module.parameters():
        if p.numel() and float(p.detach().float().std(unbiased=False)) < 1e-4:
            p.data.add_(torch.randn_like(p.float()).to(p.dtype) * 0.1)
    eager = [leaves(module(*clone(s))) for s in sets]
    if form == "script":
        scripted = torch.jit.script(module)
    else:
        scripted = torch.jit.trace(module, clone(sets[0]), check_trace=False, strict=False)
    return (post(scripted) if post else scripted), eager


def record(name, cls, sets, form, post):
    with torch.no_grad():
        module, eager = compiled(cls, sets, form, post)
        path = archive_of(name, form)
        torch.jit.save(module, path)
        loaded = torch.jit.load(path)
        names = [a.name for a in loaded.forward.schema.arguments[1:]]
        runs = []
        for s, wanted in zip(sets, eager):
            try:
                given = leaves(loaded(*clone(s)))
            except RuntimeError:
                continue
            # A trace holds the sizes of its sample where the module asks for them in Python.
            if close(given, wanted):
                runs.append({"in": [argument(x) for x in s], "out": [spelled(x) for x in given]})
    return {"name": f"{name}.{form}", "inputs": names[: len(sets[0])], "runs": runs}


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for path in sorted(glob.glob(os.path.join(HERE, "modules", "*.py"))):
        importlib.import_module(os.path.basename(path)[:-3])
    os.makedirs(os.path.join(HERE, "archives"), exist_ok=True)
    cases = []
    for name, cls, sets, form, post in CASES:
        if only not in name:
            continue
        try:
            found = record(name, cls, list(sets), form, post)
            if len(found["runs"]) == 0:
                raise ValueError("no run agrees with eager PyTorch")
        except Exception as error:
            print(name, form, type(error).__name__, str(error)[:300])
            path = archive_of(name, form)
            if os.path.exists(path):
                os.remove(path)
            continue
        cases.append(found)
    path = os.path.join(HERE, "cases.json")
    if only:
        with open(path) as f:
            kept = [c for c in json.load(f) if c["name"] not in {new["name"] for new in cases}]
        cases = kept + cases
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
    print(len(cases))


main()
