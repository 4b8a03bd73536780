import { type Dim, dimEquals } from '../ir/dim.js';

/**
 * The target of a reshape as ONNX's literal form: 0 copies the input's extent at the same index, at most one -1 is
 * inferred from the element count (ONNX Reshape, allowzero = 0). Undefined when more than one symbolic extent
 * would have to be inferred, or when a static extent 0 makes the form ambiguous.
 */
export function reshapeLiteral(from: readonly Dim[] | undefined, to: readonly Dim[]): number[] | undefined {
  if (to.every((d) => typeof d === 'number')) return to.includes(0) ? undefined : [...(to as readonly number[])];
  if (to.includes(0) || from?.includes(0)) return undefined;
  let inferred = false;
  const literal: number[] = [];
  for (let i = 0; i < to.length; i++) {
    const d = to[i] as Dim;
    const same = from?.[i];
    if (typeof d === 'number') literal.push(d);
    else if (same !== undefined && dimEquals(same, d)) literal.push(0);
    else if (inferred) return undefined;
    else {
      literal.push(-1);
      inferred = true;
    }
  }
  return literal;
}
