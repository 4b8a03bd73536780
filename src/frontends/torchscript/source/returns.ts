import type { Statement } from './ast.js';

const known = new WeakMap<Statement, boolean>();

/** True if a return stands somewhere in the statement (not in functions that it defines). */
export function mayReturn(s: Statement): boolean {
  let answer = known.get(s);
  if (answer === undefined) {
    answer = search(s);
    known.set(s, answer);
  }
  return answer;
}

function search(s: Statement): boolean {
  switch (s.kind) {
    case 'return':
      return true;
    case 'if':
      return s.body.some(mayReturn) || s.orelse.some(mayReturn);
    case 'for':
    case 'while':
    case 'with':
      return s.body.some(mayReturn);
    default:
      return false;
  }
}
