import { fail } from '../../../diagnostics/diagnostic.js';
import type { OpName } from '../../../ir/graph.js';
import { TENSOR, type Type } from '../../../ir/type.js';
import type { RuleBook } from '../../../rulebook/load.js';
import { nearest } from '../../../schema/nearest.js';
import type { ResultFact } from '../../../schema/operator-schema.js';
import { parseSignature } from '../../../schema/parse-signature.js';
import { baseOf } from '../../../schema/registry.js';
import type { Arg, Signature } from '../../../schema/signature.js';

/** What an author asks `thaw rules new` for. */
export interface NewRule {
  readonly id: string;
  readonly op: OpName;
  /** The signature of an operator that nothing declares. */
  readonly schema: string | undefined;
  /** Arguments that become tensors; undefined for those that look like sizes. */
  readonly args: readonly string[] | undefined;
  /** A rule that holds in any mode instead of a dynamic form. */
  readonly lowering: boolean;
}

/** What is to be written for a new operator or rule. */
export interface Plan {
  readonly id: string;
  readonly lowering: boolean;
  readonly signature: Signature;
  /** Of the operator's results; empty where nothing is known. */
  readonly facts: readonly ResultFact[];
  /** The operator is declared already. */
  readonly declared: boolean;
  /** The signature is made up. */
  readonly guessed: boolean;
  /** Recipes or a converter for it exist. */
  readonly converts: boolean;
  /** Arguments that are tensors in the dynamic form. None: a rule of the lowering, or no rule at all. */
  readonly open: readonly Arg[];
  readonly twin: Signature | undefined;
  /** The dynamic form is declared already. */
  readonly twinDeclared: boolean;
}

/** Names of arguments that say which axis or how, not how many. */
const NOT_SIZES: ReadonlySet<string> = new Set([
  'dim',
  'dims',
  'dim0',
  'dim1',
  'dim2',
  'axis',
  'dtype',
  'layout',
  'memory_format',
  'reduction',
]);

/** Errors: `usage` for an operator, a signature or an argument that cannot be, with the nearest name. */
export function planOf(wanted: NewRule, book: RuleBook, converts: (op: OpName) => boolean): Plan {
  const { id, op } = wanted;
  const known = book.registry.get(op);
  const signature = known?.signature ?? undeclared(wanted, book);
  if (signature.varargs || signature.varresults) {
    fail('usage', `${op} takes or gives any number of values: thaw rules new cannot start its rule`);
  }
  const { lowering } = wanted;
  const open = lowering ? [] : openArgs(signature, wanted.args);
  const base = {
    id,
    lowering,
    signature,
    facts: known?.infer ?? [],
    declared: known !== undefined,
    converts: converts(op),
  };
  const guessed = known === undefined && wanted.schema === undefined;
  if (open.length === 0) return { ...base, guessed, open, twin: undefined, twinDeclared: false };
  const name = twinOf(op, book);
  const there = book.registry.get(name)?.signature;
  const twin = twinSignature(signature, open, name);
  if (there === undefined) return { ...base, guessed, open, twin, twinDeclared: false };
  if (agrees(there, twin)) return { ...base, guessed, open, twin: there, twinDeclared: true };
  // Another operator has the name: one after the rule.
  const own = `${name.slice(0, name.indexOf('::') + 2)}${id.replaceAll('-', '_')}`;
  return { ...base, guessed, open, twin: twinSignature(signature, open, own), twinDeclared: false };
}

function undeclared({ op, schema }: NewRule, { registry }: RuleBook): Signature {
  if (schema !== undefined) {
    const signature = parseSignature(schema, '--schema');
    if (signature.op === op) return signature;
    fail('usage', `--schema declares ${signature.op}, but --op is ${op}`);
  }
  const overloads = registry.overloads(op).map((s) => s.signature.op);
  if (overloads.length > 0) {
    fail('usage', `${op} has overloads`, { help: `name one of them: ${overloads.join(', ')}` });
  }
  const namespace = op.slice(0, op.indexOf('::') + 2);
  const ours = [...registry.names()].filter((name) => name.startsWith(namespace));
  // A namespace of the author's own may well have operators that nothing declares yet.
  const close = nearest(op, ours);
  if (close !== undefined) {
    fail('usage', `no schema declares ${op}`, {
      help: `did you mean ${close}? Otherwise give its signature with --schema`,
    });
  }
  return parseSignature(`${op}(Tensor self, int n) -> Tensor`);
}

function openArgs(signature: Signature, named: readonly string[] | undefined): Arg[] {
  const numeric = signature.args.filter((a) => isNumeric(a.type));
  if (named === undefined) return numeric.filter((a) => !NOT_SIZES.has(a.name));
  return named.map((name) => {
    const arg = numeric.find((a) => a.name === name);
    if (arg !== undefined) return arg;
    const close = nearest(
      name,
      numeric.map((a) => a.name),
    );
    const all =
      numeric.length === 0 ? 'it takes no numbers' : `its numbers are: ${numeric.map((a) => a.name).join(', ')}`;
    return fail('usage', `${signature.op} has no number or list of numbers \`${name}\``, {
      help: close === undefined ? all : `did you mean \`${close}\`?`,
    });
  });
}

/** Ints, floats and lists of them, optional or not. */
export function isNumeric(type: Type): boolean {
  const inner = type.kind === 'optional' ? type.element : type;
  const item = inner.kind === 'list' ? inner.element : inner;
  return item.kind === 'int' || item.kind === 'float' || item.kind === 'number';
}

/** `trt::shift_dyn` of `mylib::shift`: in the namespace of the cast, as all dynamic forms. */
function twinOf(op: OpName, book: RuleBook): OpName {
  const [namespace] = book.castOperator.split('::');
  const base = baseOf(op);
  return `${namespace}::${base.slice(base.indexOf('::') + 2)}_dyn${op.slice(base.length)}`;
}

function twinSignature(signature: Signature, open: readonly Arg[], op: OpName): Signature {
  const plain = (a: Arg): Arg => ({ name: a.name, type: a.type, kwargOnly: a.kwargOnly, mutates: false });
  return {
    ...signature,
    op,
    base: baseOf(op),
    args: signature.args.map((a) => (open.includes(a) ? { ...plain(a), type: tensorFor(a.type) } : plain(a))),
    results: signature.results.map((r) => ({ type: isNumeric(r.type) ? TENSOR : r.type })),
  };
}

/** None stays None. */
function tensorFor(type: Type): Type {
  return type.kind === 'optional' ? { kind: 'optional', element: TENSOR } : TENSOR;
}

/** True where a declared signature takes and gives what a dynamic form must. */
function agrees(declared: Signature, twin: Signature): boolean {
  return (
    declared.args.length === twin.args.length &&
    declared.results.length === twin.results.length &&
    twin.args.every((a, i) => declared.args[i]?.name === a.name && declared.args[i]?.type.kind === a.type.kind)
  );
}
