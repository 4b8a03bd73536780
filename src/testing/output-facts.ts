import type { Note, Span } from '../diagnostics/diagnostic.js';
import { type Dim, dimEvaluate, dimKey, dimSymbols, symbolName } from '../ir/dim.js';
import { type DType, isComplex } from '../ir/dtype.js';
import type { OpName, Value } from '../ir/graph.js';
import { readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import type { Type } from '../ir/type.js';
import type { RuleBook } from '../rulebook/load.js';
import { realDtype } from './numeric-form.js';

/** What the facts say of one tensor that a graph gives. Sizes known only at run time are left open. */
export interface OutputFact {
  readonly dtype?: DType;
  readonly shape?: readonly Dim[];
  /** In row-major order. */
  readonly elements?: readonly Dim[];
  /** The operator whose facts they are, and where these stand. */
  readonly op?: OpName;
  readonly at?: Span;
}

/** The facts of a value, whose type may be told by what stands around it (an item of a list). */
export function outputFact(book: RuleBook, value: Value, type: Type = value.type): OutputFact {
  const op = value.producer?.op;
  const from = { op, at: op === undefined ? undefined : book.registry.get(op)?.span };
  if (type.kind !== 'tensor') return from;
  const { content } = value;
  const elements = content?.kind === 'elements' && type === value.type ? content.values : undefined;
  return { ...from, dtype: type.dtype, shape: type.shape, elements };
}

/** Sizes of the symbols that name whole extents of inputs. */
export function boundSizes(types: readonly Type[], feeds: readonly TensorData[]): Map<string, number> {
  const sizes = new Map<string, number>();
  types.forEach((type, i) => {
    if (type.kind !== 'tensor') return;
    type.shape?.forEach((d, axis) => {
      const [name, size] = [symbolName(d), feeds[i]?.shape[axis]];
      if (name !== undefined && size !== undefined) sizes.set(name, size);
    });
  });
  return sizes;
}

/** How a tensor differs from its facts at sizes, in words, and where they stand; undefined where it does not. */
export function factDifference(
  fact: OutputFact,
  found: TensorData,
  sizes: ReadonlyMap<string, number>,
): { readonly message: string; readonly notes: readonly Note[] } | undefined {
  const wrong = dtypeWrong(fact, found) ?? shapeWrong(fact, found, sizes) ?? elementsWrong(fact, found, sizes);
  if (wrong === undefined) return undefined;
  const of = fact.op === undefined ? '' : ` of ${fact.op}`;
  const notes: Note[] = fact.at === undefined ? [] : [{ message: `the facts${of} stand here`, at: fact.at }];
  return { message: `${wrong} by the facts${of}`, notes };
}

function dtypeWrong({ dtype }: OutputFact, found: TensorData): string | undefined {
  return dtype === undefined || realDtype(dtype) === found.dtype ? undefined : `dtype ${found.dtype}, not ${dtype}`;
}

function shapeWrong(
  { dtype, shape }: OutputFact,
  found: TensorData,
  sizes: ReadonlyMap<string, number>,
): string | undefined {
  if (shape === undefined) return undefined;
  const held: readonly Dim[] = dtype !== undefined && isComplex(dtype) ? [...shape, 2] : shape;
  const same = held.length === found.shape.length && held.every((d, i) => agrees(d, found.shape[i], sizes));
  return same ? undefined : `shape [${found.shape}], not [${held.map(dimKey).join(', ')}]`;
}

function elementsWrong(
  { elements }: OutputFact,
  found: TensorData,
  sizes: ReadonlyMap<string, number>,
): string | undefined {
  if (elements === undefined) return undefined;
  const numbers = readNumbers(found);
  const same = elements.length === numbers.length && elements.every((d, i) => agrees(d, numbers[i], sizes));
  return same ? undefined : `elements ${numbers.join(', ')}, not ${elements.map(dimKey).join(', ')}`;
}

/** True where a size is what the fact says, or the fact has a symbol that nothing binds. */
function agrees(d: Dim, size: number | undefined, sizes: ReadonlyMap<string, number>): boolean {
  for (const s of dimSymbols(d)) if (!sizes.has(s)) return true;
  return dimEvaluate(d, sizes) === size;
}
