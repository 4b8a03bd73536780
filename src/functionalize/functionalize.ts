import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { eliminateDeadCode } from '../ir/dead-code.js';
import type { Block, Graph, Node, Value } from '../ir/graph.js';
import {
  CONSTANT,
  DICT_CONSTRUCT,
  IF,
  LIST_CONSTRUCT,
  LIST_UNPACK,
  LOOP,
  TUPLE_CONSTRUCT,
  TUPLE_INDEX,
  TUPLE_UNPACK,
} from '../ir/primitives.js';
import { TensorData } from '../ir/tensor-data.js';
import { baseOf } from '../schema/registry.js';
import type { Signature } from '../schema/signature.js';
import { branch } from './branch.js';
import { buildDict, buildList, item, itemOrDefault, shareItems, tupleItem, unpack } from './container-steps.js';
import { decided, splice } from './decide.js';
import { DICT_STEPS } from './dict-steps.js';
import { changesOperand, dropsUnread, EffectTable, HARMLESS, isUnread, Origins } from './effects.js';
import { constantOf, Emitter } from './emitter.js';
import { FunctionalForms, type SignatureSource } from './functional-form.js';
import { layoutOfResult } from './layout.js';
import { LIST_STEPS } from './list-steps.js';
import { loop } from './loop.js';
import { Memory } from './memory.js';
import { linkSharedWeights } from './shared-weights.js';
import { assign, changeInPlace, changeOut, changeShape, giveBack, makesView, makeView } from './tensor-steps.js';
import { viewOfInPlace } from './view-forms.js';
import { nameUnclear, type Step, takeOperands, type Walk } from './walk.js';

/**
 * Replaces everything that a graph does in place by operators without side effects, so that every value stays what it is
 * when it is made. Changes through views, through items of lists and dicts and inside branches and loops show wherever
 * PyTorch shows them. Lists and dicts change by the operators of the `thaw` namespace. Messages and checks are dropped.
 *
 * Errors: `unclear-aliasing` for every place that reads what may or may not have been changed, depending on the run;
 * `unsupported-operator` for an in-place operator without a functional form. Linear in the size of the graph.
 */
export function functionalize(graph: Graph, signatures: SignatureSource): void {
  const effects = new EffectTable(graph.block, signatures);
  const walker = new Walker(graph, signatures, effects);
  if (effects.of(graph.block) !== undefined) {
    joinEqualConstants(graph);
    linkSharedWeights(graph, walker);
  }
  walker.graph();
  eliminateDeadCode(graph, signatures);
}

/** A weight that stands in several constants is one tensor. */
function joinEqualConstants(graph: Graph): void {
  const first = new Map<TensorData, Node>();
  const moved: Node[] = [];
  for (const node of graph.allNodes()) {
    const data = constantOf(node.outputs[0]);
    if (!(data instanceof TensorData)) continue;
    const known = first.get(data);
    if (known === undefined) first.set(data, node);
    else {
      node.output.replaceAllUsesWith(known.output);
      moved.push(known);
    }
  }
  for (const node of moved) graph.block.attach(node, graph.block.first);
}

/** What the walk does with an operator: found out once for each. */
interface Treatment {
  readonly step: Step;
  readonly signature: Signature | undefined;
  /** It goes where nothing reads its results. */
  readonly dropped: boolean;
}

class Walker implements Walk {
  readonly emitter: Emitter;
  readonly memory: Memory;
  readonly forms: FunctionalForms;
  private readonly origins: Origins;
  private readonly treatments = new Map<string, Treatment>();

  constructor(
    private readonly top: Graph,
    readonly signatures: SignatureSource,
    private readonly effects: EffectTable,
  ) {
    this.emitter = new Emitter(top);
    this.memory = new Memory(this.emitter, top.block);
    this.forms = new FunctionalForms(signatures);
    this.origins = new Origins(signatures);
  }

  graph(): void {
    const { block } = this.top;
    this.block(block);
    this.emitter.moveTo(block, undefined);
    this.memory.current = undefined;
    block.returns.forEach((v, i) => {
      block.setReturn(i, this.memory.operand(v));
    });
    const { diagnostics } = this.memory;
    if (diagnostics.length > 0) throw new DiagnosticError(diagnostics);
  }

  origin(v: Value): Value {
    return this.origins.of(v);
  }

  block(block: Block): void {
    const outer = this.emitter.treat(undefined);
    for (let node = block.first; node !== undefined; ) node = this.node(node);
    this.emitter.treat(outer);
  }

  /** Walks one node and gives the next. */
  private node(node: Node): Node | undefined {
    const { next, parent } = node;
    if (node.op === CONSTANT || parent === undefined) return next;
    if (node.op === IF) {
      const taken = decided(node);
      if (taken !== undefined) return splice(node, taken);
    }
    this.emitter.moveTo(parent, node, node.place);
    this.emitter.treat(node);
    this.memory.current = node;
    const { step, signature, dropped } = this.treatment(node);
    if (dropped && isUnread(node)) node.destroy();
    else step(node, this, signature);
    return next;
  }

  private treatment(node: Node): Treatment {
    const known = this.treatments.get(node.op);
    if (known !== undefined) return known;
    const signature = this.signatures.get(node.op)?.signature;
    const base = baseOf(node.op);
    const dropped = dropsUnread(node.op, this.signatures);
    const made = { step: this.stepOf(node, signature, base), signature, dropped };
    this.treatments.set(node.op, made);
    return made;
  }

  private stepOf(node: Node, sig: Signature | undefined, base: string): Step {
    const { op } = node;
    if (op === LOOP) return this.loop;
    const structural = STRUCTURAL_STEPS[op];
    if (structural !== undefined) return structural;
    if (makesView(op, this.signatures)) return makeView;
    const container = containerStep(op, base, sig);
    if (container !== undefined) return container;
    if (viewOfInPlace(op) !== undefined) return changeShape;
    if (HARMLESS.has(op)) return giveBack;
    if (FETCHES.has(base) && isDictOperator(sig)) return base === 'aten::get' ? itemOrDefault : item;
    if (SHARERS.has(base) && givesContainer(sig)) return shareItems;
    if (sig === undefined || !changesOperand(sig))
      return sig?.results.some((r) => r.alias !== undefined) ? vague : plain;
    return sig.args[0]?.mutates === true && !sig.args.slice(1).some((a) => a.mutates) ? changeInPlace : changeOut;
  }

  private readonly loop: Step = (node) => {
    const [body] = node.blocks;
    if (body === undefined) return;
    loop(node, body, this.effects.of(body), this);
  };
}

const plain: Step = (node, walk) => {
  const layout = layoutOfResult(node, walk.signatures, walk.memory);
  takeOperands(node, walk);
  if (layout === 'rows') return;
  for (const out of node.outputs) if (out.type.kind === 'tensor') walk.memory.store(out).layout = layout;
};

/** An operator whose results may share memory with operands in a way that is not known here. */
const vague: Step = (node, walk, sig) => {
  const { memory } = walk;
  const handles = node.inputs.map((v) => memory.mutableHandle(v));
  takeOperands(node, walk);
  node.outputs.forEach((out, k) => {
    const alias = sig?.results[k]?.alias;
    if (alias === undefined) return;
    const sources = handles.filter(
      (h, i) => h !== undefined && (alias.includes('*') || overlaps(sig?.args[i]?.alias, alias)),
    );
    nameUnclear(
      out,
      sources.flatMap((h) => (h === undefined ? [] : [h.place])),
      walk,
    );
  });
};

function overlaps(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a?.some((name) => b.includes(name)) === true;
}

/** The step of an operator that changes a list or dict; tensors have operators of the same names. */
function containerStep(op: string, base: string, sig: Signature | undefined): Step | undefined {
  switch (sig?.args[0]?.type.kind) {
    case 'dict':
      return DICT_STEPS[base];
    case 'list':
      return LIST_STEPS[op] ?? LIST_STEPS[base];
    default:
      return undefined;
  }
}

function isDictOperator(sig: Signature | undefined): boolean {
  return sig?.args[0]?.type.kind === 'dict';
}

function givesContainer(sig: Signature | undefined): boolean {
  const kind = sig?.results[0]?.type.kind;
  return kind === 'list' || kind === 'dict';
}

/** Operators that give an item of a dict, by base name. */
const FETCHES: ReadonlySet<string> = new Set(['aten::__getitem__', 'aten::get']);

/** Operators that make a container of items of others, by base name. */
const SHARERS: ReadonlySet<string> = new Set([
  'aten::list',
  'aten::copy',
  'aten::slice',
  'aten::add',
  'aten::mul',
  'aten::sorted',
  'aten::dict',
  'aten::values',
  'aten::items',
]);

const STRUCTURAL_STEPS: Readonly<Record<string, Step | undefined>> = {
  [IF]: branch,
  [LIST_CONSTRUCT]: buildList,
  [TUPLE_CONSTRUCT]: buildList,
  [DICT_CONSTRUCT]: buildDict,
  [LIST_UNPACK]: unpack,
  [TUPLE_UNPACK]: unpack,
  [TUPLE_INDEX]: tupleItem,
  'aten::__getitem__.t': item,
  'aten::select.t': item,
  'thaw::assign_': assign,
};
