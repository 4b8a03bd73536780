import { compileWith, type RuleOptions, rulesOf } from '../compiler.js';
import type { CompileOptions } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import type { LoadedModel } from '../frontends/torchscript/load.js';
import type { Node, OpName } from '../ir/graph.js';
import { parseModel } from '../onnx/parse.js';
import { allNodes, readProvenance } from '../onnx/provenance.js';
import type { OnnxModel, OnnxNode } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import { nearest } from '../schema/nearest.js';
import type { ExplainedNode, Explanation, GoneOperator, Selectors } from './explanation.js';
import { missesAt } from './misses.js';
import { StageRecorder } from './recorder.js';
import { RuleTrial } from './rule-trial.js';
import { isOperator, operatorsOf, selection, type Test } from './select.js';
import { stepsTo, stepsToOnnx } from './steps.js';
import { summarize } from './summary.js';

/**
 * Why the nodes of a model are what they are: compiles the model and tells for the selected nodes the rules that led to
 * them from the user's lines, for a rule where it fired and why not where it could have, and without a selector the
 * whole in figures. A compilation that fails is explained as far as it came: its problems are a part of the answer. The
 * model's graph is consumed. Errors: `usage` for selectors that name nothing, those of the rule options.
 */
export async function explain(
  model: LoadedModel,
  options: CompileOptions & RuleOptions & Selectors = {},
): Promise<Explanation> {
  const rules = await rulesOf(options);
  const test = selection(options);
  const trial = options.rule === undefined ? undefined : new RuleTrial(ruleNamed(options.rule, rules), rules);
  const recorder = new StageRecorder(rules, trial);
  const { onnx, problems } = attempt(() => compileWith(model, rules, options, recorder).onnx);
  const explainer = new Explainer(recorder, rules, onnx);
  const stopped = problems.length > 0 ? recorder.last : undefined;
  const start = { stopped, problems };
  if (trial !== undefined) {
    return { ...start, nodes: [], gone: [], rule: trial.report(test, recorder.loaded) };
  }
  if (isWhole(options)) {
    const summary = summarize(explainer.counted(), recorder.loaded, recorder.counts);
    return { ...start, nodes: [], gone: [], summary };
  }
  const nodes = explainer.nodes(test, options);
  const gone = explainer.gone(test, options);
  if (nodes.length + gone.length === 0) nothing(options, explainer.names());
  return { ...start, nodes, gone };
}

/**
 * As `explain`, for an ONNX file that Thaw wrote: from its metadata. Errors: `unsupported-format` for other files and
 * those that were written without provenance, `usage` for selectors that name nothing, and for a rule, which only a
 * compilation can try.
 */
export async function explainOnnx(model: Uint8Array, options: RuleOptions & Selectors = {}): Promise<Explanation> {
  if (options.rule !== undefined) {
    fail('usage', 'a rule can be tried at the TorchScript model only', { help: 'name the model that was compiled' });
  }
  const rules = await rulesOf(options);
  const test = selection(options);
  const onnx = parseModel(model);
  readProvenance(onnx);
  const nodes = [...allNodes(onnx.graph)];
  if (nodes.length > 0 && nodes.every(({ source }) => source === undefined)) {
    fail('unsupported-format', 'the nodes of the file do not say where they come from', {
      help: 'compile the model with Thaw, without --no-provenance',
    });
  }
  if (isWhole(options)) return { problems: [], nodes: [], gone: [], summary: summarize(nodes.flatMap(countedOnnx)) };
  const found = nodes.filter((node) => test(selectableOnnx(node))).map((node) => explainOnnxNode(node, rules, []));
  if (found.length === 0) nothing(options, nodes.flatMap(namesOf));
  return { problems: [], nodes: found, gone: [] };
}

function isWhole({ node, op, line, rule }: Selectors): boolean {
  return node === undefined && op === undefined && line === undefined && rule === undefined;
}

/** The highest rule of an id. Errors: `usage`. */
function ruleNamed(id: string, rules: RuleBook) {
  const entry = rules.entry(id);
  if (entry !== undefined) return entry;
  const close = nearest(
    id,
    rules.entries().map(({ rule }) => rule.id),
  );
  return fail('usage', `there is no rule \`${id}\``, {
    help: close === undefined ? 'thaw rules list tells all of them' : `did you mean \`${close}\`?`,
  });
}

function attempt(compile: () => OnnxModel): { onnx?: OnnxModel; problems: readonly Diagnostic[] } {
  try {
    return { onnx: compile(), problems: [] };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { problems: error.diagnostics };
  }
}

function nothing({ node, op, line }: Selectors, names: readonly string[]): never {
  const asked = [
    node === undefined ? [] : [`named ${node}`],
    op === undefined ? [] : [`of ${op}`],
    line === undefined ? [] : [`from ${line}`],
  ].flat();
  const close = node === undefined ? undefined : nearest(node, names);
  const help = close === undefined ? 'without a selector all lines and rules are told' : `did you mean ${close}?`;
  return fail('usage', `the model has no node ${asked.join(' ')}`, { help });
}

function namesOf({ name, outputs, source }: OnnxNode): string[] {
  return [name, ...outputs, ...(source?.result === undefined ? [] : [source.result])];
}

function selectableOnnx(node: OnnxNode): Parameters<Test>[0] {
  const { op, source } = node;
  const ops = source === undefined ? [op] : [...operatorsOf(source), op];
  return { names: namesOf(node), ops, source: source?.loc ?? [] };
}

function countedOnnx({ op, source }: OnnxNode) {
  return source === undefined ? [] : [{ op, origin: source.origin, source: source.loc }];
}

function explainOnnxNode(node: OnnxNode, rules: RuleBook, misses: ExplainedNode['misses'], inMemory = false) {
  const { op, name, outputs, source } = node;
  const steps = source === undefined ? [] : stepsToOnnx(op, source, rules, !inMemory);
  return { level: 'onnx', op, name, outputs, source: source?.loc ?? [], steps, misses } as const;
}

function isConstant({ inputs, blocks }: Node): boolean {
  return inputs.length === 0 && blocks.length === 0;
}

/** Whether a selector names the node itself, not what it came from. */
function isAsked(op: OpName, name: string, { node, op: asked }: Selectors): boolean {
  return name === node || (asked !== undefined && isOperator(op, asked));
}

/** Explains the nodes of a watched compilation. */
class Explainer {
  private readonly onnxNodes: readonly OnnxNode[];
  private readonly byName = new Map<string, Node>();
  private readonly converted = new Set<string>();

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
  }

  private readonly isConverted: boolean;

  names(): string[] {
    return [...this.onnxNodes.flatMap(namesOf), ...this.byName.keys()];
  }

  counted() {
    if (this.isConverted) return this.onnxNodes.flatMap(countedOnnx);
    return this.graphNodes().map(({ op, origin, loc }) => ({ op, origin, source: loc }));
  }

  /** The nodes that a test selects: of the ONNX model, then those of the graph that have none there. */
  nodes(test: Test, options: Selectors): ExplainedNode[] {
    const nodes: ExplainedNode[] = this.onnxNodes
      .filter((node) => test(selectableOnnx(node)))
      .map((node) => explainOnnxNode(node, this.rules, this.misses(this.byName.get(node.source?.result ?? '')), true));
    for (const node of this.graphNodes()) {
      const [first] = node.outputs;
      if (this.isConverted && this.converted.has(first?.name ?? '')) continue;
      // Each argument is a constant: they are told to who asks for them.
      if (this.isConverted && isConstant(node) && !isAsked(node.op, first?.name ?? '', options)) continue;
      const names = node.outputs.map(({ name }) => name);
      if (!test({ names, ops: operatorsOf(node), source: node.loc })) continue;
      const steps = stepsTo(node.op, node.origin, this.rules);
      const misses = this.misses(node);
      nodes.push({
        level: 'graph',
        op: node.op,
        name: names[0] ?? '',
        outputs: names,
        source: node.loc,
        steps,
        misses,
      });
    }
    return nodes;
  }

  private misses(node: Node | undefined): ExplainedNode['misses'] {
    const { matcher } = this.recorder;
    return node === undefined || matcher === undefined ? [] : missesAt(node, this.rules, matcher);
  }

  private graphNodes(): Node[] {
    return [...(this.recorder.graph?.allNodes() ?? [])];
  }

  /** Operators of the loaded model without a node in the result. */
  gone(test: Test, options: Selectors): GoneOperator[] {
    return this.recorder.loaded.flatMap(({ node, op, name, source, constant }) => {
      if (constant && !isAsked(op, name, options)) return [];
      if (!test({ names: [name], ops: [op], source })) return [];
      const lost = this.recorder.lost(node);
      if (lost === undefined) return [];
      const rule = lost.rule === undefined ? undefined : this.rules.entry(lost.rule)?.rule;
      return [{ op, name, source, stage: lost.stage, rule: lost.rule, why: rule?.why.trim(), at: rule?.span }];
    });
  }
}
