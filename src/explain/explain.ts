import { readFileSync } from 'node:fs';
import { compileWith, type RuleOptions, rulesOf } from '../compiler.js';
import type { CompileOptions } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { requireFresh } from '../frontends/torchscript/consume-model.js';
import type { LoadedModel } from '../frontends/torchscript/load.js';
import { parseModel } from '../onnx/parse.js';
import { allNodes, readProvenance } from '../onnx/provenance.js';
import type { OnnxModel } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RuleEntry } from '../rulebook/pack-info.js';
import { nearest } from '../schema/nearest.js';
import type { ExplainSelectors, Explanation } from './explanation.js';
import { countedOnnx, explainOnnxNode, namesOf, selectableOnnx } from './onnx-nodes.js';
import { StageRecorder } from './recorder.js';
import { RuleTrial } from './rule-trial.js';
import { selection } from './select.js';
import { summarize } from './summary.js';
import { WatchedModel } from './watched-model.js';

/**
 * Why the nodes of a model are what they are: compiles the model and tells for the selected nodes the rules that led to
 * them from the user's lines, for a rule where it fired and why not where it could have, and without a selector the
 * whole in figures. A compilation that fails is explained as far as it came: its problems are a part of the answer. The
 * model's graph is consumed. Errors: `model-consumed` for a model that an earlier run has taken, `usage` for selectors
 * that name nothing, those of the rule options.
 */
export async function explain(
  model: LoadedModel,
  options: CompileOptions & RuleOptions & ExplainSelectors = {},
): Promise<Explanation> {
  requireFresh(model);
  const rules = await rulesOf(options);
  const test = selection(options);
  const trial = options.rule === undefined ? undefined : new RuleTrial(ruleNamed(options.rule, rules), rules);
  const recorder = new StageRecorder(rules, trial);
  const { onnx, problems } = attempt(() => compileWith(model, rules, options, recorder).onnx);
  const watched = new WatchedModel(recorder, rules, onnx);
  const stopped = problems.length > 0 ? recorder.last : undefined;
  const start = { stopped, problems };
  if (trial !== undefined) {
    return { ...start, nodes: [], gone: [], rule: trial.report(test, recorder.loaded, watched.aliases) };
  }
  if (isWhole(options)) {
    const summary = summarize(watched.counted(), recorder.loaded, recorder.counts);
    return { ...start, nodes: [], gone: [], summary };
  }
  const nodes = watched.nodes(test, options);
  const gone = watched.gone(test, options);
  if (nodes.length + gone.length === 0) nothing(options, watched.names());
  return { ...start, nodes, gone };
}

/**
 * As `explain`, for an ONNX file that Thaw wrote, by its path or bytes: from its metadata. Errors: `file-not-found`,
 * `unsupported-format` for other files and those that were written without provenance, `usage` for selectors that name
 * nothing, and for a rule, which only a compilation can try.
 */
export async function explainOnnx(
  model: string | Uint8Array,
  options: RuleOptions & ExplainSelectors = {},
): Promise<Explanation> {
  if (options.rule !== undefined) {
    fail('usage', 'a rule can be tried at the TorchScript model only', { help: 'name the model that was compiled' });
  }
  const rules = await rulesOf(options);
  const test = selection(options);
  const onnx = parseModel(typeof model === 'string' ? bytesOf(model) : model);
  readProvenance(onnx);
  const nodes = [...allNodes(onnx.graph)];
  if (nodes.length > 0 && nodes.every(({ source }) => source === undefined)) {
    fail('unsupported-format', 'the nodes of the file do not say where they come from', {
      help: 'compile the model with Thaw, without --no-provenance',
    });
  }
  if (isWhole(options)) return { problems: [], nodes: [], gone: [], summary: summarize(nodes.flatMap(countedOnnx)) };
  const found = nodes
    .filter((node) => test(selectableOnnx(node)))
    .map((node) => explainOnnxNode(node, rules, [], true));
  if (found.length === 0) nothing(options, nodes.flatMap(namesOf));
  return { problems: [], nodes: found, gone: [] };
}

function isWhole({ node, op, line, rule }: ExplainSelectors): boolean {
  return node === undefined && op === undefined && line === undefined && rule === undefined;
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    return fail('file-not-found', `${path} cannot be read: ${fileReason(error)}`);
  }
}

/** The highest rule of an id. Errors: `usage`. */
function ruleNamed(id: string, rules: RuleBook): RuleEntry {
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

function nothing({ node, op, line }: ExplainSelectors, names: readonly string[]): never {
  const asked = [
    node === undefined ? [] : [`named ${node}`],
    op === undefined ? [] : [`of ${op}`],
    line === undefined ? [] : [`from ${line}`],
  ].flat();
  const close = node === undefined ? undefined : nearest(node, names);
  const help = close === undefined ? 'without a selector all lines and rules are told' : `did you mean ${close}?`;
  return fail('usage', `the model has no node ${asked.join(' ')}`, { help });
}
