import { fail } from '../diagnostics/diagnostic.js';
import { type Dim, symbol } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { memorySource, TensorData } from '../ir/tensor-data.js';
import { dtypeFromOnnx } from './dtype-code.js';
import * as F from './proto-fields.js';
import { type ProtoField, readFields, readPacked } from './proto-reader.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './types.js';

const decoder = new TextDecoder();

/**
 * Reads an ONNX file as far as Thaw writes them: initializers hold raw bytes (views onto `bytes`) or lie in an external
 * file, whose tensors have their dims but cannot be read. A dimension's name becomes one symbol of that name.
 * Errors: `unsupported-format` when the bytes are no such file.
 */
export function parseModel(bytes: Uint8Array): OnnxModel {
  try {
    return readModel(bytes);
  } catch (error) {
    if (error instanceof RangeError) fail('unsupported-format', `this is not an ONNX model: ${error.message}`);
    throw error;
  }
}

function readModel(bytes: Uint8Array): OnnxModel {
  let graph: OnnxGraph | undefined;
  let opset = 0;
  const domains = new Map<string, number>();
  const metadata = new Map<string, string>();
  for (const f of readFields(bytes)) {
    if (f.field === F.MODEL.graph) graph = readGraph(message(f));
    else if (f.field === F.MODEL.metadataProps) readEntry(f, metadata);
    else if (f.field === F.MODEL.opsetImport) {
      const parts = [...readFields(message(f))];
      const domain = text(parts.find((p) => p.field === F.OPSET.domain));
      const version = Number(integer(parts.find((p) => p.field === F.OPSET.version)));
      if (domain === '' || domain === 'ai.onnx') opset = version;
      else domains.set(domain, version);
    }
  }
  if (graph === undefined) throw new RangeError('it has no graph');
  return { graph, opset, domains, metadata };
}

function readGraph(bytes: Uint8Array): OnnxGraph {
  const graph: OnnxGraph = {
    name: '',
    inputs: [],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    valueInfo: new Map(),
  };
  for (const f of readFields(bytes)) {
    switch (f.field) {
      case F.GRAPH.node:
        graph.nodes.push(readNode(message(f)));
        break;
      case F.GRAPH.name:
        graph.name = text(f);
        break;
      case F.GRAPH.initializer: {
        const { name, data } = readTensor(message(f));
        graph.initializers.set(name, data);
        break;
      }
      case F.GRAPH.input:
        graph.inputs.push(readValueInfo(message(f)));
        break;
      case F.GRAPH.output:
        graph.outputs.push(readValueInfo(message(f)));
        break;
      case F.GRAPH.valueInfo: {
        const info = readValueInfo(message(f));
        graph.valueInfo.set(info.name, info);
        break;
      }
    }
  }
  return graph;
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  const metadata = new Map<string, string>();
  let [op, domain, name] = ['', '', ''];
  for (const f of readFields(bytes)) {
    if (f.field === F.NODE.input) inputs.push(text(f));
    else if (f.field === F.NODE.output) outputs.push(text(f));
    else if (f.field === F.NODE.name) name = text(f);
    else if (f.field === F.NODE.opType) op = text(f);
    else if (f.field === F.NODE.domain) domain = text(f);
    else if (f.field === F.NODE.metadataProps) readEntry(f, metadata);
    else if (f.field === F.NODE.attribute) {
      const fields = [...readFields(message(f))];
      const attribute = readAttribute(fields);
      if (attribute !== undefined) attributes.set(text(fields.find((p) => p.field === F.ATTRIBUTE.name)), attribute);
    }
  }
  return { op, domain, name, inputs, outputs, attributes, metadata: metadata.size > 0 ? metadata : undefined };
}

function readAttribute(fields: readonly ProtoField[]): OnnxAttribute | undefined {
  const one = (field: number): ProtoField | undefined => fields.find((f) => f.field === field);
  const all = (field: number): ProtoField[] => fields.filter((f) => f.field === field);
  switch (Number(integer(one(F.ATTRIBUTE.type)))) {
    case F.ATTRIBUTE_TYPE.float:
      return { kind: 'float', value: floats(one(F.ATTRIBUTE.f))[0] ?? 0 };
    case F.ATTRIBUTE_TYPE.int:
      return { kind: 'int', value: narrow(integer(one(F.ATTRIBUTE.i))) };
    case F.ATTRIBUTE_TYPE.string:
      return { kind: 'string', value: text(one(F.ATTRIBUTE.s)) };
    case F.ATTRIBUTE_TYPE.tensor:
      return { kind: 'tensor', value: readTensor(message(one(F.ATTRIBUTE.t))).data };
    case F.ATTRIBUTE_TYPE.graph:
      return { kind: 'graph', value: readGraph(message(one(F.ATTRIBUTE.g))) };
    case F.ATTRIBUTE_TYPE.floats:
      return { kind: 'floats', value: all(F.ATTRIBUTE.floats).flatMap(floats) };
    case F.ATTRIBUTE_TYPE.ints:
      return { kind: 'ints', value: all(F.ATTRIBUTE.ints).flatMap(integers).map(narrow) };
    case F.ATTRIBUTE_TYPE.strings:
      return { kind: 'strings', value: all(F.ATTRIBUTE.strings).map(text) };
    default:
      return undefined;
  }
}

function readTensor(bytes: Uint8Array): { name: string; data: TensorData } {
  let name = '';
  let raw: Uint8Array | undefined;
  let dtype: DType | undefined;
  const shape: number[] = [];
  for (const f of readFields(bytes)) {
    if (f.field === F.TENSOR.dims) shape.push(...integers(f).map(Number));
    else if (f.field === F.TENSOR.dataType) dtype = dtypeFromOnnx(Number(integer(f)));
    else if (f.field === F.TENSOR.name) name = text(f);
    else if (f.field === F.TENSOR.rawData) raw = message(f);
  }
  if (dtype === undefined) throw new RangeError(`the tensor ${name} has a type that Thaw does not read`);
  const source = memorySource(raw ?? new Uint8Array(0));
  return { name, data: new TensorData(dtype, shape, source) };
}

function readValueInfo(bytes: Uint8Array): OnnxValueInfo {
  let name = '';
  let type: Omit<OnnxValueInfo, 'name'> | undefined;
  for (const f of readFields(bytes)) {
    if (f.field === F.VALUE_INFO.name) name = text(f);
    else if (f.field === F.VALUE_INFO.type) type = readType(message(f));
  }
  if (type === undefined) throw new RangeError(`the value ${name} has no type that Thaw reads`);
  return { name, ...type };
}

function readType(bytes: Uint8Array): Omit<OnnxValueInfo, 'name'> | undefined {
  for (const f of readFields(bytes)) {
    if (f.field === F.TYPE.sequence) {
      const element = [...readFields(message(f))].find((p) => p.field === F.SEQUENCE_TYPE.elemType);
      const inner = element === undefined ? undefined : readType(message(element));
      return inner === undefined ? undefined : { ...inner, sequence: true };
    }
    if (f.field !== F.TYPE.tensor) continue;
    let dtype: DType | undefined;
    let shape: Dim[] | undefined;
    for (const p of readFields(message(f))) {
      if (p.field === F.TENSOR_TYPE.elemType) dtype = dtypeFromOnnx(Number(integer(p)));
      else if (p.field === F.TENSOR_TYPE.shape)
        shape = [...readFields(message(p))].map((d, i) => readDim(message(d), i));
    }
    return dtype === undefined ? undefined : { dtype, shape };
  }
  return undefined;
}

function readDim(bytes: Uint8Array, axis: number): Dim {
  for (const f of readFields(bytes)) {
    if (f.field === F.DIMENSION.value) return Number(integer(f));
    if (f.field === F.DIMENSION.param) return symbol(text(f));
  }
  return symbol(`?${axis}`);
}

function readEntry(f: ProtoField, into: Map<string, string>): void {
  const parts = [...readFields(message(f))];
  into.set(text(parts.find((p) => p.field === F.ENTRY.key)), text(parts.find((p) => p.field === F.ENTRY.value)));
}

function message(f: ProtoField | undefined): Uint8Array {
  if (f === undefined) return new Uint8Array(0);
  if (f.kind !== 'bytes') throw new RangeError(`field ${f.field} is no message`);
  return f.bytes;
}

function text(f: ProtoField | undefined): string {
  return decoder.decode(message(f));
}

function integer(f: ProtoField | undefined): bigint {
  if (f === undefined) return 0n;
  if (f.kind !== 'varint') throw new RangeError(`field ${f.field} is no integer`);
  return f.value;
}

/** The integers of a repeated field, packed or not. */
function integers(f: ProtoField): bigint[] {
  return f.kind === 'varint' ? [f.value] : [...readPacked(message(f))];
}

function floats(f: ProtoField | undefined): number[] {
  if (f === undefined) return [];
  if (f.kind === 'varint') throw new RangeError(`field ${f.field} is no float`);
  const view = new DataView(f.bytes.buffer, f.bytes.byteOffset, f.bytes.byteLength);
  return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getFloat32(i * 4, true));
}

function narrow(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
