import { type DType, isComplex } from '../ir/dtype.js';
import { readBigInts, readNumbers, tensorFromNumbers } from '../ir/half.js';
import { TensorData } from '../ir/tensor-data.js';
import { createSession, type Session } from '../runtime/session.js';
import type { RecordedRun } from './case-file.js';
import { numberAt } from './draw-feeds.js';
import type { NumericForm } from './numeric-form.js';
import { realDtype } from './numeric-form.js';
import { ITEM_INPUT } from './numeric-outputs.js';
import { boundSizes, factDifference } from './output-facts.js';

/** What a run gives: the tensors of each output of the graph. */
export type Results = readonly (readonly TensorData[])[];

/** Items of a sequence are read one a run. */
const MAX_ITEMS = 64;

/** A form that is ready to run at any number of sizes. */
export class NumericSession {
  private constructor(
    private readonly form: NumericForm,
    private readonly session: Session,
  ) {}

  /** Errors: `runtime-error` when onnxruntime does not take the model. */
  static async open(form: NumericForm): Promise<NumericSession> {
    return new NumericSession(form, await createSession(form.bytes, { threads: 1, logSeverity: 4 }));
  }

  /** Names of the graph's inputs, in order. */
  get inputs(): readonly string[] {
    return this.form.inputs;
  }

  /** `feeds` are those of the graph's inputs, in order. */
  async run(feeds: readonly TensorData[]): Promise<Results> {
    const { form, session } = this;
    const taken = new Set(session.inputs.map((i) => i.name));
    const given = new Map<string, TensorData>();
    form.inputs.forEach((name, i) => {
      const data = feeds[i];
      if (data !== undefined && taken.has(name)) given.set(name, real(data));
    });
    const at = (item: number) => {
      if (taken.has(ITEM_INPUT)) given.set(ITEM_INPUT, tensorFromNumbers('int64', [item], []));
      return session.run(Object.fromEntries(given));
    };
    const first = await at(0);
    const read = (from: Record<string, TensorData>, name: string): TensorData => {
      const data = from[name];
      if (data === undefined) throw new Error(`no output ${name}`);
      return data;
    };
    const results: TensorData[][] = [];
    for (const output of form.outputs) {
      if (output.kind === 'tensors') {
        results.push(output.names.map((n) => read(first, n)));
        continue;
      }
      const length = Math.min(MAX_ITEMS, readNumbers(read(first, output.length))[0] ?? 0);
      const items = [read(first, output.item)];
      for (let i = 1; i < length; i++) items.push(read(await at(i), output.item));
      results.push(items);
    }
    return results;
  }

  /** The first output that is not what the facts say at the sizes of the feeds, in words; undefined where none is. */
  factDifference(feeds: readonly TensorData[], results: Results): ReturnType<typeof factDifference> {
    const { form } = this;
    const sizes = boundSizes(form.inputTypes, feeds);
    for (const [i, output] of form.outputs.entries()) {
      if (output.kind !== 'tensors') continue;
      for (const [k, fact] of output.facts.entries()) {
        const tensor = results[i]?.[k];
        const wrong = tensor === undefined ? undefined : factDifference(fact, tensor, sizes);
        if (wrong !== undefined)
          return form.outputs.length > 1 ? { ...wrong, message: `output ${i}: ${wrong.message}` } : wrong;
      }
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.session.dispose();
  }
}

/** A complex tensor as ONNX holds it. */
function real(data: TensorData): TensorData {
  return isComplex(data.dtype) ? new TensorData(realDtype(data.dtype), [...data.shape, 2], data.source) : data;
}

/** Of a dtype's last places after a few operations; some functions of doubles have float32 kernels only. */
const TOLERANCE: Readonly<Partial<Record<DType, number>>> = {
  bfloat16: 2e-2,
  float16: 4e-3,
  float32: 1e-5,
  float64: 1e-6,
};

/** The first difference in words; undefined when the results agree. `shapesOnly` leaves the elements aside. */
export function difference(
  found: Results,
  wanted: Results,
  tolerance?: number,
  shapesOnly = false,
): string | undefined {
  if (found.length !== wanted.length) return `${found.length} outputs, not ${wanted.length}`;
  for (const [i, tensors] of wanted.entries()) {
    const got = found[i] ?? [];
    const name = wanted.length > 1 ? `output ${i}: ` : '';
    if (got.length !== tensors.length) return `${name}${got.length} tensors, not ${tensors.length}`;
    for (const [k, tensor] of tensors.entries()) {
      const mine = got[k];
      const which = tensors.length > 1 ? `item ${k}: ` : '';
      const d = mine === undefined ? 'nothing' : tensorDifference(mine, tensor, tolerance, shapesOnly);
      if (d !== undefined) return `${name}${which}${d}`;
    }
  }
  return undefined;
}

/** The first difference from a recorded run, whose dtypes are not told. */
export function differenceFrom(found: Results, run: RecordedRun, tolerance?: number): string | undefined {
  const tensors = found.flat();
  if (tensors.length !== run.gives.length) return `${tensors.length} outputs, not ${run.gives.length}`;
  for (const [i, tensor] of tensors.entries()) {
    const name = tensors.length > 1 ? `output ${i}: ` : '';
    const shape = run.shapes?.[i];
    if (shape !== undefined && shape.join() !== tensor.shape.join())
      return `${name}shape [${tensor.shape}], not [${shape}]`;
    const want = (run.gives[i] ?? []).map((v) => numberAt(v) ?? Number.NaN);
    const got = readNumbers(tensor);
    if (got.length !== want.length) return `${name}${got.length} elements, not ${want.length}`;
    const limit = tolerance ?? TOLERANCE[tensor.dtype] ?? 0;
    const at = want.findIndex((v, k) => !isClose(got[k] ?? Number.NaN, v, limit));
    if (at >= 0) return `${name}element ${at} is ${got[at]}, not ${want[at]}`;
  }
  return undefined;
}

function tensorDifference(
  found: TensorData,
  wanted: TensorData,
  tolerance: number | undefined,
  shapesOnly: boolean,
): string | undefined {
  if (found.dtype !== wanted.dtype) return `dtype ${found.dtype}, not ${wanted.dtype}`;
  if (found.shape.join() !== wanted.shape.join()) return `shape [${found.shape}], not [${wanted.shape}]`;
  if (shapesOnly) return undefined;
  const limit = TOLERANCE[wanted.dtype];
  if (limit === undefined) {
    const [got, want] = [readBigInts(found), readBigInts(wanted)];
    const at = want.findIndex((v, i) => v !== got[i]);
    return at < 0 ? undefined : `element ${at} is ${got[at]}, not ${want[at]}`;
  }
  const [got, want] = [readNumbers(found), readNumbers(wanted)];
  const at = want.findIndex((v, i) => !isClose(got[i] ?? Number.NaN, v, tolerance ?? limit));
  return at < 0 ? undefined : `element ${at} is ${got[at]}, not ${want[at]}`;
}

function isClose(got: number, want: number, limit: number): boolean {
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return true;
  return Math.abs(got - want) <= limit * Math.max(1, Math.abs(want));
}
