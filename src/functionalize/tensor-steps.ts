import { fail } from '../diagnostics/diagnostic.js';
import type { Node, Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import { classifyCast, isCast } from './casts.js';
import type { SignatureSource } from './functional-form.js';
import { isMutable } from './mutable.js';
import { isSplit, piecesForm } from './pieces.js';
import { isContiguous, type Place, resolve, rootOf } from './place.js';
import { classifyView, isViewOperator, partOf, type ViewKind, viewCall, viewOfInPlace } from './view-forms.js';
import { become, emitBehind, nameUnclear, type Step, takeOperands, type Walk } from './walk.js';

type PerhapsView = Extract<ViewKind, { kind: 'perhaps' }>;

/** `x.add_(y)`: the functional operator's result is what `x`, whatever it is a view of, holds from now on. */
export const changeInPlace: Step = (node, walk, sig) => {
  const [target] = node.inputs;
  if (sig === undefined || target === undefined) return;
  const { memory, emitter } = walk;
  const handle = memory.handleOf(target);
  takeOperands(node, walk);
  const form = walk.forms.of(node, sig);
  const before = node.inputs[0] ?? target;
  const made = become(node, form.op, form.args(emitter, node.inputs), walk);
  memory.write(handle.place, form.cast ? castLike(made, before, walk) : made);
  memory.name(made, handle);
};

/** In-place operators keep the dtype of their operand. */
function castLike(value: Value, like: Value, { emitter }: Walk): Value {
  const no = emitter.bool(false);
  return emitter.op('aten::to.other', [value, like, no, no, emitter.none()], like.type);
}

/** `x.unsqueeze_(0)`: the tensor that `x` names is another view from now on; views of it stay as they are. */
export const changeShape: Step = (node, walk) => {
  const [target] = node.inputs;
  const op = viewOfInPlace(node.op);
  if (target === undefined || op === undefined) return;
  const { memory } = walk;
  const handle = memory.handleOf(target);
  if (handle.scope !== memory.scope) {
    fail(
      'unsupported-control-flow',
      `${node.op} changes the shape of a tensor that is made outside of its branch or loop`,
      {
        at: node.loc[0],
        help: 'use the operator without the underscore, and assign its result',
      },
    );
  }
  takeOperands(node, walk);
  node.op = op;
  node.origin = walk.emitter.origin();
  const view = classifyView(viewCall(node), handle.place);
  if (view?.kind !== 'view') return;
  memory.keep(handle);
  handle.place = memory.viewOf(node.output, handle.place, view.form);
  memory.name(node.output, handle);
};

/** `thaw::assign_(x, y)`: `x` holds what `y` does from now on, in its own dtype. */
export const assign: Step = (node, walk) => {
  const [target, value] = node.inputs;
  if (target === undefined || value === undefined) return;
  const { memory, emitter } = walk;
  const handle = memory.handleOf(target);
  takeOperands(node, walk);
  const [like = target, given = value] = node.inputs;
  const no = emitter.bool(false);
  const made = become(node, 'aten::to.other', [given, like, no, no, emitter.none()], walk);
  memory.write(handle.place, made);
  memory.name(made, handle);
};

/** `op(..., out=x)`, or an operator that changes several operands: they hold the results from now on. */
export const changeOut: Step = (node, walk, sig) => {
  if (sig === undefined) return;
  const { memory } = walk;
  const targets = node.inputs.filter((_, i) => sig.args[i]?.mutates === true);
  const handles = targets.map((v) => memory.handleOf(v));
  const op = walk.forms.withoutOut(node, sig);
  takeOperands(node, walk);
  const likes = node.inputs.filter((_, i) => sig.args[i]?.mutates === true);
  node.op = op;
  node.origin = walk.emitter.origin();
  if (!walk.forms.takesChanged(sig)) node.setInputs(node.inputs.filter((_, i) => sig.args[i]?.mutates !== true));
  emitBehind(node, walk);
  handles.forEach((handle, i) => {
    const like = likes[i];
    if (like === undefined) return;
    const made = node.outputs[i] ?? node.addOutput(walk.emitter.name(), like.type);
    memory.write(handle.place, castLike(made, like, walk));
    memory.name(made, handle);
  });
};

/** `x.detach_()`: the operand itself. */
export const giveBack: Step = (node, walk) => {
  const [target] = node.inputs;
  const [out] = node.outputs;
  if (target === undefined) return;
  if (out !== undefined && isMutable(target.type)) walk.memory.name(out, walk.memory.handleOf(target));
  else if (out !== undefined) out.replaceAllUsesWith(target);
};

/** The result may share memory with the first operand. */
export const makeView: Step = (node, walk) => {
  const [base] = node.inputs;
  if (base === undefined) return;
  const { memory } = walk;
  const handle = memory.handleOf(base);
  const place = resolve(handle.place);
  takeOperands(node, walk);
  // Graph text may leave the result out.
  if (node.outputs.length !== 1) return;
  const call = viewCall(node);
  if (isSplit(node.op)) {
    memory.view(node.output, place, piecesForm(call));
    return;
  }
  const scatter = walk.signatures.get(node.op)?.memory?.scatter;
  const kind = isCast(node.op)
    ? classifyCast(call)
    : scatter === undefined
      ? classifyView(call, place)
      : partOf(call, scatter);
  if (kind.kind === 'unclear') nameUnclear(node.output, [place], walk);
  if (kind.kind === 'perhaps') namePerhaps(node, place, kind, walk);
  if (kind.kind !== 'view') return;
  if (kind.refines === true && !isVague(call.args[0]?.type)) memory.name(node.output, handle);
  else memory.view(node.output, place, kind.form);
};

/**
 * The result is an object of its own, which is a view of `base` where the condition holds: a branch or loop that changes
 * it carries both out.
 */
function namePerhaps(node: Node, base: Place, { form, when }: PerhapsView, walk: Walk): void {
  const { memory, emitter } = walk;
  const { output, inputs } = node;
  const [operand = output] = inputs;
  emitBehind(node, walk);
  const condition = { value: when(emitter, operand, output), holds: true };
  const view = memory.viewOf(output, base, form);
  const storage = memory.store(output);
  if (!isContiguous(base) && node.op !== 'aten::contiguous') storage.layout = 'unknown';
  storage.alternatives = [{ place: view, when: condition }];
  rootOf(base).escaped = true;
}

/**
 * True for operators whose result may share memory with their first operand: views, casts, splits, and parts by
 * `scatter` of a schema.
 */
export function makesView(op: string, signatures: SignatureSource): boolean {
  if (signatures.get(op)?.memory?.scatter !== undefined) return true;
  return isViewOperator(op) || isCast(op) || isSplit(op);
}

/** True for a type that a cast refines. */
function isVague(type: Type | undefined): boolean {
  return type === undefined || type.kind === 'optional' || type.kind === 'any' || type.kind === 'union';
}
