import type { Ast, BinaryOp } from './ast.js';
import { compileAst, type Evaluate } from './compile.js';
import { strayHelp } from './habits.js';
import { type Token, tokenize } from './tokenize.js';
import { type Expr, type ExprEnv, ExprError, type ExprValue } from './value.js';

/** Deeper nesting is no expression that a person wrote. */
const MAX_DEPTH = 100;

const BINARY_LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['not'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];
const NOT_LEVEL = 2;

class Parser {
  private at = 0;
  private depth = 0;
  readonly names = new Set<string>();
  readonly calls = new Set<string>();
  private readonly bound: string[] = [];

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Ast {
    const ast = this.expression();
    const t = this.peek();
    if (t.kind !== 'end') throw new ExprError(`unexpected \`${t.text}\``, t.offset, t.text.length, this.stray(t));
    return ast;
  }

  private peek(): Token {
    return this.tokens[this.at] as Token;
  }

  private take(): Token {
    const t = this.peek();
    if (t.kind !== 'end') this.at += 1;
    return t;
  }

  private accept(text: string): boolean {
    const t = this.peek();
    if ((t.kind !== 'op' && t.kind !== 'name') || t.text !== text) return false;
    this.at += 1;
    return true;
  }

  private expect(text: string): void {
    if (this.accept(text)) return;
    const t = this.peek();
    throw new ExprError(
      t.kind === 'end' ? `\`${text}\` is missing` : `expected \`${text}\`, not \`${t.text}\``,
      t.offset,
      Math.max(1, t.text.length),
      this.stray(t),
    );
  }

  private stray(t: Token): string | undefined {
    return strayHelp(this.tokens[this.tokens.indexOf(t) - 1], t);
  }

  private expression(): Ast {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new ExprError('the expression is nested too deeply', this.peek().offset);
    const value = this.level(0);
    let result = value;
    if (this.accept('if')) {
      const test = this.level(0);
      this.expect('else');
      result = { kind: 'if', test, yes: value, no: this.expression(), offset: value.offset };
    }
    this.depth -= 1;
    return result;
  }

  private level(n: number): Ast {
    const ops = BINARY_LEVELS[n];
    if (ops === undefined) return this.unary();
    if (n === NOT_LEVEL) {
      const offset = this.peek().offset;
      return this.accept('not') ? { kind: 'unary', op: 'not', operand: this.level(n), offset } : this.level(n + 1);
    }
    let left = this.level(n + 1);
    for (let op = this.binaryOp(ops); op !== undefined; op = this.binaryOp(ops)) {
      left = { kind: 'binary', op, left, right: this.level(n + 1), offset: left.offset };
    }
    return left;
  }

  private binaryOp(ops: readonly string[]): BinaryOp | undefined {
    const t = this.peek();
    if (t.kind !== 'op' && t.kind !== 'name') return undefined;
    if (t.text === 'not' && ops.includes('not in') && this.tokens[this.at + 1]?.text === 'in') {
      this.at += 2;
      return 'not in';
    }
    if (!ops.includes(t.text) || t.text === 'not') return undefined;
    this.at += 1;
    return t.text as BinaryOp;
  }

  private unary(): Ast {
    const offset = this.peek().offset;
    if (this.accept('-')) return { kind: 'unary', op: '-', operand: this.unary(), offset };
    const base = this.postfix();
    return this.accept('**') ? { kind: 'binary', op: '**', left: base, right: this.unary(), offset } : base;
  }

  private postfix(): Ast {
    let value = this.atom();
    for (;;) {
      const offset = this.peek().offset;
      if (this.accept('.')) {
        const t = this.take();
        if (t.kind !== 'name') throw new ExprError('a field name is missing', t.offset);
        value = { kind: 'field', of: value, field: t.text, offset };
      } else if (this.accept('[')) {
        value = this.subscript(value, offset);
      } else return value;
    }
  }

  private subscript(of: Ast, offset: number): Ast {
    const from = this.peek().text === ':' ? undefined : this.expression();
    if (!this.accept(':')) {
      this.expect(']');
      if (from === undefined) throw new ExprError('an index is missing', offset);
      return { kind: 'index', of, index: from, offset };
    }
    const to = this.peek().text === ']' ? undefined : this.expression();
    this.expect(']');
    return { kind: 'slice', of, from, to, offset };
  }

  private atom(): Ast {
    const t = this.take();
    switch (t.kind) {
      case 'int':
        return { kind: 'literal', value: Number(t.text), offset: t.offset };
      case 'float':
        return { kind: 'literal', value: Number(t.text), float: true, offset: t.offset };
      case 'string':
        return { kind: 'literal', value: unquote(t.text), offset: t.offset };
      case 'name':
        return this.name(t);
      default:
    }
    if (t.text === '(') {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (t.text === '[') return this.list(t.offset);
    throw new ExprError(
      t.kind === 'end' ? 'the expression ends too early' : `unexpected \`${t.text}\``,
      t.offset,
      Math.max(1, t.text.length),
      this.stray(t),
    );
  }

  private name(t: Token): Ast {
    if (t.text === 'true' || t.text === 'false') return { kind: 'literal', value: t.text === 'true', offset: t.offset };
    if (t.text === 'none') return { kind: 'literal', value: null, offset: t.offset };
    if (!this.accept('(')) {
      if (!this.bound.includes(t.text)) this.names.add(t.text);
      return { kind: 'name', name: t.text, offset: t.offset };
    }
    this.calls.add(t.text);
    const args: Ast[] = [];
    while (!this.accept(')')) {
      if (args.length > 0) this.expect(',');
      args.push(this.expression());
    }
    return { kind: 'call', name: t.text, args, offset: t.offset };
  }

  /** A list or a comprehension; the comprehension's name is found ahead, so that the body may use it. */
  private list(offset: number): Ast {
    const name = this.comprehensionName();
    if (name === undefined) {
      const items: Ast[] = [];
      while (!this.accept(']')) {
        if (items.length > 0) this.expect(',');
        items.push(this.expression());
      }
      return { kind: 'list', items, offset };
    }
    this.bound.push(name);
    const body = this.expression();
    this.expect('for');
    this.take();
    this.expect('in');
    this.bound.pop();
    const source = this.level(0);
    this.bound.push(name);
    const filter = this.accept('if') ? this.expression() : undefined;
    this.bound.pop();
    this.expect(']');
    return { kind: 'comprehension', body, name, source, filter, offset };
  }

  private comprehensionName(): string | undefined {
    let depth = 0;
    for (let i = this.at; i < this.tokens.length; i++) {
      const t = this.tokens[i] as Token;
      if (t.kind === 'op' && (t.text === '(' || t.text === '[')) depth += 1;
      if (t.kind === 'op' && (t.text === ')' || t.text === ']')) depth -= 1;
      if (depth < 0) return undefined;
      if (depth === 0 && t.kind === 'name' && t.text === 'for') return this.tokens[i + 1]?.text;
    }
    return undefined;
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
}

/** Parses an expression of a YAML file. Throws ExprError with the offset of the mistake. */
export function parseExpr(text: string): Expr {
  const parser = new Parser(tokenize(text));
  const ast = parser.whole();
  let run: Evaluate | undefined;
  return {
    text,
    names: parser.names,
    calls: parser.calls,
    ast,
    // Compiled when it is first asked for: the load checks more expressions than a model uses.
    evaluate: (env: ExprEnv): ExprValue => {
      run ??= compileAst(ast);
      return run(env);
    },
  };
}
