import { type DType, dtypeBytes, isComplex } from '../ir/dtype.js';

/** The dtypes that NumPy has, with its letter and size. */
const NUMPY: readonly (readonly [DType, string])[] = [
  ['bool', 'b1'],
  ['uint8', 'u1'],
  ['int8', 'i1'],
  ['int16', 'i2'],
  ['int32', 'i4'],
  ['int64', 'i8'],
  ['float16', 'f2'],
  ['float32', 'f4'],
  ['float64', 'f8'],
  ['complex64', 'c8'],
  ['complex128', 'c16'],
];

const DESCR_OF: ReadonlyMap<DType, string> = new Map(NUMPY);

/** ml_dtypes saves its bfloat16 as two bytes without a meaning, the only form that .npy has for it. */
const DTYPE_OF: ReadonlyMap<string, DType> = new Map([
  ...NUMPY.map(([dtype, descr]): [string, DType] => [descr, dtype]),
  ['V2', 'bfloat16'],
]);

/** `<f4`, `|u1`; undefined for dtypes that NumPy lacks. */
export function descrOf(dtype: DType): string | undefined {
  const descr = DESCR_OF.get(dtype);
  return descr === undefined ? undefined : `${dtypeBytes(dtype) === 1 ? '|' : '<'}${descr}`;
}

/** The dtype of a `descr`, and the size of the numbers whose bytes must be reversed; undefined for other types. */
export function dtypeOfDescr(descr: string): { readonly dtype: DType; readonly swap: number | undefined } | undefined {
  const order = /^[<>|=]/.test(descr) ? descr.slice(0, 1) : '=';
  const dtype = DTYPE_OF.get(descr.replace(/^[<>|=]/, ''));
  if (dtype === undefined) return undefined;
  const width = isComplex(dtype) ? dtypeBytes(dtype) / 2 : dtypeBytes(dtype);
  return { dtype, swap: order === '>' && width > 1 ? width : undefined };
}
