import { fail } from '../diagnostics/diagnostic.js';
import type { OpName, SourceLoc } from '../ir/graph.js';
import { stepsOf } from '../ir/provenance.js';
import type { NodeSource } from '../onnx/types.js';
import { baseOf } from '../schema/registry.js';
import type { ExplainSelectors } from './explanation.js';

/** A node as the selectors see it. */
export interface Selectable {
  /** Its own name and those of its results, here and in the graph. */
  readonly names: readonly string[];
  /** Its operator and those that it came from. */
  readonly ops: readonly OpName[];
  readonly source: SourceLoc;
}

export type Test = (node: Selectable) => boolean;

/** The test of all selectors but the rule. Errors: `usage` for a line that is no `FILE:LINE`. */
export function selection({ node, op, line }: ExplainSelectors): Test {
  const name = node?.replace(/^%/, '');
  const onLine = line === undefined ? undefined : lineTest(line);
  return (n) =>
    (name === undefined || n.names.includes(name)) &&
    (op === undefined || n.ops.some((o) => isOperator(o, op))) &&
    (onLine === undefined || onLine(n.source));
}

/** `aten::view` names all of its overloads. */
export function isOperator(op: OpName, wanted: OpName): boolean {
  return op === wanted || baseOf(op) === wanted;
}

function lineTest(text: string): (source: SourceLoc) => boolean {
  const parts = /^(.+?)(?::(\d+))?$/.exec(text.replaceAll('\\', '/'));
  if (parts === null) fail('usage', `\`${text}\` is no line of a source file`, { help: 'write FILE:LINE' });
  const [, file = '', line] = parts;
  return (source) =>
    source.some((span) => {
      const path = span.file.replaceAll('\\', '/');
      return (line === undefined || span.line === Number(line)) && (path === file || path.endsWith(`/${file}`));
    });
}

/** The operators that a node was and is, oldest first. */
export function operatorsOf({ op, origin }: Pick<NodeSource, 'op' | 'origin'>): OpName[] {
  const before = stepsOf(origin).flatMap(({ replaced }) => (replaced === undefined ? [] : [replaced]));
  return op === '' ? before : [...before, op];
}
