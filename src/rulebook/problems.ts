import type { Code } from '../diagnostics/codes.js';
import type { Diagnostic, Span } from '../diagnostics/diagnostic.js';
import { parseExpr } from '../expr/parse.js';
import { type Expr, ExprError, type ExprFunction } from '../expr/value.js';
import { isDType } from '../ir/dtype.js';
import { nearest } from '../schema/nearest.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** What an expression may use. */
export interface Scope {
  readonly names: ReadonlySet<string>;
  /** Undefined for functions that are not known here: any may be called. */
  readonly functions?: (name: string) => ExprFunction | undefined;
  readonly functionNames?: () => Iterable<string>;
  /** What to say of a name that is not there. */
  readonly unbound: Code;
}

/** Gathers the problems of one file's entry, each at its place. */
export class Problems {
  readonly found: Diagnostic[] = [];

  at(file: YamlFile, code: Code, path: YamlPath, message: string, help?: string, key = false): void {
    this.add(code, file.span(path, key), message, help);
  }

  add(code: Code, at: Span, message: string, help?: string): void {
    this.found.push({ code, severity: 'error', message, at, help });
  }

  /** Parses an expression and checks the names and functions that it uses; undefined when it does not parse. */
  expression(file: YamlFile, path: YamlPath, text: string, scope: Scope): Expr | undefined {
    let expr: Expr;
    try {
      expr = parseExpr(text);
    } catch (e) {
      if (!(e instanceof ExprError)) throw e;
      this.add('expr-syntax', file.part(path, e.offset, e.length), `\`${text}\`: ${e.message}`);
      return undefined;
    }
    for (const name of expr.names) {
      if (scope.names.has(name) || isDType(name)) continue;
      const place = file.part(path, Math.max(0, text.indexOf(name)), name.length);
      const close = nearest(name, scope.names);
      const bound = [...scope.names].filter((n) => n.startsWith('$') === name.startsWith('$')).join(', ');
      this.add(
        scope.unbound,
        place,
        `\`${text}\` uses \`${name}\`, which nothing here defines`,
        close === undefined ? `known here: ${bound === '' ? 'nothing' : bound}` : `did you mean \`${close}\`?`,
      );
    }
    const { functions } = scope;
    for (const name of functions === undefined ? [] : expr.calls) {
      if (functions?.(name) !== undefined) continue;
      const close = nearest(name, scope.functionNames?.() ?? []);
      const place = file.part(path, Math.max(0, text.indexOf(`${name}(`)), name.length);
      const help = close === undefined ? 'the functions are listed in docs/rules.md' : `did you mean \`${close}\`?`;
      this.add('expr-unknown', place, `there is no function \`${name}\``, help);
    }
    return expr;
  }
}
