import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { runRules } from '../../src/engine/driver.js';
import { checkLegality } from '../../src/engine/legality.js';
import { parseExpr } from '../../src/expr/parse.js';
import { symbol } from '../../src/ir/dim.js';
import { Node, type Value } from '../../src/ir/graph.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { BOOL, FLOAT, INT, listOf, type Type } from '../../src/ir/type.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { conversionRules } from '../../src/testing/numeric-form.js';
import { type CallFeed, CallGraph, namedExtent, type Sizes } from '../operators/call-graph.js';
import { convertCall } from '../operators/call-session.js';
import { type CaseArg, isTensorArg, numberOf, type OperatorCase } from '../operators/case.js';

const OPSET = 20;

type NumberKind = 'int' | 'float' | 'bool';

/** An argument that is a number or a list of numbers; undefined for all others. */
export function numericKind(arg: CaseArg, type: Type): NumberKind | undefined {
  const inner = type.kind === 'optional' ? type.element : type;
  if (arg === null || typeof arg === 'string' || isTensorArg(arg)) return undefined;
  if (typeof arg === 'boolean') return 'bool';
  if (typeof arg === 'number') return inner.kind === 'float' ? 'float' : 'int';
  if ('f' in arg) return 'float';
  if ('sym' in arg) return 'int';
  const element: Type = inner.kind === 'list' ? inner.element : inner;
  // Lists of lists are data, not sizes.
  if (arg.list.some((a) => typeof a === 'object' && a !== null && 'list' in a)) return undefined;
  const kinds = arg.list.map((a) => numericKind(a, element));
  return arg.list.length > 0 && kinds.every((k) => k === kinds[0]) ? kinds[0] : undefined;
}

const DTYPES = { int: 'int64', float: 'float64', bool: 'bool' } as const;
const TYPES = { int: INT, float: FLOAT, bool: BOOL } as const;

/** One call of an operator in which some arguments are numbers that are known only at run time. */
export class DynamicCall {
  private readonly call: CallGraph;

  constructor(
    private readonly book: RuleBook,
    private readonly operator: OperatorCase,
    private readonly dynamic: ReadonlySet<string>,
  ) {
    this.call = new CallGraph({
      extent: namedExtent,
      // An extent is a number that is read at run time too.
      int: (_, text) => this.number({ sym: text }, 'int'),
    });
  }

  /** Builds, rewrites and converts. What has no dynamic form is told instead; `rules` are those that fired. */
  compile(): { model: OnnxModel; rules: ReadonlySet<string> } | { illegal: readonly Diagnostic[] } {
    const { book, call, operator } = this;
    call.call(operator, book.registry.require(operator.op), (name, arg, type) => {
      const kind = this.dynamic.has(name) ? numericKind(arg, type) : undefined;
      return kind === undefined ? undefined : this.number(arg, kind);
    });
    const inference = new Inference(book.registry);
    for (const n of call.graph.block.nodes()) inference.inferNode(n);
    const { counts } = runRules(call.graph, book.translation, inference);
    const illegal = checkLegality(call.graph, book.translation, inference);
    if (illegal.length > 0) return { illegal };
    return { model: convertCall(call, conversionRules(book), OPSET), rules: new Set(counts.keys()) };
  }

  get feeds(): readonly CallFeed[] {
    return this.call.feeds;
  }

  /** A graph input behind a cast. */
  private number(arg: CaseArg, kind: NumberKind): Value {
    const { graph } = this.call;
    const list = typeof arg === 'object' && arg !== null && 'list' in arg ? arg.list : undefined;
    const shape = list === undefined ? [] : [list.length];
    const tensor = this.call.input(DTYPES[kind], shape, (sizes) =>
      tensorFromNumbers(
        DTYPES[kind],
        (list ?? [arg]).map((a) => evaluated(a, sizes)),
        shape,
      ),
    );
    const cast = graph.block.append(new Node(this.book.castOperator, [tensor]));
    return cast.addOutput(graph.freshName(), list === undefined ? TYPES[kind] : listOf(TYPES[kind]));
  }
}

function evaluated(arg: CaseArg, sizes: Sizes): number {
  if (typeof arg === 'number') return arg;
  if (typeof arg === 'boolean') return Number(arg);
  if (typeof arg === 'object' && arg !== null && 'f' in arg) return numberOf(arg.f);
  if (typeof arg === 'object' && arg !== null && 'sym' in arg) {
    const v = parseExpr(arg.sym).evaluate({
      lookup: (name) => sizes[name] ?? 1,
      function: () => undefined,
      fresh: () => symbol('_'),
    });
    if (typeof v === 'number') return v;
  }
  throw new Error('no number');
}
