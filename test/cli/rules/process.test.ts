import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderOf, SHIFT_PACK } from './pack.js';

const ROOT = join(import.meta.dirname, '../../..');
/** As deep below the root as dist/cli, from where the shipped rules are found. */
const bin = mkdtempSync(join(ROOT, 'node_modules/.thaw-cli-'));
const PACK = {
  ...SHIFT_PACK,
  'translation/shift.yaml': (SHIFT_PACK['translation/shift.yaml'] ?? '').split('  - id: numel')[0] ?? '',
};

beforeAll(async () => {
  await build({
    entryPoints: [join(ROOT, 'src/cli/main.ts')],
    outdir: bin,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
}, 60_000);
afterAll(() => rmSync(bin, { recursive: true, force: true }));

class Run {
  out = '';
  error = '';
  readonly child: ChildProcess;

  constructor(cwd: string, ...argv: string[]) {
    this.child = spawn(process.execPath, [join(bin, 'main.js'), 'rules', ...argv], { cwd });
    this.child.stdout?.on('data', (chunk) => {
      this.out += chunk;
    });
    this.child.stderr?.on('data', (chunk) => {
      this.error += chunk;
    });
  }

  async code(): Promise<number | null> {
    const [code] = await once(this.child, 'close');
    return code;
  }

  /** Waits until so many runs have ended. */
  summaries(count: number): Promise<void> {
    return expect.poll(() => this.out.match(/^waiting for changes/gm)?.length ?? 0, { timeout: 60_000 }).toBe(count);
  }
}

describe('thaw rules as a process', () => {
  test('exit codes, and where results and problems go', async () => {
    const cwd = folderOf({});
    const sound = new Run(cwd, 'lint', folderOf(PACK));
    const broken = new Run(cwd, 'lint', folderOf({ ...PACK, 'onnx/shift.yaml': 'recipes: 3\n' }));
    const wrong = new Run(cwd, 'lint', '--frobnicate');
    expect(await Promise.all([sound.code(), broken.code(), wrong.code()])).toEqual([0, 1, 2]);
    expect([sound.out, sound.error]).toEqual([expect.stringContaining('no problems\n'), '']);
    expect([broken.out, broken.error]).toEqual([
      expect.stringContaining('1 error'),
      expect.stringContaining('error[yaml-schema]'),
    ]);
    expect([wrong.out, wrong.error]).toEqual(['', expect.stringContaining('error[usage]')]);
  });

  test('the packs of the project are found', async () => {
    const project = folderOf({ 'thaw.config.yaml': 'rules: [mypack]\n', ...prefixed('mypack/', PACK) });
    const list = new Run(project, 'list', 'shift-dyn', '--json');
    const shown = new Run(project, 'test', '--no-numbers');
    expect(await Promise.all([list.code(), shown.code()])).toEqual([0, 0]);
    expect(JSON.parse(list.out).rules).toMatchObject([
      { id: 'shift-dyn', layer: 'mine', file: 'mypack/translation/shift.yaml' },
    ]);
    expect(shown.out).toContain('ok    shift-dyn     2 cases');
  });

  test('new files of a project with schemas for editors name them', async () => {
    const project = folderOf({ ...prefixed('mypack/', PACK), 'thaw.config.yaml': 'rules: [mypack]\n' });
    expect(await new Run(project, 'schema').code()).toBe(0);
    expect(await new Run(project, 'new', 'roll-dyn').code()).toBe(0);
    const read = (path: string) => readFileSync(join(project, 'mypack', path), 'utf8').split('\n')[0];
    expect(read('translation/roll-dyn.yaml')).toBe('# yaml-language-server: $schema=../../.thaw/rules.schema.json');
    expect(read('cases/roll-dyn.yaml')).toBe('# yaml-language-server: $schema=../../.thaw/case.schema.json');
  });

  test('test --watch runs again with what has changed, until it is interrupted', async () => {
    const pack = folderOf(PACK);
    const watching = new Run(pack, 'test', '--watch', '--no-numbers', '--no-config', '--rules', '.');
    await watching.summaries(1);
    expect(watching.out).toContain('3 passed');
    // Cases and rules are both read anew.
    const cases = join(pack, 'cases/shift-dyn.yaml');
    const text = readFileSync(cases, 'utf8');
    writeFileSync(cases, text.replace('trt::shift_dyn(%x', 'trt::shift2_dyn(%x'));
    await watching.summaries(2);
    expect([watching.out, watching.error]).toEqual([
      expect.stringContaining('1 failed'),
      expect.stringContaining('trt::shift2_dyn'),
    ]);
    writeFileSync(cases, text);
    await watching.summaries(3);
    writeFileSync(join(pack, 'translation/shift.yaml'), 'rules: [\n');
    await watching.summaries(4);
    expect(watching.error).toContain('error[yaml-syntax]');
    watching.child.kill('SIGINT');
    expect(await watching.code()).toBe(1);
  });
});

function prefixed(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [folder + name, text]));
}
