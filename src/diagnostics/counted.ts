/** `1 node`, `2 nodes`: a number of things whose plural takes an s. */
export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
