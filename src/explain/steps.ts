import type { OpName } from '../ir/graph.js';
import { type Pass, type Provenance, stepsOf } from '../ir/provenance.js';
import type { NodeSource } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RecipeStep } from '../schema/recipe.js';
import type { ExplainedStep } from './explanation.js';

/** What a pass does to a node that names it. */
const PASSES: Readonly<Record<Pass, string>> = {
  load: 'a weight or another constant of the archive',
  bind: 'the declared inputs and constants take the place of the arguments',
  functionalize: 'what changes a tensor or container in place gives a new one',
  specialize: 'what is constant folds, containers of known items open, loops of known length unroll',
  convert: 'it gives an output of the model its form',
  simplify: 'it is a copy: the value equals another one',
};

function isPass(by: string): by is Pass {
  return by in PASSES;
}

/** The steps that led to an operator of the graph, oldest first, each with what the rule book says of it. */
export function stepsTo(op: OpName, origin: Provenance | undefined, rules: RuleBook): ExplainedStep[] {
  const links = stepsOf(origin);
  return links.map((link, i): ExplainedStep => {
    const to = links.slice(i + 1).find(({ replaced }) => replaced !== undefined)?.replaced ?? op;
    if (link.pass) {
      const why = isPass(link.by) ? PASSES[link.by] : undefined;
      return { kind: 'pass', by: link.by, from: link.replaced, to, why };
    }
    const rule = rules.entry(link.by)?.rule;
    return { kind: 'rule', by: link.by, from: link.replaced, to, why: rule?.why.trim(), at: rule?.span };
  });
}

/** The steps that led to an ONNX node: those of the operator that it was made for, then its recipe or converter. */
export function stepsToOnnx(onnx: OpName, source: NodeSource, rules: RuleBook, fromFile: boolean): ExplainedStep[] {
  const steps = stepsTo(source.op === '' ? onnx : source.op, source.origin, rules);
  if (source.op === '') return steps;
  const step = { by: source.op, from: source.op, to: onnx };
  const recipes = rules.recipes(source.op);
  if (source.recipe !== undefined) return [...steps, { kind: 'recipe', ...step, at: source.recipe }];
  if (!fromFile || recipes.length === 0) return [...steps, { kind: 'converter', ...step }];
  // A file does not say which of several recipes it was.
  const fitting = recipes.filter(({ steps: parts }) => makes(parts, onnx));
  const [only] = fitting.length === 1 ? fitting : [];
  const why = only === undefined ? `one of ${(fitting.length > 0 ? fitting : recipes).length} recipes` : undefined;
  return [...steps, { kind: 'recipe', ...step, why, at: only?.span }];
}

/** Whether steps of a recipe can make an ONNX operator; a call of another operator can make any. */
function makes(parts: readonly RecipeStep[], onnx: OpName): boolean {
  return parts.some((part) => makesOne(part, onnx));
}

function makesOne(part: RecipeStep, onnx: OpName): boolean {
  switch (part.kind) {
    case 'node':
      return part.op === onnx;
    case 'call':
      return true;
    case 'for':
      return makes(part.do, onnx);
    case 'if':
      return makes(part.do, onnx) || makes(part.else, onnx);
  }
}
