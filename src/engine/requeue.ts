import { type Block, Node, type Value } from '../ir/graph.js';
import type { RuleSet } from '../matcher/compile.js';
import type { Reach } from '../matcher/reach.js';
import type { Change } from './rewriter.js';
import type { Worklist } from './worklist.js';

/**
 * Puts the nodes into the worklist that a rewrite may have made match, and no others: the new nodes, the readers of what
 * was replaced, and nodes whose patterns reach a reader through operators that stand inside some pattern. Where no
 * pattern asks for users or for blocks, changes of these are not followed.
 */
export class Requeue {
  /** Values that gained or lost uses; looked at when nothing else is left, once for any number of changes. */
  private readonly recounted = new Set<Value>();

  private readonly reach: Reach;

  constructor(
    private readonly rules: RuleSet,
    private readonly worklist: Worklist,
  ) {
    this.reach = rules.reach;
  }

  after({ made, readers, released }: Change): void {
    const { blocks, users } = this.reach;
    for (let i = 0; i < made.length; i++) {
      const node = made.at(i);
      if (node === undefined) continue;
      this.push(node);
      if (blocks) this.touchOwner(node.parent, 1);
      if (users) for (const v of node.inputs) this.recounted.add(v);
    }
    for (let i = 0; i < readers.length; i++) {
      const reader = readers.at(i);
      if (reader !== undefined) this.touch(reader, 0);
    }
    if (users) for (const v of released.toArray()) this.recounted.add(v);
  }

  /** A node of the block was removed. */
  left(block: Block): void {
    this.touchOwner(block, 1);
  }

  /** Queues what the changes of uses so far may have made match; false if there is nothing. */
  flush(): boolean {
    for (const v of this.recounted) {
      if (v.producer !== undefined) this.touch(v.producer, 0);
      this.touchUsers(v, 1);
    }
    this.recounted.clear();
    return this.worklist.size > 0;
  }

  /** The node may match, and so may those whose pattern has it `depth` levels below its root. */
  private touch(node: Node, depth: number): void {
    this.push(node);
    if (depth + 1 >= this.reach.depth) return;
    if (this.reach.blocks) this.touchOwner(node.parent, depth + 1);
    if (this.reach.inner.has(node.op)) for (const out of node.outputs) this.touchUsers(out, depth + 1);
  }

  private touchUsers(value: Value, depth: number): void {
    for (let use = value.uses.first; use !== undefined; use = use.next) {
      const { user } = use;
      if (user instanceof Node) this.touch(user, depth);
      else if (this.reach.blocks) this.touchOwner(user, depth);
    }
  }

  private touchOwner(block: Block | undefined, depth: number): void {
    if (block?.owner !== undefined) this.touch(block.owner, depth);
  }

  private push(node: Node): void {
    if (node.parent !== undefined && this.rules.has(node.op)) this.worklist.push(node);
  }
}
