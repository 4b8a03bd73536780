import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tensorFromNumbers } from '../../src/ir/half.js';
import { npyBytes } from '../../src/npy/write-npy.js';
import { thaw } from './thaw.js';

const MODEL = join(import.meta.dirname, '../archive/fixtures/traced.pt');
const dir = mkdtempSync(join(tmpdir(), 'thaw-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const onnx = join(dir, 'model.onnx');
const ones = join(dir, 'x.npy');
writeFileSync(ones, npyBytes(tensorFromNumbers('float32', [1, 1, 1, 2, 2, 2], [2, 3])));
const profile = join(dir, 'small.yaml');
writeFileSync(profile, 'dims: { N: 1:1:1 }\n');
await thaw('compile', MODEL, '-o', onnx, '--input', 'x=float32[N,3]', '--dim', 'N=1:2:8');

describe('thaw run with a provider', () => {
  const run = (...more: string[]) => thaw('run', onnx, '--input', `x=${ones}`, ...more);

  test('tells which one took the nodes, beside the results', async () => {
    const { code, out, error } = await run('--provider', 'auto', '--require-provider');
    expect(code).toBe(0);
    expect(out).toContain('float32[2,3]');
    expect(error).toMatch(/^provider cpu \(tensorrt: .*; cuda: .*\); nodes: cpu \d+$/);
    expect(JSON.parse((await run('--json')).out).reports).toMatchObject([{ provider: 'cpu', because: 'asked for' }]);
  });

  test.each<[string, string[], number, RegExp]>([
    ['a provider that this machine lacks', ['--provider', 'cuda'], 1, /provider-unavailable.*thaw doctor/s],
    ['an unknown provider', ['--provider', 'npu'], 2, /cpu, cuda, tensorrt, auto/],
    ['an option of TensorRT on the CPU', ['--trt', 'fp16'], 2, /of no use to the provider cpu/],
    ['an unknown option of TensorRT', ['--provider', 'tensorrt', '--trt', 'fast'], 2, /no option fast/],
    ['a size outside a profile', ['--profile', profile], 1, /outside the range 1 to 1 of small/],
    ['a size outside --dim', ['--dim', 'N=3:3:4'], 1, /outside the range 3 to 4/],
    ['ranges twice', ['--dim', 'N=1:1:4', '--profile', profile], 2, /exclude each other/],
  ])('refuses %s', async (_, more, wanted, message) => {
    const { code, error } = await run(...more);
    expect([code, error]).toEqual([wanted, expect.stringMatching(message)]);
  });

  test('rebuilds for a size outside when it is asked to', async () => {
    expect((await run('--dim', 'N=3:3:4', '--on-out-of-range', 'rebuild')).code).toBe(0);
  });
});

test('thaw build needs a place, and TensorRT', async () => {
  expect(await thaw('build', onnx)).toMatchObject({ code: 2, error: expect.stringMatching(/needs -o/) });
  const cpu = await thaw('build', onnx, '-o', join(dir, 'e.onnx'), '--provider', 'cpu');
  expect(cpu).toMatchObject({ code: 2, error: expect.stringMatching(/not of the provider cpu/) });
});

test('thaw doctor tells of every provider', async () => {
  const { code, out } = await thaw('doctor');
  expect(code).toBe(0);
  expect(out).toMatch(/ok {7}ONNX Runtime: 1\./);
  expect(out).toMatch(/the provider cpu works here/);
  expect(JSON.parse((await thaw('doctor', '--json')).out).ok).toBe(true);
});

test('thaw setup knows gpu, and checks what it is given', async () => {
  expect((await thaw('setup')).code).toBe(2);
  const wrong = await thaw('setup', 'gpu', '--from', ones);
  expect(wrong.code).toBe(1);
  expect(wrong.error).toMatch(/setup-failed/);
});
