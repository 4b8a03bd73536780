import type { Code } from './codes.js';

/** A place in a text: 1-based line and column; `length` counts characters for the caret. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
  /** The source line's text, where the producer holds it; the renderer draws the caret below it. */
  readonly text?: string;
}

export type Severity = 'error' | 'warning' | 'note';

/** An extra sentence of a diagnostic, with its own place when it has one. */
export interface Note {
  readonly message: string;
  readonly at?: Span;
}

/**
 * One problem, told once: a stable code (see codes.ts), what is wrong, where, and the next step.
 */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly at?: Span;
  readonly notes?: readonly Note[];
  readonly help?: string;
}

/** Thrown by every stage: carries all problems that the stage found. Never empty. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const list = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
    super(list.map((d) => `${d.severity}[${d.code}]: ${d.message}`).join('\n'));
    this.name = 'DiagnosticError';
    this.diagnostics = list;
  }
}

/** Shorthand: throws one error diagnostic. */
export function fail(code: Code, message: string, more: Omit<Partial<Diagnostic>, 'code' | 'message'> = {}): never {
  throw new DiagnosticError({ code, severity: 'error', message, ...more });
}
