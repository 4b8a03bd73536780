import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { tensorRtRules } from '../../src/runtime/provider-rules.js';

const rules = join(import.meta.dirname, '../../rules');

test('the rules of TensorRT follow their schema, and name an operator once', () => {
  const data = parse(readFileSync(join(rules, 'providers/tensorrt.yaml'), 'utf8'));
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(join(rules, 'providers.schema.json'), 'utf8')));
  expect([validate(data), validate.errors]).toEqual([true, null]);
  const ops: string[] = data.leave.flatMap((entry: { ops: string[] }) => entry.ops);
  expect(ops.length).toBe(new Set(ops).size);
  const { reasons, keptOut } = tensorRtRules();
  expect([...reasons.keys()]).toEqual(ops);
  expect(keptOut.every((op) => reasons.has(op)) && keptOut.length > 0).toBe(true);
});
