import { readdirSync, readFileSync } from 'node:fs';
import { loadModel } from '../../src/compiler.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { failureOf as failureOfCase, type Mode, type RecordedTensor } from '../recorded/recorded-case.js';

/** One traced call of PyTorch's operator database; record.py says how it is made. */
export interface OpdbCase {
  readonly id: string;
  readonly graph: string;
  /** The tensors of each run; the first are those of the sample itself. */
  readonly in: readonly (readonly RecordedTensor[])[];
  readonly out: readonly (readonly RecordedTensor[])[];
  /** So many first inputs are weights, whose extents never vary. */
  readonly still?: number;
  /** Compare dtypes and shapes only. */
  readonly random?: true;
}

/** Every recorded case by file. */
export function opdbCases(folder: URL): Map<string, OpdbCase[]> {
  const files = readdirSync(folder).filter((f) => f.endsWith('.json'));
  return new Map(
    files.sort().map((f) => {
      const cases: OpdbCase[] = JSON.parse(readFileSync(new URL(f, folder), 'utf8'));
      return [f.replace(/\.json$/, ''), cases];
    }),
  );
}

/** The operators that a case's graph calls; in-place ones by the name of the plain form. */
export function operatorsOf(c: OpdbCase): Set<string> {
  return new Set(
    Array.from(c.graph.matchAll(/= (aten::\w+|torchvision::\w+)/g), (m) => (m[1] ?? '').replace(/_$/, '')),
  );
}

/** The names of the graph's inputs, in order, as the text spells them. */
function inputNames(c: OpdbCase): string[] {
  const head = /^graph\(([\s\S]*?)\):\n/.exec(c.graph)?.[1] ?? '';
  return Array.from(head.matchAll(/%([\w.]+) :/g), (m) => m[1] ?? '');
}

/** Why a case fails in a mode, at any of its runs; undefined when all agree with PyTorch. */
export function failureOf(book: RuleBook, c: OpdbCase, mode: Mode): Promise<string | undefined> {
  const runs = c.in.map((tensors, i) => ({ in: tensors, out: c.out[i] ?? [] }));
  const recorded = { inputs: inputNames(c), runs, still: c.still ?? 0, random: c.random === true };
  return failureOfCase(book, () => loadModel(Buffer.from(c.graph), { rules: book }), recorded, mode);
}
