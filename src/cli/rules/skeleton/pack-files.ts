import { STUB } from '../../../rulebook/stubs.js';
import type { ResultFact } from '../../../schema/operator-schema.js';
import { printSignature } from '../../../schema/print-signature.js';
import type { Signature } from '../../../schema/signature.js';
import { twinFacts } from './facts.js';
import type { Plan } from './plan.js';

/** What kind of rule a plan asks for; undefined for an operator that needs none. */
export function kindOf({ twin, declared, lowering }: Plan): 'translation' | 'lowering' | undefined {
  if (lowering) return 'lowering';
  if (twin !== undefined) return 'translation';
  // An operator of tensors alone is rewritten, if at all, in any mode.
  return declared ? 'lowering' : undefined;
}

/** The files of a plan by their path in the pack, but for the cases. */
export function packFiles(plan: Plan): Map<string, string> {
  const kind = kindOf(plan);
  const files = new Map<string, string>();
  const add = (folder: string, text: string | undefined) => {
    if (text !== undefined) files.set(`${folder}/${plan.id}.yaml`, text);
  };
  add('schemas', schemas(plan));
  if (kind === 'translation') add('translation', translationRule(plan));
  if (kind === 'lowering') add('lowering', loweringRule(plan));
  if (kind !== 'lowering') add('onnx', recipe(plan));
  return files;
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

/** Something for a stub to give: the first tensor. */
function firstInput({ args }: Signature): string {
  const tensor = args.find((a) => a.type.kind === 'tensor');
  if (tensor !== undefined) return tensor.name;
  const list = args.find((a) => a.type.kind === 'list' && a.type.element.kind === 'tensor');
  return list === undefined ? (args[0]?.name ?? '0') : `'${list.name}[0]'`;
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
  const input = firstInput(signature);
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
