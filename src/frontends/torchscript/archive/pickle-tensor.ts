import { fail } from '../../../diagnostics/diagnostic.js';
import { dtypeBytes, isQuantized, storedDtype } from '../../../ir/dtype.js';
import { TensorData } from '../../../ir/tensor-data.js';
import { overLimit, type ReadLimits } from '../limits.js';
import type { Bad } from './pickle-globals.js';
import type { Item } from './pickle-items.js';
import type { PickleTensor, PickleValue, Quantizer } from './pickle-value.js';

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

/** `(storage, offset, sizes, strides, quantizer, requires_grad, hooks)`; the integers are those of the storage. */
export function rebuildQuantized(args: readonly Item[], bad: Bad, limits: ReadLimits): PickleTensor {
  const [storage, offset, sizes, strides, quantizer] = args;
  if (storage?.kind !== 'storage' || offset === undefined || sizes === undefined || strides === undefined)
    bad('a quantized tensor has no storage');
  if (!isQuantized(storage.dtype)) bad('the storage of a quantized tensor holds no quantized elements');
  const integers = { ...storage, dtype: storedDtype(storage.dtype) };
  const tensor = rebuildTensor([integers, offset, sizes, strides], bad, limits);
  return { ...tensor, quantizer: readQuantizer(quantizer, tensor.data.shape, bad) };
}

/** `(torch.per_tensor_affine, scale, zero_point)` or `(torch.per_channel_affine, scales, zero_points, axis)`. */
function readQuantizer(item: Item | undefined, shape: readonly number[], bad: Bad): Quantizer {
  const [scheme, scale, zeroPoint, axis] = item?.kind === 'arguments' ? item.items : [];
  if (scheme?.kind !== 'global' || scheme.global.kind !== 'qscheme') bad('a quantized tensor has no scheme');
  if (!scheme.global.perChannel) {
    if (scale?.kind !== 'float' || zeroPoint?.kind !== 'int') bad('a quantized tensor has no scale');
    return { kind: 'tensor', scale: scale.value, zeroPoint: Number(zeroPoint.value) };
  }
  if (scale?.kind !== 'tensor' || zeroPoint?.kind !== 'tensor') bad('a quantized tensor has no scales');
  const at = extent(axis, bad);
  const count = shape[at];
  if (scale.data.elementCount !== count || zeroPoint.data.elementCount !== count)
    bad('a quantized tensor has another number of scales than places along its axis');
  return { kind: 'channel', scale: scale.data, zeroPoint: zeroPoint.data, axis: at };
}

/** `(tensor, requires_grad, hooks)` */
export function rebuildParameter(args: readonly Item[], bad: Bad): PickleTensor {
  const [tensor, grad] = args;
  if (tensor?.kind !== 'tensor') bad('a parameter has no tensor');
  return { ...tensor, requiresGrad: grad?.kind === 'bool' && grad.value };
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
