import type { Type } from '../ir/type.js';
import { TENSOR } from '../ir/type.js';
import type { RuleSet } from '../matcher/compile.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { printSignature } from '../schema/print-signature.js';
import { baseOf } from '../schema/registry.js';
import type { Arg, Signature } from '../schema/signature.js';

/**
 * YAML to start from for an operator without a dynamic form: the schema of a dynamic twin that takes tensors, the rule
 * that rewrites to it, and the frame of its recipe. `operand` is the argument that a tensor feeds.
 */
export function ruleSkeleton(schema: OperatorSchema, operand: number | undefined, rules: RuleSet): string {
  const { signature } = schema;
  const open = operand === undefined ? -1 : Math.min(operand, signature.args.length - 1);
  const isOpen = (arg: Arg, i: number) => i === open || (open < 0 && isNumeric(arg.type));
  const twin = twinOf(signature, isOpen, rules);
  const id = `${
    baseOf(signature.op)
      .split('::')[1]
      ?.replaceAll('_', '-')
      .replace(/^-+|-+$/g, '') ?? 'my-op'
  }-dyn`;
  const captures = signature.args.map((a) => `${a.name}: $${a.name}`).join(', ');
  const given = signature.args
    .map((a, i) => `${a.name}: ${isOpen(a, i) ? `{ tensor: $${a.name} }` : `$${a.name}`}`)
    .join(', ');
  const dynamic = signature.args.filter(isOpen).map((a) => `$${a.name}`);
  const where = dynamic.length === 0 ? '' : `\n    where: ['dynamic(${dynamic.join(', ')})']`;
  return `add to a rule pack and pass it with --rules (docs/rules.md):
# schemas/mine.yaml
operators:
  - schema: ${printSignature(twin)}
    infer: { dtype: '...', shape: '...' }
# translation/mine.yaml
rules:
  - id: ${id}
    why: say why the two forms agree.
    match: { op: ${signature.op}, in: { ${captures} } }${where}
    rewrite: { op: ${twin.op}, in: { ${given} } }
# onnx/mine.yaml
recipes:
  - op: ${twin.op}
    onnx: { op: ..., in: [${signature.args.map((a) => a.name).join(', ')}] }`;
}

/** The operator's name with `_dyn`, in the namespace of the cast. */
function twinOf(signature: Signature, isOpen: (arg: Arg, i: number) => boolean, rules: RuleSet): Signature {
  const [namespace] = (rules.roles.cast ?? signature.base).split('::');
  const [, name] = signature.base.split('::');
  const op = `${namespace}::${name}_dyn${signature.overload === '' ? '' : `.${signature.overload}`}`;
  return {
    ...signature,
    op,
    args: signature.args.map((a, i) => (isOpen(a, i) ? { ...plain(a), type: TENSOR } : plain(a))),
    results: signature.results.map((r) => ({ type: isNumeric(r.type) ? TENSOR : r.type })),
  };
}

/** Without a default and an alias set: a rule gives every argument. */
function plain(a: Arg): Arg {
  return { name: a.name, type: a.type, kwargOnly: a.kwargOnly, mutates: false };
}

function isNumeric(type: Type): boolean {
  const inner = type.kind === 'optional' ? type.element : type;
  const item = inner.kind === 'list' ? inner.element : inner;
  return item.kind === 'int' || item.kind === 'float' || item.kind === 'bool' || item.kind === 'number';
}
