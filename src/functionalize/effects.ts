import type { Block, Node, Value } from '../ir/graph.js';
import { IF, LOOP } from '../ir/primitives.js';
import { typeName } from '../ir/type.js';
import { baseOf } from '../schema/registry.js';
import type { Signature } from '../schema/signature.js';
import type { SignatureSource } from './functional-form.js';
import { bareType } from './mutable.js';
import { isRefinement } from './view-forms.js';

/** Operators whose signature says that they change their operand, but no element of it. */
export const HARMLESS: ReadonlySet<string> = new Set(['aten::requires_grad_', 'aten::detach_', 'aten::retain_grad']);

/** As `dropped: true` of a schema, of operators that no schema declares. */
const UNDECLARED: ReadonlySet<string> = new Set([
  'prim::AddStatValue',
  'prim::TimePoint',
  'aten::_functional_assert_async',
  'prim::Exit',
  'prim::Enter',
]);

/** True for operators that do nothing that a compiled graph could do: they go where nothing reads their results. */
export function dropsUnread(op: string, signatures: SignatureSource): boolean {
  return signatures.get(op)?.memory?.dropped === true || UNDECLARED.has(baseOf(op));
}

/** True for a node of which nothing is read. */
export function isUnread(node: Node): boolean {
  return node.outputs.every((out) => out.uses.size === 0);
}

/** The names of the types of lists and dicts that a block changes; undefined when it changes nothing at all. */
export type Effects = ReadonlySet<string> | undefined;

/** Which blocks change something in place, inner blocks included. One pass. */
export class EffectTable {
  private readonly effects = new Map<Block, Effects>();

  constructor(
    top: Block,
    private readonly signatures: SignatureSource,
  ) {
    this.scan(top);
  }

  of(block: Block): Effects {
    return this.effects.get(block);
  }

  private scan(block: Block): Effects {
    let found: Set<string> | undefined;
    for (const node of block.nodes()) {
      for (const inner of node.blocks) {
        const more = this.scan(inner);
        if (more === undefined) continue;
        found ??= new Set();
        for (const name of more) found.add(name);
      }
      const sig = this.signatures.get(node.op)?.signature;
      if (sig === undefined || !changesOperand(sig)) continue;
      found ??= new Set();
      node.inputs.forEach((v, i) => {
        const type = bareType(v.type);
        if (sig.args[i]?.mutates && (type.kind === 'list' || type.kind === 'dict')) found?.add(typeName(type));
      });
    }
    this.effects.set(block, found);
    return found;
  }
}

/** True for operators that change elements or members of an operand. */
export function changesOperand(sig: Signature): boolean {
  return sig.args.some((a) => a.mutates) && !HARMLESS.has(sig.op);
}

/** Which value of a block another one is under another name: in-place operators give their operand. */
export class Origins {
  private readonly known = new Map<Value, Value>();

  constructor(private readonly signatures: SignatureSource) {}

  /** The first value that names the same object, by in-place operators, refinements and branches that agree. */
  of(v: Value): Value {
    const path: Value[] = [];
    let at = v;
    for (;;) {
      const known = this.known.get(at);
      if (known !== undefined) {
        at = known;
        break;
      }
      path.push(at);
      const before = this.before(at);
      if (before === undefined) break;
      at = before;
    }
    for (const p of path) this.known.set(p, at);
    return at;
  }

  private before(v: Value): Value | undefined {
    const node = v.producer;
    if (node === undefined) return undefined;
    if (node.op === IF) {
      const [a, b] = node.blocks.map((block) => block.returns[v.defIndex]);
      if (a === undefined || b === undefined) return undefined;
      const origin = this.of(a);
      return origin === this.of(b) ? origin : undefined;
    }
    if (node.op === LOOP) {
      const body = node.blocks[0];
      const returned = body?.returns[v.defIndex + 1];
      const same = returned !== undefined && this.of(returned) === body?.params[v.defIndex + 1];
      return same ? node.inputs[v.defIndex + 2] : undefined;
    }
    if (isRefinement(node.op)) return node.inputs[0];
    const sig = this.signatures.get(node.op)?.signature;
    return sig?.args[0]?.mutates === true && node.outputs.length === 1 && givesOperand(sig)
      ? node.inputs[0]
      : undefined;
  }
}

/** The only result is the changed operand. `pop` and its like give an item instead. */
function givesOperand(sig: Signature): boolean {
  return sig.op === 'aten::add_.t' || sig.results[0]?.alias?.some((a) => sig.args[0]?.alias?.includes(a)) === true;
}
