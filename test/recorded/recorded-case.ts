import { compile } from '../../src/compiler.js';
import type { ConstSpec, DimRange, DimSpec, InputSpec, InputType } from '../../src/compiler-options.js';
import { parseConst } from '../../src/declaration/parse-const.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import type { LoadedModel } from '../../src/frontends/torchscript/load.js';
import { isDType } from '../../src/ir/dtype.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { createSession } from '../../src/runtime/session.js';
import { difference } from './difference.js';
import { undeclaredOperators } from './undeclared.js';

/** A recorded tensor: dtype, shape, elements as little-endian bytes in base64. */
export interface RecordedTensor {
  readonly t: string;
  readonly s: readonly number[];
  readonly b: string;
}

/** An argument: a tensor, a list, tuple or dict, or a constant in Python's spelling, which is baked in. */
export type RecordedInput =
  | RecordedTensor
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly RecordedInput[] }
  | { readonly kind: 'dict'; readonly keys: readonly string[]; readonly items: readonly RecordedInput[] }
  | { readonly const: string };

/** What went into a model and what PyTorch gave, at the sizes of one run. */
export interface RecordedRun {
  readonly in: readonly RecordedInput[];
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
  readonly consts: readonly ConstSpec[];
  readonly dims: Readonly<Record<string, DimRange>>;
}

/** Declares the inputs of runs: with the sizes of the first, or with a symbol for each extent. */
class Declaration {
  private readonly symbols = new Map<string, string>();
  /** A symbol of size 0 says so by its range. */
  private readonly dims: Record<string, DimRange> = {};

  constructor(
    private readonly c: RecordedCase,
    private readonly mode: Mode,
    private readonly runs: readonly number[],
  ) {}

  all(): Declared {
    const inputs: InputSpec[] = [];
    const consts: ConstSpec[] = [];
    this.c.inputs.forEach((name, i) => {
      const variants = this.runs.flatMap((run) => this.c.runs[run]?.in[i] ?? []);
      const [first] = variants;
      if (first === undefined) return;
      if ('const' in first) consts.push(parseConst(`${name}=${first.const}`));
      else inputs.push({ name, type: this.type(variants, this.mode === 'static' || i < (this.c.still ?? 0)) });
    });
    return { inputs, consts, dims: this.dims };
  }

  /** `variants`: the same argument at each run. */
  private type(variants: readonly RecordedInput[], fixed: boolean): InputType {
    const [first] = variants;
    if (first === undefined || 'const' in first) throw new Error('a constant inside a container');
    if ('items' in first) {
      const items = first.items.map((_, k) =>
        this.type(
          variants.flatMap((v) => ('items' in v ? (v.items[k] ?? []) : [])),
          fixed,
        ),
      );
      return first.kind === 'dict' ? { kind: first.kind, keys: first.keys, items } : { kind: first.kind, items };
    }
    if (!isDType(first.t)) throw new Error(`dtype ${first.t}`);
    const shapes = variants.map((v) => ('s' in v ? v.s : []));
    const dims = first.s.map(
      (size, axis): DimSpec =>
        fixed
          ? size
          : this.symbol(
              size,
              shapes.map((s) => s[axis]),
            ),
    );
    return { kind: 'tensor', dtype: first.t, dims };
  }

  /** Extents that are equal in every run are one symbol, as equal sizes of a model are. */
  private symbol(size: number, sizes: readonly (number | undefined)[]): string {
    const key = sizes.join();
    const symbol = this.symbols.get(key) ?? `s${this.symbols.size}`;
    this.symbols.set(key, symbol);
    if (size === 0) this.dims[symbol] = { min: 0, opt: 1, max: MAX_EXTENT };
    return symbol;
  }
}

/** Runs that one compilation serves: those of the same constants. */
function groupsOf(c: RecordedCase, mode: Mode): number[][] {
  const groups = new Map<string, number[]>();
  c.runs.forEach((run, i) => {
    const key = mode === 'static' ? String(i) : run.in.map((x) => ('const' in x ? x.const : '')).join();
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  return [...groups.values()];
}

function feed(name: string, input: RecordedInput, known: ReadonlySet<string>): (readonly [string, TensorData])[] {
  if ('const' in input) return [];
  if ('items' in input)
    return input.items.flatMap((item, k) => feed(`${name}.${input.kind === 'dict' ? input.keys[k] : k}`, item, known));
  return known.has(name) ? [[name, dataOf(input)]] : [];
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
  try {
    for (const group of groupsOf(c, mode)) {
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
  const { onnx } = await compile(model, { rules: book, ...new Declaration(c, mode, runs).all() });
  const undeclared = undeclaredOperators(onnx.graph, (op) => book.recipes(op));
  if (undeclared !== '') return undeclared;
  await using session = await createSession(modelBytes(onnx), { threads: 1, logSeverity: 4 });
  // An input that nothing reads is none of the ONNX model's.
  const known = new Set(session.inputs.map((i) => i.name));
  for (const run of runs) {
    const { in: given = [], out: wanted = [] } = c.runs[run] ?? {};
    const feeds = c.inputs.flatMap((name, i) => {
      const recorded = given[i];
      return recorded === undefined ? [] : feed(name, recorded, known);
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
