import { convertedOperators } from '../../src/converters/made-operators.js';
import { CONVERTERS } from '../../src/converters/registry.js';
import type { OnnxGraph, OnnxNode } from '../../src/onnx/types.js';
import type { Recipe } from '../../src/schema/recipe.js';

/** What any operand may bring: sizes read at run time and computed, casts, copies for outputs. */
const SIZE_OPERATORS: ReadonlySet<string> = new Set(
  'Shape Gather Unsqueeze Concat Cast Add Sub Mul Div Mod Min Max Identity'.split(' '),
);

/** ONNX operators that a converter has made and that its `emits` does not name, each with the operator; '' for none. */
export function undeclaredOperators(graph: OnnxGraph, recipesOf: (op: string) => readonly Recipe[]): string {
  const found = new Set<string>();
  const declared = new Map<string, ReadonlySet<string>>();
  for (const { op, source } of nodesOf(graph)) {
    const converter = source === undefined || source.recipe !== undefined ? undefined : CONVERTERS.get(source.op);
    if (source === undefined || converter === undefined || SIZE_OPERATORS.has(op)) continue;
    const known =
      declared.get(source.op) ?? new Set(convertedOperators(converter, recipesOf).flatMap((form) => [...form]));
    declared.set(source.op, known);
    if (!known.has(op)) found.add(`the converter of ${source.op} does not declare that it emits ${op}`);
  }
  return [...found].join('; ');
}

function* nodesOf(graph: OnnxGraph): Generator<OnnxNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const a of node.attributes.values()) if (a.kind === 'graph') yield* nodesOf(a.value);
  }
}
