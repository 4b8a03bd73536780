import type { OpName, SourceLoc } from '../ir/graph.js';
import { type Provenance, stepsOf } from '../ir/provenance.js';
import type { RuleId } from '../schema/rule.js';
import type { LineCount, ModelSummary, RuleCount } from './explanation.js';
import type { Loaded } from './recorder.js';

/** A node of the result. */
export interface Counted {
  /** Its operator in the graph. */
  readonly op: OpName;
  readonly origin: Provenance | undefined;
  readonly source: SourceLoc;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The model in figures, by rule and by the user's line. `loaded` and `fired` where a compilation was watched. */
export function summarize(
  nodes: readonly Counted[],
  loaded?: readonly Loaded[],
  fired?: ReadonlyMap<RuleId, number>,
): ModelSummary {
  const rules = new Map<RuleId, Mutable<RuleCount>>();
  for (const [rule, rewrites] of fired ?? []) rules.set(rule, { rule, rewrites, nodes: 0 });
  const lines = new Map<string, Mutable<Omit<LineCount, 'rules'>> & { readonly rules: Set<RuleId> }>();
  const lineOf = (source: SourceLoc) => {
    const [at] = source;
    if (at === undefined) return undefined;
    const key = `${at.file}:${at.line}`;
    let line = lines.get(key);
    if (line === undefined) {
      line = { at, operators: loaded === undefined ? undefined : 0, nodes: 0, rules: new Set<RuleId>() };
      lines.set(key, line);
    }
    return line;
  };
  for (const { constant, source } of loaded ?? []) {
    const line = constant ? undefined : lineOf(source);
    if (line?.operators !== undefined) line.operators += 1;
  }
  for (const { origin, source } of nodes) {
    const line = lineOf(source);
    if (line !== undefined) line.nodes += 1;
    for (const { by, pass } of stepsOf(origin)) {
      if (pass) continue;
      line?.rules.add(by);
      const count = rules.get(by) ?? { rule: by, nodes: 0 };
      count.nodes += 1;
      rules.set(by, count);
    }
  }
  return {
    nodes: nodes.length,
    rules: [...rules.values()].sort((a, b) => weight(b) - weight(a) || (a.rule < b.rule ? -1 : 1)),
    lines: [...lines.values()].map((line) => ({ ...line, rules: [...line.rules] })),
  };
}

function weight({ rewrites, nodes }: RuleCount): number {
  return rewrites ?? nodes;
}
