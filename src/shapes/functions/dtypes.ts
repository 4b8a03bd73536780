import { type ExprValue, Float, isDim, TensorRef, UNKNOWN } from '../../expr/value.js';
import {
  type DType,
  dtypeBytes,
  dtypeCode,
  dtypeFromCode,
  isComplex,
  isDType,
  isFloating,
  isIntegral,
} from '../../ir/dtype.js';
import { any, anyList, define, dtype, type FunctionTable } from './define.js';

/** PyTorch's default dtype, which Python floats and divisions of ints get. */
const DEFAULT_FLOAT: DType = 'float32';

/** c10::promoteTypes. */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b || b === 'bool') return a;
  if (a === 'bool') return b;
  if (isComplex(a) || isComplex(b)) return promoteComplex(a, b);
  if (isFloating(a) !== isFloating(b)) return isFloating(a) ? a : b;
  if (isFloating(a)) {
    // float16 and bfloat16 hold neither the other's range nor its precision.
    if (dtypeBytes(a) === dtypeBytes(b)) return 'float32';
    return dtypeBytes(a) > dtypeBytes(b) ? a : b;
  }
  if (a === 'uint8' || b === 'uint8') {
    const other = a === 'uint8' ? b : a;
    return other === 'int8' ? 'int16' : other;
  }
  return dtypeBytes(a) > dtypeBytes(b) ? a : b;
}

function promoteComplex(a: DType, b: DType): DType {
  const bytes = Math.max(...[a, b].map((d) => (isComplex(d) ? dtypeBytes(d) : isFloating(d) ? dtypeBytes(d) * 2 : 0)));
  return bytes > 8 ? 'complex128' : bytes > 4 ? 'complex64' : 'complex32';
}

function complexOf(d: DType): DType {
  return d === 'float64' ? 'complex128' : d === 'float16' ? 'complex32' : 'complex64';
}

/** at::native::combine_categories: the lower category changes the dtype only where it is of a higher kind. */
function combine(higher: DType | undefined, lower: DType | undefined): DType | undefined {
  if (higher === undefined) return lower;
  if (lower === undefined || isComplex(higher)) return higher;
  if (isFloating(higher)) return isComplex(lower) ? complexOf(higher) : higher;
  if (higher === 'bool' || isFloating(lower) || isComplex(lower)) return promoteTypes(higher, lower);
  return higher;
}

/** The dtype that a Python number counts as. */
export function scalarDtype(v: ExprValue): DType | undefined {
  if (isDim(v)) return 'int64';
  if (v instanceof Float) return DEFAULT_FLOAT;
  return typeof v === 'boolean' ? 'bool' : undefined;
}

/**
 * torch.result_type over any number of tensors and numbers (none is skipped): tensors with axes count most,
 * then 0-d tensors, then Python numbers.
 */
export function promote(args: readonly ExprValue[]): DType | undefined {
  let axes: DType | undefined;
  let zero: DType | undefined;
  let number: DType | undefined;
  let unranked: DType | undefined;
  for (const v of args) {
    if (v === null) continue;
    if (v instanceof TensorRef) {
      if (v.dtype === undefined) return undefined;
      if (v.shape === undefined) {
        if (unranked !== undefined && unranked !== v.dtype) return undefined;
        unranked = v.dtype;
      } else if (v.shape.length > 0) axes = axes === undefined ? v.dtype : promoteTypes(axes, v.dtype);
      else zero = zero === undefined ? v.dtype : promoteTypes(zero, v.dtype);
      continue;
    }
    const d = scalarDtype(v);
    if (d === undefined) return undefined;
    number = number === undefined ? d : promoteTypes(number, d);
  }
  const ranked = combine(axes, combine(zero, number));
  if (unranked === undefined) return ranked;
  // Without a rank its category is open: told only where both give the same.
  const asAxes = combine(axes === undefined ? unranked : promoteTypes(axes, unranked), combine(zero, number));
  const asZero = combine(axes, combine(zero === undefined ? unranked : promoteTypes(zero, unranked), number));
  return asAxes === asZero ? asAxes : undefined;
}

/** Ints and bools become the default float, as in division, mean and sqrt. */
export function toFloat(d: DType): DType {
  return isIntegral(d) || d === 'bool' ? DEFAULT_FLOAT : d;
}

function sumDtype(d: DType): DType {
  return isIntegral(d) || d === 'bool' ? 'int64' : d;
}

const REAL_OF: Partial<Record<DType, DType>> = { complex32: 'float16', complex64: 'float32', complex128: 'float64' };

export const DTYPE_FUNCTIONS: FunctionTable = {
  promote: {
    doc: "dtype of an operation on tensors and numbers, by PyTorch's type promotion",
    minArgs: 1,
    maxArgs: 16,
    call: (args) => promote(args) ?? UNKNOWN,
  },
  promote_list: define('promote over the tensors of a list', [anyList], (_, list) =>
    list.includes(UNKNOWN) ? UNKNOWN : (promote(list) ?? UNKNOWN),
  ),
  to_float: define('the dtype, or float32 for ints and bools', [dtype], (_, d) => toFloat(d)),
  sum_dtype: define('dtype of a sum: int64 for ints and bools', [dtype], (_, d) => sumDtype(d)),
  real_dtype: define('dtype of the real part of a complex dtype', [dtype], (_, d) => REAL_OF[d] ?? d),
  complex_dtype: define('complex dtype with parts of this dtype', [dtype], (_, d) =>
    isComplex(d) ? d : complexOf(toFloat(d)),
  ),
  is_floating: define('true for float dtypes', [dtype], (_, d) => isFloating(d)),
  is_complex: define('true for complex dtypes', [dtype], (_, d) => isComplex(d)),
  is_integral: define('true for int dtypes, bool not included', [dtype], (_, d) => isIntegral(d)),
  dtype_of: define(
    'dtype of a ScalarType number; none gives the second argument',
    [any, any],
    (_, code, otherwise) => {
      if (code === null) return otherwise;
      if (typeof code === 'string' && isDType(code)) return code;
      return typeof code === 'number' ? (dtypeFromCode(code) ?? UNKNOWN) : UNKNOWN;
    },
    { optional: 1 },
  ),
  scalar_dtype: define('dtype that a Python number counts as', [any], (_, v) => scalarDtype(v) ?? UNKNOWN),
  itemsize: define('bytes of one element', [dtype], (_, d) => dtypeBytes(d)),
  dtype_code: define('ScalarType number of a dtype', [any], (_, v) =>
    typeof v === 'string' && isDType(v) ? dtypeCode(v) : UNKNOWN,
  ),
};
