import type { DType } from './dtype.js';

/** How TorchScript's text spells element types (`toString(ScalarType)`, c10/core/ScalarType.h). */
const WORDS: Readonly<Record<DType, string>> = {
  uint8: 'Byte',
  int8: 'Char',
  int16: 'Short',
  int32: 'Int',
  int64: 'Long',
  float16: 'Half',
  float32: 'Float',
  float64: 'Double',
  complex32: 'ComplexHalf',
  complex64: 'ComplexFloat',
  complex128: 'ComplexDouble',
  bool: 'Bool',
  qint8: 'QInt8',
  quint8: 'QUInt8',
  qint32: 'QInt32',
  bfloat16: 'BFloat16',
};

const BY_WORD = new Map<string, DType>(Object.entries(WORDS).map(([dtype, word]) => [word, dtype as DType]));

/** `Float` of float32. */
export function dtypeWord(dtype: DType): string {
  return WORDS[dtype];
}

/** float32 of `Float`; undefined for a word that names no element type. */
export function dtypeFromWord(word: string): DType | undefined {
  return BY_WORD.get(word);
}
