import { type Dim, dimEquals } from '../ir/dim.js';

/**
 * The target of an expand as a literal: ONNX Expand broadcasts both ways, so an extent that the input has already is
 * written as 1. Undefined when some new extent is symbolic.
 */
export function expandLiteral(from: readonly Dim[] | undefined, to: readonly Dim[]): number[] | undefined {
  const literal: number[] = [];
  const lead = from === undefined ? 0 : to.length - from.length;
  for (let i = 0; i < to.length; i++) {
    const d = to[i] as Dim;
    const own = from?.[i - lead];
    if (own !== undefined && dimEquals(own, d)) literal.push(1);
    else if (typeof d === 'number') literal.push(d);
    else return undefined;
  }
  return literal;
}
