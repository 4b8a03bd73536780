import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { TensorData } from '../ir/tensor-data.js';

/** An input or output of an ONNX model. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /** Sizes, and names of symbolic sizes (`?` for one without a name). */
  readonly dims: readonly (number | string)[];
}

/**
 * Every way in which the fed tensors do not fit the inputs: names, dtypes, ranks, static sizes, and symbols that would
 * have two sizes. The problems come in the order of the inputs.
 * `isUnranked` tells an input of any rank from a 0-d one: both have no dims.
 */
export function checkFeeds(
  inputs: readonly TensorInfo[],
  feeds: ReadonlyMap<string, TensorData>,
  isUnranked: (name: string) => boolean,
): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const sizes = new Map<string, { readonly size: number; readonly place: string }>();
  for (const input of inputs) {
    const fed = feeds.get(input.name);
    if (fed === undefined) {
      problems.push(
        problem(
          'missing-input',
          `the input ${spell(input)} is not fed`,
          `feed a tensor for it; on the command line: --input ${input.name}=FILE.npy`,
        ),
      );
    } else if (fed.dtype !== input.dtype) {
      const message = `the input ${input.name} takes ${input.dtype}, but is fed ${fed.dtype}`;
      problems.push(problem('input-dtype', message, `convert the tensor to ${input.dtype} first`));
    } else problems.push(...checkShape(input, fed.shape, sizes, isUnranked));
  }
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of feeds.keys()) {
    if (known.has(name)) continue;
    problems.push(problem('unknown-input', `the model has no input named ${name}`, namesOf(inputs)));
  }
  return problems;
}

function checkShape(
  input: TensorInfo,
  shape: readonly number[],
  sizes: Map<string, { readonly size: number; readonly place: string }>,
  isUnranked: (name: string) => boolean,
): Diagnostic[] {
  const { name, dims } = input;
  if (dims.length !== shape.length) {
    if (dims.length === 0 && isUnranked(name)) return [];
    const message = `the input ${spell(input)} has rank ${dims.length}, but is fed a tensor of rank ${shape.length} (${sizesText(shape)})`;
    return [problem('input-rank', message, 'add or remove axes of the tensor')];
  }
  return dims.flatMap((dim, axis) => {
    const size = shape[axis] ?? 0;
    if (typeof dim === 'number') {
      if (dim === size) return [];
      const message = `axis ${axis} of the input ${spell(input)} is ${dim}, but is fed a tensor of ${sizesText(shape)}`;
      return [problem('input-shape', message, 'compile the model with a symbol in this place to make the size vary')];
    }
    if (dim === '?') return [];
    const before = sizes.get(dim);
    if (before === undefined) sizes.set(dim, { size, place: `axis ${axis} of ${name}` });
    if (before === undefined || before.size === size) return [];
    const message = `${dim} is ${before.size} by ${before.place}, but ${size} by axis ${axis} of ${name}`;
    return [problem('input-shape', message, 'the same symbol is the same size everywhere')];
  });
}

function problem(code: Diagnostic['code'], message: string, help: string): Diagnostic {
  return { code, severity: 'error', message, help };
}

function namesOf(inputs: readonly TensorInfo[]): string {
  return inputs.length === 0 ? 'it has no inputs' : `its inputs are: ${inputs.map(({ name }) => name).join(', ')}`;
}

/** `x=float32[N,3]`, the form of `--input`. */
function spell({ name, dtype, dims }: TensorInfo): string {
  return `${name}=${dtype}[${dims.join(',')}]`;
}

function sizesText(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}
