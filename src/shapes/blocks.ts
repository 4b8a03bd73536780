import { DiagnosticError } from '../diagnostics/diagnostic.js';
import type { Block, Node, Value } from '../ir/graph.js';
import { IF, LOOP } from '../ir/primitives.js';
import { typeEquals } from '../ir/type.js';
import type { Inference } from './infer.js';
import { contentEquals, Join } from './join.js';
import { isUnset, markUnset } from './unset.js';

/** Rounds after which a loop's carried values are taken as wholly unknown. Real loops settle in two or three. */
const MAX_WIDENING_ROUNDS = 8;

/** Infers every node of a block, inner blocks first. Changes no node. */
export function inferBlock(block: Block, inference: Inference): void {
  for (const node of block.nodes()) {
    if (node.op === LOOP) widenLoop(node, inference);
    else if (node.op === IF) inferBranches(node.blocks, inference);
    else for (const inner of node.blocks) inference.scoped(() => inferBlock(inner, inference));
    inference.inferNode(node);
  }
}

/** A block that provably cannot run gives nothing: an index that the first rounds of a loop do not reach, say. */
function inferBranches(blocks: readonly Block[], inference: Inference): void {
  let stopped = 0;
  for (const block of blocks) {
    const own = block.returns.filter((r) => r.producer?.parent === block);
    for (const r of own) markUnset(r, false);
    try {
      inference.scoped(() => inferBlock(block, inference));
    } catch (e) {
      stopped += 1;
      if (!cannotRun(e) || stopped === blocks.length) throw e;
      for (const r of own) markUnset(r, true);
    }
  }
}

/** True for errors of shapes alone, which PyTorch would raise too, if it came there. */
export function cannotRun(e: unknown): e is DiagnosticError {
  return e instanceof DiagnosticError && e.diagnostics.every((d) => d.code === 'shape-mismatch');
}

/**
 * Sets the parameters of a loop's body to what holds in every round: starts from the initial values and
 * joins in what a round gives back, until nothing changes. Extents that vary become unknown.
 */
export function widenLoop(node: Node, inference: Inference): void {
  const body = node.blocks[0];
  const index = body?.params[0];
  if (body === undefined || index === undefined) return;
  index.content = { kind: 'int', value: inference.freshExtent() };
  const carried = body.params.slice(1);
  const declared = carried.map((p) => p.type);
  carried.forEach((param, i) => {
    const initial = node.inputs[i + 2];
    if (initial !== undefined) take(param, initial);
  });
  const join = new Join(inference);
  for (let round = 0; round < MAX_WIDENING_ROUNDS; round++) {
    inference.scoped(() => inferBlock(body, inference));
    let stable = true;
    carried.forEach((param, i) => {
      const next = body.returns[i + 1];
      if (next === undefined || isUnset(next)) return;
      if (isUnset(param)) {
        take(param, next);
        stable = false;
        return;
      }
      const type = join.typeOfValues(param, next, declared[i] ?? param.type);
      const content = join.content(param.content, next.content);
      if (typeEquals(type, param.type) && contentEquals(content, param.content)) return;
      param.type = type;
      param.content = content;
      stable = false;
    });
    if (stable) return;
  }
  carried.forEach((param, i) => {
    param.type = declared[i] ?? param.type;
    inference.forget(param);
  });
  inference.scoped(() => inferBlock(body, inference));
}

function take(to: Value, from: Value): void {
  to.type = from.type;
  to.content = from.content;
  markUnset(to, isUnset(from));
}
