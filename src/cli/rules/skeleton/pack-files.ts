import type { ResultFact } from '../../../schema/operator-schema.js';
import { printSignature } from '../../../schema/print-signature.js';
import type { Signature } from '../../../schema/signature.js';
import { STUB } from '../stubs.js';
import { type CallText, callText } from './case-text.js';
import { twinFacts } from './facts.js';
import type { Plan } from './plan.js';

/** Files of a new rule by their path in the pack; `after` of the cases is still to be made by the rule. */
export interface PackFiles {
  readonly files: ReadonlyMap<string, string>;
  /** The kind of rule that is written, if any. */
  readonly rule: 'translation' | 'lowering' | undefined;
}

/** Stands for the graph that only the rule can tell. */
export const AFTER = '<after>';

/** The files of a plan. `cast` is the operator that reads a tensor as a number. */
export function packFiles(plan: Plan, cast: string, lowering: boolean): PackFiles {
  const files = new Map<string, string>();
  const add = (folder: string, text: string | undefined) => {
    if (text !== undefined) files.set(`${folder}/${plan.id}.yaml`, text);
  };
  add('schemas', schemas(plan));
  const rule =
    lowering || (plan.twin === undefined && plan.declared)
      ? 'lowering'
      : plan.twin === undefined
        ? undefined
        : 'translation';
  if (rule === 'translation') add('translation', translationRule(plan));
  if (rule === 'lowering') add('lowering', loweringRule(plan));
  if (rule !== 'lowering') add('onnx', recipe(plan));
  add(
    'cases',
    rule === 'translation'
      ? translationCases(plan, cast)
      : rule === 'lowering'
        ? loweringCases(plan, cast)
        : recipeCases(plan, cast),
  );
  return { files, rule };
}

function schemas({ signature, declared, guessed, facts, twin, twinDeclared, open }: Plan): string | undefined {
  const entries: string[] = [];
  if (!declared) {
    const note = guessed ? `  ${STUB} the signature, as PyTorch prints it` : '';
    entries.push(`  - schema: ${printSignature(signature)}${note}\n    ${guess(signature)}`);
  }
  if (twin !== undefined && !twinDeclared) {
    const told = twinFacts(signature, facts, open);
    entries.push(
      `  - schema: ${printSignature(twin)}\n    ${told === undefined ? guess(twin) : `infer: ${factsText(told)}`}`,
    );
  }
  return entries.length === 0 ? undefined : `operators:\n${entries.join('\n')}\n`;
}

/** Facts to start from: those of the first tensor. */
function guess(signature: Signature): string {
  const tensor = signature.args.find((a) => a.type.kind === 'tensor')?.name;
  const like: ResultFact =
    tensor === undefined ? { dtype: 'float32', shape: '[]' } : { dtype: `${tensor}.dtype`, shape: `${tensor}.shape` };
  const all = signature.results.map((r): ResultFact => (r.type.kind === 'tensor' ? like : {}));
  return `infer: ${factsText(all)}  ${STUB} the dtype and shape of each result`;
}

function factsText(facts: readonly ResultFact[]): string {
  const texts = facts.map((fact) =>
    `{ ${Object.entries(fact)
      .map(([key, text]) => `${key}: ${scalar(String(text))}`)
      .join(', ')} }`.replace('{  }', '{}'),
  );
  return texts.length === 1 ? (texts[0] ?? '{}') : `[${texts.join(', ')}]`;
}

/** A YAML scalar in a flow collection. */
function scalar(text: string): string {
  return /^[A-Za-z_][\w.]*$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function translationRule({ id, signature, twin, open }: Plan): string {
  const openNames = new Set(open.map((a) => a.name));
  const captures = signature.args.map((a) => `${a.name}: $${a.name}`).join(', ');
  const given = signature.args
    .map(({ name }) => `${name}: ${openNames.has(name) ? `{ tensor: $${name} }` : `$${name}`}`)
    .join(', ');
  const dynamic = open.map((a) => `$${a.name}`).join(', ');
  return `rules:
  - id: ${id}
    why: The same, by numbers that are known only at run time.  ${STUB} why the two forms agree at all sizes
    match: { op: ${signature.op}, in: { ${captures} } }
    where: ['dynamic(${dynamic})']
    rewrite: { op: ${twin?.op}, in: { ${given} } }
`;
}

function loweringRule({ id, signature }: Plan): string {
  const result = signature.results[0]?.type.kind;
  const like = signature.args.find((a) => a.type.kind === result)?.name;
  const kept = like ?? signature.args[0]?.name ?? 'self';
  return `rules:
  - id: ${id}
    why: Nothing is lost by what takes its place.  ${STUB} why the rewrite holds in any model
    match: { op: ${signature.op}, in: { ${kept}: $${kept} } }
    rewrite: $${kept}  ${STUB} what takes its place
`;
}

function recipe({ signature, declared, converts, twin, twinDeclared }: Plan): string | undefined {
  const ops = [
    ...(declared || converts ? [] : [signature.op]),
    ...(twin === undefined || twinDeclared ? [] : [twin.op]),
  ];
  if (ops.length === 0) return undefined;
  const [first] = signature.args.filter((a) => a.type.kind === 'tensor');
  const input = (first ?? signature.args[0])?.name ?? 'self';
  const names = signature.results.map((_, i) => `out${i}`);
  const note = `${STUB} the ONNX nodes that compute it`;
  const steps =
    names.length < 2
      ? `    onnx: { op: Identity, in: [${input}] }  ${note}`
      : `    onnx:  ${note}\n${names.map((name) => `      - { op: Identity, in: [${input}], out: ${name} }`).join('\n')}\n    out: [${names.join(', ')}]`;
  return `recipes:
  - op: ${ops.length === 1 ? ops[0] : `[${ops.join(', ')}]`}
${steps}
`;
}

function translationCases({ id, signature, open }: Plan, cast: string): string | undefined {
  const before = callText(signature, open, cast);
  const still = callText(signature, [], cast);
  if (before === undefined || still === undefined) return undefined;
  const dynamic = open.map((a) => `$${a.name}`).join(', ');
  return `rule: ${id}
cases:
  - name: numbers that are known only at run time
${fields(before, 'before')}
    after: |
      ${AFTER}
  - name: what is static stays as it is
${fields(still, 'unchanged')}
    because: '\`dynamic(${dynamic})\` does not hold'
`;
}

function loweringCases({ id, signature }: Plan, cast: string): string | undefined {
  const before = callText(signature, [], cast);
  if (before === undefined) return undefined;
  return `rule: ${id}
cases:
  - name: it is replaced
${fields(before, 'before')}
    after: |
      ${AFTER}
  - name: other operators stay  ${STUB} a graph that the rule must leave alone
    unchanged: |
      graph(%x : Float(2, 3)):
        %none : NoneType = prim::Constant()
        return (%x)
    because: no ${signature.op} here
`;
}

/** A call of the operator with results that are still to be told. */
function recipeCases({ signature }: Plan, cast: string): string | undefined {
  const call = callText(signature, [], cast);
  if (call === undefined) return undefined;
  const inputs = [...call.dims.matchAll(/(\w+): \[/g)].map((m) => m[1]);
  const values = '[1, 2, 3, 4, 5, 6]';
  return `recipe: ${signature.op}
cases:
  - name: results that PyTorch gives
${fields(call, 'graph')}
    runs:
      - sizes: { N: 2 }
        values: { ${inputs.map((name) => `${name}: ${values}`).join(', ')} }
        gives: [${signature.results.map(() => values).join(', ')}]  ${STUB} what PyTorch gives for these values
`;
}

function fields({ dims, graph }: CallText, key: string): string {
  const text = graph
    .split('\n')
    .map((line) => `      ${line}`)
    .join('\n');
  return `${dims === '' ? '' : `    dims: ${dims}\n`}    ${key}: |\n${text}`;
}
