import type { Stage, StageWatcher } from '../compiler.js';
import type { Outcome, Rewrite } from '../engine/trace.js';
import type { Graph, Node, OpName, SourceLoc, Value } from '../ir/graph.js';
import { Matcher } from '../matcher/match.js';
import type { OnnxValue } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RuleId } from '../schema/rule.js';
import type { Inference } from '../shapes/infer.js';
import type { GoneOperator } from './explanation.js';
import type { RuleTrial } from './rule-trial.js';

/** An operator of the loaded model. The node itself may change in place later. */
export interface Loaded {
  readonly node: Node;
  readonly op: OpName;
  readonly name: string;
  readonly source: SourceLoc;
  /** A constant, or a container that is built: an argument rather than an operator of the user's. */
  readonly constant: boolean;
  /** In the block of a branch or loop, of which copies may stand in the result. */
  readonly nested: boolean;
}

/** Keeps what an explanation needs of the graph between the stages. Linear in the size of the graph. */
export class StageRecorder implements StageWatcher {
  readonly loaded: Loaded[] = [];
  readonly counts = new Map<RuleId, number>();
  /** The stage that is through. */
  last: Stage | undefined;
  graph: Graph | undefined;
  matcher: Matcher | undefined;
  /** How a node was replaced by a rule. */
  readonly rewrites = new Map<Node, Rewrite>();
  /** What results of the graph have become in ONNX, by their names. */
  readonly onnxValues = new Map<string, OnnxValue>();
  private readonly gone = new Map<Node, Stage>();
  private alive: Node[] = [];

  constructor(
    private readonly rules: RuleBook,
    private readonly trial: RuleTrial | undefined,
  ) {}

  after(stage: Stage, graph: Graph, inference?: Inference, outcome?: Outcome): void {
    this.last = stage;
    this.graph = graph;
    if (stage === 'load') this.load(graph);
    else this.bury(stage);
    if (inference !== undefined && this.matcher === undefined) {
      this.matcher = new Matcher(this.rules.registry, this.rules.roles, inference.ranges);
    }
    for (const rewrite of outcome?.trace ?? []) this.rewrites.set(rewrite.node, rewrite);
    for (const [rule, count] of outcome?.counts ?? []) this.counts.set(rule, (this.counts.get(rule) ?? 0) + count);
    if (this.matcher === undefined) return;
    this.trial?.after(stage, graph, this.matcher, outcome);
  }

  converted(output: Value, made: OnnxValue): void {
    this.onnxValues.set(output.name, made);
  }

  private load(graph: Graph): void {
    for (const node of graph.allNodes()) {
      this.alive.push(node);
      const { op, loc: source } = node;
      const nested = node.parent !== graph.block;
      this.loaded.push({
        node,
        op,
        name: node.outputs[0]?.name ?? '',
        source,
        constant: this.isConstant(node),
        nested,
      });
    }
  }

  private isConstant({ op, inputs, blocks }: Node): boolean {
    if (blocks.length > 0) return false;
    const signature = this.rules.registry.get(op)?.signature;
    return inputs.length === 0 || (signature?.varargs === true && signature.args.length === 0);
  }

  private bury(stage: Stage): void {
    this.alive = this.alive.filter((node) => {
      if (node.parent !== undefined) return true;
      this.gone.set(node, stage);
      return false;
    });
  }

  /** The stage that took a loaded node away without a node in its place; undefined where one is left. */
  lost(node: Node): Pick<GoneOperator, 'stage' | 'rule' | 'made'> | undefined {
    const stage = this.gone.get(node);
    if (stage === undefined || this.leavesNode(node)) return undefined;
    const rewrite = this.rewrites.get(node);
    return { stage, rule: rewrite?.rule, made: rewrite?.made.map(({ op }) => op) };
  }

  private leavesNode(node: Node): boolean {
    return node.parent !== undefined || (this.rewrites.get(node)?.made.some((made) => this.leavesNode(made)) ?? false);
  }
}
