import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { dimAdd, dimFloorDiv, dimKey, dimMax, dimMod, dimMul, dimSub, symbol } from '../../src/ir/dim.js';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { RANGES_KEY } from '../../src/onnx/types.js';
import { parseDimText } from '../../src/runtime/dim-text.js';
import { checkProfile, type Profile, profileShapes } from '../../src/runtime/profile.js';
import { createSession } from '../../src/runtime/session.js';
import { mixedModel } from './mixed-model.js';

const [N, H] = [symbol('N'), symbol('H')];

describe("a dimension's text", () => {
  test.each([
    dimAdd(dimMul(N, 3), H),
    dimSub(dimMul(N, H), 7),
    dimFloorDiv(dimSub(H, 3), 4),
    dimMul(dimFloorDiv(dimAdd(dimMul(N, H), 1), dimAdd(H, 5)), 2),
    dimMax(dimMod(N, H), dimSub(2, N)),
  ])('%# reads as the extent that was printed', (dim) => {
    const read = parseDimText(dimKey(dim));
    expect(read === undefined ? read : dimKey(read)).toBe(dimKey(dim));
  });

  test.each(['', 'N +', 'f(N, 2)', 'floor(N)', 'N H', '?', 'unk__0/2'])('%j is no extent', (text) => {
    expect(parseDimText(text)).toBeUndefined();
  });
});

const inputs = [
  { name: 'x', dims: ['N', 3, 'H'] },
  { name: 'mask', dims: ['N', '?'] },
  { name: 'fixed', dims: [4] },
];
const profile: Profile = {
  name: 'decode',
  dims: { N: { min: 1, opt: 2, max: 8 }, H: { min: 5, opt: 6, max: 9 }, mask_dim1: { min: 1, opt: 1, max: 3 } },
};

describe('a profile', () => {
  test("gives TensorRT's shapes, of values between nodes by their bounds", () => {
    const inner = [
      { name: 'flat', dims: ['3*N*H', 'floor((H - 1)/2)'] },
      { name: 'falling', dims: ['20 - H'] },
      { name: 'unknown', dims: ['_u0'] },
      { name: 'odd:name', dims: ['N'] },
    ];
    checkProfile(inputs, profile, true);
    expect(profileShapes([...inputs, ...inner], profile)).toEqual({
      min: 'x:1x3x5,mask:1x1,flat:15x2,falling:11',
      opt: 'x:2x3x6,mask:2x1,flat:36x2,falling:14',
      max: 'x:8x3x9,mask:8x3,flat:216x4,falling:15',
    });
  });

  const { N: n, H: h, mask_dim1 } = profile.dims;
  const range = { min: 1, opt: 1, max: 2 };
  test.each([
    [
      'a symbol without a range',
      { N: n ?? range, mask_dim1: mask_dim1 ?? range },
      /profile-missing.*decode.*H \(axis 2 of x\)/,
    ],
    ['an axis without a name', { N: n ?? range, H: h ?? range }, /profile-missing.*mask_dim1 \(axis 1 of mask\)/],
    ['a symbol that no input has', { ...profile.dims, K: range }, /dim-unknown.*K/],
    ['an order that is wrong', { ...profile.dims, N: { min: 2, opt: 1, max: 2 } }, /dim-range.*N=2:1:2/],
  ])('is refused for %s', (_, dims, message) => {
    expect(() => checkProfile(inputs, { name: 'decode', dims }, true)).toThrow(message);
  });
});

describe('a run', () => {
  const ranges = new Map([[RANGES_KEY, JSON.stringify({ N: { min: 2, opt: 4, max: 8 } })]]);
  const model = mixedModel(symbol('N'), ranges);
  const x = (n: number) => ({ x: tensorFromNumbers('float32', new Array<number>(n * 8).fill(1), [n, 8]) });

  test('outside every range fails, and names them all', async () => {
    const profiles = [
      { name: 'one', dims: { N: { min: 1, opt: 1, max: 1 } } },
      { name: 'many', dims: { N: { min: 4, opt: 4, max: 8 } } },
    ];
    await using session = await createSession(model, { profiles });
    for (const n of [1, 4, 8]) expect((await session.run(x(n))).y?.shape).toEqual([n, 8]);
    const error = await session.run(x(3)).catch((caught: unknown) => caught);
    expect(error instanceof DiagnosticError ? error.diagnostics.map(({ message }) => message) : error).toEqual([
      'N is 3 by axis 0 of x, outside the range 1 to 1 of one',
      'N is 3 by axis 0 of x, outside the range 4 to 8 of many',
    ]);
    await expect(session.bind({ x: [3, 8] })).rejects.toThrow(/input-shape/);
  });

  test("takes the model's own ranges, and others over them", async () => {
    await using narrow = await createSession(model);
    await expect(narrow.run(x(9))).rejects.toThrow(/outside the range 2 to 8 of the model/);
    await using wide = await createSession(model, { dims: { N: { min: 1, opt: 4, max: 16 } } });
    expect((await wide.run(x(9))).y?.shape).toEqual([9, 8]);
  });

  test('of a session whose ranges do not fit the model is never made', async () => {
    const range = { min: 1, opt: 1, max: 2 };
    await expect(createSession(model, { dims: { M: range } })).rejects.toThrow(
      /dim-unknown.*the model has a range for M/,
    );
    const profiles = [{ name: 'odd', dims: { N: { min: 3, opt: 1, max: 2 } } }];
    await expect(createSession(model, { profiles })).rejects.toThrow(/dim-range.*odd has N=3:1:2/);
  });

  test('rebuilds for sizes outside when it is asked to, once for all that need it', async () => {
    await using session = await createSession(model, { onOutOfRange: 'rebuild' });
    const results = await Promise.all([9, 12, 9, 3].map((n) => session.run(x(n))));
    expect(results.map(({ y }) => y?.shape[0])).toEqual([9, 12, 9, 3]);
    expect(session.reports.length).toBe(3);
  });
});
