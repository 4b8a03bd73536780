import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Block, Graph, Node, Value } from './graph.js';
import { IF, LOOP } from './primitives.js';
import { printNode } from './print.js';

/** Tells what is wrong with a node's operands and results by its operator's schema; see `signatureCheck` in src/schema. */
export type NodeCheck = (node: Node) => { readonly code: Code; readonly message: string } | undefined;

/** Problems beyond this many follow from the first ones. */
const MAX_PROBLEMS = 20;

/**
 * All breaches of the IR's rules, as `invalid-graph` diagnostics (and what `check` finds); empty for a sound graph.
 * Every operand is defined before its use and in scope, every value has one definition, uses and operands agree, nodes
 * are linked in order, branches and loops have the blocks that their results ask for. Linear in the graph.
 */
export function verify(graph: Graph, check?: NodeCheck): Diagnostic[] {
  const verifier = new Verifier(check);
  verifier.block(graph.block);
  verifier.uses();
  return verifier.problems;
}

class Verifier {
  readonly problems: Diagnostic[] = [];
  private readonly inScope = new Set<Value>();
  /** Every definition of the graph with the operands and returns that name it. */
  private readonly counts = new Map<Value, number>();

  constructor(private readonly check: NodeCheck | undefined) {}

  block(block: Block): void {
    const defined: Value[] = [];
    block.params.forEach((p, i) => {
      if (p.def !== block || p.defIndex !== i)
        this.problem(block.owner, `%${p.name} does not know that it is a parameter`);
      this.define(p, block.owner, defined);
    });
    let before: Node | undefined;
    for (let node = block.first; node !== undefined; node = node.next) {
      if (node.parent !== block || node.prev !== before) this.problem(node, 'the node is not linked into its block');
      if (this.problems.length >= MAX_PROBLEMS) return;
      this.node(node, defined);
      before = node;
    }
    if (block.last !== before) this.problem(block.owner, 'the last node of a block is not its last');
    for (const r of block.returns) this.operand(r, block.owner, 'returns');
    for (const v of defined) this.inScope.delete(v);
  }

  private node(node: Node, defined: Value[]): void {
    for (const v of node.inputs) this.operand(v, node, 'takes');
    for (const b of node.blocks) {
      if (b.owner !== node) this.problem(node, 'a block does not know its node');
      this.block(b);
    }
    node.outputs.forEach((v, i) => {
      if (v.def !== node || v.defIndex !== i) this.problem(node, `%${v.name} has another definition than this`);
      this.define(v, node, defined);
    });
    const shape = blockProblem(node);
    if (shape !== undefined) this.problem(node, shape);
    const found = this.check?.(node);
    if (found !== undefined) this.problem(node, found.message, found.code);
  }

  private define(v: Value, node: Node | undefined, defined: Value[]): void {
    if (this.counts.has(v)) this.problem(node, `%${v.name} is defined twice`);
    else this.counts.set(v, 0);
    this.inScope.add(v);
    defined.push(v);
  }

  private operand(v: Value, node: Node | undefined, verb: string): void {
    const count = this.counts.get(v);
    if (count !== undefined) this.counts.set(v, count + 1);
    if (this.inScope.has(v)) return;
    const why = count === undefined ? 'which nothing before it defines' : 'which is out of scope';
    this.problem(node, `it ${verb} %${v.name}, ${why}`);
  }

  /** Each value's uses are its operand slots, no more and no fewer. */
  uses(): void {
    for (const [v, count] of this.counts) {
      const node = v.producer;
      if (v.uses.size !== count) this.problem(node, `%${v.name} counts ${v.uses.size} uses but has ${count}`);
      for (const { user, index } of v.uses) {
        const held = 'inputs' in user ? user.inputs : user.returns;
        if (held[index] !== v) this.problem(node, `%${v.name} has a use that does not take it`);
      }
    }
  }

  private problem(node: Node | undefined, message: string, code: Code = 'invalid-graph'): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const text = node === undefined ? '' : ` in \`${printNode(node, { locations: false }).split('\n', 1)[0]}\``;
    this.problems.push({ code, severity: 'error', message: `${message}${text}`, at: node?.loc[0] });
  }
}

/** What is wrong with the blocks of a branch or loop; other operators may carry none. */
export function blockProblem(node: Node): string | undefined {
  const { blocks } = node;
  switch (node.op) {
    case IF: {
      if (node.inputs.length !== 1) return 'a branch has one condition';
      if (node.inputs[0]?.type.kind !== 'bool') return 'the condition of a branch is no bool';
      if (blocks.length !== 2) return `a branch has two blocks, not ${blocks.length}`;
      if (blocks.some((b) => b.params.length > 0)) return 'a block of a branch has parameters';
      return blocks.some((b) => b.returns.length !== node.outputs.length)
        ? `each block of a branch returns its ${node.outputs.length} results`
        : undefined;
    }
    case LOOP: {
      const [body] = blocks;
      const carried = node.inputs.length - 2;
      if (carried < 0) return 'a loop has a trip count and a condition';
      if (body === undefined || blocks.length !== 1) return `a loop has one block, not ${blocks.length}`;
      if (node.outputs.length !== carried) return `a loop that carries ${carried} values has as many results`;
      if (body.params.length !== carried + 1) return `the body takes the round and ${carried} carried values`;
      return body.returns.length !== carried + 1
        ? `the body returns the next condition and ${carried} carried values`
        : undefined;
    }
    default:
      return undefined;
  }
}
