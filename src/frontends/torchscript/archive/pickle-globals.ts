import { fail } from '../../../diagnostics/diagnostic.js';
import type { ReadLimits } from '../limits.js';
import { DictBuilder, type Item, ListBuilder } from './pickle-items.js';
import { rebuildParameter, rebuildQuantized, rebuildTensor } from './pickle-tensor.js';
import type { PickleValue } from './pickle-value.js';
import { STORAGE_DTYPES } from './storage-types.js';

/** What a name in a pickle stands for. Calls are functions of this file's table; nothing is looked up elsewhere. */
export type Global =
  | { readonly kind: 'call'; readonly name: string; readonly call: Call }
  | { readonly kind: 'class'; readonly name: string }
  | { readonly kind: 'storage-type'; readonly name: string }
  /** How a quantized tensor is quantized: `torch.per_tensor_affine`. */
  | { readonly kind: 'qscheme'; readonly perChannel: boolean };

/** Takes the arguments of a REDUCE. `bad` reports arguments of another form than PyTorch writes. */
type Call = (args: readonly Item[], bad: Bad, limits: ReadLimits) => PickleValue;
export type Bad = (why: string) => never;

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_qtensor', rebuildQuantized],
  ['collections.OrderedDict', orderedDict],
  ['torch.jit._pickle.build_intlist', typedList('List[int]')],
  ['torch.jit._pickle.build_doublelist', typedList('List[float]')],
  ['torch.jit._pickle.build_boollist', typedList('List[bool]')],
  ['torch.jit._pickle.build_tensorlist', typedList('List[Tensor]')],
  ['torch.jit._pickle.restore_type_tag', restoreTypeTag],
  ['torch.device', device],
  ['builtins.complex', complex],
  ['__builtin__.complex', complex],
]);

/** Data that PyTorch can store and Thaw does not read yet, with the words that say so. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['torch.per_channel_affine_float_qparams', 'quantized tensors with float zero points'],
  ['torch._utils._rebuild_sparse_tensor', 'sparse tensors'],
  ['torch._utils._rebuild_sparse_csr_tensor', 'sparse tensors'],
  ['torch._utils._rebuild_nested_tensor', 'nested tensors'],
  ['torch._utils._rebuild_meta_tensor_no_storage', 'meta tensors'],
]);

const QSCHEMES: ReadonlyMap<string, boolean> = new Map([
  ['torch.per_tensor_affine', false],
  ['torch.per_tensor_symmetric', false],
  ['torch.per_channel_affine', true],
  ['torch.per_channel_symmetric', true],
]);

const CLASS_PREFIX = '__torch__.';

/**
 * The meaning of a global's qualified name. Errors: `unsupported-format` for tensors of forms that Thaw does not read,
 * `pickle-forbidden` for every name that is not in the table.
 */
export function resolveGlobal(name: string, label: string): Global {
  const call = CALLS.get(name);
  if (call !== undefined) return { kind: 'call', name, call };
  if (STORAGE_DTYPES.has(name)) return { kind: 'storage-type', name };
  if (name.startsWith(CLASS_PREFIX)) return { kind: 'class', name };
  const perChannel = QSCHEMES.get(name);
  if (perChannel !== undefined) return { kind: 'qscheme', perChannel };
  const refused = REFUSED.get(name);
  if (refused !== undefined) {
    fail('unsupported-format', `${label} holds ${refused}, which Thaw does not read`, {
      help: 'convert them to ordinary tensors before the model is saved',
    });
  }
  if (/^torch\.\w+Storage$/.test(name)) {
    fail('unsupported-format', `${label} holds a tensor of the type ${name.slice(6, -7)}, which Thaw does not read`, {
      help: 'convert it to float32 or another common type before the model is saved',
    });
  }
  fail('pickle-forbidden', `${label} asks for ${name}, which is no plain data`, {
    help: 'Thaw runs nothing that a file asks for; be careful with this file elsewhere',
  });
}

function orderedDict(args: readonly Item[], bad: Bad): PickleValue {
  const dict = new DictBuilder();
  const [pairs] = args;
  if (args.length === 0) return dict;
  if (args.length !== 1 || pairs?.kind !== 'list') bad('OrderedDict takes a list of pairs');
  for (const pair of pairs.items) {
    const [key, value] = pair.kind === 'tuple' || pair.kind === 'list' ? pair.items : [];
    if (key === undefined || value === undefined) bad('OrderedDict takes a list of pairs');
    dict.set(key, value);
  }
  return dict;
}

function typedList(typeTag: string): Call {
  return ([list]: readonly Item[], bad: Bad) => {
    if (!(list instanceof ListBuilder)) bad('a typed list is built from one list');
    list.typeTag = typeTag;
    return list;
  };
}

function restoreTypeTag(args: readonly Item[], bad: Bad): PickleValue {
  const [value, tag] = args;
  if (tag?.kind !== 'str' || !(value instanceof ListBuilder || value instanceof DictBuilder)) {
    bad('a type tag belongs to a list or dict');
  }
  value.typeTag = tag.value;
  return value;
}

function device(args: readonly Item[], bad: Bad): PickleValue {
  const [type, index] = args;
  if (type?.kind !== 'str') bad('a device is a string');
  return { kind: 'device', value: index?.kind === 'int' ? `${type.value}:${index.value}` : type.value };
}

function complex(args: readonly Item[], bad: Bad): PickleValue {
  const [re, im] = args;
  if (re?.kind !== 'float' || im?.kind !== 'float') bad('a complex number has two floats');
  return { kind: 'complex', re: re.value, im: im.value };
}
