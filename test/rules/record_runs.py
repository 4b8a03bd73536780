"""Records what PyTorch gives for the `before` graphs of rule cases, as `runs` of the case.

    python test/rules/record_runs.py test/rules/view-copy/*.yaml

For cases whose `before` Thaw cannot run without the rule itself: PyTorch's own numbers take its place. Only the first
case of each file that has no `runs` yet is written, of a recipe's file all; the rest of the file stays as it is. Inputs are counted up, so that
every element tells where it came from; where they are quantized or few bits wide, they are spread over some sixty values.
"""

import re
import sys

import torch
import yaml

SIZES = [1, 3, 4]


def spread(count, dtype):
    steps = torch.arange(count) * 37 % 61 - 30
    return steps.to(dtype) if dtype in (torch.int8, torch.uint8) else (steps / 16).to(dtype)


def feeds(graph, dims, sizes):
    quantized = any("quant" in node.kind() for node in graph.nodes())
    for value in graph.inputs():
        shape = [sizes.get(d, d) for d in dims[value.debugName()]]
        count = int(torch.tensor(shape).prod()) if shape else 1
        dtype = value.type().dtype() if value.type().kind() == "TensorType" else torch.float32
        if dtype == torch.float64:
            counted = (torch.arange(count, dtype=dtype) + 1) / 16
        elif quantized and dtype != torch.int64:
            counted = spread(count, dtype)
        else:
            counted = torch.arange(count, dtype=dtype or torch.float32)
        yield value.debugName(), counted.reshape(shape)


def runnable(text):
    """The graph as torch runs it: overloads are found again, and several outputs are one tuple."""
    text = re.sub(r"(\w+::\w+)\.\w+\(", r"\1(", text)
    outputs = re.search(r"return \((.*,.*)\)", text)
    if outputs is None:
        return text
    types = ", ".join(["Tensor"] * (outputs[1].count(",") + 1))
    return text.replace(outputs[0], f"%all : ({types}) = prim::TupleConstruct({outputs[1]})\n  return (%all)")


def flat(result):
    for r in result if isinstance(result, (list, tuple)) else [result]:
        yield from flat(r) if isinstance(r, (list, tuple)) else [r]


def runs_of(case):
    dims = case.get("dims", {})
    symbols = sorted({d for shape in dims.values() for d in shape if isinstance(d, str)})
    for n in SIZES:
        sizes = {s: n for s in symbols}
        graph = torch._C.parse_ir(runnable(case.get("before") or case["graph"]))
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
    for case in yaml.safe_load(source)["cases"]:
        key = "before" if "before" in case else "graph"
        if key not in case or "runs" in case:
            continue
        print(path, file=sys.stderr)
        lines = ["    runs:"] + [f"      - {text(run)}" for run in runs_of(case)]
        at = re.search(rf"^  - name: [\"']?{re.escape(case['name'])}.*$", source, re.M).end()
        after = re.compile(rf"^    {key}:", re.M).search(source, at).start()
        source = source[:after] + "\n".join(lines) + "\n" + source[after:]
        open(path, "w").write(source)
        if key == "before":
            break
