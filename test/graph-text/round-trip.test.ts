import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import { symbol } from '../../src/ir/dim.js';
import { DTYPES } from '../../src/ir/dtype.js';
import { canonicalText, fingerprint, graphsEqual } from '../../src/ir/fingerprint.js';
import { type Attribute, type Block, Graph, Node, type Value } from '../../src/ir/graph.js';
import { hasNumberForm, tensorFromNumbers } from '../../src/ir/half.js';
import { printGraph } from '../../src/ir/print.js';
import {
  BOOL,
  COMPLEX,
  FLOAT,
  INT,
  listOf,
  NONE,
  optionalOf,
  STR,
  TENSOR,
  type Type,
  tensorType,
  tupleOf,
} from '../../src/ir/type.js';
import { verify } from '../../src/ir/verify.js';

/** One seed: a failure comes again. */
fc.configureGlobal({ seed: 2026 });

const float = fc.double();
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u0000"\\', "it's # %x : int", '\r\n\t'));

const numberDtypes = DTYPES.filter((d) => hasNumberForm(d));

const tensor = fc
  .record({
    dtype: fc.constantFrom(...numberDtypes),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  })
  .filter(({ shape }) => shape.reduce((a, b) => a * b, 1) <= 10)
  .chain(({ dtype, shape }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const element = dtype.includes('float') ? float : fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    return fc
      .array<number | bigint>(element, { minLength: count, maxLength: count })
      .map((values) => tensorFromNumbers(dtype, values, shape));
  });

/** A constant: its attribute and type. */
const constant: fc.Arbitrary<readonly [Attribute, Type]> = fc.oneof(
  fc.maxSafeInteger().map((v) => [v, INT] as const),
  fc.constantFrom(2 ** 63, -(2 ** 63)).map((v) => [v, INT] as const),
  float.map((v) => [v, FLOAT] as const),
  fc.boolean().map((v) => [v, BOOL] as const),
  text.map((v) => [v, STR] as const),
  fc.constantFrom('cpu', 'cuda:1').map((v) => [v, { kind: 'device' } as const] as const),
  fc.constant([null, NONE] as const),
  fc.tuple(float, float).map((v) => [v, COMPLEX] as const),
  fc.array(fc.integer()).map((v) => [v, listOf(INT)] as const),
  fc.array(float).map((v) => [v, listOf(FLOAT)] as const),
  fc.array(fc.boolean()).map((v) => [v, listOf(BOOL)] as const),
  fc.array(text).map((v) => [v, listOf(STR)] as const),
  fc.tuple(fc.integer(), float, text).map((v) => [v, tupleOf([INT, FLOAT, STR])] as const),
  tensor.map((v) => [v, tensorType(v.dtype, v.shape)] as const),
);

const type: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Type>(
      TENSOR,
      INT,
      FLOAT,
      BOOL,
      STR,
      COMPLEX,
      { kind: 'any' },
      { kind: 'class', name: '__torch__.a.B' },
    ),
    fc
      .record({
        dtype: fc.option(fc.constantFrom(...DTYPES), { nil: undefined }),
        shape: fc.option(fc.array(fc.oneof(fc.nat(9), fc.constant(symbol('N')))), { nil: undefined }),
      })
      .map((t): Type => ({ kind: 'tensor', ...t })),
    tie('type').map((t) => listOf(t)),
    tie('type').map((t) => optionalOf(t)),
    fc.array(tie('type')).map((t) => tupleOf(t)),
    fc.array(tie('type'), { minLength: 1 }).map((t): Type => ({ kind: 'union', members: t })),
    tie('type').map((t): Type => ({ kind: 'dict', key: STR, value: t })),
    tie('type').map((t): Type => ({ kind: 'future', element: t })),
    tie('type').map((t) => tupleOf([t, INT], undefined, ['first', 'second'])),
  ),
})).type;

type Step =
  | { readonly kind: 'constant'; readonly constant: readonly [Attribute, Type]; readonly name: string }
  | {
      readonly kind: 'node';
      readonly operands: readonly number[];
      readonly types: readonly Type[];
      readonly name: string;
    }
  | { readonly kind: 'branch'; readonly blocks: readonly (readonly Step[])[]; readonly name: string };

const name = fc.constantFrom('x', 'x.1', 'y', '', '3', 'self.conv.weight', 'odd name-1');

const steps: fc.Arbitrary<readonly Step[]> = fc.letrec<{ steps: readonly Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 6 }),
  step: fc.oneof(
    { maxDepth: 2 },
    fc.record({ kind: fc.constant('constant' as const), constant, name }),
    fc.record({
      kind: fc.constant('node' as const),
      operands: fc.array(fc.nat(), { maxLength: 3 }),
      types: fc.array(type, { maxLength: 3 }),
      name,
    }),
    fc.record({
      kind: fc.constant('branch' as const),
      blocks: fc.array(tie('steps'), { minLength: 1, maxLength: 2 }),
      name,
    }),
  ),
})).steps;

function build(plan: readonly Step[], inputs: readonly Type[]): Graph {
  const graph = new Graph();
  const values = inputs.map((t, i) => graph.addInput(`x.${i}`, t));
  fill(graph.block, plan, values);
  for (const v of values.slice(-2)) graph.block.addReturn(v);
  return graph;
}

/** Adds the nodes of a plan; `values` are those in scope, to which theirs are added. */
function fill(block: Block, plan: readonly Step[], values: Value[]): void {
  for (const step of plan) {
    const node = new Node(step.kind === 'constant' ? 'prim::Constant' : 'ns::op.overload');
    switch (step.kind) {
      case 'constant':
        node.attributes.set('value', step.constant[0]);
        break;
      case 'node':
        for (const i of step.operands) node.addInput(values[i % values.length] as Value);
        node.attributes.set('mode', 'a"b');
        node.attributes.set('sizes', [1, -2]);
        node.place = [{ file: 'a b.py', line: 3, column: 7 }];
        break;
      case 'branch':
        for (const inner of step.blocks) {
          const body = node.addBlock();
          const scope = [...values, body.addParam(step.name, INT)];
          fill(body, inner, scope);
          body.addReturn(scope[scope.length - 1] as Value);
        }
        break;
    }
    block.append(node);
    const types = step.kind === 'constant' ? [step.constant[1]] : step.kind === 'node' ? step.types : [INT];
    for (const t of types) values.push(node.addOutput(step.name, t));
  }
}

const graphs = fc
  .tuple(steps, fc.array(type, { minLength: 1, maxLength: 3 }))
  .map(([plan, inputs]) => build(plan, inputs));

it('what is printed parses back equal, and prints the same again', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const printed = printGraph(graph, { overloads: true });
      const again = parseGraph(printed, 'g.txt');
      expect(canonicalText(again)).toBe(canonicalText(graph));
      expect(fingerprint(again)).toBe(fingerprint(graph));
      expect(verify(again)).toEqual([]);
      const bare = (text: string) => text.replace(/ # g\.txt:.*/g, '');
      expect(bare(printGraph(again, { overloads: true }))).toBe(printed);
    }),
  );
});

it('names and places do not count, operators, types and wiring do', () => {
  const graph = (text: string) => parseGraph(text, 'g.txt');
  const base = 'graph(%x : Tensor, %y : Tensor):\n  %z : Tensor = aten::mul(%x, %y) # a.py:1:2\n  return (%z)';
  const renamed = 'graph(%a : Tensor, %b : Tensor):\n\n  %c : Tensor = aten::mul(%a, %b)\n  return (%c)';
  expect(graphsEqual(graph(base), graph(renamed))).toBe(true);
  for (const [from, to] of [
    ['mul', 'add'],
    ['%x, %y)', '%y, %x)'],
    ['%z : Tensor', '%z : Float(2)'],
    ['return (%z)', 'return (%x)'],
  ] as const) {
    expect(graphsEqual(graph(base), graph(base.replace(from, to)))).toBe(false);
  }
});
