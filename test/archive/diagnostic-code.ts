import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';

/** The code of the first diagnostic that `run` throws; undefined when it throws none. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code;
    throw error;
  }
  return undefined;
}
