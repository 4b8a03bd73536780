import { fail } from '../../../diagnostics/diagnostic.js';
import { dtypeBytes } from '../../../ir/dtype.js';
import { TensorData } from '../../../ir/tensor-data.js';
import { overLimit, type ReadLimits } from '../limits.js';
import type { Bad } from './pickle-globals.js';
import type { Item } from './pickle-items.js';
import type { PickleTensor, PickleValue } from './pickle-value.js';

/** PyTorch's own limit on the number of axes (at::kDimVectorStaticSize grows freely, kernels stop at 64). */
const MAX_RANK = 64;

/** `(storage, offset, sizes, strides, requires_grad, hooks, metadata)`; what follows the strides may be missing. */
export function rebuildTensor(args: readonly Item[], bad: Bad, limits: ReadLimits): PickleTensor {
  const [storage, offsetItem, sizes, steps, grad, , metadata] = args;
  if (storage?.kind !== 'storage') bad('a tensor has no storage');
  const offset = extent(offsetItem, bad);
  const shape = extents(sizes, bad);
  const strides = extents(steps, bad);
  if (shape.length !== strides.length || shape.length > MAX_RANK)
    bad('a tensor has sizes and strides that do not match');
  let count = 1;
  let last = 0;
  for (const [axis, size] of shape.entries()) {
    count *= size;
    last += (size - 1) * (strides[axis] ?? 0);
  }
  if (count > 0 && offset + last >= storage.count) bad('a tensor reaches beyond its storage');
  if (!Number.isSafeInteger(count)) bad('a tensor has more than 2^53 elements');
  const bytes = count * dtypeBytes(storage.dtype);
  if (count > storage.count && bytes > limits.broadcastBytes) {
    overLimit('broadcastBytes', limits, `a broadcast tensor stands for ${bytes} bytes`);
  }
  refuseLazyBits(metadata);
  const data = new TensorData(storage.dtype, shape, storage.source, offset, strides);
  return { kind: 'tensor', data, requiresGrad: grad?.kind === 'bool' && grad.value };
}

/** `(tensor, requires_grad, hooks)` */
export function rebuildParameter(args: readonly Item[], bad: Bad): PickleTensor {
  const [tensor, grad] = args;
  if (tensor?.kind !== 'tensor') bad('a parameter has no tensor');
  return { kind: 'tensor', data: tensor.data, requiresGrad: grad?.kind === 'bool' && grad.value };
}

/** Conjugation and negation that PyTorch has put off: their bytes are not the tensor's values. */
function refuseLazyBits(metadata: Item | undefined): void {
  if (metadata?.kind !== 'dict') return;
  const lazy = metadata.entries.some(([, set]) => set.kind === 'bool' && set.value);
  if (lazy) {
    fail('unsupported-format', 'the archive holds a tensor whose conjugation or negation was put off', {
      help: 'call resolve_conj() and resolve_neg() on it before the model is saved',
    });
  }
}

function extents(item: Item | undefined, bad: Bad): number[] {
  if (item?.kind !== 'tuple') bad('sizes and strides are tuples');
  return item.items.map((v) => extent(v, bad));
}

function extent(item: Item | PickleValue | undefined, bad: Bad): number {
  if (item?.kind !== 'int' || typeof item.value !== 'number' || item.value < 0) bad('a size is negative or no integer');
  return item.value;
}
