import type { CompileOptions } from '../compiler-options.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { renderDiagnostic } from '../diagnostics/render.js';
import type { LoadedModel } from '../index.js';
import type { Terminal } from './terminal.js';

/**
 * The optional inputs that a model reads and nobody declares: they are None. Asked before the model is compiled, as
 * that takes its graph.
 */
export function unsetInputs({ graph, inputs }: LoadedModel, options: CompileOptions): string[] {
  const given = [...(options.inputs ?? []), ...(options.consts ?? [])].map(({ name }) => name);
  const declared = (name: string) => given.some((g) => g === name || g.startsWith(`${name}.`));
  return inputs.flatMap(({ name, type, default: value }, i) => {
    const isRead = (graph.inputs[i]?.uses.size ?? 0) > 0;
    const isNone = type.kind === 'optional' && (value === undefined || value === null);
    return isNone && isRead && !declared(name) ? [name] : [];
  });
}

/** Says so on standard error. */
export function tellUnset(names: readonly string[], terminal: Terminal): void {
  if (names.length === 0) return;
  const note: Diagnostic = {
    code: 'input-none',
    severity: 'note',
    message: `not declared, so None: ${names.join(', ')}`,
    help: `if the model is to take ${names.length === 1 ? 'it' : 'them'}, declare: --input '${names[0]}=DTYPE[DIM,...]'`,
  };
  terminal.error(renderDiagnostic(note, { color: terminal.color }));
}
