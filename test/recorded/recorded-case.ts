import { compile } from '../../src/compiler.js';
import type { DimRange, DimSpec, InputSpec } from '../../src/compiler-options.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import type { LoadedModel } from '../../src/frontends/torchscript/load.js';
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

/** What went into a model and what PyTorch gave, at the sizes of one run. */
export interface RecordedRun {
  readonly in: readonly RecordedTensor[];
  readonly out: readonly RecordedTensor[];
}

export interface RecordedCase {
  readonly inputs: readonly string[];
  readonly runs: readonly RecordedRun[];
  /** So many first inputs are weights, whose extents never vary. */
  readonly still?: number;
  /** Compare dtypes and shapes only. */
  readonly random?: boolean;
}

/** Static: a compilation for each run. Dynamic: one for all, with a symbol for each extent. */
export type Mode = 'static' | 'dynamic';

/** Beyond every recorded size. */
const MAX_EXTENT = 1 << 20;

interface Declared {
  readonly inputs: readonly InputSpec[];
  readonly dims: Readonly<Record<string, DimRange>>;
}

/** Inputs as declared: with the sizes of a run, or with a symbol for each extent. A symbol of size 0 says so by its range. */
function declared(c: RecordedCase, mode: Mode, run: number): Declared {
  const symbols = new Map<string, string>();
  const dims: Record<string, DimRange> = {};
  const inputs = c.inputs.map((name, i): InputSpec => {
    const shapes = c.runs.map((r) => r.in[i]?.s ?? []);
    const dtype = c.runs[0]?.in[i]?.t ?? '';
    if (!isDType(dtype)) throw new Error(`${name}: dtype ${dtype}`);
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

/** Why a case fails in a mode, at any of its runs; undefined when all agree with PyTorch. `load` gives a fresh model. */
export async function failureOf(
  book: RuleBook,
  load: () => Promise<LoadedModel>,
  c: RecordedCase,
  mode: Mode,
): Promise<string | undefined> {
  const runs = c.runs.map((_, i) => i);
  try {
    for (const group of mode === 'static' ? runs.map((r) => [r]) : [runs]) {
      const model = await load();
      try {
        const why = await groupFailure(book, model, c, mode, group);
        if (why !== undefined) return why;
      } finally {
        model.close();
      }
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
  model: LoadedModel,
  c: RecordedCase,
  mode: Mode,
  runs: readonly number[],
): Promise<string | undefined> {
  const { onnx } = await compile(model, { rules: book, ...declared(c, mode, runs[0] ?? 0) });
  await using session = await createSession(modelBytes(onnx), { threads: 1, logSeverity: 4 });
  // An input that nothing reads is none of the ONNX model's.
  const known = new Set(session.inputs.map((i) => i.name));
  for (const run of runs) {
    const { in: given = [], out: wanted = [] } = c.runs[run] ?? {};
    const feeds = c.inputs.flatMap((name, i) => {
      const recorded = given[i];
      return recorded !== undefined && known.has(name) ? [[name, dataOf(recorded)] as const] : [];
    });
    const results = Object.values(await session.run(Object.fromEntries(feeds)));
    if (results.length !== wanted.length) return `run ${run}: ${results.length} results, not ${wanted.length}`;
    for (const [i, w] of wanted.entries()) {
      const got = results[i];
      const why = got === undefined ? 'no result' : difference(got, dataOf(w), c.random === true);
      if (why !== undefined) return `run ${run}, result ${i}: ${why}`;
    }
  }
  return undefined;
}
