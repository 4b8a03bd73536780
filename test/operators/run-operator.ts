import { parseExpr } from '../../src/expr/parse.js';
import { isDim } from '../../src/expr/value.js';
import { type Dim, symbol } from '../../src/ir/dim.js';
import type { Value } from '../../src/ir/graph.js';
import { INT, type Type } from '../../src/ir/type.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import { Inference } from '../../src/shapes/infer.js';
import { type CallFeed, type CallForm, CallGraph, type Sizes } from './call-graph.js';
import { convertCall } from './call-session.js';
import type { CaseArg, OperatorCase } from './case.js';
import type { ShippedRules } from './rules.js';

/**
 * How extents are told to the compiler: as numbers, by the case's own symbols (equal extents share one), or each by a
 * symbol of its own, sizes of 1 and 0 too.
 */
export type Mode = 'static' | 'named' | 'fresh';

export interface CompiledCase {
  readonly model: OnnxModel;
  /** Types of the operator's results as inference tells them. */
  readonly inferred: readonly Type[];
  readonly feeds: readonly CallFeed[];
}

class ModeForm implements CallForm {
  /** Ints that are known as expressions of the inputs' extents: what folded size computations leave. */
  readonly symbolic: [Value, Dim][] = [];
  private fresh = 0;

  constructor(
    private readonly mode: Mode,
    private readonly sizes: Sizes,
    /** Ints of the call are told by the case's symbols. */
    private readonly keepsNames: boolean,
  ) {}

  extent(d: number | string, still: boolean): Dim {
    if (this.mode === 'static') return typeof d === 'number' ? d : (this.sizes[d] ?? 1);
    if (still && typeof d === 'number') return d;
    if (this.mode === 'named') return typeof d === 'number' ? d : symbol(d);
    if (this.keepsNames && typeof d === 'string') return symbol(d);
    this.fresh += 1;
    return symbol(`d${this.fresh}`);
  }

  int(graph: CallGraph, text: string): Value {
    const v = parseExpr(text).evaluate({
      lookup: (name: string) => (this.mode === 'static' ? (this.sizes[name] ?? 1) : symbol(name)),
      function: () => undefined,
      fresh: () => symbol('_f'),
    });
    if (!isDim(v)) throw new Error(`${text} is no extent`);
    if (typeof v === 'number') return graph.constant(v, INT);
    const value = graph.constant(0, INT);
    this.symbolic.push([value, v]);
    return value;
  }
}

function hasSymbol(a: CaseArg): boolean {
  if (typeof a !== 'object' || a === null) return false;
  return 'sym' in a || ('list' in a && a.list.some(hasSymbol));
}

/** Compiles one call. Throws DiagnosticError where the compiler refuses. */
export function compileCase(rules: ShippedRules, c: OperatorCase, mode: Mode, sizes: Sizes, opset = 20): CompiledCase {
  const form = new ModeForm(mode, sizes, Object.values(c.args).some(hasSymbol));
  const call = new CallGraph(form);
  const node = call.call(c, rules.schemas.require(c.op));
  const inference = new Inference(rules.schemas);
  for (const n of call.graph.block.nodes()) {
    inference.inferNode(n);
    for (const [value, dim] of form.symbolic) if (value.producer === n) value.content = { kind: 'int', value: dim };
  }
  const model = convertCall(call, rules, opset);
  return { model, inferred: node.outputs.map((o) => o.type), feeds: call.feeds };
}
