import { beforeAll, describe, expect, it } from 'vitest';
import type { Content } from '../../src/ir/content.js';
import { Graph, Node } from '../../src/ir/graph.js';
import { type Type, typeName } from '../../src/ir/type.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { CallSession } from '../operators/call-session.js';
import type { CaseArg, OperatorCase } from '../operators/case.js';
import { DynamicCall } from './dynamic-call.js';

let book: RuleBook;
beforeAll(async () => {
  book = await RuleBook.load();
});

/** Beyond this, kernels of float32 give infinity. */
const LARGEST = 1e30;

const INTS = [7, -7, 2, 1, 0, 100];
const FLOATS = [2.5, -2.5, 0.5, 3, -0.75, 1];

/** Values to try for one argument of a scalar operator; undefined for types that these tests do not make. */
function samples(type: Type): CaseArg[] | undefined {
  switch (typeName(type)) {
    case 'int':
      return INTS;
    case 'float':
      return FLOATS.map((f) => ({ f }));
    case 'Scalar':
      return [...INTS.slice(0, 3), ...FLOATS.slice(0, 3).map((f) => ({ f }))];
    case 'bool':
      return [true, false];
    case 'int[]':
      return [{ list: [3, 4, 5] }, { list: [5, 4, 5] }, { list: [7, 0, 1] }];
    case 'float[]':
      return [{ list: [{ f: 0.5 }, { f: 2 }] }, { list: [{ f: 2 }, { f: -1 }] }];
    case 'bool[]':
      return [{ list: [true, false] }, { list: [true, true] }];
    default:
      return undefined;
  }
}

/** Every combination of the arguments' samples. */
function calls(types: readonly Type[]): CaseArg[][] {
  let out: CaseArg[][] = [[]];
  for (const t of types) {
    const values = samples(t);
    if (values === undefined) return [];
    out = out.flatMap((head) => values.map((v) => [...head, v]));
  }
  return out;
}

function numbers(c: Content | undefined): number[] | undefined {
  switch (c?.kind) {
    case 'int':
      return typeof c.value === 'number' ? [c.value] : undefined;
    case 'float':
      return [c.value];
    case 'bool':
      return [Number(c.value)];
    case 'list': {
      const items = c.items.map(numbers);
      return items.every((i) => i !== undefined) ? items.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/** What the operator gives for constants: the facts of its schema, which tests of their own hold against PyTorch. */
function folded(op: string, args: readonly CaseArg[]): number[] | undefined {
  const graph = new Graph();
  const schema = book.registry.require(op);
  const constant = (arg: CaseArg): [number | boolean | (number | boolean)[], string] => {
    if (typeof arg === 'number') return [arg, 'int'];
    if (typeof arg === 'boolean') return [arg, 'bool'];
    if (typeof arg === 'object' && arg !== null && 'f' in arg) return [Number(arg.f), 'float'];
    if (typeof arg === 'object' && arg !== null && 'list' in arg) {
      const items = arg.list.map(constant);
      return [items.flatMap(([v]) => v), `${items[0]?.[1]}[]`];
    }
    throw new Error('no constant');
  };
  const inputs = args.map((arg) => {
    const [value, kind] = constant(arg);
    const node = graph.block.append(new Node('prim::Constant'));
    node.attributes.set('value', value);
    const scalar = { kind: kind.replace('[]', '') as 'int' | 'float' | 'bool' };
    return node.addOutput(graph.freshName(), kind.endsWith('[]') ? { kind: 'list', element: scalar } : scalar);
  });
  const node = graph.block.append(new Node(op, inputs));
  const out = node.addOutput('r', schema.signature.results[0]?.type ?? { kind: 'any' });
  const inference = new Inference(book.registry);
  try {
    for (const n of graph.block.nodes()) inference.inferNode(n);
  } catch {
    return undefined;
  }
  return numbers(out.content);
}

/** Whole numbers exactly; some functions of doubles have float32 kernels only. */
function close(got: number, want: number): boolean {
  const limit = Number.isInteger(want) ? 1e-9 : 1e-6;
  return Math.abs(got - want) <= limit * Math.max(1, Math.abs(want));
}

describe('arithmetic of numbers at run time', () => {
  it('agrees with that of constants, for every operator and every rule', async () => {
    const wrong: string[] = [];
    const tried = new Set<string>();
    for (const rule of book.translation.rules) {
      for (const op of rule.match.ops) {
        const { signature } = book.registry.require(op);
        if (signature.varargs || signature.results.length !== 1) continue;
        const names = signature.args.map((a) => a.name);
        const combinations = calls(signature.args.map((a) => a.type));
        let session: CallSession | undefined;
        let kinds = '';
        for (const args of combinations.length > 1 ? combinations : []) {
          const want = folded(op, args);
          if (want === undefined || want.some((v) => !(Math.abs(v) <= LARGEST))) continue;
          const c: OperatorCase = {
            id: op,
            op,
            args: Object.fromEntries(names.map((n, i) => [n, args[i] ?? null])),
            sizes: [{}],
            results: [[{ t: '', s: [], v: [] }]],
          };
          const call = new DynamicCall(book, c, new Set(names));
          const compiled = call.compile();
          if ('illegal' in compiled) {
            wrong.push(`${op}: ${compiled.illegal[0]?.message}`);
            break;
          }
          for (const r of compiled.rules) tried.add(r);
          // One session serves all values of the same kinds.
          const now = JSON.stringify(args, (_, v) => (typeof v === 'number' ? 0 : v));
          if (session === undefined || now !== kinds) {
            await session?.close();
            session = await CallSession.open(call.feeds, compiled.model);
            kinds = now;
          }
          const got = (await session.run({}, call.feeds)).flatMap((r) => r.v);
          const same = got.length === want.length && got.every((g, i) => close(g, want[i] ?? 0));
          if (!same) wrong.push(`${op}(${JSON.stringify(args)}) is ${got}, not ${want}`);
        }
        await session?.close();
      }
    }
    expect(wrong).toEqual([]);
    expect(tried.size).toBeGreaterThan(50);
  });
});
