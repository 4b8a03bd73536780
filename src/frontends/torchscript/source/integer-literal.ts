/** Of PyTorch's widest integer, uint64. Its int has 63 bits and a sign. */
const MAX_INTEGER = 2n ** 64n;

/** The value of digits, in full beyond 2^53; undefined when no integer of PyTorch is that large. */
export function integerValue(text: string): number | bigint | undefined {
  const narrow = Number(text);
  if (Number.isSafeInteger(narrow)) return narrow;
  // Longer texts are not even read: their size is the file's to choose.
  const wide = text.length <= 40 ? BigInt(text) : MAX_INTEGER;
  return wide < MAX_INTEGER ? wide : undefined;
}
