import type { OpName } from '../ir/graph.js';
import type { OperatorSchema } from './operator-schema.js';
import { baseOf } from './registry.js';

/**
 * How a new tensor lies in memory, by its operator (measured with PyTorch 2.11 on the CPU):
 * - `row-major`: whatever the layout of the operands;
 * - `own`: in an order of the operator's own, also for row-major operands, or only at some sizes;
 * - `elementwise`: as the operands of its own shape (aten/src/ATen/TensorIterator.cpp);
 * - `operands`: row-major if all operands are.
 */
export type ResultLayout = 'row-major' | 'own' | 'elementwise' | 'operands';

/** A convolution is none of them: it follows an operand whose channels come last. */
const ROW_MAJOR: ReadonlySet<OpName> = aten(
  'mm bmm addmm baddbmm addbmm linear mv outer cdist',
  'softmax _softmax log_softmax _log_softmax layer_norm native_layer_norm rms_norm',
  'cat concat concatenate stack hstack vstack dstack',
  'embedding index_select gather repeat tile repeat_interleave one_hot',
  'new_zeros new_ones new_full new_empty tensor ones zeros full empty arange contiguous',
);

const OWN: ReadonlySet<OpName> = aten(
  'lstm gru rnn_tanh rnn_relu matmul einsum tensordot scaled_dot_product_attention',
  '_native_multi_head_attention _transformer_encoder_layer_fwd',
  'inverse cholesky cholesky_inverse cholesky_solve triangular_solve lu svd qr geqrf',
  'stft istft rot90 nonzero argwhere unique_consecutive unique_dim quantile nanquantile',
  'empty_strided empty_permuted new_empty_strided',
);

/** Families whose results come column by column, from LAPACK or an FFT library. */
const OWN_FAMILIES = /^aten::_?(?:linalg|fft)_/;

/** Results that have the extents of an operand, or of all of them together. */
const ELEMENTWISE = /^(?:\w+\.shape|broadcast(?:_all)?\(.*\))$/;

export function resultLayout(op: OpName, schema: Partial<Pick<OperatorSchema, 'infer'>> | undefined): ResultLayout {
  const base = baseOf(op);
  if (ROW_MAJOR.has(base)) return 'row-major';
  if (OWN.has(base) || OWN_FAMILIES.test(base)) return 'own';
  const fact = schema?.infer?.[0];
  return fact?.same !== undefined || ELEMENTWISE.test(fact?.shape ?? '') ? 'elementwise' : 'operands';
}

function aten(...names: readonly string[]): ReadonlySet<OpName> {
  return new Set(names.flatMap((line) => line.split(' ')).map((name) => `aten::${name}`));
}
