import { afterAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { type Dim, symbol } from '../../src/ir/dim.js';
import { DTYPES, type DType } from '../../src/ir/dtype.js';
import { readBigInts, readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { createSession, type Feed, type Session } from '../../src/runtime/session.js';

type Shape = readonly Dim[] | undefined;

/** A model whose every output is its input of the same place. */
function identity(values: readonly (readonly [string, DType, Shape])[]): Uint8Array {
  return modelBytes({
    graph: {
      name: 'identity',
      inputs: values.map(([name, dtype, shape]) => ({ name, dtype, shape })),
      outputs: values.map(([name, dtype, shape]) => ({ name: `${name}_out`, dtype, shape })),
      nodes: values.map(([name]) => ({
        op: 'Identity',
        domain: '',
        name,
        inputs: [name],
        outputs: [`${name}_out`],
        attributes: new Map(),
      })),
      initializers: new Map(),
      valueInfo: new Map(),
    },
    opset: 20,
    domains: new Map(),
    metadata: new Map(),
  });
}

async function codesOf(session: Session, feeds: Record<string, Feed>): Promise<string[]> {
  try {
    await session.run(feeds);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

const N = symbol('N');

describe('a session', async () => {
  const session = await createSession(
    identity([
      ['x', 'float32', [N, 3]],
      ['ids', 'int64', [N]],
      ['flag', 'bool', []],
    ]),
    { threads: 1 },
  );
  afterAll(() => session.dispose());

  test('tells its inputs and outputs', () => {
    expect(session.inputs).toEqual([
      { name: 'x', dtype: 'float32', dims: ['N', 3] },
      { name: 'ids', dtype: 'int64', dims: ['N'] },
      { name: 'flag', dtype: 'bool', dims: [] },
    ]);
    expect(session.outputs.map(({ name }) => name)).toEqual(['x_out', 'ids_out', 'flag_out']);
  });

  const good = {
    x: { dtype: 'float32', shape: [2, 3], data: [0, 1, 2, 3, 4, 5.5] },
    ids: { dtype: 'int64', shape: [2], data: [2n ** 60n + 1n, -1n] },
    flag: { dtype: 'bool', shape: [], data: [true] },
  } satisfies Record<string, Feed>;

  test('runs, also on unaligned, strided and empty tensors', async () => {
    const results = await session.run(good);
    expect(readNumbers(results.x_out ?? failure())).toEqual([0, 1, 2, 3, 4, 5.5]);
    expect(readBigInts(results.ids_out ?? failure())).toEqual([2n ** 60n + 1n, -1n]);
    expect([results.flag_out?.dtype, readNumbers(results.flag_out ?? failure())]).toEqual(['bool', [1]]);
    const bytes = new Uint8Array(1 + 24);
    new DataView(bytes.buffer).setFloat32(1 + 4, 7, true);
    const turned = new TensorData('float32', [2, 3], memorySource(bytes.subarray(1)), 0, [1, 2]);
    expect(readNumbers((await session.run({ ...good, x: turned })).x_out ?? failure())).toEqual([0, 0, 0, 7, 0, 0]);
    const none = await session.run({
      ...good,
      x: tensorFromNumbers('float32', [], [0, 3]),
      ids: tensorFromNumbers('int64', []),
    });
    expect(none.x_out?.shape).toEqual([0, 3]);
  });

  const x = (dtype: DType, ...shape: number[]): Feed =>
    tensorFromNumbers(dtype, new Array(shape.reduce((a, b) => a * b, 1)).fill(0), shape);
  test.each<[string, Record<string, Feed>, string[]]>([
    ['a missing input', { x: good.x, ids: good.ids }, ['missing-input']],
    ['an unknown input', { ...good, y: good.x }, ['unknown-input']],
    ['another dtype', { ...good, ids: x('int32', 2) }, ['input-dtype']],
    ['another rank', { ...good, x: x('float32', 2, 3, 1) }, ['input-rank']],
    ['a rank for a scalar', { ...good, flag: x('bool', 1) }, ['input-rank']],
    ['another static size', { ...good, x: x('float32', 2, 4) }, ['input-shape']],
    ['two sizes of one symbol', { ...good, ids: x('int64', 3) }, ['input-shape']],
    ['too few elements', { ...good, x: { ...good.x, data: [1] } }, ['input-shape']],
    [
      'several at once',
      { x: x('float64', 2, 3), ids: x('int64', 1, 1) },
      ['input-dtype', 'input-rank', 'missing-input'],
    ],
  ])('%s is refused', async (_, feeds, codes) => {
    expect(await codesOf(session, feeds)).toEqual(codes);
  });
});

function failure(): never {
  throw new Error('an output is missing');
}

test('every dtype of a model goes in and out', async () => {
  const dtypes = DTYPES.filter((d) => !/^(complex|q)/.test(d));
  const session = await createSession(identity(dtypes.map((d) => [d, d, [N]])));
  const feeds = Object.fromEntries(dtypes.map((d) => [d, tensorFromNumbers(d, [1, 0, 1])]));
  const results = await session.run(feeds);
  for (const dtype of dtypes) {
    const out = results[`${dtype}_out`] ?? failure();
    expect([out.dtype, readNumbers(out)]).toEqual([dtype, [1, 0, 1]]);
  }
  expect(session.inputs.find(({ name }) => name === 'bfloat16')?.dtype).toBe('bfloat16');
  await session.dispose();
  await expect(session.run(feeds)).rejects.toThrow(/after dispose/);
});

test('an input whose rank the model leaves open takes any rank', async () => {
  await using session = await createSession(identity([['x', 'float32', undefined]]));
  const { x_out } = await session.run({ x: tensorFromNumbers('float32', [1, 2], [1, 2]) });
  expect(x_out?.shape).toEqual([1, 2]);
});

describe('what cannot be opened', () => {
  test.each([
    ['a missing file', 'no-such-model.onnx', 'file-not-found'],
    ['bytes that are no model', new Uint8Array(5), 'runtime-error'],
  ])('%s', async (_, model, code) => {
    await expect(createSession(model)).rejects.toThrow(code);
  });
});
