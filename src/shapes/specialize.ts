import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { cloneNode, mapped, type ValueMap } from '../ir/clone.js';
import { eliminateDeadCode } from '../ir/dead-code.js';
import type { Attribute, Block, Graph, Node, OpName, Value } from '../ir/graph.js';
import { tensorFromNumbers } from '../ir/half.js';
import { CONSTANT, DICT_CONSTRUCT, IF, LIST_CONSTRUCT, LOOP, RAISE, UNINITIALIZED } from '../ir/primitives.js';
import { tensorType } from '../ir/type.js';
import { cannotRun, widenLoop } from './blocks.js';
import { attributeOf, constantBefore, holdsConstant } from './constants.js';
import { foldContainer } from './fold-containers.js';
import type { Inference } from './infer.js';
import { openBranchResults, openCarriedContainers } from './open-results.js';
import { decideCarriedPresence, decidePresence } from './optional-results.js';
import { resolveStorage } from './storage.js';

/** Rounds of loops that are unrolled in one graph. A model's own loops run over layers or levels: far fewer. */
export const MAX_UNROLLED_ROUNDS = 10_000;

/** Operands of the nodes that unrolling makes: a list that grows is made anew each round, of all its items so far. */
export const MAX_UNROLLED_OPERANDS = 2 ** 23;

export interface SpecializeOptions {
  /** Leaves nodes whose results nothing uses in place. */
  readonly keepDeadCode?: boolean;
}

/**
 * One forward walk over a graph whose inputs have their types and contents: infers every node, replaces what is
 * constant by constants, opens containers whose items are known, takes the branch of every decided condition and
 * unrolls loops of known length. In place.
 */
export function specialize(graph: Graph, inference: Inference, options: SpecializeOptions = {}): void {
  for (const node of graph.allNodes()) for (const out of node.outputs) forgetSample(out);
  const sweeping = options.keepDeadCode !== true;
  new Specializer(graph, inference, sweeping).block(graph.block);
  if (sweeping) eliminateDeadCode(graph, inference.schemas);
}

/** A declared shape is of the run that was traced: only its dtype holds for other inputs. */
function forgetSample(out: Value): void {
  if (out.type.kind === 'tensor' && out.type.shape !== undefined) out.type = tensorType(out.type.dtype);
}

class Specializer {
  private rounds = 0;
  private operands = 0;

  constructor(
    private readonly graph: Graph,
    private readonly inference: Inference,
    /** Takes away at once what a fold leaves unused: a list that grows item by item would hold each item once a step. */
    private readonly sweeping: boolean,
  ) {}

  block(block: Block): void {
    this.range(block.first, undefined);
  }

  /** Nodes from `first` up to `end`, which is not one of them. */
  private range(first: Node | undefined, end: Node | undefined): void {
    for (let node = first; node !== undefined && node !== end; ) node = this.node(node);
  }

  /** Specializes one node and gives the next to look at: the first of those that replaced it, or its successor. */
  private node(node: Node): Node | undefined {
    if (node.op === IF) return this.branch(node);
    if (node.op === LOOP) return this.loop(node);
    const { next } = node;
    const resolved = resolveStorage(node, this.graph, this.inference);
    if (resolved !== undefined) node.outputs[0]?.replaceAllUsesWith(resolved);
    this.inference.inferNode(node);
    this.fold(node);
    return next;
  }

  private readonly structureOf = (op: OpName) => this.inference.schemas.get(op)?.structure;

  private fold(node: Node): void {
    if (node.op === CONSTANT || node.op === UNINITIALIZED) return;
    this.foldConstants(node);
    if (node.outputs.every((out) => out.uses.size === 0)) return;
    const structure = this.inference.schemas.get(node.op)?.structure;
    const folded = structure === undefined ? undefined : foldContainer(node, structure, this.graph);
    if (folded === undefined) return;
    node.outputs.forEach((out, i) => {
      const value = folded[i];
      if (value !== undefined) out.replaceAllUsesWith(value);
    });
    if (this.sweeping) dropUnused(node);
  }

  /** Uses of results that are constants go to constants; the node itself is left to dead code removal. */
  private foldConstants(node: Node): void {
    for (const out of node.outputs) {
      if (out.uses.size === 0 || !foldable(out)) continue;
      const value = constantAttribute(out);
      if (value !== undefined) out.replaceAllUsesWith(constantBefore(node, this.graph, value, out.type, out.content));
    }
  }

  private branch(node: Node): Node | undefined {
    const [yes, no] = node.blocks;
    const condition = node.inputs[0]?.content;
    if (yes === undefined || no === undefined) return node.next;
    if (condition?.kind === 'bool') return this.take(node, condition.value ? yes : no, true);
    const yesFails = this.fails(yes);
    const noFails = this.fails(no);
    if (yesFails !== undefined && noFails !== undefined && !(raises(yes) && raises(no)))
      throw raises(yes) ? noFails : yesFails;
    // What would stop the run is not what the model is compiled for.
    if (yesFails !== undefined && noFails === undefined) return this.take(node, no, false);
    if (noFails !== undefined && yesFails === undefined) return this.take(node, yes, false);
    if (guardsEmptiness(node) && ranksDiffer(yes, no)) return this.take(node, yes, false);
    decidePresence(node, this.graph, this.structureOf);
    openBranchResults(node, this.graph);
    this.inference.inferNode(node);
    this.foldConstants(node);
    this.foldEqualResults(node);
    return node.next;
  }

  /** Specializes a block of an undecided branch. The error, if the block always raises or provably cannot run. */
  private fails(block: Block): DiagnosticError | undefined {
    const raised = new DiagnosticError({
      code: 'unsupported-control-flow',
      severity: 'error',
      message: 'always raises',
    });
    if (raises(block)) return raised;
    try {
      this.inference.scoped(() => this.block(block));
    } catch (e) {
      if (cannotRun(e)) return e;
      throw e;
    }
    return raises(block) ? raised : undefined;
  }

  /** A result that both blocks take from the same outer value is that value. */
  private foldEqualResults(node: Node): void {
    const [yes, no] = node.blocks;
    node.outputs.forEach((out, i) => {
      const value = yes?.returns[i];
      if (value !== undefined && value === no?.returns[i]) out.replaceAllUsesWith(value);
    });
  }

  /** Moves a block's nodes in front of the branch, which goes away. `again`: they are still to be specialized. */
  private take(node: Node, block: Block, again: boolean): Node | undefined {
    const { next } = node;
    const first = block.first;
    for (const inner of block.nodes()) inner.insertBefore(node);
    node.outputs.forEach((out, i) => {
      const value = block.returns[i];
      if (value !== undefined) out.replaceAllUsesWith(value);
    });
    node.destroy();
    return again && first !== undefined ? first : next;
  }

  private loop(node: Node): Node | undefined {
    const { next } = node;
    if (this.unroll(node)) return next;
    decideCarriedPresence(node, this.graph, this.structureOf);
    openCarriedContainers(node, this.graph);
    widenLoop(node, this.inference);
    for (const body of node.blocks) this.inference.scoped(() => this.block(body));
    this.inference.inferNode(node);
    this.foldConstants(node);
    return node.next;
  }

  /**
   * Replaces a loop by copies of its body as long as its condition stays constant. A loop whose condition is open
   * in some round stays as it was.
   */
  private unroll(node: Node): boolean {
    const [trips, condition, ...initial] = node.inputs;
    const body = node.blocks[0];
    const limit = trips?.content?.kind === 'int' ? trips.content.value : undefined;
    if (body === undefined || condition === undefined || typeof limit !== 'number') return false;
    // A `for` takes all its rounds: whether these are too many is known before.
    const counted = condition.content?.kind === 'bool' && condition.content.value && isTrue(body.returns[0]);
    if (counted && this.rounds + limit > MAX_UNROLLED_ROUNDS) tooManyRounds(node);
    const before = node.prev;
    let carried: readonly Value[] = initial;
    let goOn: Value = condition;
    for (let round = 0; ; round++) {
      if (goOn.content?.kind !== 'bool') {
        this.removeCopies(before, node);
        return false;
      }
      if (!goOn.content.value || round >= limit) break;
      this.rounds += 1;
      if (this.rounds > MAX_UNROLLED_ROUNDS) tooManyRounds(node);
      [goOn, carried] = this.round(node, body, round, carried);
    }
    node.outputs.forEach((out, i) => {
      const value = carried[i];
      if (value !== undefined) out.replaceAllUsesWith(value);
    });
    node.destroy();
    return true;
  }

  /** One copy of the body before the loop, specialized: the next condition and the next carried values. */
  private round(node: Node, body: Block, round: number, carried: readonly Value[]): [Value, readonly Value[]] {
    const map: ValueMap = new Map();
    const [index, ...params] = body.params;
    const before = node.prev;
    if (index !== undefined)
      map.set(index, constantBefore(node, this.graph, round, { kind: 'int' }, { kind: 'int', value: round }));
    params.forEach((p, i) => {
      const value = carried[i];
      if (value !== undefined) map.set(p, value);
    });
    for (const inner of body.nodes()) cloneNode(inner, map, (hint) => this.graph.freshName(hint)).insertBefore(node);
    // Returns are held by the loop's own operands, so that folds reach them.
    const count = node.inputs.length;
    for (const r of body.returns) node.addInput(mapped(map, r));
    this.range(before === undefined ? node.parent?.first : before.next, node);
    for (let n = node.prev; n !== undefined && n !== before; n = n.prev) this.operands += n.inputs.length;
    if (this.operands > MAX_UNROLLED_OPERANDS) tooManyOperands(node);
    const returns = node.inputs.slice(count);
    node.setInputs(node.inputs.slice(0, count));
    const [goOn, ...next] = returns;
    return [goOn ?? fail('internal', 'a loop body gives no condition'), next];
  }

  private removeCopies(after: Node | undefined, node: Node): void {
    for (let n = node.prev; n !== undefined && n !== after; n = node.prev) n.destroy();
  }
}

/** Removes a folded node whose results nothing uses, and the construction of its container with it. */
function dropUnused(node: Node): void {
  const container = node.inputs[0]?.producer;
  if (node.outputs.some((out) => out.uses.size > 0)) return;
  node.destroy();
  const built = container?.op === LIST_CONSTRUCT || container?.op === DICT_CONSTRUCT;
  if (built && container.output.uses.size === 0) container.destroy();
}

/** True for the condition `n > 0` of a size: the other block is for tensors without elements. */
function guardsEmptiness({ inputs: [condition] }: Node): boolean {
  const test = condition?.producer;
  if (test?.op !== 'aten::gt.int') return false;
  const [size, bound] = test.inputs;
  return size?.content?.kind === 'int' && bound?.content?.kind === 'int' && bound.content.value === 0;
}

/** True if the blocks give tensors of different ranks, which ONNX's shapes cannot say. */
function ranksDiffer(yes: Block, no: Block): boolean {
  return yes.returns.some((v, i) => {
    const other = no.returns[i]?.type;
    if (v.type.kind !== 'tensor' || other?.kind !== 'tensor') return false;
    return v.type.shape !== undefined && other.shape !== undefined && v.type.shape.length !== other.shape.length;
  });
}

function foldable(out: Value): boolean {
  return holdsConstant(out.type) || out.content?.kind === 'none' || out.content?.kind === 'elements';
}

/** The constant that a result is; a small tensor of known elements included. */
function constantAttribute(out: Value): Attribute | undefined {
  const { content, type } = out;
  if (content?.kind !== 'elements') return attributeOf(content);
  if (type.kind !== 'tensor' || type.dtype === undefined || type.shape === undefined) return undefined;
  const numbers = content.values.filter((d) => typeof d === 'number');
  const shape = type.shape.filter((d) => typeof d === 'number');
  if (numbers.length !== content.values.length || shape.length !== type.shape.length) return undefined;
  return tensorFromNumbers(type.dtype, numbers, shape);
}

/** True if running the block always raises. */
function raises(block: Block): boolean {
  for (const n of block.nodes()) if (n.op === RAISE) return true;
  return false;
}

function isTrue(value: Value | undefined): boolean {
  return value?.producer?.op === CONSTANT && Boolean(value.producer.attributes.get('value'));
}

function tooManyOperands(node: Node): never {
  fail(
    'unsupported-control-flow',
    `the lists of a loop of constant length take more than MAX_UNROLLED_OPERANDS items`,
    {
      at: node.loc[0],
      help: 'make the length depend on an input, or rewrite the loop with tensor operations',
    },
  );
}

function tooManyRounds(node: Node): never {
  fail('unsupported-control-flow', `a loop of constant length takes more than ${MAX_UNROLLED_ROUNDS} rounds`, {
    at: node.loc[0],
    help: 'make the length depend on an input, or rewrite the loop with tensor operations',
  });
}
