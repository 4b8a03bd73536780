/** True if an opset is in a range as recipes write it: `>=18`, `<20`, `>=18,<20`, `18`. */
export function opsetMatches(range: string, opset: number): boolean {
  return range.split(',').every((part) => {
    const m = /^\s*(>=|<=|<|>|==)?\s*(\d+)\s*$/.exec(part);
    if (m === null) return false;
    const n = Number(m[2]);
    switch (m[1]) {
      case '>=':
        return opset >= n;
      case '<=':
        return opset <= n;
      case '<':
        return opset < n;
      case '>':
        return opset > n;
      default:
        return opset === n;
    }
  });
}
