import { DTYPES, type DType } from '../ir/dtype.js';

/**
 * onnx.TensorProto.DataType numbers. Quantized dtypes are stored as the integers that they hold; complex32 has no ONNX
 * form (0, UNDEFINED).
 */
const CODE_OF: Record<DType, number> = {
  float32: 1,
  uint8: 2,
  quint8: 2,
  int8: 3,
  qint8: 3,
  int16: 5,
  int32: 6,
  qint32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  complex32: 0,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
};

const BY_CODE = new Map<number, DType>(
  DTYPES.filter((d) => !d.startsWith('q') && CODE_OF[d] !== 0).map((d) => [CODE_OF[d], d]),
);
BY_CODE.set(2, 'uint8');

/** The dtype's number in ONNX files and in attributes such as Cast's `to`. */
export function onnxDtype(dtype: DType): number {
  return CODE_OF[dtype];
}

/** The dtype of an ONNX number; undefined for types that Thaw has no name for (strings, float8, uint16...). */
export function dtypeFromOnnx(code: number): DType | undefined {
  return BY_CODE.get(code);
}

/** Letters of the type constraints in opset-table.ts. */
const BY_LETTER = new Map<string, DType>([
  ['h', 'float16'],
  ['b', 'bfloat16'],
  ['f', 'float32'],
  ['d', 'float64'],
  ['1', 'int8'],
  ['2', 'int16'],
  ['4', 'int32'],
  ['8', 'int64'],
  ['u', 'uint8'],
  ['?', 'bool'],
  ['c', 'complex64'],
  ['z', 'complex128'],
]);

const LETTER_OF = new Map<DType, string>([...BY_LETTER].map(([letter, dtype]) => [dtype, letter]));

/** The dtype of the tables' letter; undefined for letters of types that no tensor here has. */
export function dtypeFromLetter(letter: string): DType | undefined {
  return BY_LETTER.get(letter);
}

/** The table's letter of a dtype; '' for dtypes that ONNX operators do not take. */
export function letterOfDtype(dtype: DType): string {
  return LETTER_OF.get(dtype) ?? '';
}
