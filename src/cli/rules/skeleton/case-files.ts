import { STUB } from '../../../rulebook/stubs.js';
import { type CallText, callText, EXTENTS } from './case-text.js';
import { kindOf } from './pack-files.js';
import type { Plan } from './plan.js';

/** Gives what the new rule makes of a graph; undefined where the made-up tensors do not fit the operator. */
export type Try = (call: CallText) => string | undefined;

/**
 * The case file of a plan: of the rule, one case that fires and one that does not; without a rule, of the recipe.
 * Undefined where no call can be made up. `attempt` finds extents that fit.
 */
export function caseFile(plan: Plan, cast: string, attempt: Try): string | undefined {
  const kind = kindOf(plan);
  const open = kind === 'translation' ? plan.open : [];
  const made = EXTENTS.flatMap((extents) => {
    const call = callText(plan.signature, open, cast, extents);
    const after = call === undefined ? undefined : attempt(call);
    return call === undefined || after === undefined ? [] : [{ call, after, extents }];
  })[0];
  const [likeliest = []] = EXTENTS;
  const extents = made?.extents ?? likeliest;
  const call = callText(plan.signature, open, cast, extents);
  const still = callText(plan.signature, [], cast, extents);
  if (call === undefined || still === undefined) return undefined;
  const misfit = made === undefined ? `  ${STUB} extents and numbers that fit the operator` : '';
  const after = made?.after ?? call.graph;
  switch (kind) {
    case 'translation':
      return translationCases(plan, call, after, still, misfit);
    case 'lowering':
      return loweringCases(plan, call, after, misfit);
    case undefined:
      return recipeCases(plan, call, misfit);
  }
}

function translationCases({ id, open }: Plan, call: CallText, after: string, still: CallText, misfit: string): string {
  const because = `\`dynamic(${open.map((a) => `$${a.name}`).join(', ')})\` does not hold`;
  return [
    `rule: ${id}\ncases:\n`,
    partText(`numbers that are known only at run time${misfit}`, call, { after }),
    partText('what is static stays as it is', still, { because }),
  ].join('');
}

function loweringCases({ id, signature }: Plan, call: CallText, after: string, misfit: string): string {
  return [
    `rule: ${id}\ncases:\n`,
    partText(`it is replaced${misfit}`, call, { after }),
    partText(`other operators stay  ${STUB} a graph that the rule must leave alone`, NO_CALL, {
      because: `no ${signature.op} here`,
    }),
  ].join('');
}

/** A graph without any operator. */
export const NO_CALL: CallText = {
  graph: 'graph(%x : Float(2, 3)):\n  %none : NoneType = prim::Constant()\n  return (%x)',
  dims: {},
};

/** What a case wants of its graph: another one, or a reason why it stays. */
export type Wanted = { readonly after: string } | { readonly because: string };

/** One case of a rule. A comment may stand behind its name. */
export function partText(name: string, call: CallText, wanted: Wanted): string {
  if ('after' in wanted) {
    return `  - name: ${name}\n${fields(call, 'before')}\n    after: |\n${block(wanted.after)}\n`;
  }
  const because = `'${wanted.because.replaceAll("'", "''")}'`;
  return `  - name: ${name}\n${fields(call, 'unchanged')}\n    because: ${because}\n`;
}

/** True where a plan writes a recipe that the cases of its rule do not compare with another. */
export function needsRecipeCase(plan: Plan): boolean {
  return kindOf(plan) === 'translation' && !plan.declared && !plan.converts;
}

/**
 * The case file of the recipe that a plan writes beside its rule: a call by constants, with results to be told. Undefined
 * where the operator has a recipe already, to which the rule's own cases compare the one of the dynamic form.
 */
export function recipeCaseFile(plan: Plan, cast: string, attempt: Try): string | undefined {
  if (!needsRecipeCase(plan)) return undefined;
  const calls = EXTENTS.flatMap((extents) => callText(plan.signature, [], cast, extents) ?? []);
  const call = calls.find((c) => attempt(c) !== undefined);
  const [likeliest] = calls;
  if (call !== undefined) return recipeCases(plan, call, '');
  return likeliest && recipeCases(plan, likeliest, `  ${STUB} extents and numbers that fit the operator`);
}

/** Elements of a made-up input that a case writes out. */
const MAX_VALUES = 12;

/** A call of the operator with results that are still to be told. */
function recipeCases({ signature }: Plan, call: CallText, misfit: string): string {
  const [extents = []] = Object.values(call.dims);
  const count = extents.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 2), 1);
  const values = `[${Array.from({ length: Math.min(count, MAX_VALUES) }, (_, i) => i + 1).join(', ')}]`;
  const sizes = Object.values(call.dims).flat().includes('N') ? 'sizes: { N: 2 }' : 'sizes: {}';
  const fed = Object.keys(call.dims).map((name) => `${name}: ${values}`);
  return `recipe: ${signature.op}
cases:
  - name: results that PyTorch gives${misfit}
${fields(call, 'graph')}
    runs:
      - ${sizes}
        values: { ${fed.join(', ')} }
        gives: [${signature.results.map(() => values).join(', ')}]  ${STUB} what PyTorch gives for these values
`;
}

function fields({ dims, graph }: CallText, key: string): string {
  const entries = Object.entries(dims).map(([name, extents]) => `${name}: [${extents.join(', ')}]`);
  return `${entries.length === 0 ? '' : `    dims: { ${entries.join(', ')} }\n`}    ${key}: |\n${block(graph)}`;
}

function block(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
}
