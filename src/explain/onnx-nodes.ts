import type { OnnxNode } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { ExplainedNode, RuleMiss } from './explanation.js';
import { operatorsOf, type Selectable } from './select.js';
import { stepsToOnnx } from './steps.js';
import type { Counted } from './summary.js';

/** A node's own name, those of its results, and that of its operator's result in the graph. */
export function namesOf({ name, outputs, source }: OnnxNode): string[] {
  return [name, ...outputs, ...(source?.result === undefined ? [] : [source.result])];
}

/** A node as selectors see it; `names`: those that its operator had in the graph before. */
export function selectableOnnx(node: OnnxNode, names: readonly string[] = []): Selectable {
  const { op, source } = node;
  const ops = source === undefined ? [op] : [...operatorsOf(source), op];
  return { names: [...namesOf(node), ...names], ops, source: source?.loc ?? [] };
}

/** A node as the summary counts it; nothing where it does not say where it comes from. */
export function countedOnnx({ source }: OnnxNode): Counted[] {
  return source === undefined ? [] : [{ op: source.op, origin: source.origin, source: source.loc }];
}

/** The steps to a node. `fromFile`: all that is known of it is its metadata. */
export function explainOnnxNode(
  node: OnnxNode,
  rules: RuleBook,
  misses: readonly RuleMiss[],
  fromFile: boolean,
): ExplainedNode {
  const { op, name, outputs, source } = node;
  const steps = source === undefined ? [] : stepsToOnnx(op, source, rules, fromFile);
  return { level: 'onnx', op, name, outputs, source: source?.loc ?? [], steps, misses };
}
