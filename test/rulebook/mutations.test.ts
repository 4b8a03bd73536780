import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf, Loader, mutationsOf, shippedText } from './mutate.js';
import { KINDS } from './mutation-kinds.js';

const SEED = 20;
const PLACES = 2;

let loader: Loader;
beforeAll(() => {
  loader = new Loader();
});
afterAll(() => {
  loader.remove();
});

const MUTATIONS = KINDS.flatMap((kind, i) => mutationsOf(kind, PLACES, SEED + i));

describe('a slip in a shipped file is told at load, where it is', () => {
  it.each([...new Set(KINDS.map((k) => k.files))].flatMap(filesOf))('%s is clean as it is', (file) => {
    expect(loader.problems(file, shippedText(file)).found).toEqual([]);
  });

  it.each(MUTATIONS.map((m) => [m.kind.name, m.what, m] as const))('%s: %s', (_, __, m) => {
    const { dir, found } = loader.problems(m.file, m.text);
    const told = found.map((d) => `${d.code} ${relative(dir, d.at?.file ?? '')}:${d.at?.line}:${d.at?.column}`);
    expect(told).toContain(`${m.kind.code} ${m.file}:${m.line}:${m.column}`);
  });

  it('every kind finds a place', () => {
    const found = new Set(MUTATIONS.map((m) => m.kind.name));
    expect(KINDS.filter((k) => !found.has(k.name)).map((k) => k.name)).toEqual([]);
    expect(new Set(KINDS.map((k) => `${k.files} ${k.name}`)).size).toBeGreaterThan(50);
  });
});
