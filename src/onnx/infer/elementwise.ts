import { type Dim, dimCompare, dimsEqual } from '../../ir/dim.js';
import { type DType, isFloating } from '../../ir/dtype.js';
import type { InferContext, InferRule, InferredType, InferTable } from './context.js';
import { broadcastShapes } from './dims.js';
import { ELEMENT_FUNCTIONS, mapElements } from './elements.js';

/** The first input's shape. */
export const sameShape: InferRule = (c) => [{ shape: c.shape(0) }];

/** NumPy broadcast of all given inputs; undefined when one rank is unknown. */
export function broadcastInputs(c: InferContext, inputs = c.inputs.keys()): Dim[] | undefined {
  const shapes: (readonly Dim[])[] = [];
  for (const i of inputs) {
    const s = c.shape(i);
    if (s === undefined) return undefined;
    shapes.push(s);
  }
  return broadcastShapes(shapes, c.symbols);
}

const broadcast: InferRule = (c) => {
  const shape = broadcastInputs(c);
  const fn = ELEMENT_FUNCTIONS[c.op];
  return [{ shape, elements: fn === undefined ? undefined : mapElements(c, fn, shape) }];
};

const unaryElements: InferRule = (c) => {
  const fn = ELEMENT_FUNCTIONS[c.op];
  const shape = c.shape(0);
  return [{ shape, elements: fn === undefined ? undefined : mapElements(c, fn, shape) }];
};

const clip: InferRule = (c) => {
  const fn = ELEMENT_FUNCTIONS.Clip;
  const whole = c.has(1) && c.has(2) && fn !== undefined;
  return [{ shape: c.shape(0), elements: whole ? mapElements(c, fn, c.shape(0)) : undefined }];
};

const INT32_MAX = 2 ** 31 - 1;

function castElements(c: InferContext, to: DType | undefined): readonly Dim[] | undefined {
  const from = c.dtype(0);
  const elements = c.elements(0);
  if (elements === undefined || from === undefined || isFloating(from)) return undefined;
  if (to === 'int64') return elements;
  if (to === 'int32') {
    return elements.every((d) => typeof d !== 'number' || Math.abs(d) <= INT32_MAX) ? elements : undefined;
  }
  if (to !== 'bool') return undefined;
  return mapElements(
    c,
    ([d]) => {
      const nonZero = d === undefined ? undefined : dimCompare('ne', d, 0, c.symbols.ranges);
      return nonZero === undefined ? undefined : Number(nonZero);
    },
    c.shape(0),
  );
}

function cast(c: InferContext, to: DType | undefined): readonly InferredType[] {
  return [{ dtype: to, shape: c.shape(0), elements: castElements(c, to) }];
}

const SAME_SHAPE = [
  'Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish Hardmax',
  'IsInf IsNaN LeakyRelu Log LogSoftmax Mish Reciprocal Relu Round Selu Shrink Sigmoid Sin Sinh Softmax Softplus',
  'Softsign Sqrt Tan Tanh ThresholdedRelu Trilu CumSum LpNormalization LRN MeanVarianceNormalization',
  'ReverseSequence ScatterElements ScatterND',
];

const UNARY_ELEMENTS = ['Neg', 'Abs', 'Sign', 'Not'];

const BROADCAST = [
  'Add Sub Mul Div Mod Pow Min Max Mean Sum Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Where',
  'BitShift BitwiseAnd BitwiseOr BitwiseXor',
];

function table(names: readonly string[], rule: InferRule): Record<string, InferRule> {
  return Object.fromEntries(names.flatMap((line) => line.split(' ')).map((name) => [name, rule]));
}

export const ELEMENTWISE: InferTable = {
  ...table(SAME_SHAPE, sameShape),
  ...table(UNARY_ELEMENTS, unaryElements),
  ...table(BROADCAST, broadcast),
  Clip: clip,
  Identity: (c) => [{ shape: c.shape(0), elements: c.elements(0), sequence: c.inputs[0]?.sequence }],
  Cast: (c) => cast(c, c.dtypeAttribute('to')),
  CastLike: (c) => cast(c, c.dtype(1)),
  // The slope broadcasts to X, never the other way.
  PRelu: sameShape,
  Dropout: (c) => [{ shape: c.shape(0) }, { dtype: 'bool', shape: c.shape(0) }],
};

/** Whether two known shapes are equal for every size of their symbols. */
export function sameKnownShape(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  return a !== undefined && b !== undefined && dimsEqual(a, b);
}
