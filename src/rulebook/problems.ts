import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { parseExpr } from '../expr/parse.js';
import { type Expr, ExprError } from '../expr/value.js';
import { checkExpression, type Scope, type Wanted } from './check-expression.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

export type { Scope, Wanted } from './check-expression.js';

/** Gathers the problems of one file's entry, each at its place. */
export class Problems {
  readonly found: Diagnostic[] = [];
  private readonly told = new Set<string>();

  at(file: YamlFile, code: Code, path: YamlPath, message: string, help?: string, key = false): void {
    this.add(code, file.span(path, key), message, help);
  }

  /** Entries that share facts share their mistakes, which are told once. */
  add(code: Code, at: Span, message: string, help?: string): void {
    const key = `${at.file}:${at.line}:${at.column} ${code} ${message}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.found.push({ code, severity: 'error', message, at, help });
  }

  /** Parses an expression and checks what it uses; undefined when it does not parse. */
  expression(file: YamlFile, path: YamlPath, text: string, scope: Scope, wanted?: Wanted): Expr | undefined {
    let expr: Expr;
    try {
      expr = parseExpr(text);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      this.add('expr-syntax', file.part(path, e.offset, e.length), `\`${text}\`: ${e.message}`, e.help);
      return undefined;
    }
    for (const m of checkExpression(expr.ast, text, scope, wanted))
      this.add(m.code, file.part(path, m.offset, m.length), m.message, m.help);
    return expr;
  }
}
