/**
 * The indexes that Python's `x[start:end:step]` takes of a sequence; a bound that is null is open. None for a step of 0.
 */
export function sliceIndexes(
  length: number,
  start: number | null,
  end: number | null,
  step: number,
): readonly number[] {
  const [lowest, highest] = step < 0 ? [-1, length - 1] : [0, length];
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, lowest), highest);
  const first = start === null ? (step < 0 ? highest : lowest) : clamp(start);
  const last = end === null ? (step < 0 ? lowest : highest) : clamp(end);
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** The items of `list[start:end:step]`. */
export function sliced<T>(list: readonly T[], start: number | null, end: number | null, step: number): T[] {
  return sliceIndexes(list.length, start, end, step).flatMap((i) => list.slice(i, i + 1));
}
