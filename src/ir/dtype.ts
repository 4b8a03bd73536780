/** Element types of tensors, by PyTorch's names. */
export const DTYPES = [
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  'complex32',
  'complex64',
  'complex128',
  'bool',
  'qint8',
  'quint8',
  'qint32',
  'bfloat16',
] as const;

export type DType = (typeof DTYPES)[number];

/** PyTorch's ScalarType numbers, as serialized graphs hold them (c10/core/ScalarType.h). */
const CODE_OF: Record<DType, number> = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  complex32: 8,
  complex64: 9,
  complex128: 10,
  bool: 11,
  qint8: 12,
  quint8: 13,
  qint32: 14,
  bfloat16: 15,
};

const BYTES: Record<DType, number> = {
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
  complex32: 4,
  complex64: 8,
  complex128: 16,
  bool: 1,
  qint8: 1,
  quint8: 1,
  qint32: 4,
  bfloat16: 2,
};

const BY_CODE = new Map<number, DType>(DTYPES.map((d) => [CODE_OF[d], d]));

/** The dtype of a serialized ScalarType number; undefined for numbers that Thaw does not know. */
export function dtypeFromCode(code: number): DType | undefined {
  return BY_CODE.get(code);
}

/** PyTorch's ScalarType number (c10/core/ScalarType.h). */
export function dtypeCode(dtype: DType): number {
  return CODE_OF[dtype];
}

/** Size of one element in bytes. */
export function dtypeBytes(dtype: DType): number {
  return BYTES[dtype];
}

/** Real floating-point dtypes; complex ones are none of them. */
export function isFloating(dtype: DType): boolean {
  return dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float32' || dtype === 'float64';
}

/** Integers that stand for real numbers by a scale and a zero point. */
export function isQuantized(dtype: DType): boolean {
  return dtype === 'qint8' || dtype === 'quint8' || dtype === 'qint32';
}

/** The integers that tensors of a quantized dtype hold; other dtypes as they are. */
export function storedDtype(dtype: DType): DType {
  switch (dtype) {
    case 'qint8':
      return 'int8';
    case 'quint8':
      return 'uint8';
    case 'qint32':
      return 'int32';
    default:
      return dtype;
  }
}

/** Dtypes of complex numbers. */
export function isComplex(dtype: DType): boolean {
  return dtype === 'complex32' || dtype === 'complex64' || dtype === 'complex128';
}

/** Signed and unsigned integers; bool is not one of them. */
export function isIntegral(dtype: DType): boolean {
  return dtype === 'uint8' || dtype === 'int8' || dtype === 'int16' || dtype === 'int32' || dtype === 'int64';
}

/** True for the name of a dtype, as `float32`. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(CODE_OF, name);
}
