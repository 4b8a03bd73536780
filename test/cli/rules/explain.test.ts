import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../../src/index.js';
import { thaw } from '../thaw.js';

const dir = mkdtempSync(join(tmpdir(), 'explain-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A view by a size that is read off the input, after an operator in place and before a dropout. */
const TEXT = `graph(%x : Float(*, *, *)):
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %minus : int = prim::Constant[value=-1]()
  %y : Tensor = aten::add_(%x, %x, %one) # lib/model.py:3:4
  %n : int = aten::size(%y, %zero) # lib/model.py:4:4
  %shape : int[] = prim::ListConstruct(%n, %minus) # lib/model.py:5:4
  %v : Tensor = aten::view(%y, %shape) # lib/model.py:5:8
  %p : float = prim::Constant[value=0.5]()
  %no : bool = prim::Constant[value=0]()
  %d : Tensor = aten::dropout(%v, %p, %no) # lib/model.py:6:4
  return (%d)
`;
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const MODEL = file('model.txt', TEXT);
const INPUT = ['--input', 'x=float32[N,4,M]', '--dim', 'N=1:2:8'];
const without = file('thaw.config.yaml', 'disable: [view-literal, view-dyn]\n');

async function json(...argv: string[]): Promise<Explanation & { ok: boolean }> {
  const { code, out, error } = await thaw('rules', 'explain', ...argv, '--json');
  expect([code, error]).toEqual([0, '']);
  return JSON.parse(out);
}

describe('nodes', () => {
  it('the chain from the line of the source to the ONNX node, each step with its why and place', async () => {
    const { nodes, problems } = await json(MODEL, ...INPUT, '--op', 'Reshape');
    expect(problems).toEqual([]);
    const [node] = nodes;
    expect(nodes.length).toBe(1);
    expect(node).toMatchObject({ level: 'onnx', op: 'Reshape', source: [{ file: 'lib/model.py', line: 5 }] });
    expect(node?.steps.map(({ kind, by, from, to }) => [kind, by, from, to])).toEqual([
      ['rule', 'view-literal', 'aten::view', 'trt::reshape_literal'],
      ['recipe', 'trt::reshape_literal', 'trt::reshape_literal', 'Reshape'],
    ]);
    const [rule, recipe] = node?.steps ?? [];
    expect(rule?.why?.length).toBeGreaterThan(10);
    expect(rule?.at?.file).toMatch(/rules\/translation-map\.yaml$/);
    expect(recipe?.at?.file).toMatch(/rules\/onnx\/dynamic\.yaml$/);
  });

  it.each([
    ['a line, by the end of its path', ['--line', 'model.py:3'], 'Add'],
    ['an operator that functionalization replaced', ['--op', 'aten::add_'], 'Add'],
    ['an operator of the graph', ['--op', 'trt::reshape_literal'], 'Reshape'],
    ['a name of the ONNX model', ['--node', 'output'], 'Reshape'],
  ])('are found by %s', async (_, selectors, op) => {
    const { nodes } = await json(MODEL, ...INPUT, ...selectors);
    expect(nodes.map((n) => n.op)).toEqual([op]);
  });

  it('what a pass did stands in the chain', async () => {
    const [node] = (await json(MODEL, ...INPUT, '--line', 'lib/model.py:3')).nodes;
    expect(node?.steps[0]).toMatchObject({
      kind: 'pass',
      by: 'functionalize',
      from: 'aten::add_.Tensor',
      to: 'aten::add.Tensor',
    });
  });

  it('operators that left no node: the rule or the stage that took them', async () => {
    const { nodes, gone } = await json(MODEL, ...INPUT, '--op', 'aten::dropout');
    expect(nodes).toEqual([]);
    expect(gone).toMatchObject([{ op: 'aten::dropout', name: 'd', stage: 'lower', rule: 'no-dropout' }]);
  });

  it('operators that folded', async () => {
    const { gone } = await json(MODEL, '--input', 'x=float32[6,4,M]', '--line', 'model.py:4');
    expect(gone).toMatchObject([{ op: 'aten::size.int', stage: 'specialize' }]);
  });

  it('as text, with the line of the source', async () => {
    const { code, out, error } = await thaw('rules', 'explain', MODEL, ...INPUT, '--node', 'output');
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(
      /^Reshape -> output\n {2}lib\/model\.py:5\n {2}aten::view\n {2}-> trt::reshape_literal {2}by rule view-literal {2}.*translation-map\.yaml:\d+\n/,
    );
  });

  it('without a selector: figures for each rule and line', async () => {
    const { summary } = await json(MODEL, ...INPUT);
    const lines = summary?.lines.map(({ at, operators }) => [at.line, operators]);
    expect(lines).toEqual(
      expect.arrayContaining([
        [3, 1],
        [5, 2],
        [6, 1],
      ]),
    );
    expect(summary?.rules).toContainEqual({ rule: 'view-literal', rewrites: 1, nodes: 1 });
    const text = await thaw('rules', 'explain', MODEL, ...INPUT);
    expect(text.out).toMatch(/^2 nodes by \d+ rules, from \d lines of source\n/);
  });
});

describe('a rule', () => {
  it('that fired: where, and what held it back at the start', async () => {
    const { rule } = await json(MODEL, ...INPUT, '--rule', 'view-literal');
    expect(rule).toMatchObject({ phase: 'translation', state: 'active', fired: 1, ended: true });
    expect(rule?.candidates).toMatchObject([
      { op: 'aten::view', name: 'v', fate: 'fired', start: { reason: '`dynamic($s)` does not hold' } },
    ]);
  });

  it('that did not fire: the nearest miss at the start and at the fixpoint, its place and depth', async () => {
    const { rule } = await json(MODEL, '--input', 'x=float32[6,4,M]', '--rule', 'view-literal');
    const [node] = rule?.candidates ?? [];
    expect(rule?.fired).toBe(0);
    expect(node?.fate).toBe('kept');
    for (const miss of [node?.start, node?.end]) {
      expect(miss).toMatchObject({ rule: 'view-literal', reason: '`dynamic($s)` does not hold', place: 'aten::view' });
      expect(miss?.depth).toBeGreaterThan(0);
      expect(miss?.source?.line).toBe(5);
    }
  });

  it('that another was before', async () => {
    const { rule } = await json(MODEL, ...INPUT, '--rule', 'view-dyn');
    expect(rule?.candidates).toMatchObject([{ name: 'v', fate: 'replaced', by: 'view-literal' }]);
  });

  it('that had no operator to match says so', async () => {
    const { rule } = await json(MODEL, ...INPUT, '--rule', 'conv-transpose-dyn').catch(() => ({ rule: undefined }));
    const told = rule ?? (await json(MODEL, ...INPUT, '--rule', 'pad-dyn')).rule;
    expect(told?.candidates).toEqual([]);
    expect(told?.note).toMatch(/^no .* is left when the translation starts$/);
  });

  it('that is switched off is tried too', async () => {
    const { code, out } = await thaw(
      'rules',
      'explain',
      MODEL,
      ...INPUT,
      '--config',
      without,
      '--rule',
      'view-literal',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^rule view-literal: translation, thaw, switched off by /);
    expect(out).toContain('it would fire if it were on');
  });

  it('that does not exist is a usage error with the nearest', async () => {
    const { code, error } = await thaw('rules', 'explain', MODEL, ...INPUT, '--rule', 'view-litral');
    expect([code, error.includes('did you mean `view-literal`?')]).toEqual([2, true]);
  });
});

describe('a model that does not compile', () => {
  it('is explained as far as it came, with the problems', async () => {
    const { nodes, problems, stopped } = await json(MODEL, ...INPUT, '--config', without, '--op', 'aten::view');
    expect(stopped).toBe('translate');
    expect(problems.map(({ code }) => code)).toEqual(['no-dynamic-form']);
    const [view] = nodes.filter(({ op }) => op === 'aten::view');
    expect(view).toMatchObject({ level: 'graph', name: 'v', steps: [] });
    expect(view?.misses[0]).toMatchObject({ rule: 'no-view' });
    const text = await thaw('rules', 'explain', MODEL, ...INPUT, '--config', without, '--op', 'aten::view');
    expect(text.out).toContain('rules that did not match here\n    no-view: ');
    expect(text.error).toContain('error[no-dynamic-form]: aten::view has no dynamic alternative');
  });

  it('also where an early stage stops it', async () => {
    const { problems, stopped, rule } = await json(MODEL, '--input', 'z=float32[N]', '--rule', 'view-dyn');
    expect([stopped, problems[0]?.code]).toEqual(['functionalize', 'unknown-input']);
    expect(rule?.note).toBe('the compilation stopped before the translation');
  });
});

describe('an ONNX file that Thaw wrote', () => {
  const out = join(dir, 'model.onnx');
  const compiled = (async () => (await thaw('compile', MODEL, ...INPUT, '-o', out)).code)();

  it('tells the same chain from its metadata', async () => {
    expect(await compiled).toBe(0);
    const chain = ({ nodes: [node] }: Explanation) =>
      node?.steps.filter(({ kind }) => kind !== 'recipe').map(({ by, from, to, why }) => [by, from, to, why]);
    const read = await json(out, '--node', 'output');
    expect(chain(read)).toEqual(chain(await json(MODEL, ...INPUT, '--node', 'output')));
    expect(read.nodes[0]?.source).toMatchObject([{ file: 'lib/model.py', line: 5 }]);
    expect((await json(out, '--line', 'model.py:3')).nodes.map(({ op }) => op)).toEqual(['Add']);
    expect((await json(out)).summary?.nodes).toBe(2);
  });

  it.each<[string, string[], string]>([
    ['a name that is not there, with the nearest', ['--node', 'outputt'], 'did you mean output?'],
    ['a rule, which only a compilation can try', ['--rule', 'view-dyn'], 'name the model that was compiled'],
    ['options of a compilation', INPUT, 'explained from its metadata'],
  ])('refuses %s', async (_, argv, text) => {
    await compiled;
    const { code, error } = await thaw('rules', 'explain', out, ...argv);
    expect([code, error]).toEqual([2, expect.stringContaining(text)]);
  });

  it('without provenance says so, and is smaller', async () => {
    const bare = join(dir, 'bare.onnx');
    await thaw('compile', MODEL, ...INPUT, '-o', bare, '--no-provenance');
    const { code, error } = await thaw('rules', 'explain', bare);
    expect([code, error]).toEqual([1, expect.stringContaining('--no-provenance')]);
  });
});
