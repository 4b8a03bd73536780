import { parseExpr } from '../../src/expr/parse.js';
import { type ExprEnv, isDim } from '../../src/expr/value.js';
import type { Content } from '../../src/ir/content.js';
import { type Dim, symbol } from '../../src/ir/dim.js';
import { isDType } from '../../src/ir/dtype.js';
import { Graph, Node, type Value } from '../../src/ir/graph.js';
import { listOf, type Type, tensorType } from '../../src/ir/type.js';
import type { OperatorSchema } from '../../src/schema/operator-schema.js';
import type { Arg, Literal } from '../../src/schema/signature.js';

export type Spelled =
  | number
  | boolean
  | string
  | null
  | { sym: string }
  | { float: number }
  | { list: Spelled[] }
  | { tensor: string; shape: (number | string)[]; values?: (number | string | boolean)[] };

export interface RecordedTensor {
  dtype: string;
  shape: number[];
  elements?: number[];
}

export type Recorded = RecordedTensor | number | boolean | string | null | { float: number } | Recorded[];

/** A call and PyTorch's results at each of its sizes; written by record.py. */
export interface RecordedCase {
  op: string;
  args: Spelled[];
  kwargs?: Record<string, Spelled>;
  sizes: Record<string, number>[];
  results: Recorded[][];
  open?: boolean;
}

const ENV: ExprEnv = {
  lookup: (name) => symbol(name),
  function: () => undefined,
  fresh: () => symbol('_f'),
};

function dim(text: number | string | boolean): Dim {
  if (typeof text === 'number') return text;
  if (typeof text === 'boolean') return Number(text);
  const v = parseExpr(text).evaluate(ENV);
  if (!isDim(v)) throw new Error(`${text} is no extent`);
  return v;
}

interface Known {
  type: Type;
  content: Content | undefined;
}

function known(v: Spelled, declared: Type): Known {
  if (v === null) return { type: { kind: 'none' }, content: { kind: 'none' } };
  if (typeof v === 'number') return { type: { kind: 'int' }, content: { kind: 'int', value: v } };
  if (typeof v === 'boolean') return { type: { kind: 'bool' }, content: { kind: 'bool', value: v } };
  if (typeof v === 'string') return { type: { kind: 'str' }, content: { kind: 'str', value: v } };
  if ('sym' in v) return { type: { kind: 'int' }, content: { kind: 'int', value: dim(v.sym) } };
  if ('float' in v) return { type: { kind: 'float' }, content: { kind: 'float', value: v.float } };
  if ('list' in v) {
    const items = v.list.map((item) => known(item, declared));
    const element = items[0]?.type ?? { kind: 'int' };
    return {
      type: listOf(element.kind === 'tensor' ? tensorType() : element),
      content: { kind: 'list', items: items.map((i) => i.content), types: items.map((i) => i.type) },
    };
  }
  const dtype = isDType(v.tensor) ? v.tensor : undefined;
  const content: Content | undefined =
    v.values === undefined ? undefined : { kind: 'elements', values: v.values.map(dim) };
  return { type: tensorType(dtype, v.shape.map(dim)), content };
}

function spellLiteral(v: Literal | undefined, arg: Arg): Spelled {
  if (v === undefined || v === null) return null;
  if (Array.isArray(v)) return { list: (v as readonly Literal[]).map((item) => spellLiteral(item, arg)) };
  return typeof v === 'number' && arg.type.kind === 'float' ? { float: v } : (v as Spelled);
}

/** The call as a node whose operands are graph inputs with types and contents. */
export function callNode(c: RecordedCase, schema: OperatorSchema): Node {
  const graph = new Graph();
  const inputs: Value[] = schema.signature.args.map((arg, i) => {
    const given = c.kwargs?.[arg.name] ?? (i < c.args.length ? c.args[i] : spellLiteral(arg.default, arg));
    const { type, content } = known(given ?? null, arg.type);
    const value = graph.addInput(arg.name, type);
    value.content = content;
    return value;
  });
  const node = new Node(c.op, inputs);
  schema.signature.results.forEach((r, i) => {
    node.addOutput(`r${i}`, r.type);
  });
  graph.block.append(node);
  return node;
}
