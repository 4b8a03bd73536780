import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** What each room may import, besides itself. `compiler`, `compiler-options` and `index` are the files at the top of src. */
const MAY_SEE: Readonly<Record<string, readonly string[]>> = {
  diagnostics: [],
  ir: ['diagnostics'],
  npy: ['diagnostics', 'ir'],
  schema: ['diagnostics', 'ir'],
  expr: ['diagnostics', 'ir'],
  shapes: ['diagnostics', 'ir', 'schema', 'expr'],
  matcher: ['diagnostics', 'ir', 'schema', 'expr', 'shapes'],
  engine: ['diagnostics', 'ir', 'schema', 'expr', 'shapes', 'matcher'],
  analysis: ['diagnostics', 'ir', 'schema', 'expr', 'shapes', 'matcher', 'engine'],
  rulebook: [
    'diagnostics',
    'ir',
    'schema',
    'expr',
    'shapes',
    'matcher',
    'engine',
    'analysis',
    'onnx',
    'converters',
    'compiler-options',
  ],
  functionalize: ['diagnostics', 'ir', 'schema'],
  frontends: ['diagnostics', 'ir', 'schema'],
  declaration: ['diagnostics', 'ir', 'npy', 'compiler-options'],
  binding: ['diagnostics', 'ir', 'schema', 'compiler-options'],
  onnx: ['diagnostics', 'ir'],
  converters: ['diagnostics', 'ir', 'schema', 'expr', 'shapes', 'onnx'],
  runtime: ['diagnostics', 'ir', 'npy', 'onnx', 'compiler-options'],
  testing: [
    'diagnostics',
    'ir',
    'schema',
    'expr',
    'shapes',
    'matcher',
    'rulebook',
    'engine',
    'frontends',
    'npy',
    'runtime',
    'onnx',
    'converters',
    'functionalize',
    'compiler',
    'compiler-options',
  ],
  config: ['diagnostics', 'rulebook'],
  editor: ['diagnostics', 'schema', 'onnx', 'rulebook', 'compiler-options'],
  'compiler-options': ['ir', 'frontends'],
  compiler: [
    'compiler-options',
    'config',
    'diagnostics',
    'ir',
    'binding',
    'converters',
    'engine',
    'frontends',
    'functionalize',
    'onnx',
    'matcher',
    'rulebook',
    'shapes',
  ],
  explain: [
    'diagnostics',
    'ir',
    'schema',
    'matcher',
    'rulebook',
    'engine',
    'frontends',
    'onnx',
    'shapes',
    'compiler',
    'compiler-options',
  ],
  index: [
    'explain',
    'compiler',
    'compiler-options',
    'declaration',
    'config',
    'diagnostics',
    'frontends',
    'ir',
    'npy',
    'onnx',
    'rulebook',
    'runtime',
  ],
  cli: [
    'explain',
    'analysis',
    'config',
    'editor',
    'diagnostics',
    'ir',
    'npy',
    'schema',
    'expr',
    'shapes',
    'matcher',
    'declaration',
    'runtime',
    'rulebook',
    'engine',
    'onnx',
    'converters',
    'functionalize',
    'testing',
    'compiler',
    'compiler-options',
    'index',
  ],
};

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? files(join(dir, e.name)) : e.name.endsWith('.ts') ? [join(dir, e.name)] : [],
  );
}

function roomOf(path: string): string {
  const [first] = relative(SRC, path).split(/[\\/]/);
  return (first ?? '').replace(/\.[jt]s$/, '');
}

function imports(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((m) => resolve(dirname(path), m[1] as string));
}

/** Rooms whose tables name operators of PyTorch. */
const KNOW_OPERATORS: ReadonlySet<string> = new Set(['frontends', 'functionalize', 'shapes', 'converters']);

function naming(operator: RegExp, rooms: ReadonlySet<string>): string[] {
  return files(SRC)
    .filter((f) => rooms.has(roomOf(f)) && operator.test(readFileSync(f, 'utf8')))
    .map((f) => relative(SRC, f));
}

describe('rooms', () => {
  it('import one way only', () => {
    const wrong = files(SRC).flatMap((file) => {
      const room = roomOf(file);
      const seen = MAY_SEE[room];
      if (seen === undefined) return [`${relative(SRC, file)} is in no known room`];
      return imports(file)
        .map(roomOf)
        .filter((target) => target !== room && !seen.includes(target))
        .map((target) => `${relative(SRC, file)} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('keep operator names out of the engine, the matcher and the rulebook', () => {
    expect(naming(/['"`](aten|prim|trt)::/, new Set(['engine', 'matcher', 'rulebook']))).toEqual([]);
  });

  it('keep all but the names of structure to YAML, frontends, functionalization, shapes and converters', () => {
    const others = Object.keys(MAY_SEE).filter((room) => !KNOW_OPERATORS.has(room));
    expect(naming(/^[^*]*'(aten|trt|torchvision|thaw)::/m, new Set(others))).toEqual([]);
  });
});
