import type { Signature } from './signature.js';

/** Whether an operator takes the arguments that another one changes, by their names, or all that it takes. */
export function wantsChanged(sig: Signature, target: Signature): boolean {
  const changed = sig.args.filter((a) => a.mutates);
  const inPlace = changed.length === 1 && sig.args[0]?.mutates === true;
  return inPlace || changed.some(({ name }) => target.args.some((a) => a.name === name));
}
