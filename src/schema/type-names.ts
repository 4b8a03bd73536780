import { ANY, BOOL, COMPLEX, DEVICE, FLOAT, INT, NONE, NUMBER, STR, TENSOR, type Type } from '../ir/type.js';

/** Types that signatures and graph text name by one word. Enums (dtype, layout, memory format) are ints in TorchScript. */
const NAMED: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['Tensor', TENSOR],
  ['int', INT],
  ['SymInt', INT],
  ['float', FLOAT],
  ['SymFloat', FLOAT],
  ['bool', BOOL],
  ['SymBool', BOOL],
  ['complex', COMPLEX],
  ['Scalar', NUMBER],
  ['number', NUMBER],
  ['str', STR],
  ['Device', DEVICE],
  ['DeviceObjType', DEVICE],
  ['ScalarType', INT],
  ['Layout', INT],
  ['MemoryFormat', INT],
  ['QScheme', INT],
  ['Dimname', STR],
  ['Generator', { kind: 'generator' }],
  ['NoneType', NONE],
  ['None', NONE],
  ['Any', ANY],
  ['AnyListType', ANY],
  ['AnyTupleType', ANY],
  ['AnyClassType', ANY],
]);

/** Types without values in compiled graphs: known by name, equal only to themselves. */
const OPAQUE: ReadonlySet<string> = new Set([
  'AnyEnumType',
  'Stream',
  'StreamObjType',
  'Storage',
  'Capsule',
  'PyObject',
  'Function',
]);

/** Types of one element, of several members, or of a key and a value, in brackets. */
export const GENERIC_TYPES: ReadonlySet<string> = new Set([
  'Dict',
  'Future',
  'Optional',
  'List',
  'Union',
  'Tuple',
  'Await',
  'RRef',
]);

/** The type that a word names, classes by their dotted names included; undefined for any other word. */
export function typeNamed(word: string): Type | undefined {
  const known = NAMED.get(word);
  if (known !== undefined) return known;
  return word.includes('.') || OPAQUE.has(word) ? { kind: 'class', name: word } : undefined;
}

/** The words of all types that need no arguments. */
export function namedTypes(): IterableIterator<string> {
  return NAMED.keys();
}

/** `Dict(K, V)`, `List[T]` and the like, from their arguments. `name` is one of GENERIC_TYPES. */
export function genericType(name: string, args: readonly [Type, ...Type[]]): Type {
  const [first, second] = args;
  switch (name) {
    case 'Dict':
      return { kind: 'dict', key: first, value: second ?? ANY };
    case 'Optional':
      return { kind: 'optional', element: first };
    case 'List':
      return { kind: 'list', element: first };
    case 'Tuple':
      return { kind: 'tuple', elements: args };
    case 'Union':
      return { kind: 'union', members: args };
    default:
      return { kind: 'future', element: first };
  }
}
