import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import type { Type } from '../ir/type.js';
import { listOf, optionalOf, tupleOf, typeName } from '../ir/type.js';
import type { OperatorRegistry } from './registry.js';
import type { Arg, Literal, Signature } from './signature.js';

/** An operand of a call: its type, and its constant value where it is a literal. */
export interface CallOperand {
  readonly type: Type;
  /** Set for keyword arguments. */
  readonly keyword?: string;
}

/** Where one argument of the chosen signature comes from. */
export type ArgSource =
  | { readonly kind: 'operand'; readonly index: number }
  /** A positional scalar stands for each element of an `int[2]`. */
  | { readonly kind: 'broadcast'; readonly index: number; readonly size: number }
  | { readonly kind: 'default'; readonly value: Literal }
  /** Trailing operands gathered into a list (`torch.zeros(2, 3)`). */
  | { readonly kind: 'gather'; readonly indexes: readonly number[] };

export interface Resolution<S> {
  readonly schema: S;
  readonly args: readonly ArgSource[];
  /** Operands beyond the arguments of a variadic signature. */
  readonly rest: readonly number[];
  readonly results: readonly Type[];
}

type Bindings = Map<string, Type>;

/**
 * Chooses the overload of a call as TorchScript does: the first in declaration order that takes the operands as they
 * are, else the first that takes them with implicit conversions (a tensor where a number is asked for, an int where a
 * float is). Errors: `unknown-operator`, `no-overload` with the reason of each candidate.
 */
export function resolveCall<S extends { readonly signature: Signature }>(
  registry: OperatorRegistry<S>,
  base: string,
  operands: readonly CallOperand[],
  at?: Diagnostic['at'],
): Resolution<S> {
  const candidates = registry.overloads(base);
  if (candidates.length === 0) {
    throw new DiagnosticError({
      code: 'unknown-operator',
      severity: 'error',
      message: `no schema declares ${base}`,
      at,
      help: registry.suggestion(base),
    });
  }
  const reasons: string[] = [];
  for (const implicit of [false, true]) {
    for (const schema of candidates) {
      const r = match(schema.signature, operands, implicit);
      if (typeof r !== 'string') return { ...r, schema };
      if (implicit) reasons.push(`${schema.signature.op}: ${r}`);
    }
  }
  const given = operands.map((o) => (o.keyword === undefined ? '' : `${o.keyword}=`) + typeName(o.type)).join(', ');
  throw new DiagnosticError({
    code: 'no-overload',
    severity: 'error',
    message: `no overload of ${base} takes (${given})`,
    at,
    notes: reasons.slice(0, 8).map((message) => ({ message })),
  });
}

/** The sources of all arguments and the result types, or why the signature does not take the operands. */
function match(
  sig: Signature,
  operands: readonly CallOperand[],
  implicit: boolean,
): Omit<Resolution<never>, 'schema'> | string {
  const bindings: Bindings = new Map();
  const positional: number[] = [];
  const keywords = new Map<string, number>();
  operands.forEach((o, i) => {
    if (o.keyword === undefined) positional.push(i);
    else keywords.set(o.keyword, i);
  });
  const args: ArgSource[] = [];
  let next = 0;
  for (let a = 0; a < sig.args.length; a++) {
    const arg = sig.args[a] as Arg;
    const byKeyword = keywords.get(arg.name);
    let index: number | undefined;
    if (byKeyword !== undefined) {
      index = byKeyword;
      keywords.delete(arg.name);
    } else if (!arg.kwargOnly && next < positional.length) {
      const gathered = gather(sig, a, operands, positional, next);
      if (gathered !== undefined) {
        args.push({ kind: 'gather', indexes: gathered });
        next += gathered.length;
        continue;
      }
      index = positional[next];
      next += 1;
    }
    if (index === undefined) {
      if (!('default' in arg)) return `argument ${arg.name} is missing`;
      args.push({ kind: 'default', value: arg.default ?? null });
      continue;
    }
    const type = (operands[index] as CallOperand).type;
    if (accepts(arg.type, type, bindings, implicit)) args.push({ kind: 'operand', index });
    else {
      const wanted = arg.type.kind === 'optional' ? arg.type.element : arg.type;
      const size = wanted.kind === 'list' ? wanted.size : undefined;
      if (size === undefined || wanted.kind !== 'list' || !accepts(wanted.element, type, bindings, implicit)) {
        return `argument ${arg.name} is ${typeName(arg.type)}, not ${typeName(type)}`;
      }
      args.push({ kind: 'broadcast', index, size });
    }
  }
  const [unknown] = keywords.keys();
  if (unknown !== undefined) return `it has no argument ${unknown}`;
  const rest = positional.slice(next);
  if (rest.length > 0 && !sig.varargs) return `it takes ${sig.args.length} arguments, not ${operands.length}`;
  return { args, rest, results: sig.results.map((r) => substitute(r.type, bindings)) };
}

/** `f(1, 2, 3)` for a last positional `int[]`: all remaining ints are the list. */
function gather(
  sig: Signature,
  a: number,
  operands: readonly CallOperand[],
  positional: readonly number[],
  next: number,
): number[] | undefined {
  const arg = sig.args[a] as Arg;
  if (arg.type.kind !== 'list' || arg.type.element.kind !== 'int' || arg.type.size !== undefined) return undefined;
  const after = sig.args[a + 1];
  if (after !== undefined && !after.kwargOnly) return undefined;
  const rest = positional.slice(next);
  return rest.length > 0 && rest.every((i) => operands[i]?.type.kind === 'int') ? rest : undefined;
}

/** True if a value of type `given` may stand where `wanted` is asked for; binds type variables. */
export function accepts(wanted: Type, given: Type, bindings: Bindings, implicit: boolean): boolean {
  if (wanted.kind === 'any') return true;
  if (wanted.kind === 'var') {
    const bound = bindings.get(wanted.name);
    if (bound === undefined) {
      bindings.set(wanted.name, given);
      return true;
    }
    const joined = join(bound, given);
    if (joined === undefined) return false;
    bindings.set(wanted.name, joined);
    return true;
  }
  if (given.kind === 'optional')
    return wanted.kind === 'optional' && accepts(wanted.element, given.element, bindings, implicit);
  switch (wanted.kind) {
    case 'optional':
      return given.kind === 'none' || accepts(wanted.element, given, bindings, implicit);
    case 'number':
      if (given.kind === 'int' || given.kind === 'float' || given.kind === 'complex' || given.kind === 'number')
        return true;
      return implicit && (given.kind === 'tensor' || given.kind === 'bool');
    case 'int':
      return given.kind === 'int' || (implicit && (given.kind === 'tensor' || given.kind === 'number'));
    case 'float':
      return (
        given.kind === 'float' ||
        (implicit && (given.kind === 'int' || given.kind === 'tensor' || given.kind === 'number'))
      );
    case 'complex':
      return given.kind === 'complex' || (implicit && (given.kind === 'float' || given.kind === 'int'));
    case 'bool':
      return given.kind === 'bool' || (implicit && given.kind === 'tensor');
    case 'device':
      return given.kind === 'device' || (implicit && given.kind === 'str');
    case 'list':
      return acceptsList(wanted.element, given, bindings, implicit);
    case 'tuple':
      return (
        given.kind === 'tuple' &&
        given.elements.length === wanted.elements.length &&
        wanted.elements.every((w, i) => accepts(w, given.elements[i] as Type, bindings, implicit))
      );
    case 'dict':
      return (
        given.kind === 'dict' &&
        accepts(wanted.key, given.key, bindings, implicit) &&
        accepts(wanted.value, given.value, bindings, implicit)
      );
    case 'union':
      return wanted.members.some((m) => accepts(m, given, new Map(bindings), implicit));
    case 'class':
      return given.kind === 'class' && given.name === wanted.name;
    case 'future':
      return given.kind === 'future' && accepts(wanted.element, given.element, bindings, implicit);
    default:
      return wanted.kind === given.kind;
  }
}

function acceptsList(element: Type, given: Type, bindings: Bindings, implicit: boolean): boolean {
  if (given.kind === 'list') return accepts(element, given.element, bindings, implicit);
  if (given.kind === 'tuple') return given.elements.every((e) => accepts(element, e, bindings, implicit));
  return false;
}

/** The common type of two bindings of a variable: equal kinds, or one optional. */
function join(a: Type, b: Type): Type | undefined {
  if (a.kind === 'none') return b.kind === 'none' ? a : optionalOf(b);
  if (b.kind === 'none') return optionalOf(a);
  if (a.kind === 'optional' || b.kind === 'optional') {
    const inner = join(a.kind === 'optional' ? a.element : a, b.kind === 'optional' ? b.element : b);
    return inner === undefined ? undefined : optionalOf(inner);
  }
  if (a.kind !== b.kind) return undefined;
  if (a.kind === 'list' && b.kind === 'list') {
    const e = join(a.element, b.element);
    return e === undefined ? undefined : listOf(e);
  }
  if (a.kind === 'class' && b.kind === 'class') return a.name === b.name ? a : undefined;
  return a.kind === 'tensor' ? { kind: 'tensor' } : a;
}

/** Replaces bound type variables. */
function substitute(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'var':
      return bindings.get(type.name) ?? type;
    case 'list':
      return { ...type, element: substitute(type.element, bindings) };
    case 'optional':
      return optionalOf(substitute(type.element, bindings));
    case 'tuple':
      return tupleOf(
        type.elements.map((e) => substitute(e, bindings)),
        type.name,
        type.fields,
      );
    case 'dict':
      return { kind: 'dict', key: substitute(type.key, bindings), value: substitute(type.value, bindings) };
    case 'future':
      return { kind: 'future', element: substitute(type.element, bindings) };
    default:
      return type;
  }
}
