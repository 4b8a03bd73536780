import { type BoundInput, bindInputs } from './binding/bind-inputs.js';
import { type CompileOptions, DEFAULT_OPSET, MAX_OPSET, MIN_OPSET } from './compiler-options.js';
import type { Config } from './config/load-config.js';
import { unconvertedOperators, unknownOperators } from './converters/coverage.js';
import { type ConversionRules, GraphConverter } from './converters/graph-converter.js';
import { graphOutputs } from './converters/graph-outputs.js';
import { CONVERTERS } from './converters/registry.js';
import { type Diagnostic, DiagnosticError, fail, type Note } from './diagnostics/diagnostic.js';
import { runRules } from './engine/driver.js';
import { checkLegality, nearestRule } from './engine/legality.js';
import type { Outcome } from './engine/trace.js';
import { consumeModel } from './frontends/torchscript/consume-model.js';
import { type LoadedModel, type LoadOptions, load } from './frontends/torchscript/load.js';
import { functionalize } from './functionalize/functionalize.js';
import { dimSymbols, type Interval, type Ranges } from './ir/dim.js';
import type { Graph, OpName, Value } from './ir/graph.js';
import { addedBy } from './ir/provenance.js';
import type { RuleSet } from './matcher/compile.js';
import { Matcher } from './matcher/match.js';
import { OnnxBuilder } from './onnx/builder.js';
import { writeProvenance } from './onnx/provenance.js';
import { simplify } from './onnx/simplify/simplify.js';
import { type NodeSource, type OnnxModel, type OnnxValue, RANGES_KEY } from './onnx/types.js';
import { RuleBook } from './rulebook/load.js';
import { Inference } from './shapes/infer.js';
import { specialize } from './shapes/specialize.js';

/** Which rules: a loaded book, or packs (folders, npm packages) over the shipped rules. */
export interface RuleOptions {
  readonly rules?: RuleBook | readonly string[];
  /**
   * A project's configuration (`loadConfig`): its packs come below those of `rules`, if that is no loaded book, and its
   * opset stands where the options have none.
   */
  readonly config?: Config;
}

/** The shipped rules are read once a process. */
let shipped: Promise<RuleBook> | undefined;

/** The rule book that options ask for. */
export async function rulesOf(options: RuleOptions): Promise<RuleBook> {
  const { rules = [], config } = options;
  if (rules instanceof RuleBook) return rules;
  const { packs = [], disable = [] } = config ?? {};
  if (rules.length + packs.length + disable.length > 0)
    return RuleBook.load({ ...config, packs: [...packs, ...rules] });
  shipped ??= RuleBook.load();
  return shipped;
}

/** Rules, recipes and facts that still say what was made up for them compile to wrong models. Errors: `rule-stub`. */
async function finishedRules(options: RuleOptions): Promise<RuleBook> {
  const rules = await rulesOf(options);
  stopAt(rules.stubs().map((stub) => ({ ...stub, severity: 'error' as const })));
  return rules;
}

/**
 * Reads a model: a TorchScript archive or graph text, told apart by content. What it gives serves one `check`, `compile`
 * or `explain`, which rewrites its graph. Errors: see each stage's codes.
 */
export async function loadModel(
  source: string | Uint8Array,
  options: RuleOptions & LoadOptions = {},
): Promise<LoadedModel> {
  const rules = await rulesOf(options);
  return load(source, rules.registry, options);
}

/** A model after the rules: what `check` reports on, before any ONNX is made. */
export interface CheckResult {
  readonly graph: Graph;
  readonly inputs: readonly BoundInput[];
  /** What the rules of each stage did; `translation` is undefined when all inputs are static. */
  readonly lowering: Outcome;
  readonly translation: Outcome | undefined;
  /** What is known of the sizes of symbols: as declared, and as operators ask for. */
  readonly ranges: Ranges;
}

/** What a compilation gives. Weights stay in the archive until the model is written. */
export interface CompileResult extends CheckResult {
  readonly onnx: OnnxModel;
}

/**
 * Rewrites a loaded model for its declared inputs: everything but the emission of ONNX. The model's graph is consumed,
 * also where this fails: load it again for another run. Errors: `model-consumed` for a model that an earlier run has
 * taken, `rule-stub` for places of a pack that are left to fill in, the problems of the first stage that finds any, all of
 * that stage at once.
 */
export async function check(model: LoadedModel, options: CompileOptions & RuleOptions = {}): Promise<CheckResult> {
  const rules = await finishedRules(options);
  return rewrite(model, rules, options);
}

/** As `check`, and converts the result to ONNX. A loaded model compiles once. Errors: those of `check`, `opset-range`. */
export async function compile(model: LoadedModel, options: CompileOptions & RuleOptions = {}): Promise<CompileResult> {
  return compileWith(model, await finishedRules(options), options);
}

/** A stage that changes the graph. */
export type Stage = 'load' | 'functionalize' | 'bind' | 'specialize' | 'lower' | 'translate';

/** Sees the graph after each stage, also after rules that did not settle; `inference` once there is one. */
export interface StageWatcher {
  after(stage: Stage, graph: Graph, inference?: Inference, outcome?: Outcome): void;
  /** Told what each result of a node has become in ONNX. */
  converted(output: Value, made: OnnxValue): void;
}

/** As `compile`, by a loaded rule book. With a watcher, outcomes hold every rewrite. */
export function compileWith(
  model: LoadedModel,
  rules: RuleBook,
  options: CompileOptions & RuleOptions,
  watcher?: StageWatcher,
): CompileResult {
  const opset = checkedOpset(options.opset ?? options.config?.opset);
  const checked = rewrite(model, rules, options, watcher);
  stopAt(
    unconvertedOperators(checked.graph, conversionRules(rules), (node) => {
      const matcher = new Matcher(rules.registry, rules.roles, checked.ranges);
      return nearestRule(node, rules.lowering, matcher) ?? nearestRule(node, rules.translation, matcher);
    }),
  );
  const onnx = convertAt(checked, rules, opset, watcher);
  if (options.provenance !== false) writeProvenance(onnx);
  if (options.dims !== undefined) onnx.metadata.set(RANGES_KEY, JSON.stringify(options.dims));
  return { ...checked, onnx };
}

function rewrite(model: LoadedModel, rules: RuleBook, options: CompileOptions, watcher?: StageWatcher): CheckResult {
  consumeModel(model);
  const { graph } = model;
  watcher?.after('load', graph);
  functionalize(graph, rules.registry);
  watcher?.after('functionalize', graph);
  const inputs = bindInputs(model, options.inputs ?? [], options.consts ?? [], rules.castOperator);
  watcher?.after('bind', graph);
  const inference = new Inference(rules.registry, { ranges: checkedRanges(options, inputs) });
  specialize(graph, inference);
  watcher?.after('specialize', graph, inference);
  const fixpoint = (stage: Stage, set: RuleSet): Outcome => {
    const outcome = runRules(graph, set, inference, { ...options.limits, trace: watcher !== undefined });
    watcher?.after(stage, graph, inference, outcome);
    return settled(outcome);
  };
  const lowering = fixpoint('lower', rules.lowering);
  // Where every input is static all sizes have folded, and only what the data decides (a nonzero, a loop) is translated.
  const translation = fixpoint('translate', rules.translation);
  stopAt([
    ...checkLegality(graph, rules.translation, inference, (op) => switchedOff(rules, op)),
    ...unknownOperators(graph, conversionRules(rules), (op, start) => rules.registry.suggestion(op, start)),
  ]);
  return { graph, inputs, lowering, translation, ranges: inference.ranges };
}

/** The rules for an operator that a pack or the project has switched off. */
function switchedOff(rules: RuleBook, op: OpName): Note[] {
  return rules
    .entries()
    .filter(({ state, rule }) => state === 'disabled' && rule.match.ops.includes(op))
    .map(({ rule, by }) => ({
      message: `rule ${rule.id} is switched off${by === undefined ? '' : ` by ${by.name}`}`,
      at: rule.span,
    }));
}

function stopAt(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) throw new DiagnosticError(problems);
}

function conversionRules(rules: RuleBook): ConversionRules {
  return {
    schema: (op) => rules.registry.get(op),
    recipes: (op) => rules.recipes(op),
    converter: (op) => CONVERTERS.get(op),
  };
}

/** Stops when the rules did not reach a fixpoint. */
function settled(outcome: Outcome): Outcome {
  if (outcome.stop === 'fixpoint') return outcome;
  return fail('rewrite-limit', `the rules did not settle after ${outcome.steps} rewrites (${outcome.stop})`, {
    notes: [{ message: `the last rules: ${outcome.chain.join(' -> ')}` }],
    help:
      outcome.stop === 'cycle'
        ? 'two rules undo each other, or one feeds itself: make their `where` conditions exclude each other'
        : 'rules that feed each other never end; where they would, raise `limits.maxSteps`',
  });
}

/** As `convert`. Problems that a later opset does not have tell the lowest one as their next step. */
function convertAt(checked: CheckResult, rules: RuleBook, opset: number, watcher?: StageWatcher): OnnxModel {
  try {
    return convert(checked, rules, opset, watcher);
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    const enough = lowestOpset(checked, rules, opset);
    if (enough === undefined) throw e;
    const help = `compile for opset ${enough} (--opset ${enough}), the lowest at which this model converts`;
    throw new DiagnosticError(e.diagnostics.map((d) => ({ ...d, help })));
  }
}

/** The lowest opset above the given one at which a model converts that does not at that one. */
function lowestOpset(checked: CheckResult, rules: RuleBook, opset: number): number | undefined {
  // Most models that fail do so at every opset: the last one decides.
  const converts = (n: number) => {
    try {
      convert(checked, rules, n);
      return true;
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      return false;
    }
  };
  if (opset >= MAX_OPSET || !converts(MAX_OPSET)) return undefined;
  let n = opset + 1;
  while (n < MAX_OPSET && !converts(n)) n += 1;
  return n;
}

/** What nodes are for that give a model's outputs their form. */
const FOR_OUTPUTS: NodeSource = { op: '', origin: addedBy('convert'), loc: [] };

function convert(
  { graph, inputs, ranges }: CheckResult,
  rules: RuleBook,
  opset: number,
  watcher?: StageWatcher,
): OnnxModel {
  const builder = new OnnxBuilder({ opset, ranges });
  const converter = new GraphConverter(builder, opset, {
    ...conversionRules(rules),
    ranges,
    converted: watcher && ((output, made) => watcher.converted(output, made)),
  });
  for (const i of inputs) converter.bind(i.value, builder.input(i.name, i.dtype, i.dims));
  converter.convert(graph);
  const outputs = builder.withProvenance(FOR_OUTPUTS, () => graphOutputs(graph, converter));
  if (outputs.length === 0) fail('unsupported-argument', 'the model has no output that is a tensor or number');
  builder.withProvenance(FOR_OUTPUTS, () => {
    for (const o of outputs) builder.output(o.name, o.value);
  });
  const onnx = builder.finish();
  simplify(onnx);
  return onnx;
}

function checkedOpset(opset = DEFAULT_OPSET): number {
  if (!Number.isInteger(opset) || opset < MIN_OPSET || opset > MAX_OPSET) {
    fail('opset-range', `opset ${opset} is not supported`, {
      help: `choose ${MIN_OPSET} to ${MAX_OPSET}; ${DEFAULT_OPSET} is the default`,
    });
  }
  return opset;
}

/** Ranges of symbols by name. Errors: `dim-unknown` for a range that no input uses, `dim-range`. */
function checkedRanges(options: CompileOptions, inputs: readonly BoundInput[]): Map<string, Interval> {
  const used = new Set<string>();
  for (const i of inputs) for (const d of i.dims) dimSymbols(d, used);
  const problems: Diagnostic[] = [];
  const ranges = new Map<string, Interval>();
  for (const [name, r] of Object.entries(options.dims ?? {})) {
    if (!used.has(name)) {
      problems.push({
        code: 'dim-unknown',
        severity: 'error',
        message: `no input has a dimension named ${name}`,
        help: `the symbols are: ${[...used].join(', ') || 'none'}`,
      });
    } else if (!(r.min <= r.opt && r.opt <= r.max) || r.min < 0) {
      problems.push({
        code: 'dim-range',
        severity: 'error',
        message: `the range ${r.min}:${r.opt}:${r.max} of ${name} is not min <= opt <= max`,
      });
    } else ranges.set(name, { min: r.min, max: r.max });
  }
  stopAt(problems);
  return ranges;
}
