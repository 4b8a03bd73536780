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
    const inputs = ['--input', 'x=float32[A,B,C]', '--input', 'm=int64[]'];
    const packs = ['--rules', 'mypack', '--rules', 'reference'];
    const checked = await thaw('check', 'reference.txt', ...inputs, ...packs);
    // The two shifts are gone before they could be translated.
    expect([checked.error, checked.out.includes('shift-dyn')]).toEqual(['', false]);
    const compiled = await thaw('compile', 'reference.txt', '-o', 'reference.onnx', ...inputs, ...packs);
    expect(compiled.error).toBe('');
    const session = await createSession('reference.onnx');
    const x = tensorFromNumbers('float32', [1, 5, 6, 2, 3, 4], [3, 1, 2]);
    const results = await session.run({ x, m: tensorFromNumbers('int64', [7], []) });
    await session.dispose();
    expect(Object.values(results).map((t) => [t.shape.join(), readNumbers(t)])).toEqual([
      ['2,1,2', [6, 5, 3, 4]],
      ['2,1,2', [1, 0, 2, 2]],
      ['', [3]],
    ]);
  });
});

/** The two largest along the first axis, shifted by half of the last axis and back; half of a number. */
const REFERENCE_MODEL = `graph(%x : Tensor, %m : Tensor):
  %2 : int = prim::Constant[value=2]()
  %v : Tensor, %i : Tensor = mylib::top(%x, %2)
  %n : int = aten::size(%x, %2)
  %by : int = aten::floordiv(%n, %2)
  %back : int = aten::neg(%by)
  %s : Tensor = mylib::shift(%v, %by)
  %t : Tensor = mylib::shift(%s, %back)
  %half : Tensor = trt::half_dyn(%m)
  return (%t, %i, %half)
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
  const expressions = sectionOf(GUIDE, '### Expressions');
  const only = (where: string) => expressions.split('\n').filter((line) => line.startsWith(`| only in ${where}`));
  test.each([
    ['everywhere', expressions.replaceAll(/^\| only in .*$/gm, ''), shared],
    ['in rules', only('rules').join(), inRules],
    ['in recipes', only('recipes').join(), inRecipes],
  ])('%s', (_, text, table) => {
    const told = functionsIn(text);
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

test('the codes that the guide explains exist, and those of rules are all explained', () => {
  const cells = sectionOf(GUIDE, '## What the errors mean').matchAll(/^\| (`[^|]*) \|/gm);
  const told = [...cells].flatMap(([, cell = '']) => cell.split(', ').map((code) => code.replaceAll('`', '')));
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((code) => !(code in CODES))).toEqual([]);
  const ofRules = Object.keys(CODES).filter((code) => /^(rule|recipe|schema|pack|yaml|expr|docs)-/.test(code));
  expect(ofRules.filter((code) => !told.includes(code))).toEqual([]);
});
