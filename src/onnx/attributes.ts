import { fail } from '../diagnostics/diagnostic.js';
import { isDType } from '../ir/dtype.js';
import { TensorData } from '../ir/tensor-data.js';
import { onnxDtype } from './dtype-code.js';
import type { AttributeDefault, OpSpec } from './op-spec.js';
import type { OnnxAttribute, OnnxGraph } from './types.js';

/**
 * An attribute as a caller gives it: its ONNX kind follows from the operator's signature (`alpha: 1` is a float). Where
 * an operator has none (a custom domain) integers are `int`, other numbers `float`; write an OnnxAttribute to choose.
 * A dtype name is taken where a dtype number is asked for. `undefined` leaves the attribute out.
 */
export type AttrInput =
  | number
  | bigint
  | boolean
  | string
  | readonly (number | bigint)[]
  | readonly boolean[]
  | readonly string[]
  | TensorData
  | OnnxGraph
  | OnnxAttribute
  | undefined;

/**
 * The attributes of a node, checked against the operator's signature.
 * Errors: `internal` for an unknown attribute, a missing required one, or a value of another kind.
 */
export function makeAttributes(
  op: string,
  given: Readonly<Record<string, AttrInput>>,
  spec: OpSpec | undefined,
): Map<string, OnnxAttribute> {
  const out = new Map<string, OnnxAttribute>();
  for (const name of Object.keys(given).sort()) {
    const value = given[name];
    if (value === undefined) continue;
    const formal = spec?.attributes.get(name);
    if (spec !== undefined && formal === undefined) {
      fail('internal', `ONNX ${op} (since opset ${spec.since}) has no attribute ${name}`);
    }
    const attribute = convert(value, formal?.kind);
    if (attribute === undefined) fail('internal', `attribute ${name} of ONNX ${op} is no ${formal?.kind}`);
    out.set(name, attribute);
  }
  for (const formal of spec?.attributes.values() ?? []) {
    if (formal.required && !out.has(formal.name)) {
      fail('internal', `ONNX ${op} needs the attribute ${formal.name}`);
    }
  }
  return out;
}

function isAttribute(value: AttrInput): value is OnnxAttribute {
  return typeof value === 'object' && 'kind' in value && 'value' in value;
}

function isGraph(value: AttrInput): value is OnnxGraph {
  return typeof value === 'object' && 'nodes' in value && 'initializers' in value;
}

function convert(value: AttrInput, kind: OnnxAttribute['kind'] | undefined): OnnxAttribute | undefined {
  if (isAttribute(value)) return kind === undefined || value.kind === kind ? value : undefined;
  switch (kind ?? naturalKind(value)) {
    case 'int':
      if (typeof value === 'boolean') return { kind: 'int', value: Number(value) };
      if (typeof value === 'string' && isDType(value)) return { kind: 'int', value: onnxDtype(value) };
      return isInteger(value) ? { kind: 'int', value } : undefined;
    case 'float':
      return typeof value === 'number' ? { kind: 'float', value } : undefined;
    case 'string':
      return typeof value === 'string' ? { kind: 'string', value } : undefined;
    case 'ints': {
      const items = listOf(value)?.map((v) => (typeof v === 'boolean' ? Number(v) : v));
      return items?.every(isInteger) ? { kind: 'ints', value: items } : undefined;
    }
    case 'floats': {
      const items = listOf(value);
      return items?.every((v) => typeof v === 'number') ? { kind: 'floats', value: items } : undefined;
    }
    case 'strings': {
      const items = listOf(value);
      return items?.every((v) => typeof v === 'string') ? { kind: 'strings', value: items } : undefined;
    }
    case 'tensor':
      return value instanceof TensorData ? { kind: 'tensor', value } : undefined;
    case 'graph':
      return isGraph(value) ? { kind: 'graph', value } : undefined;
    case undefined:
      return undefined;
  }
}

function listOf(value: AttrInput): readonly (number | bigint | boolean | string)[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

function naturalKind(value: AttrInput): OnnxAttribute['kind'] | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return typeof value === 'number' && !Number.isInteger(value) ? 'float' : 'int';
  }
  if (value instanceof TensorData) return 'tensor';
  const list = listOf(value);
  if (list === undefined) return isGraph(value) ? 'graph' : undefined;
  if (list.some((v) => typeof v === 'string')) return 'strings';
  return list.every((v) => typeof v === 'boolean' || isInteger(v)) ? 'ints' : 'floats';
}

function equalsDefault(attribute: OnnxAttribute, value: AttributeDefault): boolean {
  switch (attribute.kind) {
    case 'int':
    case 'string':
      return attribute.value === value;
    case 'float':
      // The table holds the shortest text of a float32.
      return typeof value === 'number' && Math.fround(attribute.value) === Math.fround(value);
    case 'ints':
    case 'floats':
    case 'strings':
      return (
        Array.isArray(value) &&
        value.length === attribute.value.length &&
        attribute.value.every((v, i) => v === value[i])
      );
    case 'tensor':
    case 'graph':
      return false;
  }
}

/**
 * Text that is equal for equal attributes, given or left to their defaults; undefined when one holds a graph, which is
 * never shared.
 */
export function attributesKey(
  attributes: ReadonlyMap<string, OnnxAttribute>,
  spec: OpSpec | undefined,
): string | undefined {
  let key = '';
  for (const [name, a] of attributes) {
    const usual = spec?.attributes.get(name)?.default;
    if (usual !== undefined && equalsDefault(a, usual)) continue;
    if (a.kind === 'graph') return undefined;
    key += `;${name}:${a.kind}=${a.kind === 'tensor' ? tensorKey(a.value) : printed(a.value)}`;
  }
  return key;
}

function printed(value: string | number | bigint | readonly (string | number | bigint)[]): string {
  // -0 and 0 are different floats.
  return Array.isArray(value)
    ? JSON.stringify(value.map((v) => printed(v)))
    : typeof value === 'string'
      ? JSON.stringify(value)
      : Object.is(value, -0)
        ? '-0'
        : String(value);
}

/** Content of a small tensor as text. */
export function tensorKey(data: TensorData): string {
  return `${data.dtype}[${data.shape}]${Buffer.from(data.read()).toString('latin1')}`;
}
