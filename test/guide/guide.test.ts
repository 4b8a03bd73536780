import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RECIPE_FUNCTIONS } from '../../src/converters/recipe-functions.js';
import { CODES } from '../../src/diagnostics/codes.js';
import { BUILTINS } from '../../src/expr/builtins.js';
import type { ExprFunction } from '../../src/expr/value.js';
import { readNumbers, tensorFromNumbers } from '../../src/ir/half.js';
import { ruleFunction, ruleFunctionNames } from '../../src/matcher/rule-env.js';
import { createSession } from '../../src/runtime/session.js';
import { SHAPE_FUNCTIONS } from '../../src/shapes/functions/index.js';
import { thaw } from '../cli/thaw.js';
import { type Command, sectionOf, stepsOf } from './guide-blocks.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GUIDE = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');

/** The reader's folder, with the package installed as a dependency. */
const folder = mkdtempSync(join(tmpdir(), 'thaw-guide-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(ROOT, join(folder, 'node_modules/thaw-trt'));
process.chdir(folder);

async function run({ words }: Command): Promise<string> {
  const [program, ...args] = words;
  if (program === 'node') return execFileSync(process.execPath, args, { encoding: 'utf8' });
  const { out, error } = await thaw(...args);
  return [out, error].filter((text) => text !== '').join('\n');
}

/** How many nodes and bytes a file has is not what the guide is about. */
const withoutSizes = (text: string) => text.trimEnd().replace(/\d+ nodes, (.*), [\d.]+ (bytes|[kM]B)$/gm, '$1');

describe('the guide, followed word for word', () => {
  for (const step of stepsOf(GUIDE)) {
    if (step.kind === 'file') {
      test(`${step.path}${step.continued ? ' goes on' : ''}`, () => {
        mkdirSync(dirname(step.path), { recursive: true });
        (step.continued ? appendFileSync : writeFileSync)(step.path, step.text);
      });
    } else {
      for (const command of step.commands) {
        test(command.line, async () => {
          expect(withoutSizes(await run(command))).toBe(withoutSizes(command.output));
        });
      }
    }
  }

  test.each([1, 2, 7, 64])('the compiled operator shifts %i items', async (n) => {
    const session = await createSession('shift.onnx');
    const numbers = Array.from({ length: n }, (_, i) => i);
    const results = await session.run({ x: tensorFromNumbers('float32', numbers, [n]) });
    await session.dispose();
    const by = Math.floor(n / 2);
    const [output] = Object.values(results);
    if (output === undefined) throw new Error('no output');
    expect(readNumbers(output)).toEqual([...numbers.slice(n - by), ...numbers.slice(0, n - by)]);
  });

  test('the examples of the reference apply', async () => {
    writeFileSync('reference.txt', REFERENCE_MODEL);
    const packs = ['--rules', 'mypack', '--rules', 'reference'];
    const checked = await thaw('check', 'reference.txt', '--input', 'x=float32[A,B,C]', ...packs, '--json');
    const applied: { rule: string }[] = JSON.parse(checked.out).rules;
    expect(applied.map(({ rule }) => rule)).toContain('half-dyn');
    // The two shifts are gone before they are translated.
    expect(applied.map(({ rule }) => rule)).not.toContain('shift-dyn');
    const compiled = await thaw('compile', 'reference.txt', '-o', 'r.onnx', '--input', 'x=float32[A,B,C]', ...packs);
    expect(compiled.error).toBe('');
    const session = await createSession('r.onnx');
    const results = await session.run({ x: tensorFromNumbers('float32', [1, 5, 6, 2, 3, 4], [3, 1, 2]) });
    await session.dispose();
    expect(Object.values(results).map((t) => [t.shape, readNumbers(t)])).toEqual([
      [
        [2, 1, 2],
        [6, 5, 3, 4],
      ],
      [
        [2, 1, 2],
        [1, 0, 2, 2],
      ],
      [[], [1]],
    ]);
  });
});

/** The two largest along the first axis, shifted by half of the last axis and back. */
const REFERENCE_MODEL = `graph(%x : Tensor):
  %2 : int = prim::Constant[value=2]()
  %v : Tensor, %i : Tensor = mylib::top(%x, %2)
  %n : int = aten::size(%x, %2)
  %h : int = mylib::half(%n)
  %back : int = aten::neg(%h)
  %s : Tensor = mylib::shift(%v, %h)
  %t : Tensor = mylib::shift(%s, %back)
  return (%t, %i, %h)
`;

/** `name(a, b)` and `name(a, [b])`: the names with the fewest and most arguments. */
function functionsIn(text: string): Map<string, { readonly fewest: number; readonly most: number }> {
  const found = [...text.matchAll(/`(\w+)\(([^`]*)\)`/g)].map(([, name = '', list = '']) => {
    const args = list === '' ? [] : list.split(', ');
    const fewest = args.filter((a) => !a.startsWith('[') && a !== '...').length;
    return [name, { fewest, most: args.includes('...') ? Number.POSITIVE_INFINITY : args.length }] as const;
  });
  return new Map(found);
}

describe('the functions of the guide are those of the expression language', () => {
  const shared = new Map([...BUILTINS, ...SHAPE_FUNCTIONS]);
  const inRules = new Map<string, ExprFunction>();
  for (const name of ruleFunctionNames()) {
    const fn = ruleFunction(name);
    if (fn !== undefined && !shared.has(name)) inRules.set(name, fn);
  }
  const inRecipes = new Map([...RECIPE_FUNCTIONS].filter(([name]) => !shared.has(name)));
  test.each([
    ['#### Everywhere', shared],
    ['#### In rules only', inRules],
    ['#### In recipes only', inRecipes],
  ])('%s', (heading, table) => {
    const told = functionsIn(sectionOf(GUIDE, heading));
    expect([...told.keys()].sort()).toEqual([...table.keys()].sort());
    for (const [name, { fewest, most }] of told) {
      const fn = table.get(name);
      if (fn === undefined) continue;
      expect(`${name} ${fewest}`).toBe(`${name} ${fn.minArgs}`);
      // What is asked by name takes several names throughout; more arguments than a dozen are any number.
      if (fn.byName === undefined) expect(`${name} ${Math.min(most, 12)}`).toBe(`${name} ${Math.min(fn.maxArgs, 12)}`);
    }
  });
});

test('the codes that the guide explains exist', () => {
  const cells = sectionOf(GUIDE, '## What the errors mean').matchAll(/^\| (`[^|]*) \|/gm);
  const told = [...cells].flatMap(([, cell = '']) => cell.split(', ').map((code) => code.replaceAll('`', '')));
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((code) => !(code in CODES))).toEqual([]);
});
