import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Node } from '../../src/ir/graph.js';
import { Matcher } from '../../src/matcher/match.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { type FiringCase, type HoldingCase, type RecipeCaseCode, ruleTester } from '../../src/testing/index.js';
import { SHIFT_SCHEMAS, shiftRecipe } from '../cli/rules/pack.js';

/** A pack with an operator of its own: items move `by` places on along the first axis. */
const PACK: Readonly<Record<string, string>> = {
  'schemas/shift.yaml': SHIFT_SCHEMAS,
  'translation/shift.yaml': `rules:
  - id: shift-dyn
    why: The same shift, by a number that is known only at run time.
    match: { op: mylib::shift, in: { self: $x, by: $by } }
    where: ['dynamic($by)']
    rewrite: { op: trt::shift_dyn, in: { self: $x, by: { tensor: $by } } }
`,
  'onnx/shift.yaml': `recipes:\n${shiftRecipe('mylib::shift')}${shiftRecipe('trt::shift_dyn', 'SIGN')}`,
  'cases/shift-dyn.yaml': `rule: shift-dyn
cases:
  - name: a number that is known only at run time
    dims: { x: [N] }
    values: { n: { range: [-3, 9] } }
    before: |
      graph(%x : Float(*), %n : Long()):
        %by : int = trt::shape_cast(%n)
        %y : Tensor = mylib::shift(%x, %by)
        return (%y)
    after: |
      graph(%x : Float(*), %n : Long()):
        %y : Float(*) = trt::shift_dyn(%x, %n)
        return (%y)
  - name: a constant stays a number
    dims: { x: [N] }
    unchanged: |
      graph(%x : Float(*)):
        %by : int = prim::Constant[value=2]()
        %y : Tensor = mylib::shift(%x, %by)
        return (%y)
    because: dynamic($by)
`,
  'cases/shift.yaml': `recipe: mylib::shift
cases:
  - name: two places on
    dims: { x: [N] }
    graph: |
      graph(%x : Float(*)):
        %by : int = prim::Constant[value=2]()
        %y : Tensor = mylib::shift(%x, %by)
        return (%y)
    same-as: |
      graph(%x : Float(*)):
        %s : int[] = prim::Constant[value=[2]]()
        %d : int[] = prim::Constant[value=[0]]()
        %y : Tensor = aten::roll(%x, %s, %d)
        return (%y)
    runs:
      - { sizes: { N: 5 }, values: { x: [0, 1, 2, 3, 4] }, gives: [[3, 4, 0, 1, 2]], shapes: [[5]] }
`,
};

const BEFORE = `graph(%x : Float(*), %n : Long()):
  %by : int = trt::shape_cast(%n)
  %y : Tensor = mylib::shift(%x, %by)
  return (%y)`;
const AFTER = `graph(%x : Float(*), %n : Long()):
  %y : Float(*) = trt::shift_dyn(%x, %n)
  return (%y)`;
const STATIC = `graph(%x : Float(*)):
  %by : int = prim::Constant[value=2]()
  %y : Tensor = mylib::shift(%x, %by)
  return (%y)`;
const FIRES: FiringCase = { dims: { x: ['N'] }, before: BEFORE, after: AFTER };
const HOLDS: HoldingCase = { dims: { x: ['N'] }, unchanged: STATIC, because: 'dynamic($by)' };

let dir: string;
let good: RuleBook;
/** The same pack whose dynamic form shifts the other way. */
let wrong: RuleBook;

function writePack(root: string, op: string): void {
  for (const [path, text] of Object.entries(PACK)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text.replace('SIGN', op));
  }
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'thaw-kit-'));
  writePack(join(dir, 'good'), 'Sub');
  writePack(join(dir, 'wrong'), 'Add');
  good = await RuleBook.load({ packs: [join(dir, 'good')] });
  wrong = await RuleBook.load({ packs: [join(dir, 'wrong')] });
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Runs the tests that the tester registers: name and message of each that fails. */
async function failures(
  rules: RuleBook,
  use: (tester: ReturnType<typeof ruleTester>) => void,
): Promise<Map<string, string>> {
  const tests: [string, () => void | Promise<void>][] = [];
  use(ruleTester({ rules, describe: (_, body) => body(), it: (name, body) => tests.push([name, body]) }));
  const failed = new Map<string, string>();
  for (const [name, body] of tests) {
    try {
      await body();
    } catch (e) {
      failed.set(name, e instanceof Error ? e.message : String(e));
    }
  }
  expect(tests.length).toBeGreaterThan(0);
  return failed;
}

const rule = (fires: readonly FiringCase[], holds: readonly HoldingCase[]) =>
  failures(good, (t) => t.run('shift-dyn', { fires, holds }));
const recipe = (...cases: RecipeCaseCode[]) => failures(good, (t) => t.runRecipe('mylib::shift', cases));

describe('ruleTester', () => {
  it('takes cases as code and as files, by pattern, folder and path', async () => {
    expect(await rule([FIRES], [HOLDS])).toEqual(new Map());
    for (const pattern of ['cases/**', 'cases', 'cases/*.yaml', 'cases/shift-dyn.yaml'])
      expect(await failures(good, (t) => t.runFiles(join(dir, 'good', pattern)))).toEqual(new Map());
  });

  it.each([
    ['before', '%y : Tensor = mylib::shift(%x, %by)', '%y : Tensor = mylib::shift(%x, %by', 10, 'return'],
    ['after', 'trt::shift_dyn(%x, %n)', 'trt::shift_dyn(%x, %m)', 13, '%m)'],
    ['unchanged', '%by : int = prim::Constant[value=2]()', '%by : int prim::Constant[value=2]()', 19, 'prim::Constant'],
  ])('tells a mistake in `%s` at its line of the file', async (_, right, wrongText, line, at) => {
    const path = join(dir, 'good/cases/placed.yaml');
    const text = (PACK['cases/shift-dyn.yaml'] ?? '').replace(right, wrongText);
    writeFileSync(path, text);
    const [message = ''] = (await failures(good, (t) => t.runFiles(path))).values();
    rmSync(path);
    const column = (text.split('\n')[line - 1] ?? '').indexOf(at) + 1;
    expect(message).toContain(`${path}:${line}:${column}\n`);
  });

  it('tells a mistake in a case as code at its line of the test, else at the call and the line of the text', async () => {
    const here = import.meta.filename;
    const lines = readFileSync(here, 'utf8').split('\n');
    const after = `graph(%x : Float(*), %n : Long()):
  %y : Float(*) = trt::shift_dyn(%x, %missing)
  return (%y)`;
    const [message = ''] = (await rule([{ ...FIRES, after }], [HOLDS])).values();
    const line = lines.findIndex((l) => l.includes('%missing)')) + 1;
    expect(message).toContain(`${here}:${line}:${(lines[line - 1] ?? '').indexOf('%missing') + 1}\n`);
    const made = AFTER.replace('%x, %n)', '%x, %lost)');
    const [other = ''] = (
      await rule([{ ...FIRES, before: BEFORE.replace('%by)', '%bye)'), after: made }], [HOLDS])
    ).values();
    expect(other).toMatch(/rule-tester\.test\.ts:\d+ \(text of the case\):3:\d+\n/);
  });

  it('leaves the cases of installed packages to them', () => {
    const cases = join(dir, 'good/node_modules/other/cases');
    mkdirSync(cases, { recursive: true });
    writeFileSync(join(cases, 'shift-dyn.yaml'), PACK['cases/shift-dyn.yaml'] ?? '');
    const names: string[] = [];
    const tester = ruleTester({ rules: good, describe: (name, body) => [names.push(name), body()], it: () => {} });
    tester.runFiles(join(dir, 'good/**'));
    expect(names.sort()).toEqual(['mylib::shift', 'shift-dyn']);
  });

  it('takes the globals of the test runner, and says what is missing without them', () => {
    expect(() => ruleTester()).toThrow('there is no global `describe`');
    const names: string[] = [];
    vi.stubGlobal('describe', (name: string, body: () => void) => {
      names.push(name);
      body();
    });
    vi.stubGlobal('it', (name: string) => names.push(name));
    ruleTester().run('shift-dyn', { fires: [FIRES], holds: [HOLDS] });
    vi.unstubAllGlobals();
    expect(names).toEqual(['shift-dyn', 'fires 1', 'holds 1', 'has sound cases']);
  });

  it('proves a rule by numbers: the graphs are as wanted, what they compute is not', async () => {
    const failed = await failures(wrong, (t) => t.runFiles(join(dir, 'wrong/cases/shift-dyn.yaml')));
    expect([...failed.keys()]).toEqual(['a number that is known only at run time']);
    const [message] = failed.values();
    expect(message).toMatch(/`after` gives other numbers than `before` at N=\d+: element \d+ is .*, not /);
    expect(message).toMatch(/%x = float32\[\d+\]/);
    expect(message).toMatch(/shift-dyn.yaml:3:11/);
  });

  it('shows what differs, line by line', async () => {
    const after = AFTER.replace('return (%y)', '%z : Float(*) = aten::relu(%y)\n  return (%z)');
    const failed = await rule([{ ...FIRES, after }], [HOLDS]);
    expect(failed.get('fires 1')).toContain('-   %3 : Float(*) = aten::relu(%2)');
    expect(failed.get('fires 1')).toContain('rule-tester.test.ts');
  });

  it.each<[string, FiringCase[], HoldingCase[], RegExp]>([
    ['no firing case', [], [HOLDS], /lacks a case in which it fires/],
    ['no holding case', [FIRES], [], /lacks a case in which it must not fire/],
    ['a graph twice', [FIRES, { ...FIRES, name: 'again' }], [HOLDS], /the same graph as in `fires 1`/],
    ['a name twice', [FIRES, { ...FIRES, name: 'fires 1', dims: { x: ['M'] } }], [HOLDS], /two cases are called/],
    ['after that is before', [{ ...FIRES, before: STATIC, after: STATIC }], [HOLDS], /does not match/],
    ['a rule that does not match', [{ ...FIRES, before: STATIC }], [HOLDS], /`dynamic\(\$by\)` does not hold/],
    ['after that does not parse', [{ ...FIRES, after: 'graph(%x : Float(*)' }], [HOLDS], /syntax-error/],
    [
      'after with a value from nowhere',
      [{ ...FIRES, after: AFTER.replace('(%x, %n)\n', '(%x, %m)\n') }],
      [HOLDS],
      /%m/,
    ],
    ['dims of no input', [{ ...FIRES, dims: { x: ['N'], w: [2] } }], [HOLDS], /names w, which is no tensor input/],
    ['dims of another rank', [{ ...FIRES, dims: { x: ['N', 2] } }], [HOLDS], /has another rank/],
    ['sizes of no symbol', [{ ...FIRES, sizes: { M: [1] } }], [HOLDS], /names no symbol of `dims`: M/],
    ['values of no input', [{ ...FIRES, values: { by: 1 } }], [HOLDS], /names no input of the graph: by/],
    ['an unknown name in a value', [{ ...FIRES, values: { n: 'K + 1' } }], [HOLDS], /nothing defines `K`/],
    [
      'numbers left out for nothing',
      [{ ...FIRES, numbers: false, numbersBecause: 'laziness' }],
      [HOLDS],
      /take `numbers: false` away/,
    ],
    [
      'a further operator that the rule does not match',
      [{ ...FIRES, also: ['aten::relu'] }],
      [HOLDS],
      /names aten::relu, which `shift-dyn` does not match/,
    ],
    ['its own operator once more', [{ ...FIRES, also: ['mylib::shift'] }], [HOLDS], /adds nothing by mylib::shift/],
    ['another reason', [FIRES], [{ ...HOLDS, because: 'is symbolic' }], /the reason is another one/],
    ['no reason', [FIRES], [{ ...HOLDS, because: ' ' }], /`because` is empty/],
    ['any reason', [FIRES], [{ ...HOLDS, because: 'does not hold' }], /is true of any reason/],
    ['half of any reason', [FIRES], [{ ...HOLDS, because: 'not' }], /is true of any reason/],
    ['a rule that fires after all', [FIRES], [{ ...HOLDS, unchanged: BEFORE }], /`shift-dyn` fires/],
    [
      'a graph without the operator',
      [FIRES],
      [
        {
          because: 'no mylib::shift',
          unchanged: 'graph(%x : Float(2)):\n  %y : Tensor = aten::relu(%x)\n  return (%y)',
        },
      ],
      /no mylib::shift here: nothing is tested/,
    ],
  ])('distrusts %s', async (_, fires, holds, message) => {
    expect([...(await rule(fires, holds)).values()].join('\n')).toMatch(message);
  });

  it('distrusts a rule that changes the graph while it matches', async () => {
    const { explain } = Matcher.prototype;
    const spy = vi.spyOn(Matcher.prototype, 'explain').mockImplementation(function (this: Matcher, compiled, node) {
      const found = explain.call(this, compiled, node);
      const x = node.inputs[0];
      if (x !== undefined) new Node('aten::relu', [x]).insertBefore(node);
      return found;
    });
    const failed = await rule([FIRES], [HOLDS]);
    spy.mockRestore();
    expect([...failed.keys()]).toEqual(['fires 1', 'holds 1']);
    expect(failed.get('holds 1')).toContain('changed the graph while it matched');
  });

  it('distrusts a case in which another rule does the work', async () => {
    const root = join(dir, 'crowded');
    writePack(root, 'Sub');
    const own = join(root, 'translation/shift.yaml');
    writeFileSync(
      own,
      `${readFileSync(own, 'utf8')}  - id: shift-row-dyn
    why: The same for tensors of one axis.
    match: { op: mylib::shift, in: { self: $x, by: $by } }
    where: ['dynamic($by)', '$x.rank == 1']
    rewrite: { op: trt::shift_dyn, in: { self: $x, by: { tensor: $by } } }
    benefit: 7
`,
    );
    const book = await RuleBook.load({ packs: [root] });
    const failed = await failures(book, (t) => t.run('shift-dyn', { fires: [FIRES], holds: [HOLDS] }));
    expect(failed.get('fires 1')).toContain(
      'with all rules `shift-dyn` does nothing here: shift-row-dyn does the work',
    );
  });

  it('distrusts cases of what the book does not have', async () => {
    const failed = await failures(good, (t) => t.run('shift-dyne', { fires: [FIRES], holds: [HOLDS] }));
    expect(failed.get('has sound cases')).toContain('did you mean `shift-dyn`?');
    const lost = await failures(good, (t) => t.runFiles(join(dir, 'nowhere/*.yaml')));
    expect([...lost.values()].join()).toContain('no case file matches');
  });
});

describe('a suite of node:test', () => {
  it('takes the published kit', () => {
    const suite = join(dir, 'shift.test.mjs');
    // Tests see the package as its users do: by name, built.
    mkdirSync(join(dir, 'node_modules'), { recursive: true });
    symlinkSync(join(import.meta.dirname, '../..'), join(dir, 'node_modules/thaw-trt'));
    const text = (pack: string) => `import { describe, it } from 'node:test';
import { ruleTester } from 'thaw-trt/testing';
ruleTester({ rules: ['${pack}'], describe, it }).runFiles('${pack}/cases/**');
`;
    const run = (pack: string) => {
      writeFileSync(suite, text(pack));
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      return spawnSync(process.execPath, ['--test', '--test-reporter=tap', suite], { cwd: dir, env, encoding: 'utf8' });
    };
    const passed = run('good');
    expect(passed.stdout).toMatch(/^# pass 4$/m);
    expect(passed.status).toBe(0);
    const failed = run('wrong');
    expect(failed.stdout).toContain('`after` gives other numbers than `before`');
    expect(failed.status).toBe(1);
  });
});

describe('recipe cases', () => {
  const same = 'graph(%x : Float(*)):\n  %y : Tensor = aten::relu(%x)\n  return (%y)';

  it('compare with recorded results and with other operators, static and dynamic', async () => {
    expect(
      await recipe({
        dims: { x: ['N'] },
        graph: STATIC,
        runs: [{ sizes: { N: 3 }, values: { x: [1, 2, 3] }, gives: [[2, 3, 1]] }],
      }),
    ).toEqual(new Map());
    const failed = await recipe({ dims: { x: ['N'] }, graph: STATIC, sameAs: same });
    expect(failed.get('case 1')).toMatch(/with run-time sizes it gives other numbers at N=/);
  });

  it.each<[string, RecipeCaseCode, RegExp]>([
    [
      'a wrong record',
      { dims: { x: ['N'] }, graph: STATIC, runs: [{ sizes: { N: 3 }, values: { x: [1, 2, 3] }, gives: [[3, 1, 2]] }] },
      /element 0 is 2, not 3/,
    ],
    [
      'another shape',
      {
        dims: { x: ['N'] },
        graph: STATIC,
        runs: [{ sizes: { N: 2 }, values: { x: [1, 2] }, gives: [[1, 2]], shapes: [[2, 1]] }],
      },
      /shape \[2\], not \[2,1\]/,
    ],
    ['nothing to compare with', { graph: STATIC }, /asserts nothing/],
    ['the operator itself', { dims: { x: ['N'] }, graph: STATIC, sameAs: STATIC }, /uses mylib::shift itself/],
    ['a graph without the operator', { dims: { x: ['N'] }, graph: same, sameAs: same }, /its recipe is not used/],
  ])('distrust %s', async (_, c, message) => {
    expect([...(await recipe(c)).values()].join('\n')).toMatch(message);
  });
});
