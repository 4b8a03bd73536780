import type { OpName } from '../ir/graph.js';
import type { Signature } from '../schema/signature.js';
import { DICT_STEPS } from './dict-steps.js';
import { changesOperand, HARMLESS } from './effects.js';
import type { FunctionalForms } from './functional-form.js';
import { LIST_STEPS } from './list-steps.js';
import { viewOfInPlace } from './view-forms.js';

/**
 * What functionalization makes of an operator, told without a graph:
 * - `stays`: it changes nothing in place.
 * - `goes`: it gives no value that a compiled graph could have, or its operand as it is.
 * - `members`: it changes a list or dict, whose members are followed.
 * - `becomes`: another operator gives what it would leave behind.
 * - `lacks`: no declared operator does.
 */
export type Standing =
  | { readonly kind: 'stays' | 'goes' | 'members' | 'lacks' }
  | { readonly kind: 'becomes'; readonly op: OpName };

/** What functionalization makes of calls of an operator, by its signature and what schemas tell. */
export function standingOf(sig: Signature, forms: FunctionalForms): Standing {
  if (forms.drops(sig.op) || HARMLESS.has(sig.op)) return { kind: 'goes' };
  const view = viewOfInPlace(sig.op);
  if (view !== undefined) return { kind: 'becomes', op: view };
  if (!changesOperand(sig)) return { kind: 'stays' };
  const [first] = sig.args;
  const container = first?.mutates === true ? first.type.kind : undefined;
  if (container === 'list' || container === 'dict') {
    const steps = container === 'dict' ? DICT_STEPS : LIST_STEPS;
    return { kind: (steps[sig.op] ?? steps[sig.base]) === undefined ? 'lacks' : 'members' };
  }
  const op = forms.nameOf(sig);
  return op === undefined ? { kind: 'lacks' } : { kind: 'becomes', op };
}
