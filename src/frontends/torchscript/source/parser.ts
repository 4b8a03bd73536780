import type { ReadLimits } from '../limits.js';
import type { ClassDef, Expr, FunctionDef, Parameter, Statement, WithItem } from './ast.js';
import { ExpressionParser } from './expression-parser.js';
import type { TokenKind } from './lexer.js';
import { augmentedOperator } from './operator-tokens.js';

/**
 * Parses one file of an archive's `code/` folder: TorchScript as torch.jit.save prints it, and the rest of the language
 * that PyTorch reads back. Errors: `syntax-error`, with the place.
 */
export function parseSource(source: string, file: string, limits?: ReadLimits): Statement[] {
  return new Parser(source, file, limits).file();
}

class Parser extends ExpressionParser {
  file(): Statement[] {
    const body: Statement[] = [];
    while (this.lex.kind !== 'end') {
      if (!this.acceptKind('newline')) this.statement(body);
    }
    return body;
  }

  private block(): Statement[] {
    const body: Statement[] = [];
    this.expect(':');
    this.enter();
    if (!this.acceptKind('newline')) this.simpleStatements(body);
    else {
      if (!this.acceptKind('indent')) this.lex.bad('expected an indented block');
      while (!this.acceptKind('dedent')) this.statement(body);
    }
    this.nesting -= 1;
    return body;
  }

  private acceptKind(kind: TokenKind): boolean {
    if (this.lex.kind !== kind) return false;
    this.lex.next();
    return true;
  }

  private statement(into: Statement[]): void {
    switch (this.lex.kind === 'name' ? this.lex.text : '') {
      case 'def':
        into.push(this.functionDef());
        return;
      case 'class':
        into.push(this.classDef());
        return;
      case 'if':
        into.push(this.ifStatement());
        return;
      case 'for':
        into.push(this.forStatement());
        return;
      case 'while':
        into.push(this.whileStatement());
        return;
      case 'with':
        into.push(this.withStatement());
        return;
      default:
        this.simpleStatements(into);
    }
  }

  private simpleStatements(into: Statement[]): void {
    const { lex } = this;
    do into.push(this.simpleStatement());
    while (this.accept(';') && lex.kind !== 'newline');
    if (!this.acceptKind('newline')) lex.bad(`unexpected \`${lex.text || lex.kind}\` after the statement`);
  }

  private simpleStatement(): Statement {
    const { lex } = this;
    const { start } = lex;
    const word = lex.kind === 'name' ? lex.text : '';
    switch (word) {
      case 'return':
      case 'raise': {
        lex.next();
        const value = this.endsStatement() ? undefined : this.expressions();
        return { kind: word, value, start, end: lex.previousEnd };
      }
      case 'pass':
      case 'break':
      case 'continue':
        lex.next();
        return { kind: word, start, end: lex.previousEnd };
      case 'import':
      case 'from':
        while (!this.endsStatement()) lex.next();
        return { kind: 'import', start, end: lex.previousEnd };
      case 'assert': {
        lex.next();
        const test = this.expression();
        const message = this.accept(',') ? this.expression() : undefined;
        return { kind: 'assert', test, message, start, end: lex.previousEnd };
      }
      case 'del': {
        lex.next();
        const value = this.expressions();
        return { kind: 'delete', targets: value.kind === 'tuple' ? value.items : [value], start, end: lex.previousEnd };
      }
      default:
        return this.assignment(start);
    }
  }

  private assignment(start: number): Statement {
    const { lex } = this;
    const first = this.expressions();
    if (this.accept(':')) {
      const annotation = this.expression();
      const value = this.accept('=') ? this.expressions() : undefined;
      this.checkTarget(first);
      return { kind: 'assign', targets: [first], annotation, value, start, end: lex.previousEnd };
    }
    const op = lex.kind === 'op' ? augmentedOperator(lex.text) : undefined;
    if (op !== undefined) {
      lex.next();
      this.checkTarget(first);
      const value = this.expressions();
      return { kind: 'augmented', target: first, op, value, start, end: lex.previousEnd };
    }
    if (!this.is('=')) return { kind: 'expr', value: first, start, end: lex.previousEnd };
    const targets: Expr[] = [];
    let value = first;
    while (this.accept('=')) {
      this.checkTarget(value);
      targets.push(value);
      value = this.expressions();
    }
    return { kind: 'assign', targets, annotation: undefined, value, start, end: lex.previousEnd };
  }

  private checkTarget(target: Expr): void {
    switch (target.kind) {
      case 'name':
      case 'attribute':
      case 'subscript':
        return;
      case 'starred':
        this.checkTarget(target.value);
        return;
      case 'tuple':
      case 'list':
        for (const item of target.items) this.checkTarget(item);
        return;
      default:
        this.lex.bad('this cannot be assigned to', target.start, target.end);
    }
  }

  private endsStatement(): boolean {
    return this.lex.kind === 'newline' || this.lex.kind === 'end' || this.is(';');
  }

  private ifStatement(): Statement {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const test = this.expression();
    const body = this.block();
    let orelse: Statement[] = [];
    if (this.isWord('elif')) {
      this.enter();
      orelse = [this.ifStatement()];
      this.nesting -= 1;
    } else if (this.acceptWord('else')) orelse = this.block();
    return { kind: 'if', test, body, orelse, start, end: lex.previousEnd };
  }

  private forStatement(): Statement {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const target = this.forTarget();
    if (!this.acceptWord('in')) lex.bad('expected `in`');
    const iterable = this.expressions();
    const body = this.block();
    return { kind: 'for', target, iterable, body, start, end: lex.previousEnd };
  }

  /** Names, with commas and brackets: `in` must not be read as an operator here. */
  private forTarget(): Expr {
    const { lex } = this;
    const { start } = lex;
    const items: Expr[] = [];
    let comma = false;
    do {
      if (items.length > 0 && (this.isWord('in') || this.is(')'))) break;
      const at = lex.start;
      if (this.accept('(')) {
        this.enter();
        items.push(this.forTarget());
        this.nesting -= 1;
        this.expect(')');
      } else items.push({ kind: 'name', id: this.name(), start: at, end: lex.previousEnd });
      comma = this.is(',');
    } while (this.accept(','));
    const [only] = items;
    if (only !== undefined && items.length === 1 && !comma) return only;
    return { kind: 'tuple', items, start, end: lex.previousEnd };
  }

  private whileStatement(): Statement {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const test = this.expression();
    const body = this.block();
    return { kind: 'while', test, body, start, end: lex.previousEnd };
  }

  private withStatement(): Statement {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const items: WithItem[] = [];
    do {
      const context = this.expression();
      items.push({ context, target: this.acceptWord('as') ? this.expression() : undefined });
    } while (this.accept(','));
    const body = this.block();
    return { kind: 'with', items, body, start, end: lex.previousEnd };
  }

  private functionDef(): FunctionDef {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const name = this.name();
    this.expect('(');
    const parameters: Parameter[] = [];
    const names = new Set<string>();
    while (!this.is(')')) {
      const p = this.parameter();
      if (names.has(p.name)) this.lex.bad(`${name} has two arguments ${p.name}`);
      names.add(p.name);
      parameters.push(p);
      if (!this.accept(',')) break;
    }
    this.expect(')');
    const returns = this.accept('->') ? this.expression() : undefined;
    const body = this.block();
    return { kind: 'def', name, parameters, returns, body, start, end: lex.previousEnd };
  }

  private parameter(): Parameter {
    const { lex } = this;
    const { start } = lex;
    const name = this.name();
    const annotation = this.accept(':') ? this.expression() : undefined;
    const value = this.accept('=') ? this.expression() : undefined;
    return { name, annotation, default: value, start, end: lex.previousEnd };
  }

  private classDef(): ClassDef {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const name = this.name();
    let base: string | undefined;
    if (this.accept('(')) {
      if (lex.kind === 'name') base = this.name();
      this.expect(')');
    }
    const body = this.block();
    return { kind: 'class', name, base, body, start, end: lex.previousEnd };
  }
}
