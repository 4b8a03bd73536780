"""Writes src/onnx/opset-table.ts: the signatures of the standard ONNX operators, from the installed `onnx` package.

    python scripts/onnx-op-table.py            # rewrites the table; commit the result
    python scripts/onnx-op-table.py --check    # exit 1 when the committed table differs

One line per operator version that is in force at some opset from FIRST to LAST (parsed by src/onnx/op-spec.ts):

    Name since | inputs | outputs | attributes | type constraints

inputs, outputs   `name:TYPE`, then `?` optional or `*N` variadic with a minimum of N (`*N!`: of differing types).
                  TYPE is a constraint's name or a concrete type code.
attributes        `name:KIND`, then `!` required or `=DEFAULT` (JSON). KIND: i f s t g is fs ss (int, float, string, tensor, graph, lists).
constraints       `T=codes`: one letter per dtype (see DTYPE_LETTERS), `[..]` sequences of; `*` any type.
"""

import json
import pathlib
import re
import sys

import onnx.defs

FIRST, LAST = 13, 21
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/onnx/opset-table.ts"

DTYPE_LETTERS = {
    "float16": "h", "bfloat16": "b", "float": "f", "double": "d",
    "int8": "1", "int16": "2", "int32": "4", "int64": "8",
    "uint8": "u", "uint16": "v", "uint32": "w", "uint64": "x",
    "bool": "?", "string": "s", "complex64": "c", "complex128": "z",
}  # fmt: skip
ATTR_KINDS = {
    "INT": "i", "FLOAT": "f", "STRING": "s", "TENSOR": "t", "GRAPH": "g", "INTS": "is", "FLOATS": "fs", "STRINGS": "ss",
}  # fmt: skip


def type_code(text):
    """`tensor(float)` -> `f`, `seq(tensor(float))` -> `[f]`; '' for types that Thaw has no name for (float8, int4...)."""
    if m := re.fullmatch(r"tensor\((\w+)\)", text):
        return DTYPE_LETTERS.get(m.group(1), "")
    if m := re.fullmatch(r"seq\((.*)\)", text):
        inner = type_code(m.group(1))
        return f"[{inner}]" if inner else ""
    return ""


def param(p, names):
    type_name = p.type_str if p.type_str in names else "=" + type_code(p.type_str)
    suffix = ""
    if p.option == onnx.defs.OpSchema.FormalParameterOption.Optional:
        suffix = "?"
    elif p.option == onnx.defs.OpSchema.FormalParameterOption.Variadic:
        suffix = f"*{p.min_arity}" + ("" if p.is_homogeneous else "!")
    return f"{p.name}:{type_name}{suffix}"


def attribute(a):
    kind = ATTR_KINDS.get(a.type.name)
    if kind is None:
        return None
    text = f"{a.name}:{kind}"
    if a.required:
        return text + "!"
    if a.default_value is not None and a.default_value.ByteSize() > 0:
        value = onnx.helper.get_attribute_value(a.default_value)
        if kind == "t":
            return text
        if isinstance(value, bytes):
            value = value.decode()
        elif isinstance(value, float):
            value = float(f"{value:.7g}")
        elif not isinstance(value, (int, str)):
            value = [v.decode() if isinstance(v, bytes) else v for v in value]
        return text + "=" + json.dumps(value, separators=(",", ":"))
    return text


def line(schema):
    names = {c.type_param_str for c in schema.type_constraints}
    inputs = " ".join(param(p, names) for p in schema.inputs)
    outputs = " ".join(param(p, names) for p in schema.outputs)
    attributes = " ".join(filter(None, (attribute(a) for _, a in sorted(schema.attributes.items()))))
    constraints = []
    for c in sorted(schema.type_constraints, key=lambda c: c.type_param_str):
        codes = [type_code(t) for t in c.allowed_type_strs]
        # Optionals among the types: control flow and the like, which take anything.
        anything = any(t.startswith("optional(") for t in c.allowed_type_strs)
        constraints.append(f"{c.type_param_str}=" + ("*" if anything else "".join(sorted(set(filter(None, codes))))))
    return f"{schema.name} {schema.since_version} | {inputs} | {outputs} | {attributes} | {' '.join(constraints)}"


def main():
    by_name = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.since_version <= LAST:
            by_name.setdefault(schema.name, []).append(schema)
    lines = []
    for name in sorted(by_name):
        versions = sorted(by_name[name], key=lambda s: s.since_version)
        first = max((s.since_version for s in versions if s.since_version <= FIRST), default=0)
        lines += [line(s) for s in versions if s.since_version >= first and not s.deprecated]
    quoted = "\n".join("  " + quote(text) + "," for text in lines)
    text = (
        "/**\n"
        f" * Signatures of the standard ONNX operators in force at opsets {FIRST} to {LAST}: `Name since | inputs | outputs | attributes | types`.\n"
        " * Generated from onnx.defs by scripts/onnx-op-table.py, which explains the notation; op-spec.ts reads it.\n"
        " */\n"
        f"export const OPSET_TABLE: readonly string[] = [\n{quoted}\n];\n"
    )
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == text else "src/onnx/opset-table.ts is stale: run scripts/onnx-op-table.py")
    TARGET.write_text(text)


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


if __name__ == "__main__":
    main()
