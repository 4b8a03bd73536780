"""Records what PyTorch gives for the `before` graphs of rule cases, as `runs` of the case.

    python test/rules/record_runs.py test/rules/view-copy/*.yaml

For cases whose `before` Thaw cannot run without the rule itself: PyTorch's own numbers take its place. Only the first
case of each file that has no `runs` yet is written; the rest of the file stays as it is. Inputs are counted up, so that
every element tells where it came from.
"""

import re
import sys

import torch
import yaml

SIZES = [1, 3, 4]


def feeds(graph, dims, sizes):
    for value in graph.inputs():
        shape = [sizes.get(d, d) for d in dims[value.debugName()]]
        count = int(torch.tensor(shape).prod()) if shape else 1
        yield value.debugName(), torch.arange(count, dtype=torch.float32).reshape(shape)


def flat(result):
    for r in result if isinstance(result, (list, tuple)) else [result]:
        yield from flat(r) if isinstance(r, (list, tuple)) else [r]


def runs_of(case):
    dims = case.get("dims", {})
    symbols = sorted({d for shape in dims.values() for d in shape if isinstance(d, str)})
    for n in SIZES:
        sizes = {s: n for s in symbols}
        graph = torch._C.parse_ir(case["before"])
        named = dict(feeds(graph, dims, sizes))
        run = torch._C._create_function_from_graph("forward", graph)
        try:
            result = list(flat(run(*named.values())))
        except RuntimeError as error:
            print(f"  at {sizes}: {str(error).splitlines()[-1]}", file=sys.stderr)
            continue
        numbers = lambda t: [int(v) if float(v).is_integer() else float(v) for v in t.reshape(-1).tolist()]
        yield {
            "sizes": sizes,
            "values": {name: numbers(t) for name, t in named.items()},
            "gives": [numbers(t) for t in result],
            "shapes": [list(t.shape) for t in result],
        }
        if not symbols:
            return


def text(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k}: {text(v)}" for k, v in value.items()) + " }" if value else "{}"
    return "[" + ", ".join(text(v) for v in value) + "]" if isinstance(value, list) else str(value)


for path in sys.argv[1:]:
    source = open(path).read()
    case = next((c for c in yaml.safe_load(source)["cases"] if "before" in c and "runs" not in c), None)
    if case is None:
        continue
    print(path, file=sys.stderr)
    lines = ["    runs:"] + [f"      - {text(run)}" for run in runs_of(case)]
    at = re.search(rf"^  - name: [\"']?{re.escape(case['name'])}.*$", source, re.M).end()
    after = re.compile(r"^    before:", re.M).search(source, at).start()
    open(path, "w").write(source[:after] + "\n".join(lines) + "\n" + source[after:])
