import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FILE_KINDS, type FileKind, validatorCode, validatorOf } from '../../src/rulebook/validators.js';

// Beside node_modules, where the code finds what it needs; the build bundles it.
const folder = mkdtempSync(join(import.meta.dirname, 'validators-'));
let compiled: Record<FileKind, ValidateFunction>;
beforeAll(() => {
  const path = join(folder, 'validators.cjs');
  writeFileSync(path, validatorCode());
  compiled = createRequire(import.meta.url)(path);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each<[FileKind, unknown]>([
  ['operators', { operators: [{ schema: 'a::b(Tensor x) -> Tensor' }] }],
  ['operators', { operators: [{ schemas: [] }, { schema: 'a' }] }],
  ['rules', { rules: [{ id: 'A', why: 'short', match: { op: 3 }, rewrite: { each: 1 } }] }],
  ['recipes', { recipes: [{ op: 'a::b', onnx: { op: 'relu', domain: 'mylib', attrs: { a: { float: 1 } } } }] }],
  ['recipes', { recipes: [{ op: 'a::b', onnx: [{ op: 'relu', version: 2 }] }] }],
  ['case', { rule: 'a-b', cases: [] }],
  ['pack', { disable: ['a-b', 'a-b'], extends: [1] }],
  ['config', { opset: 3, rule: [] }],
])('the code that the build writes tells the same of %s as the schema', (kind, value) => {
  const [fresh, built] = [validatorOf(kind), compiled[kind]];
  expect(built(value)).toBe(fresh(value));
  expect(JSON.parse(JSON.stringify(built.errors ?? null))).toEqual(JSON.parse(JSON.stringify(fresh.errors ?? null)));
});

test('there is code for each kind of file', () => {
  expect(Object.keys(compiled).sort()).toEqual([...FILE_KINDS].sort());
});
