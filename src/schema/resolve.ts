import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { type Type, typeName } from '../ir/type.js';
import { startCommand } from './call-signature.js';
import { fitArgument, LENIENCIES, type Leniency } from './fit-argument.js';
import type { OperatorRegistry } from './registry.js';
import type { Arg, Literal, Signature } from './signature.js';
import { type Bindings, hasVariables, substitute } from './type-variables.js';

/** An operand of a call: its type, and its name where it is a keyword argument. */
export interface CallOperand {
  readonly type: Type;
  readonly keyword?: string;
}

/**
 * Where one argument of the chosen signature comes from. `convert` is the type that the operand (of `gather`: each of
 * them) has to be converted to: a tensor or Scalar to a number, a bool to a number, a str to a Device, a tuple to a list.
 */
export type ArgSource =
  | { readonly kind: 'operand'; readonly index: number; readonly convert?: Type }
  /** A scalar stands for each element of an `int[2]`. */
  | { readonly kind: 'broadcast'; readonly index: number; readonly size: number }
  | { readonly kind: 'default'; readonly value: Literal }
  /** Trailing operands gathered into a list (`torch.zeros(2, 3)`). */
  | { readonly kind: 'gather'; readonly indexes: readonly number[]; readonly convert?: Type };

export interface Resolution<S> {
  readonly schema: S;
  /** One source an argument of the signature, in its order. */
  readonly args: readonly ArgSource[];
  /** Operands beyond the arguments of a variadic signature. */
  readonly rest: readonly number[];
  /** Result types, with type variables replaced by what they stand for. */
  readonly results: readonly Type[];
}

type Match = Omit<Resolution<never>, 'schema'>;

/**
 * How operands stand for arguments: as a program calls an operator (keywords, defaults), or as a node of a graph holds
 * them (all arguments in order, keyword-only ones too).
 */
export type CallForm = 'call' | 'node';

/** So many candidates are told apart in a `no-overload` diagnostic. */
const MAX_REASONS = 8;

/**
 * Chooses the overload of a call as TorchScript does (torch/csrc/jit/frontend/schema_matching.cpp): the first, in the
 * registry's order, that takes the operands as they are, else the first that takes them with implicit conversions.
 * What PyTorch refuses but our types are too coarse to tell comes last.
 * Errors: `unknown-operator` with the nearest name, `no-overload` with each candidate's reason.
 */
export function resolveCall<S extends { readonly signature: Signature }>(
  registry: OperatorRegistry<S>,
  base: string,
  operands: readonly CallOperand[],
  at?: Diagnostic['at'],
  form: CallForm = 'call',
): Resolution<S> {
  const candidates = registry.overloads(base);
  if (candidates.length === 0) {
    throw new DiagnosticError({
      code: 'unknown-operator',
      severity: 'error',
      message: `no schema declares ${base}`,
      at,
      help: registry.suggestion(base, () => startCommand(base, operands)),
    });
  }
  return (
    firstMatch(candidates, operands, form) ??
    raiseNoOverload(
      base,
      candidates.map((c) => c.signature),
      operands,
      at,
      form,
    )
  );
}

/** Matches a call with one signature, conversions allowed. Errors: `no-overload`. */
export function resolveOverload<S extends { readonly signature: Signature }>(
  schema: S,
  operands: readonly CallOperand[],
  at?: Diagnostic['at'],
  form: CallForm = 'call',
): Resolution<S> {
  const { signature } = schema;
  return firstMatch([schema], operands, form) ?? raiseNoOverload(signature.op, [signature], operands, at, form);
}

/** The first candidate that fits. A node has as many operands as its signature has arguments, if any signature has. */
function firstMatch<S extends { readonly signature: Signature }>(
  candidates: readonly S[],
  operands: readonly CallOperand[],
  form: CallForm,
): Resolution<S> | undefined {
  const whole = form === 'node' ? candidates.filter((c) => c.signature.args.length === operands.length) : [];
  // A text names no arguments: `max(a, b)` is no `max(a, out=b)`.
  whole.sort((a, b) => Number(writesOut(a.signature)) - Number(writesOut(b.signature)));
  const inOrder = whole.length === 0 ? candidates : [...whole, ...candidates];
  for (const leniency of LENIENCIES) {
    for (const schema of inOrder) {
      const found = matchSignature(schema.signature, operands, leniency, form);
      if (typeof found !== 'string') return { ...found, schema };
    }
  }
  return undefined;
}

/** An `out=` variant. */
function writesOut({ args }: Signature): boolean {
  return args.some((a) => a.mutates && a.kwargOnly);
}

function raiseNoOverload(
  op: string,
  candidates: readonly Signature[],
  operands: readonly CallOperand[],
  at: Diagnostic['at'],
  form: CallForm,
): never {
  const given = operands.map((o) => (o.keyword === undefined ? '' : `${o.keyword}=`) + typeName(o.type)).join(', ');
  const reasons = candidates.map((sig) => `${sig.op}: ${String(matchSignature(sig, operands, 'coarse', form))}`);
  const notes = reasons.slice(0, MAX_REASONS).map((message) => ({ message }));
  if (reasons.length > MAX_REASONS) notes.push({ message: `and ${reasons.length - MAX_REASONS} more overloads` });
  throw new DiagnosticError({
    code: 'no-overload',
    severity: 'error',
    message: `no overload of ${op} takes (${given})`,
    at,
    notes,
    help: 'pass other arguments, or declare the overload in a rule pack (docs/rules.md)',
  });
}

/** The sources of all arguments and the result types, or why the signature does not take the operands. */
export function matchSignature(
  sig: Signature,
  operands: readonly CallOperand[],
  leniency: Leniency,
  form: CallForm = 'call',
): Match | string {
  const positional: number[] = [];
  let keywords: Map<string, number> | undefined;
  let i = 0;
  for (const { keyword } of operands) {
    if (keyword === undefined) positional.push(i);
    else {
      keywords ??= new Map();
      keywords.set(keyword, i);
    }
    i += 1;
  }
  const bindings: Bindings = isGeneric(sig) ? new Map() : NO_BINDINGS;
  const args: ArgSource[] = [];
  let next = 0;
  let a = -1;
  for (const arg of sig.args) {
    a += 1;
    let index: number | undefined;
    if ((form === 'node' || !arg.kwargOnly) && next < positional.length) {
      const gathered = form === 'node' ? undefined : gather(sig, a, operands, positional, next, leniency);
      if (gathered !== undefined) {
        args.push(gathered);
        next = positional.length;
        continue;
      }
      index = positional[next];
      next += 1;
    } else if (keywords !== undefined) {
      index = keywords.get(arg.name);
      keywords.delete(arg.name);
    }
    const operand = index === undefined ? undefined : operands[index];
    if (index === undefined || operand === undefined) {
      if (!('default' in arg)) return `argument ${arg.name} is missing`;
      args.push({ kind: 'default', value: arg.default ?? null });
      continue;
    }
    const fit = fitArgument(arg.type, operand.type, bindings, leniency);
    switch (fit.kind) {
      case 'misfit':
        return `argument ${arg.name} is ${typeName(arg.type)}, not ${typeName(operand.type)}`;
      case 'as-is':
        args.push({ kind: 'operand', index });
        break;
      case 'convert':
        args.push({ kind: 'operand', index, convert: fit.to });
        break;
      case 'broadcast':
        args.push({ kind: 'broadcast', index, size: fit.size });
        break;
    }
  }
  const rest = next < positional.length ? positional.slice(next) : NOTHING;
  if (rest.length > 0 && !sig.varargs) return `it takes at most ${next} positional arguments, not ${positional.length}`;
  const [unknown] = keywords?.keys() ?? [];
  if (unknown !== undefined) {
    const again = sig.args.some((arg) => arg.name === unknown);
    return again ? `argument ${unknown} is given twice` : `it has no argument ${unknown}`;
  }
  return { args, rest, results: resultTypes(sig, bindings) };
}

const NOTHING: readonly number[] = [];

/** Of signatures without type variables; never written to. */
const NO_BINDINGS: Bindings = new Map();

const generic = new WeakMap<Signature, boolean>();

/** True if a type of the signature's arguments holds variables. */
function isGeneric(sig: Signature): boolean {
  let is = generic.get(sig);
  if (is === undefined) {
    is = sig.args.some((arg) => hasVariables(arg.type));
    generic.set(sig, is);
  }
  return is;
}

const declared = new WeakMap<Signature, readonly Type[]>();

function resultTypes(sig: Signature, bindings: Bindings): readonly Type[] {
  if (bindings.size > 0) return sig.results.map((r) => substitute(r.type, bindings));
  let types = declared.get(sig);
  if (types === undefined) {
    types = sig.results.map((r) => r.type);
    declared.set(sig, types);
  }
  return types;
}

/** `f(1, 2, 3)` for a last positional `int[]`: all remaining operands are its items, in a call with conversions. */
function gather(
  sig: Signature,
  a: number,
  operands: readonly CallOperand[],
  positional: readonly number[],
  next: number,
  leniency: Leniency,
): ArgSource | undefined {
  if (leniency === 'exact') return undefined;
  const type = (sig.args[a] as Arg).type;
  const wanted = type.kind === 'optional' ? type.element : type;
  const after = sig.args[a + 1];
  const last = after === undefined || after.kwargOnly;
  if (!last || wanted.kind !== 'list' || wanted.size !== undefined || hasVariables(wanted)) return undefined;
  const indexes = positional.slice(next);
  let convert: Type | undefined;
  for (const i of indexes) {
    const given = operands[i]?.type;
    if (given === undefined || given.kind === 'list' || given.kind === 'tuple' || given.kind === 'none')
      return undefined;
    const fit = fitArgument(wanted.element, given, NO_BINDINGS, leniency);
    if (fit.kind === 'convert') convert = fit.to;
    else if (fit.kind !== 'as-is') return undefined;
  }
  return convert === undefined ? { kind: 'gather', indexes } : { kind: 'gather', indexes, convert };
}
