import type { Block, Graph, Node } from '../ir/graph.js';
import type { Provenance } from '../ir/provenance.js';
import type { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { Match } from '../matcher/pattern.js';
import type { RuleId } from '../schema/rule.js';
import type { Inference } from '../shapes/infer.js';
import { findIllegal } from './legality.js';
import { defaultSteps, MAX_GENERATIONS, type RewriteLimits } from './limits.js';
import { Requeue } from './requeue.js';
import { Rewriter } from './rewriter.js';
import { chainOf, type Outcome, type Rewrite } from './trace.js';
import { seededRandom, Worklist } from './worklist.js';

/** So many rules of a cycle are told. */
const CHAIN = 16;

export interface RunOptions extends RewriteLimits {
  /** Records every rewrite. */
  readonly trace?: boolean;
  /** Looks at the nodes in an order that this number decides. */
  readonly seed?: number;
  /** Tells of operators that may not stay when no rule matches any more, and how near rules came to them. */
  readonly legality?: boolean;
  /** Called after each rewrite; tests verify the graph here. */
  readonly afterRewrite?: (match: Match) => void;
}

/** Rewrites a graph by rules until none matches, in place. The graph's values must have been inferred. */
export function runRules(graph: Graph, rules: RuleSet, inference: Inference, options: RunOptions = {}): Outcome {
  return new Driver(graph, rules, inference, options).run();
}

class Driver {
  private readonly worklist: Worklist;
  private readonly requeue: Requeue;
  private readonly rewriter: Rewriter;
  private readonly matcher: Matcher;
  private readonly counts = new Map<RuleId, number>();
  private readonly trace: Rewrite[] = [];
  private readonly recent: RuleId[] = [];
  private steps = 0;
  private nodes = 0;

  constructor(
    private readonly graph: Graph,
    private readonly rules: RuleSet,
    private readonly inference: Inference,
    private readonly options: RunOptions,
  ) {
    this.worklist = new Worklist(options.seed === undefined ? undefined : seededRandom(options.seed));
    const requeue = new Requeue(rules, this.worklist);
    this.requeue = requeue;
    const left = rules.reach.blocks ? (block: Block) => requeue.left(block) : undefined;
    this.rewriter = new Rewriter(graph, inference, rules.roles, left);
    this.matcher = new Matcher(rules.registry, rules.roles, inference.ranges);
  }

  run(): Outcome {
    this.fill();
    const limit = this.options.maxSteps ?? defaultSteps(this.nodes);
    const generations = this.options.maxGenerations ?? MAX_GENERATIONS;
    for (let node = this.next(); node !== undefined; node = this.next()) {
      if (node.parent === undefined) continue;
      const match = this.firstMatch(node);
      if (match === undefined) continue;
      if (this.steps >= limit) return this.outcome('step-limit', [...this.recent]);
      const origin = this.rewrite(match);
      if (origin.generation > generations) return this.outcome('cycle', chainOf(origin, CHAIN));
    }
    return this.outcome('fixpoint', []);
  }

  /** Every node of the graph that has rules: outer blocks before the blocks that they carry. */
  private fill(): void {
    const stack: Block[] = [this.graph.block];
    for (let b = stack.pop(); b !== undefined; b = stack.pop()) {
      for (let node = b.first; node !== undefined; node = node.next) {
        this.nodes += 1;
        if (this.rules.has(node.op)) this.worklist.fill(node);
        for (const inner of node.blocks) stack.push(inner);
      }
    }
  }

  private next(): Node | undefined {
    return this.worklist.pop() ?? (this.requeue.flush() ? this.worklist.pop() : undefined);
  }

  private outcome(stop: Outcome['stop'], chain: readonly RuleId[]): Outcome {
    const asked = this.options.legality === true && stop === 'fixpoint';
    const illegal = asked ? findIllegal(this.graph, this.rules, this.inference) : [];
    return { stop, steps: this.steps, counts: this.counts, trace: this.trace, chain, illegal };
  }

  private firstMatch(node: Node): Match | undefined {
    for (const rule of this.rules.of(node.op)) {
      const match = this.matcher.match(rule, node);
      if (match !== undefined) return match;
    }
    return undefined;
  }

  private rewrite(match: Match): Provenance {
    const { node, rule } = match;
    const change = this.rewriter.apply(match);
    this.steps += 1;
    this.counts.set(rule.id, (this.counts.get(rule.id) ?? 0) + 1);
    this.recent.push(rule.id);
    if (this.recent.length > CHAIN) this.recent.shift();
    if (this.options.trace === true) this.trace.push({ rule: rule.id, node, made: change.made.toArray() });
    this.requeue.after(change);
    this.options.afterRewrite?.(match);
    return change.origin;
  }
}
