import type { DType } from '../../../ir/dtype.js';

/** Storage classes of the module `torch`, as pickles name them, and the dtype of their elements. */
export const STORAGE_DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['torch.ByteStorage', 'uint8'],
  ['torch.CharStorage', 'int8'],
  ['torch.ShortStorage', 'int16'],
  ['torch.IntStorage', 'int32'],
  ['torch.LongStorage', 'int64'],
  ['torch.HalfStorage', 'float16'],
  ['torch.FloatStorage', 'float32'],
  ['torch.DoubleStorage', 'float64'],
  ['torch.BoolStorage', 'bool'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.ComplexHalfStorage', 'complex32'],
  ['torch.ComplexFloatStorage', 'complex64'],
  ['torch.ComplexDoubleStorage', 'complex128'],
  ['torch.QInt8Storage', 'qint8'],
  ['torch.QUInt8Storage', 'quint8'],
  ['torch.QInt32Storage', 'qint32'],
]);
