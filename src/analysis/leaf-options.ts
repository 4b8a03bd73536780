import type { Content } from '../ir/content.js';
import { type Dim, symbol } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { Attribute, Value } from '../ir/graph.js';
import { BOOL, FLOAT, INT, listOf, NONE, NUMBER, STR, TENSOR, type Type, tensorType, typeName } from '../ir/type.js';

/** What an option makes values with. */
export interface Maker {
  constant(value: Attribute, type: Type): Value;
  input(type: Type, content?: Content): Value;
  /** A number or list that is known only at run time: the cast of a tensor, of which the elements may be known. */
  dynamic(type: Type, dtype: DType, shape: readonly Dim[], elements?: readonly Dim[]): Value;
  list(items: readonly Value[], element: Type): Value;
  /** A value of the type, chosen in its turn; `key` tells it from others. */
  value(type: Type, key: string): Value;
}

/** One way to make a value of a type. */
export type Option = (make: Maker) => Value;

const [N, C, H, W] = [symbol('N'), symbol('C'), symbol('H'), symbol('W')];

/** Tensors that operators tell apart: by rank, by what of the shape is known, by kind of dtype. */
const TENSORS: readonly (readonly [DType | undefined, readonly Dim[] | undefined])[] = [
  ['float32', [N, 4]],
  ['float32', [N, C, H, W]],
  ['float32', [2, 4]],
  ['int64', []],
  ['int64', [2]],
  ['bool', [N, 4]],
  ['float32', []],
  ['float32', [2, 3, 4, 4]],
  ['float32', [N, C, H]],
  ['float32', [N]],
  ['int64', [N, 4]],
  ['bool', []],
  ['float64', []],
  ['int32', [N]],
  ['float64', [N, 4]],
  ['float16', [N, 4]],
  ['float32', [1, N, 1]],
  ['complex64', [N, 4]],
  ['float32', undefined],
  [undefined, [N, 4]],
  ['float32', [N, C, H, W, 2]],
];

/** Shapes of quantized tensors, whose scale and zero point are known. */
const QUANTIZED: readonly (readonly Dim[])[] = [
  [N, C, H, W],
  [N, C, H],
  [2, 3, 4, 4, 4],
];
const QUANTIZER: Content = { kind: 'quantized', scale: 0.5, zeroPoint: 3 };

const INTS: readonly number[] = [1, 0, 2, -1, 3, 6];
const FLOATS: readonly number[] = [0.5, 0, 1];
const INT_LISTS: readonly (readonly number[])[] = [
  [1, 1],
  [0],
  [-1],
  [0, 1],
  [2, 4],
  [0, 0],
  [1, 1, 1],
  [0, 2, 1],
  [0, 0, 0, 0],
  [],
];
const DYNAMIC_SHAPES: readonly (readonly Dim[])[] = [[N, 4], [H, W], [N, 2, 2], [H], [2, H], [N, C, H, W]];

/** Constants that conditions speak of: `$d in [12, 13]`. */
export interface Mentioned {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** The constants in the texts of expressions. */
export function mentionedIn(texts: readonly string[]): Mentioned {
  const all = texts.join('\n');
  const quoted = [...all.matchAll(/'([^']*)'/g)].map((m) => m[1] ?? '');
  const numbers = (all.replace(/'[^']*'/g, '').match(/(?<![\w.$])-?\d+(?:\.\d+)?/g) ?? []).map(Number);
  return { numbers: [...new Set(numbers)], texts: [...new Set(quoted)] };
}

/** More ways to make a value of a type: the constants that are spoken of. */
export function mentionedOptions(type: Type, { numbers, texts }: Mentioned): Option[] {
  switch (type.kind) {
    case 'int':
      return numbers.filter(Number.isInteger).map(constant(INT));
    case 'float':
      return numbers.map(constant(FLOAT));
    case 'number':
      return numbers.map((n) => constant(Number.isInteger(n) ? INT : FLOAT)(n));
    case 'str':
      return texts.map(constant(STR));
    case 'optional':
      return mentionedOptions(type.element, { numbers, texts });
    default:
      return [];
  }
}

const known = new Map<string, readonly Option[]>();

/** The ways to make a value of a type, the plainest first. Never empty. */
export function optionsOf(type: Type): readonly Option[] {
  const key = type.kind === 'list' && type.size !== undefined ? `${typeName(type)}${type.size}` : typeName(type);
  let options = known.get(key);
  if (options === undefined) {
    options = make(type);
    known.set(key, options);
  }
  return options;
}

function make(type: Type): readonly Option[] {
  switch (type.kind) {
    case 'tensor':
      return [
        ...TENSORS.map(
          ([dtype, shape]): Option =>
            (m) =>
              m.input(tensorType(dtype, shape)),
        ),
        ...QUANTIZED.map(
          (shape): Option =>
            (m) =>
              m.input(tensorType('quint8', shape), QUANTIZER),
        ),
      ];
    case 'int':
      return [
        ...INTS.slice(0, 1).map(constant(INT)),
        (m) => m.dynamic(INT, 'int64', []),
        ...INTS.slice(1).map(constant(INT)),
        (m) => m.dynamic(INT, 'int64', [], [H]),
        (m) => m.dynamic(INT, 'int64', [], [N]),
        (m) => m.dynamic(INT, 'int64', [], [1]),
        (m) => m.input(INT, { kind: 'int', value: symbol('n') }),
      ];
    case 'float':
      return [...FLOATS.map(constant(FLOAT)), (m) => m.dynamic(FLOAT, 'float64', [])];
    case 'bool':
      return [...[false, true].map(constant(BOOL)), (m) => m.dynamic(BOOL, 'bool', [])];
    case 'number':
      return [
        (m) => m.constant(2, INT),
        (m) => m.dynamic(INT, 'int64', []),
        (m) => m.constant(0.5, FLOAT),
        (m) => m.dynamic(FLOAT, 'float64', []),
        (m) => m.constant(1, INT),
        (m) => m.constant(0, INT),
      ];
    case 'str':
      return ['', 'constant', 'floor', 'trunc', 'mean', 'reflect', 'nearest'].map(constant(STR));
    case 'none':
      return [(m) => m.constant(null, NONE)];
    case 'optional':
      return [(m) => m.constant(null, NONE), ...optionsOf(type.element)];
    case 'list':
      return lists(type.element, type.size);
    case 'device':
      return [(m) => m.constant('cpu', type)];
    case 'any':
    case 'var':
      return [...optionsOf(TENSOR), ...optionsOf(NUMBER)];
    default:
      return [(m) => m.input(type)];
  }
}

function constant(type: Type): (value: Attribute) => Option {
  return (value) => (m) => m.constant(value, type);
}

function lists(element: Type, size: number | undefined): readonly Option[] {
  const type = listOf(element);
  const built: Option = (m) => m.list([m.value(element, '0'), m.value(element, '1')], element);
  switch (element.kind) {
    case 'int': {
      const constants = INT_LISTS.map(constant(type));
      const dynamic = DYNAMIC_SHAPES.map(
        (dims): Option =>
          (m) =>
            m.dynamic(type, 'int64', [dims.length], dims),
      );
      const sized = size === undefined ? [] : [0, 1, 2].map((n) => Array.from({ length: size }, () => n));
      return [
        ...sized.map(constant(type)),
        ...constants.slice(0, 1),
        ...dynamic.slice(0, 2),
        built,
        ...constants.slice(1),
        ...dynamic.slice(2),
        (m) => m.dynamic(type, 'int64', [2]),
        (m) => m.dynamic(type, 'int64', [symbol('n')]),
      ];
    }
    case 'float':
      return [
        (m) => m.constant([0.5, 2], type),
        (m) => m.dynamic(type, 'float64', [2]),
        built,
        (m) => m.constant([1], type),
      ];
    case 'bool':
      return [(m) => m.constant([true, false], type), (m) => m.dynamic(type, 'bool', [2]), built];
    case 'str':
      return [(m) => m.constant(['a', 'b'], type), (m) => m.input(type)];
    default:
      return [built, (m) => m.list([m.value(element, '0')], element), (m) => m.input(type)];
  }
}
