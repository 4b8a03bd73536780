import type { ResultFact } from '../../../schema/operator-schema.js';
import type { Arg, Signature } from '../../../schema/signature.js';
import { isNumeric } from './plan.js';

/**
 * What is known of the results of a dynamic form, told from the facts of the static one: where its expressions name a
 * number that is a tensor now, they name the tensor's elements. Undefined where the static form tells nothing.
 */
export function twinFacts(
  signature: Signature,
  facts: readonly ResultFact[],
  open: readonly Arg[],
): ResultFact[] | undefined {
  if (facts.length === 0) return undefined;
  const found = facts.map((fact, i) => numberFact(signature, fact, i));
  if (found.some((fact) => fact === undefined)) return undefined;
  return found.map((fact) => mapFact(fact ?? {}, (text) => open.reduce(throughTensor, text)));
}

/** A number that becomes a tensor is its one element; a list its elements. */
function numberFact({ results }: Signature, fact: ResultFact, index: number): ResultFact | undefined {
  const type = results[index]?.type;
  if (type === undefined || !isNumeric(type)) return fact.same === undefined ? fact : undefined;
  const int = type.kind === 'int' || (type.kind === 'list' && type.element.kind === 'int');
  if (!int) return undefined;
  if (type.kind === 'int')
    return fact.value === undefined ? undefined : { dtype: 'int64', shape: '[]', elements: `[${fact.value}]` };
  const { list } = fact;
  return list === undefined ? undefined : { dtype: 'int64', shape: `[len(${list})]`, elements: list };
}

function mapFact(fact: ResultFact, change: (text: string) => string): ResultFact {
  return Object.fromEntries(
    Object.entries(fact).map(([key, text]) => [key, key === 'same' ? text : change(String(text))]),
  );
}

function throughTensor(text: string, arg: Arg): string {
  const type = arg.type.kind === 'optional' ? arg.type.element : arg.type;
  const read = type.kind === 'list' ? `${arg.name}.elements` : `${arg.name}.elements[0]`;
  // Neither a field, a longer name, a function of this name nor a text.
  return text.replace(new RegExp(`(?<![\\w.$'])${arg.name}(?![\\w'(])`, 'g'), read);
}
