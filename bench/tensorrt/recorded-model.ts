import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { compile, loadModel } from '../../src/compiler.js';
import type { InputSpec } from '../../src/compiler-options.js';
import { isDType } from '../../src/ir/dtype.js';
import { readNumbers } from '../../src/ir/half.js';
import type { TensorData } from '../../src/ir/tensor-data.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import type { ModelCase } from '../../test/models/model-case.js';

/** A recorded model as test/models/generate.py and peers.py write it. */
export type Recorded = Pick<ModelCase, 'inputs' | 'dims' | 'runs'>;

/** Compiles an archive of a folder for the recorded dims and writes the ONNX file. */
export async function compileTo(file: string, folder: string, archive: string, recorded: Recorded): Promise<string> {
  const model = await loadModel(join(folder, archive));
  const inputs = recorded.inputs.map(({ name, dtype, dims }): InputSpec => {
    if (!isDType(dtype)) throw new Error(`dtype ${dtype}`);
    return { name, type: { kind: 'tensor', dtype, dims } };
  });
  const { onnx } = await compile(model, { inputs, dims: recorded.dims });
  writeFileSync(file, modelBytes(onnx));
  model.close();
  return file;
}

/** The tolerance t, absolute and relative alike, under which `|x - y| <= t + t * |y|` everywhere. */
export function tolerance(got: TensorData | undefined, want: TensorData): number {
  if (got === undefined || got.shape.join() !== want.shape.join()) return Number.POSITIVE_INFINITY;
  const a = readNumbers(got);
  let worst = 0;
  for (const [i, y] of readNumbers(want).entries()) {
    const x = a[i] ?? 0;
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    const d = Math.abs(x - y) / (1 + Math.abs(y));
    worst = Math.max(worst, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
  }
  return worst;
}

/** The length of the difference over the length of what is wanted (Euclidean norms over all elements). */
export function relativeDistance(got: TensorData | undefined, want: TensorData): number {
  if (got === undefined || got.shape.join() !== want.shape.join()) return Number.POSITIVE_INFINITY;
  const a = readNumbers(got);
  let [difference, length] = [0, 0];
  for (const [i, y] of readNumbers(want).entries()) {
    difference += ((a[i] ?? 0) - y) ** 2;
    length += y ** 2;
  }
  return Math.sqrt(difference / length);
}

/** Rounded. */
export function medianOf(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[sorted.length >> 1] ?? 0);
}

/** Milliseconds, and what the work gave. */
export async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const value = await work();
  return [Math.round(performance.now() - start), value];
}
