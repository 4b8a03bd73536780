import { type Diagnostic, DiagnosticError } from '../../diagnostics/diagnostic.js';
import type { Graph, Node, Value } from '../../ir/graph.js';

/** Operators that read a module, in graph text. */
const GET_ATTRIBUTE = 'prim::GetAttr';
const CALL_METHOD = 'prim::CallMethod';

/**
 * Makes the parameters that a graph reads from its module (`%self : __torch__.M`) inputs of the graph, after its own,
 * named by their paths (`encoder.weight`); the module goes. The values are not in the text: `--const` gives them.
 *
 * Errors: `unsupported-syntax` for a graph that calls its submodules' methods or keeps the module, all gathered.
 */
export function openParameters(graph: Graph): void {
  const [self] = graph.inputs;
  if (self?.type.kind !== 'class' || !isModule(self)) return;
  const problems: Diagnostic[] = [];
  open(graph, self, '', new Map(), problems);
  if (problems.length > 0) throw new DiagnosticError(problems);
  graph.block.params.shift();
  graph.block.params.forEach((p, i) => {
    p.defIndex = i;
  });
}

/** Only readers of modules use it; nothing does when the module was frozen. */
function isModule(v: Value): boolean {
  return [...v.uses].every(({ user }) => 'op' in user && (user.op === GET_ATTRIBUTE || user.op === CALL_METHOD));
}

function open(graph: Graph, module: Value, path: string, opened: Map<string, Value>, problems: Diagnostic[]): void {
  for (const { user } of [...module.uses]) {
    if (!('op' in user) || user.op !== GET_ATTRIBUTE) {
      problems.push(refusal('op' in user ? user : undefined, module));
      continue;
    }
    const name = path + String(user.attributes.get('name') ?? '');
    const out = user.output;
    if (out.type.kind === 'class') open(graph, out, `${name}.`, opened, problems);
    else {
      const input = opened.get(name) ?? graph.addInput(name, out.type);
      opened.set(name, input);
      out.replaceAllUsesWith(input);
    }
    if (out.uses.size === 0) user.destroy();
  }
}

function refusal(node: Node | undefined, module: Value): Diagnostic {
  const method =
    node?.op === CALL_METHOD ? `calls ${String(node.attributes.get('name'))} of a submodule` : `keeps %${module.name}`;
  return {
    code: 'unsupported-syntax',
    severity: 'error',
    message: `the graph ${method}, whose code is not in the text`,
    at: node?.loc[0],
    help: 'print the inlined graph (`model.inlined_graph`), or compile the saved archive',
  };
}
