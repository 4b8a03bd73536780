import { fail } from '../diagnostics/diagnostic.js';
import { type Dim, dimSymbols, isUnknownSymbol } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import type { TensorData } from '../ir/tensor-data.js';
import { onnxDtype } from './dtype-code.js';
import * as F from './proto-fields.js';
import { ProtoWriter } from './proto-writer.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './types.js';

/** Protobuf readers refuse messages beyond this size; larger models keep their weights in a second file. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Smaller tensors stay in the model file even when the others go to external data: shape inference reads them. */
const MIN_EXTERNAL_BYTES = 1024;

/** Offsets in the external file are multiples of the page size, so that a reader can map it. */
const EXTERNAL_ALIGNMENT = 4096;

/** The IR version that came with each opset (onnx/docs/Versioning.md). */
const IR_VERSION: ReadonlyMap<number, number> = new Map([
  [17, 8],
  [18, 8],
  [19, 9],
  [20, 9],
  [21, 10],
]);

export interface ByteSink {
  write(chunk: Uint8Array): void;
}

export interface SerializeOptions {
  /** The second file: `location` is its name relative to the model; `write` is called only when it is needed. */
  readonly externalData?: ByteSink & { readonly location: string };
  /** A model beyond this size uses the second file; MAX_MODEL_BYTES by default. */
  readonly thresholdBytes?: number;
}

export interface SerializeResult {
  /** Size of the model file. */
  readonly byteLength: number;
  /** Whether weights went to the second file. */
  readonly external: boolean;
}

/**
 * Writes a model in ONNX's protobuf format. Sizes are computed first, then weights are read and written chunk by chunk,
 * so no more than one chunk of them is in memory.
 * Errors: `output-write` when the model exceeds 2 GB and no external data is given; `unsupported-format` for a dtype
 * that ONNX lacks (complex32).
 */
export function serializeModel(model: OnnxModel, sink: ByteSink, options: SerializeOptions = {}): SerializeResult {
  const whole = writeModel(model, new Initializers(undefined));
  if (whole.byteLength <= Math.min(options.thresholdBytes ?? MAX_MODEL_BYTES, MAX_MODEL_BYTES)) {
    whole.emit((chunk) => sink.write(chunk));
    return { byteLength: whole.byteLength, external: false };
  }
  const outside = options.externalData;
  if (outside === undefined) {
    fail('output-write', `the model takes ${whole.byteLength} bytes, more than a single ONNX file can hold`, {
      help: 'write its weights to an external data file',
    });
  }
  const initializers = new Initializers(outside.location);
  const split = writeModel(model, initializers);
  if (split.byteLength > MAX_MODEL_BYTES) {
    fail('output-write', `the model takes ${split.byteLength} bytes without its weights, more than ONNX can hold`);
  }
  initializers.emit(outside);
  split.emit((chunk) => sink.write(chunk));
  return { byteLength: split.byteLength, external: true };
}

/** The model as one array; for tests and small models. */
export function modelBytes(model: OnnxModel): Uint8Array {
  const chunks: Uint8Array[] = [];
  serializeModel(model, { write: (chunk) => chunks.push(chunk) });
  return Buffer.concat(chunks);
}

/** Writes initializers in place or lays them out in the external file. */
class Initializers {
  private readonly placed: { offset: number; data: TensorData }[] = [];
  private end = 0;

  constructor(private readonly location: string | undefined) {}

  write(name: string, data: TensorData): ProtoWriter {
    const out = tensorHead(data).string(F.TENSOR.name, name);
    if (this.location === undefined || data.byteLength < MIN_EXTERNAL_BYTES) return out.tensor(F.TENSOR.rawData, data);
    const offset = Math.ceil(this.end / EXTERNAL_ALIGNMENT) * EXTERNAL_ALIGNMENT;
    this.placed.push({ offset, data });
    this.end = offset + data.byteLength;
    return out
      .message(F.TENSOR.externalData, entry('location', this.location))
      .message(F.TENSOR.externalData, entry('offset', String(offset)))
      .message(F.TENSOR.externalData, entry('length', String(data.byteLength)))
      .int(F.TENSOR.dataLocation, F.EXTERNAL_LOCATION);
  }

  emit(sink: ByteSink): void {
    let at = 0;
    for (const { offset, data } of this.placed) {
      if (offset > at) sink.write(new Uint8Array(offset - at));
      for (const chunk of data.chunks()) sink.write(chunk);
      at = offset + data.byteLength;
    }
  }
}

function writeModel(model: OnnxModel, initializers: Initializers): ProtoWriter {
  const out = new ProtoWriter()
    .int(F.MODEL.irVersion, IR_VERSION.get(model.opset) ?? 10)
    .string(F.MODEL.producerName, 'thaw')
    .message(F.MODEL.graph, writeGraph(model.graph, initializers))
    .message(F.MODEL.opsetImport, opsetImport('', model.opset));
  for (const [domain, version] of model.domains) out.message(F.MODEL.opsetImport, opsetImport(domain, version));
  for (const [key, value] of model.metadata) out.message(F.MODEL.metadataProps, entry(key, value));
  return out;
}

function opsetImport(domain: string, version: number): ProtoWriter {
  return new ProtoWriter().string(F.OPSET.domain, domain).int(F.OPSET.version, version);
}

function entry(key: string, value: string): ProtoWriter {
  return new ProtoWriter().string(F.ENTRY.key, key).string(F.ENTRY.value, value);
}

function writeGraph(graph: OnnxGraph, initializers: Initializers): ProtoWriter {
  const out = new ProtoWriter();
  for (const n of graph.nodes) out.message(F.GRAPH.node, writeNode(n, initializers));
  out.string(F.GRAPH.name, graph.name);
  for (const [name, data] of graph.initializers) out.message(F.GRAPH.initializer, initializers.write(name, data));
  for (const v of graph.inputs) out.message(F.GRAPH.input, writeValueInfo(v));
  for (const v of graph.outputs) out.message(F.GRAPH.output, writeValueInfo(v));
  for (const v of graph.valueInfo.values()) out.message(F.GRAPH.valueInfo, writeValueInfo(v));
  return out;
}

function writeNode(node: OnnxNode, initializers: Initializers): ProtoWriter {
  const out = new ProtoWriter();
  for (const name of node.inputs) out.string(F.NODE.input, name);
  for (const name of node.outputs) out.string(F.NODE.output, name);
  if (node.name !== '') out.string(F.NODE.name, node.name);
  out.string(F.NODE.opType, node.op);
  for (const [name, a] of node.attributes) out.message(F.NODE.attribute, writeAttribute(name, a, initializers));
  if (node.domain !== '') out.string(F.NODE.domain, node.domain);
  for (const [key, value] of node.metadata ?? []) out.message(F.NODE.metadataProps, entry(key, value));
  return out;
}

function writeAttribute(name: string, a: OnnxAttribute, initializers: Initializers): ProtoWriter {
  const out = new ProtoWriter().string(F.ATTRIBUTE.name, name).int(F.ATTRIBUTE.type, F.ATTRIBUTE_TYPE[a.kind]);
  switch (a.kind) {
    case 'int':
      return out.int(F.ATTRIBUTE.i, a.value);
    case 'float':
      return out.float(F.ATTRIBUTE.f, a.value);
    case 'string':
      return out.string(F.ATTRIBUTE.s, a.value);
    case 'ints':
      for (const v of a.value) out.int(F.ATTRIBUTE.ints, v);
      return out;
    case 'floats':
      for (const v of a.value) out.float(F.ATTRIBUTE.floats, v);
      return out;
    case 'strings':
      for (const v of a.value) out.string(F.ATTRIBUTE.strings, v);
      return out;
    case 'tensor':
      return out.message(F.ATTRIBUTE.t, tensorHead(a.value).tensor(F.TENSOR.rawData, a.value));
    case 'graph':
      return out.message(F.ATTRIBUTE.g, writeGraph(a.value, initializers));
  }
}

function tensorHead(data: TensorData): ProtoWriter {
  const out = new ProtoWriter();
  for (const d of data.shape) out.int(F.TENSOR.dims, d);
  return out.int(F.TENSOR.dataType, elementType(data.dtype));
}

function elementType(dtype: DType): number {
  const code = onnxDtype(dtype);
  if (code === 0) fail('unsupported-format', `ONNX has no type for ${dtype} tensors`);
  return code;
}

function writeValueInfo(v: OnnxValueInfo): ProtoWriter {
  const tensor = new ProtoWriter().int(F.TENSOR_TYPE.elemType, elementType(v.dtype));
  if (v.shape !== undefined) tensor.message(F.TENSOR_TYPE.shape, writeShape(v.shape, v.sequence === true));
  let type = new ProtoWriter().message(F.TYPE.tensor, tensor);
  if (v.sequence) {
    type = new ProtoWriter().message(F.TYPE.sequence, new ProtoWriter().message(F.SEQUENCE_TYPE.elemType, type));
  }
  return new ProtoWriter().string(F.VALUE_INFO.name, v.name).message(F.VALUE_INFO.type, type);
}

/** Items of a sequence share only what all of them have: an unknown extent stays without a name. */
function writeShape(shape: readonly Dim[], items: boolean): ProtoWriter {
  const out = new ProtoWriter();
  for (const d of shape) {
    const dimension = new ProtoWriter();
    if (typeof d === 'number') dimension.int(F.DIMENSION.value, d);
    else if (!items || ![...dimSymbols(d)].some(isUnknownSymbol)) dimension.string(F.DIMENSION.param, d.key);
    out.message(F.SHAPE.dim, dimension);
  }
  return out;
}
