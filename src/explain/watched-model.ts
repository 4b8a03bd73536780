import type { Stage } from '../compiler.js';
import type { Node, OpName, SourceLoc } from '../ir/graph.js';
import { allNodes } from '../onnx/provenance.js';
import type { OnnxModel, OnnxNode } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { ExplainedNode, ExplainSelectors, GoneOperator } from './explanation.js';
import { missesAt } from './misses.js';
import { NameTable } from './name-table.js';
import { countedOnnx, explainOnnxNode, namesOf, selectableOnnx } from './onnx-nodes.js';
import type { Loaded, StageRecorder } from './recorder.js';
import { isOperator, operatorsOf, type Test } from './select.js';
import { stepsTo } from './steps.js';
import type { Counted } from './summary.js';

/** The model of a watched compilation, as far as it came: its nodes and what has become of the user's operators. */
export class WatchedModel {
  private readonly onnxNodes: readonly OnnxNode[];
  private readonly byName = new Map<string, Node>();
  private readonly converted = new Set<string>();
  /** Inputs and results of nodes. */
  private readonly onnxValues = new Set<string>();
  /** Operators and lines that the nodes of the result come from. */
  private roots: ReadonlySet<string> | undefined;
  private readonly isConverted: boolean;
  private table: NameTable | undefined;

  constructor(
    private readonly recorder: StageRecorder,
    private readonly rules: RuleBook,
    onnx: OnnxModel | undefined,
  ) {
    this.onnxNodes = onnx === undefined ? [] : [...allNodes(onnx.graph)];
    for (const { source } of this.onnxNodes) if (source?.result !== undefined) this.converted.add(source.result);
    for (const node of recorder.graph?.allNodes() ?? [])
      for (const out of node.outputs) this.byName.set(out.name, node);
    this.isConverted = onnx !== undefined;
    for (const { name } of onnx?.graph.inputs ?? []) this.onnxValues.add(name);
    for (const { outputs } of this.onnxNodes) for (const name of outputs) this.onnxValues.add(name);
  }

  names(): string[] {
    return [...this.onnxNodes.flatMap(namesOf), ...this.byName.keys()];
  }

  counted(): Counted[] {
    if (this.isConverted) return this.onnxNodes.flatMap(countedOnnx);
    return this.graphNodes().map(({ op, origin, loc }) => ({ op, origin, source: loc }));
  }

  /** The nodes that a test selects: of the ONNX model, then those of the graph that have none there. */
  nodes(test: Test, options: ExplainSelectors): ExplainedNode[] {
    const nodes: ExplainedNode[] = this.onnxNodes
      .filter((node) => test(selectableOnnx(node, this.aliases.before(this.graphNode(node)))))
      .map((node) => explainOnnxNode(node, this.rules, this.misses(this.graphNode(node)), false));
    for (const node of this.graphNodes()) {
      const [first] = node.outputs;
      if (this.isConverted && this.converted.has(first?.name ?? '')) continue;
      // Each argument is a constant: they are told to who asks for them.
      if (this.isConverted && isConstant(node) && !isAsked(node.op, first?.name ?? '', options)) continue;
      const names = node.outputs.map(({ name }) => name);
      const all = [...names, ...this.aliases.before(node)];
      if (!test({ names: all, ops: operatorsOf(node), source: node.loc })) continue;
      const steps = stepsTo(node.op, node.origin, this.rules);
      const misses = this.misses(node);
      nodes.push({
        level: 'graph',
        op: node.op,
        name: names[0] ?? '',
        outputs: names,
        equals: this.onnxName(names[0]),
        source: node.loc,
        steps,
        misses,
      });
    }
    return nodes;
  }

  /** The ONNX value of a result, if the model still has it. */
  private onnxName(result: string | undefined): string | undefined {
    const value = result === undefined ? undefined : this.recorder.onnxValues.get(result);
    return value !== undefined && this.onnxValues.has(value.name) ? value.name : undefined;
  }

  /** The names that nodes of the graph go by. */
  get aliases(): NameTable {
    this.table ??= new NameTable(this.recorder.rewrites.values(), this.recorder.graph, this.onnxNodes);
    return this.table;
  }

  private graphNode({ source }: OnnxNode): Node | undefined {
    return source?.result === undefined ? undefined : this.byName.get(source.result);
  }

  private misses(node: Node | undefined): ExplainedNode['misses'] {
    const { matcher } = this.recorder;
    return node === undefined || matcher === undefined ? [] : missesAt(node, this.rules, matcher);
  }

  private graphNodes(): Node[] {
    return [...(this.recorder.graph?.allNodes() ?? [])];
  }

  /** Operators of the loaded model without a node in the result. */
  gone(test: Test, options: ExplainSelectors): GoneOperator[] {
    return this.recorder.loaded.flatMap((loaded) => {
      const { node, op, name, source, constant } = loaded;
      if (constant && !isAsked(op, name, options)) return [];
      if (!test({ names: [name], ops: [op], source })) return [];
      const lost = this.recorder.lost(node);
      if (lost === undefined || this.isPresent(loaded, lost.stage)) return [];
      const rule = lost.rule === undefined ? undefined : this.rules.entry(lost.rule)?.rule;
      return [{ op, name, source, ...lost, why: rule?.why.trim(), at: rule?.span }];
    });
  }

  /** Whether other nodes stand for a lost one: what functionalization put in its place, or copies of a loop's body. */
  private isPresent({ op, source, nested }: Loaded, stage: Stage): boolean {
    if (stage !== 'functionalize' && !(stage === 'specialize' && nested)) return false;
    this.roots ??= this.rootsOfNodes();
    return this.roots.has(`${op} ${lineText(source)}`);
  }

  private rootsOfNodes(): Set<string> {
    const roots = new Set<string>();
    for (const node of this.counted()) for (const op of operatorsOf(node)) roots.add(`${op} ${lineText(node.source)}`);
    return roots;
  }
}

function lineText([at]: SourceLoc): string {
  return `${at?.file}:${at?.line}`;
}

function isConstant({ inputs, blocks }: Node): boolean {
  return inputs.length === 0 && blocks.length === 0;
}

/** Whether a selector names the node itself, not what it came from. */
function isAsked(op: OpName, name: string, { node, op: asked }: ExplainSelectors): boolean {
  return name === node || (asked !== undefined && isOperator(op, asked));
}
