import { readdirSync, readFileSync } from 'node:fs';
import { compile, loadModel } from '../../src/compiler.js';
import type { DimRange, DimSpec, InputSpec } from '../../src/compiler-options.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { isDType } from '../../src/ir/dtype.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { createSession } from '../../src/runtime/session.js';
import { difference } from './difference.js';

/** A recorded tensor: dtype, shape, elements as little-endian bytes in base64. */
export interface RecordedTensor {
  readonly t: string;
  readonly s: readonly number[];
  readonly b: string;
}

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

export type Mode = 'static' | 'dynamic';

/** Beyond every recorded size. */
const MAX_EXTENT = 1 << 20;

/** Every recorded case by file. */
export function opdbCases(folder: URL): Map<string, OpdbCase[]> {
  const files = readdirSync(folder).filter((f) => f.endsWith('.json'));
  return new Map(
    files
      .sort()
      .map((f) => [f.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(f, folder), 'utf8')) as OpdbCase[]]),
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

interface Declared {
  readonly inputs: readonly InputSpec[];
  readonly dims: Readonly<Record<string, DimRange>>;
}

/** Inputs as declared: with the sizes of a run, or with a symbol for each extent. A symbol of size 0 says so by its range. */
function declared(c: OpdbCase, mode: Mode, run: number): Declared {
  const symbols = new Map<string, string>();
  const dims: Record<string, DimRange> = {};
  const inputs = inputNames(c).map((name, i): InputSpec => {
    const shapes = c.in.map((set) => set[i]?.s ?? []);
    const dtype = c.in[0]?.[i]?.t ?? '';
    if (!isDType(dtype)) throw new Error(`${c.id}: dtype ${dtype}`);
    const extents = (shapes[run] ?? []).map((size, axis): DimSpec => {
      if (mode === 'static' || i < (c.still ?? 0)) return size;
      // Extents that are equal in every run are one symbol, as equal sizes of a model are.
      const key = shapes.map((s) => s[axis]).join();
      const symbol = symbols.get(key) ?? `s${symbols.size}`;
      symbols.set(key, symbol);
      if (size === 0) dims[symbol] = { min: 0, opt: 1, max: MAX_EXTENT };
      return symbol;
    });
    return { name, type: { kind: 'tensor', dtype, dims: extents } };
  });
  return { inputs, dims };
}

function dataOf(r: RecordedTensor): TensorData {
  if (!isDType(r.t)) throw new Error(`dtype ${r.t}`);
  return new TensorData(r.t, r.s, memorySource(Buffer.from(r.b, 'base64')));
}

/** Why a case fails in a mode, at any of its runs; undefined when all agree with PyTorch. */
export async function failureOf(book: RuleBook, c: OpdbCase, mode: Mode): Promise<string | undefined> {
  const runs = c.in.map((_, i) => i);
  try {
    for (const group of mode === 'static' ? runs.map((r) => [r]) : [runs]) {
      const why = await groupFailure(book, c, mode, group);
      if (why !== undefined) return why;
    }
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics.map((d) => `[${d.code}] ${d.message}`).join('; ');
    return e instanceof Error ? (e.stack ?? e.message).split('\n').slice(0, 3).join(' ') : String(e);
  }
  return undefined;
}

/** Compiles once and runs at each of the sizes of `runs`. */
async function groupFailure(
  book: RuleBook,
  c: OpdbCase,
  mode: Mode,
  runs: readonly number[],
): Promise<string | undefined> {
  const model = await loadModel(Buffer.from(c.graph), { rules: book });
  const { onnx } = await compile(model, { rules: book, ...declared(c, mode, runs[0] ?? 0) });
  await using session = await createSession(modelBytes(onnx), { threads: 1, logSeverity: 4 });
  const names = inputNames(c);
  for (const run of runs) {
    // An input that nothing reads is none of the ONNX model's.
    const known = new Set(session.inputs.map((i) => i.name));
    const feeds = names.flatMap((name, i) => {
      const recorded = c.in[run]?.[i];
      return recorded !== undefined && known.has(name) ? [[name, dataOf(recorded)] as const] : [];
    });
    const results = Object.values(await session.run(Object.fromEntries(feeds)));
    const wanted = c.out[run] ?? [];
    if (results.length !== wanted.length) return `run ${run}: ${results.length} results, not ${wanted.length}`;
    for (const [i, w] of wanted.entries()) {
      const got = results[i];
      const why = got === undefined ? 'no result' : difference(got, dataOf(w), c.random === true);
      if (why !== undefined) return `run ${run}, result ${i}: ${why}`;
    }
  }
  return undefined;
}
