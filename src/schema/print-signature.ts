import { quote } from '../ir/quote.js';
import { type Type, typeName } from '../ir/type.js';
import type { Arg, Literal, Result, Signature } from './signature.js';

/** The signature in PyTorch's syntax; parses back equal. */
export function printSignature(sig: Signature): string {
  const args: string[] = [];
  let kwargOnly = false;
  for (const arg of sig.args) {
    if (arg.kwargOnly && !kwargOnly) args.push('*');
    kwargOnly = arg.kwargOnly;
    args.push(argText(arg));
  }
  if (sig.varargs) args.push('...');
  return `${sig.op}(${args.join(', ')}) -> ${resultsText(sig)}`;
}

/** One argument as a signature has it: `int dim=-1`. */
export function argText(arg: Arg): string {
  const text = `${typeText(arg.type, aliasText(arg.alias, arg.mutates))} ${arg.name}`;
  return 'default' in arg ? `${text}=${literalText(arg.default ?? null, arg.type)}` : text;
}

function resultsText(sig: Signature): string {
  const results = sig.results.map(resultText);
  if (sig.varresults) return results.length === 0 ? '...' : `(${[...results, '...'].join(', ')})`;
  const [only] = results;
  const isPlain =
    results.length === 1 && only !== undefined && !only.startsWith('(') && sig.results[0]?.name === undefined;
  return isPlain ? only : `(${results.join(', ')})`;
}

function resultText(r: Result): string {
  const type = typeText(r.type, aliasText(r.alias, false));
  return r.name === undefined ? type : `${type} ${r.name}`;
}

/** `(a!)`; the alias set of a container's items follows the container. */
function aliasText(alias: readonly string[] | undefined, mutates: boolean): string {
  return alias === undefined ? '' : `(${alias.join('|')}${mutates ? '!' : ''})`;
}

/** The alias set stands before the `?` of an optional: `Tensor(a!)?`. */
function typeText(type: Type, alias: string): string {
  if (type.kind === 'optional') return `${typeText(type.element, alias)}?`;
  return `${plainType(type)}${alias}`;
}

function plainType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `${plainType(type.element)}[${type.size ?? ''}]`;
    case 'optional':
      return `${plainType(type.element)}?`;
    case 'tuple':
      return `(${type.elements.map(plainType).join(', ')})`;
    case 'dict':
      return `Dict(${plainType(type.key)}, ${plainType(type.value)})`;
    default:
      return typeName(type);
  }
}

function literalText(value: Literal, type: Type): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quote(value);
  const inner = type.kind === 'optional' ? type.element : type;
  if (typeof value === 'number') return numberText(value, inner);
  const item: Type = inner.kind === 'list' ? inner.element : { kind: 'any' };
  return `[${value.map((v) => literalText(v, item)).join(', ')}]`;
}

function numberText(value: number, type: Type): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  return type.kind === 'float' && Number.isInteger(value) && !String(value).includes('e') ? `${value}.` : String(value);
}
