import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputSpec } from '../../src/compiler-options.js';
import { isDType } from '../../src/ir/dtype.js';
import { readNumbers } from '../../src/ir/half.js';
import type { TensorData } from '../../src/ir/tensor-data.js';
import { readNpy } from '../../src/npy/read-npy.js';

/** A recorded model: test/models/generate.py says how it was made. */
export interface ModelCase {
  readonly name: string;
  readonly dir: string;
  readonly file: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly dims: readonly (string | number)[];
  }[];
  readonly dims: Readonly<Record<string, { readonly min: number; readonly opt: number; readonly max: number }>>;
  readonly tolerance: number;
  readonly runs: readonly {
    readonly inputs: readonly { readonly file: string }[];
    readonly outputs: readonly { readonly file: string }[];
  }[];
}

const ROOT = import.meta.dirname;

export function modelCases(): ModelCase[] {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => {
      const dir = join(ROOT, e.name);
      return { ...JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8')), dir };
    });
}

/** The declared inputs, with their symbols or, for `run`, with the sizes of that run. */
export function inputSpecs(c: ModelCase, run?: number): InputSpec[] {
  return c.inputs.map((i, k) => {
    if (!isDType(i.dtype)) throw new Error(`${c.name}: dtype ${i.dtype}`);
    const shape = run === undefined ? i.dims : loadArray(c, c.runs[run]?.inputs[k]?.file ?? '').shape;
    return { name: i.name, type: { kind: 'tensor', dtype: i.dtype, dims: shape } };
  });
}

export function loadArray(c: ModelCase, file: string): TensorData {
  return readNpy(join(c.dir, file));
}

/** The largest difference beyond `tolerance`, absolute or relative; undefined when the tensors agree. */
export function difference(got: TensorData, want: TensorData, tolerance: number): string | undefined {
  if (got.dtype !== want.dtype) return `dtype ${got.dtype}, not ${want.dtype}`;
  if (got.shape.join() !== want.shape.join()) return `shape [${got.shape}], not [${want.shape}]`;
  const a = readNumbers(got);
  const b = readNumbers(want);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    const d = Math.abs(x - y);
    if (!(d <= tolerance + tolerance * Math.abs(y)))
      worst = Math.max(worst, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
  }
  return worst === 0 ? undefined : `largest difference ${worst}`;
}
