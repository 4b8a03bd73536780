import type { Dim } from '../ir/dim.js';
import type { DType } from '../ir/dtype.js';
import { type Block, Node, type OpName, type Value } from '../ir/graph.js';
import { type Type, tensorType } from '../ir/type.js';
import type { Roles } from '../matcher/roles.js';
import { tensorContent } from '../shapes/contents.js';
import { carryOver } from './refine.js';

/** What moving blocks needs of the rewriter. */
export interface BlockMover {
  readonly roles: Roles;
  freshName(hint: string): string;
  infer(node: Node): void;
  freeze(value: Value, anchor: Block): Value;
  note(node: Node): void;
  /** Tells of the nodes that read a value and will read another. */
  noteReaders(value: Value): void;
  cast(): OpName;
  freshExtent(): Dim;
}

/**
 * Moves the blocks of a matched node to the new one. Parameters that are numbers become tensors behind casts, and
 * results that are numbers become the tensors behind them, or frozen forms that rules take off once their operand is
 * translated. The new node's results are tensors where the old ones were numbers.
 */
export function moveBlocksAsTensors(from: Node, to: Node, mover: BlockMover): void {
  to.takeBlocks(from);
  for (const block of to.blocks) {
    const { first } = block;
    for (const p of block.params) paramAsTensor(p, block, first, mover);
    block.returns.forEach((r, i) => {
      block.setReturn(i, tensorForm(r, block, mover));
    });
  }
  for (const old of from.outputs) {
    const type = asTensor(old, mover);
    const out = to.addOutput(mover.freshName(old.name), type ?? old.type);
    carryOver(old, out);
  }
}

/** Makes a parameter a tensor, with a cast in front of `first` that gives the number. */
function paramAsTensor(p: Value, block: Block, first: Node | undefined, mover: BlockMover): void {
  const type = asTensor(p, mover);
  if (type === undefined) return;
  const number = p.content;
  mover.noteReaders(p);
  const cast = new Node(mover.cast());
  const out = cast.addOutput(mover.freshName(p.name), p.type);
  p.replaceAllUsesWith(out);
  p.type = type;
  p.content = tensorContent(number);
  cast.addInput(p);
  block.attach(cast, first);
  mover.note(cast);
  if (number === undefined) mover.infer(cast);
  else out.content = number;
}

function tensorForm(value: Value, target: Block, mover: BlockMover): Value {
  if (!isNumber(value.type)) return value;
  return mover.roles.behind(value) ?? mover.freeze(value, target);
}

/** True for an int, a float or a bool, and for lists of them, which blocks take and give as tensors. */
export function isNumber(type: Type): boolean {
  return NUMBERS[type.kind === 'list' ? type.element.kind : type.kind] !== undefined;
}

/** The tensor type that stands for a number, or for a list of numbers; undefined for what stays as it is. */
function asTensor({ type, content }: Value, mover: BlockMover): Type | undefined {
  const dtype = NUMBERS[type.kind === 'list' ? type.element.kind : type.kind];
  if (dtype === undefined) return undefined;
  if (type.kind !== 'list') return tensorType(dtype, []);
  return tensorType(dtype, [content?.kind === 'list' ? content.items.length : mover.freshExtent()]);
}

const NUMBERS: Partial<Record<Type['kind'], DType>> = { int: 'int64', float: 'float64', bool: 'bool' };
