import { appendFileSync } from 'node:fs';
import * as F from '../onnx/proto-fields.js';
import { ProtoWriter } from '../onnx/proto-writer.js';
import { readModelMetadata } from '../onnx/read-metadata.js';
import type { TensorInfo } from './check-feeds.js';
import type { EngineKey } from './engine-key.js';
import type { Profile } from './profile.js';

/** Metadata of an ONNX file that holds an engine: what the engine was built of, for and on. */
const ENGINE_METADATA = 'thaw.engine';

/** What an engine file says of itself. The file's own graph is one opaque node, so its inputs and outputs are told here. */
export interface EngineDescription {
  readonly key: EngineKey;
  readonly profile: Profile;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Inputs and outputs of a rank that the model leaves open. */
  readonly unranked: readonly string[];
  /** Nodes of the model that are in the engine. */
  readonly nodes: number;
}

/** Adds the description to a file that ONNX Runtime wrote: fields of a protobuf message may come in any order. */
export function sealEngineFile(path: string, description: EngineDescription): void {
  const entry = new ProtoWriter()
    .string(F.ENTRY.key, ENGINE_METADATA)
    .string(F.ENTRY.value, JSON.stringify(description));
  const model = new ProtoWriter().message(F.MODEL.metadataProps, entry);
  model.emit((chunk) => appendFileSync(path, chunk));
}

/** The description of a model that is an engine file; undefined for any other model. */
export function describedEngine(model: string | Uint8Array): EngineDescription | undefined {
  const text = readModelMetadata(model).get(ENGINE_METADATA);
  return text === undefined ? undefined : JSON.parse(text);
}
