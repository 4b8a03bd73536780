import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Node } from '../ir/graph.js';
import { stackNotes } from '../ir/source-loc.js';

/** The problem that only the run would tell which objects a change in place reaches. */
export function unclearAliasing(node: Node | undefined, why: string): Diagnostic {
  const loc = node?.loc ?? [];
  const what = node === undefined ? 'the outputs of the graph depend' : `an operand of ${node.op} depends`;
  return {
    code: 'unclear-aliasing',
    severity: 'error',
    message: `${what} on what shares memory with what: ${why}`,
    at: loc[0],
    notes: stackNotes(loc, 4),
  };
}
