import type { InputType } from '../compiler-options.js';
import type { DType } from '../ir/dtype.js';
import type { Type } from '../ir/type.js';

/** The items of a declared container, in the order of the model's type. */
export interface Form {
  readonly items: readonly { readonly label: string; readonly given: InputType; readonly type: Type }[];
}

/** How a declared container gives one of the model's type; undefined where it does not. A dict may name a tuple's fields. */
export function formOf(given: Exclude<InputType, { kind: 'tensor' }>, type: Type): Form | undefined {
  const entries = given.items.map((item, i) => ({
    label: given.kind === 'dict' ? (given.keys[i] ?? '') : String(i),
    given: item,
  }));
  if (type.kind === 'dict') {
    const fits = given.kind === 'dict' && (type.key.kind === 'str' || given.keys.every((k) => /^-?\d+$/.test(k)));
    return fits && new Set(given.keys).size === given.keys.length
      ? { items: entries.map((e) => ({ ...e, type: type.value })) }
      : undefined;
  }
  if (type.kind === 'list')
    return given.kind === 'dict' ? undefined : { items: entries.map((e) => ({ ...e, type: type.element })) };
  if (type.kind !== 'tuple' || type.elements.length !== entries.length) return undefined;
  const items = type.elements.flatMap((element, i) => {
    const entry = given.kind === 'dict' ? entries.find((e) => e.label === type.fields?.[i]) : entries[i];
    return entry === undefined ? [] : [{ label: type.fields?.[i] ?? String(i), given: entry.given, type: element }];
  });
  return items.length === type.elements.length ? { items } : undefined;
}

/** How to declare an input of a type, or to bake it in. */
export function declarationHelp(name: string, type: Type): string {
  if (!takesTensors(type)) return `bake it in: --const '${name}=...', as Python spells it`;
  const example = exampleOf(type);
  const such = example.includes(ANY_TENSOR) ? ` (such as ${SUCH})` : '';
  const declare = `declare it: --input '${name}=${example}'${such}`;
  return isContainer(type) ? declare : `${declare}, or bake it in with --const`;
}

/** True for tensors, numbers and containers of these: what an ONNX model can take. */
function takesTensors(type: Type): boolean {
  switch (type.kind) {
    case 'optional':
    case 'list':
      return takesTensors(type.element);
    case 'tuple':
      return type.elements.every(takesTensors);
    case 'dict':
      return takesTensors(type.value);
    default:
      return type.kind === 'tensor' || scalarDtype(type) !== undefined;
  }
}

/** What stands for a tensor of which the model says nothing. */
const ANY_TENSOR = 'DTYPE[DIM,...]';
const SUCH = 'float32[batch,3,height,width] or int64[batch,length]';

/** What a declaration of a type may look like: as much as the model tells of it. */
function exampleOf(type: Type): string {
  switch (type.kind) {
    case 'optional':
      return exampleOf(type.element);
    case 'list':
      return `[${exampleOf(type.element)}]`;
    case 'tuple':
      return `(${type.elements.map(exampleOf).join(', ')})`;
    case 'dict':
      return `{key: ${exampleOf(type.value)}}`;
    case 'tensor': {
      const dims = type.shape?.map((d, i) => (typeof d === 'number' ? d : `d${i}`)) ?? ['DIM', '...'];
      return `${type.dtype ?? 'DTYPE'}[${dims.join(',')}]`;
    }
    default:
      return scalarDtype(type) === undefined ? ANY_TENSOR : `${scalarDtype(type)}[]`;
  }
}

function isContainer(type: Type): boolean {
  const { kind } = type.kind === 'optional' ? type.element : type;
  return kind === 'list' || kind === 'tuple' || kind === 'dict';
}

/** The dtype of the 0-d tensor that stands for a number. */
export function scalarDtype(type: Type): DType | undefined {
  switch (type.kind) {
    case 'int':
      return 'int64';
    case 'float':
      return 'float64';
    case 'bool':
      return 'bool';
    default:
      return undefined;
  }
}
