import { outPointer, pointerIn } from './foreign-call.js';
import type { OrtApi } from './ort-c-api.js';

/** The session setting that makes ONNX Runtime keep which provider took which nodes. */
export const RECORD_ASSIGNMENT = { 'session.record_ep_graph_assignment_info': '1' };

/** A node of the model after ONNX Runtime's basic optimizations. */
export interface AssignedNode {
  readonly name: string;
  readonly op: string;
  /** '' is ONNX's own. */
  readonly domain: string;
}

/** Nodes that one provider took together. Providers that compile (TensorRT) make one engine of each. */
export interface AssignedGroup {
  /** ONNX Runtime's name, for example TensorrtExecutionProvider. */
  readonly provider: string;
  readonly nodes: readonly AssignedNode[];
}

/** Which provider took which nodes of an opened model. Errors: `OrtError` unless it was opened with `RECORD_ASSIGNMENT`. */
export function nodeAssignment(api: OrtApi, session: bigint): AssignedGroup[] {
  const { call } = api;
  const groups = list(api, (out, count) => call.Session_GetEpGraphAssignmentInfo(session, out, count));
  return groups.map((group) => ({
    provider: text(api, (out) => call.EpAssignedSubgraph_GetEpName(group, out)),
    nodes: list(api, (out, count) => call.EpAssignedSubgraph_GetNodes(group, out, count)).map((node) => ({
      name: text(api, (out) => call.EpAssignedNode_GetName(node, out)),
      op: text(api, (out) => call.EpAssignedNode_GetOperatorType(node, out)),
      domain: text(api, (out) => call.EpAssignedNode_GetDomain(node, out)),
    })),
  }));
}

type Cell = BigUint64Array<ArrayBuffer>;

function list(api: OrtApi, get: (out: Cell, count: Cell) => void): bigint[] {
  const out = outPointer();
  const count = outPointer();
  get(out, count);
  const length = Number(pointerIn(count));
  const pointers = new BigUint64Array(new ArrayBuffer(8 * length));
  if (length > 0) api.copy(new Uint8Array(pointers.buffer), pointerIn(out), 8 * length);
  return Array.from(pointers);
}

function text({ koffi }: OrtApi, get: (out: Cell) => void): string {
  const out = outPointer();
  get(out);
  return koffi.decode.string(pointerIn(out));
}
