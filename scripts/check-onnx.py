"""Checks ONNX files with onnx's own checker and strict shape inference, and that every value has a type.

    python scripts/check-onnx.py model.onnx ...

Prints a line for each file that fails; exit status 1 if any does. Needs the onnx package.
"""
import sys

import onnx


def untyped(graph, known=frozenset()):
    typed = known | {v.name for part in (graph.input, graph.output, graph.value_info) for v in part}
    typed |= {t.name for t in graph.initializer}
    missing = [o for n in graph.node for o in n.output if o and o not in typed]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                missing += untyped(attribute.g, typed)
    return missing


def problem(path):
    try:
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path)
        onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except Exception as error:  # the checker raises many kinds
        return str(error).strip().splitlines()[-1][:300]
    missing = untyped(model.graph)
    return f"values without type: {missing[:5]} ({len(missing)})" if missing else None


failed = 0
for path in sys.argv[1:]:
    why = problem(path)
    if why:
        failed += 1
        print(f"{path}: {why}")
print(f"{len(sys.argv) - 1 - failed} of {len(sys.argv) - 1} files pass")
sys.exit(1 if failed else 0)
