import * as F from './proto-fields.js';
import { readFields } from './proto-reader.js';

/** A tensor of a graph as the file describes it: its sizes, and names of those that vary (`?` for one without a name). */
export interface OutlinedValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** What can be told of any ONNX file, whatever types and operators it has. */
export interface ModelOutline {
  /** Inputs of a rank that is known, without those that are initializers too. */
  readonly inputs: readonly OutlinedValue[];
  /** Values between nodes whose shapes are given. */
  readonly values: readonly OutlinedValue[];
  /** Files of external weights, seen from the model's folder. */
  readonly externalFiles: ReadonlySet<string>;
  /** Operators of the outermost graph, by name. */
  readonly operators: ReadonlySet<string>;
}

const decoder = new TextDecoder();

/** Reads the outline of a model. Damaged bytes give what comes before the damage: whoever opens the model says so. */
export function readOutline(bytes: Uint8Array): ModelOutline {
  const inputs: OutlinedValue[] = [];
  const initializers = new Set<string>();
  const values: OutlinedValue[] = [];
  const externalFiles = new Set<string>();
  const operators = new Set<string>();
  try {
    for (const f of fieldsOf(bytes, F.MODEL.graph)) {
      for (const part of readFields(f)) {
        if (part.kind !== 'bytes') continue;
        if (part.field === F.GRAPH.valueInfo) values.push(...readValue(part.bytes));
        else if (part.field === F.GRAPH.initializer) {
          for (const name of fieldsOf(part.bytes, F.TENSOR.name)) initializers.add(text(name));
          readLocation(part.bytes, externalFiles);
        } else if (part.field === F.GRAPH.input) inputs.push(...readValue(part.bytes));
        else if (part.field === F.GRAPH.node)
          for (const op of fieldsOf(part.bytes, F.NODE.opType)) operators.add(text(op));
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { inputs: inputs.filter(({ name }) => !initializers.has(name)), values, externalFiles, operators };
}

function* fieldsOf(bytes: Uint8Array, field: number): Generator<Uint8Array> {
  for (const f of readFields(bytes)) if (f.field === field && f.kind === 'bytes') yield f.bytes;
}

function readValue(bytes: Uint8Array): OutlinedValue[] {
  const [name] = fieldsOf(bytes, F.VALUE_INFO.name);
  const [type] = fieldsOf(bytes, F.VALUE_INFO.type);
  const [tensor] = type === undefined ? [] : fieldsOf(type, F.TYPE.tensor);
  const [shape] = tensor === undefined ? [] : fieldsOf(tensor, F.TENSOR_TYPE.shape);
  if (name === undefined || shape === undefined) return [];
  return [{ name: text(name), dims: Array.from(fieldsOf(shape, F.SHAPE.dim), readDim) }];
}

function readDim(bytes: Uint8Array): number | string {
  for (const f of readFields(bytes)) {
    if (f.field === F.DIMENSION.value && f.kind === 'varint') return Number(f.value);
    if (f.field === F.DIMENSION.param && f.kind === 'bytes' && f.bytes.length > 0) return text(f.bytes);
  }
  return '?';
}

function readLocation(tensor: Uint8Array, into: Set<string>): void {
  for (const entry of fieldsOf(tensor, F.TENSOR.externalData)) {
    const [key] = fieldsOf(entry, F.ENTRY.key);
    const [value] = fieldsOf(entry, F.ENTRY.value);
    if (key !== undefined && value !== undefined && text(key) === 'location') into.add(text(value));
  }
}

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
