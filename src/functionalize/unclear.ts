import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Node } from '../ir/graph.js';

/** The problem that only the run would tell which objects a change in place reaches. */
export function unclearAliasing(node: Node | undefined, why: string): Diagnostic {
  const [at, ...callers] = node?.loc ?? [];
  const what = node === undefined ? 'the outputs of the graph depend' : `an operand of ${node.op} depends`;
  return {
    code: 'unclear-aliasing',
    severity: 'error',
    message: `${what} on what shares memory with what: ${why}`,
    at,
    notes: callers.slice(0, 4).map((span) => ({ message: 'called from here', at: span })),
  };
}
