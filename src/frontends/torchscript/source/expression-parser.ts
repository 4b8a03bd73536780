import { DEFAULT_LIMITS, type ReadLimits } from '../limits.js';
import type { CompareOperator, Expr, Keyword } from './ast.js';
import { integerValue } from './integer-literal.js';
import { Lexer } from './lexer.js';
import { BINARY, BINARY_LEVELS, COMPARE, KEYWORDS, UNARY } from './operator-tokens.js';
import { adjacentStrings } from './string-literal.js';

/** Parses expressions by recursive descent. Errors: `syntax-error`. */
export class ExpressionParser {
  protected readonly lex: Lexer;
  protected nesting = 0;
  private readonly maxNesting: number;

  constructor(source: string, file: string, limits: ReadLimits = DEFAULT_LIMITS) {
    this.lex = new Lexer(source, file);
    this.maxNesting = limits.codeNesting;
  }

  /** One expression, or several with commas between or after them: a tuple. */
  expressions(): Expr {
    const { lex } = this;
    const first = this.expression();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.accept(',')) {
      if (!this.startsExpression()) break;
      items.push(this.expression());
    }
    return { kind: 'tuple', items, start: first.start, end: lex.previousEnd };
  }

  /** A conditional expression or anything that binds stronger; `*x` too. */
  expression(): Expr {
    const { lex } = this;
    const { start } = lex;
    this.enter();
    let result: Expr;
    if (this.accept('*')) {
      const value = this.binary(1);
      result = { kind: 'starred', value, start, end: value.end };
    } else {
      result = this.logicalOr();
      if (this.acceptWord('if')) {
        const test = this.logicalOr();
        if (!this.acceptWord('else')) lex.bad('expected `else`');
        const orelse = this.expression();
        result = { kind: 'conditional', test, body: result, orelse, start, end: orelse.end };
      }
    }
    this.nesting -= 1;
    return result;
  }

  private logicalOr(): Expr {
    let left = this.logicalAnd();
    let links = 0;
    for (; this.acceptWord('or'); links++) {
      this.enter();
      const right = this.logicalAnd();
      left = { kind: 'logical', op: 'or', left, right, start: left.start, end: right.end };
    }
    return this.leave(links, left);
  }

  private logicalAnd(): Expr {
    let left = this.logicalNot();
    let links = 0;
    for (; this.acceptWord('and'); links++) {
      this.enter();
      const right = this.logicalNot();
      left = { kind: 'logical', op: 'and', left, right, start: left.start, end: right.end };
    }
    return this.leave(links, left);
  }

  private logicalNot(): Expr {
    const { start } = this.lex;
    if (!this.acceptWord('not')) return this.comparison();
    this.enter();
    const operand = this.logicalNot();
    this.nesting -= 1;
    return { kind: 'unary', op: 'not', operand, start, end: operand.end };
  }

  /** `a < b < c` is `a < b and b < c`: PyTorch prints no chains, and an operand with effects would run twice. */
  private comparison(): Expr {
    let left = this.binary(1);
    for (let op = this.compareOperator(); op !== undefined; op = this.compareOperator()) {
      const right = this.binary(1);
      if (left.kind === 'compare')
        this.lex.bad('chained comparisons are not part of serialized TorchScript', left.start, right.end);
      left = { kind: 'compare', op, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  private compareOperator(): CompareOperator | undefined {
    const { lex } = this;
    if (lex.kind !== 'op' && lex.kind !== 'name') return undefined;
    const plain = COMPARE[lex.text];
    if (plain !== undefined && Object.hasOwn(COMPARE, lex.text)) {
      lex.next();
      return plain;
    }
    if (this.acceptWord('is')) return this.acceptWord('not') ? 'is not' : 'is';
    if (!this.acceptWord('not')) return undefined;
    if (!this.acceptWord('in')) lex.bad('expected `in`');
    return 'not in';
  }

  private binary(level: number): Expr {
    let left = this.unary();
    for (let links = 0; ; links++) {
      const { kind, text } = this.lex;
      const op = kind === 'op' ? BINARY[text] : undefined;
      const own = BINARY_LEVELS[text];
      if (op === undefined || own === undefined || own < level) return this.leave(links, left);
      this.lex.next();
      this.enter();
      const right = this.binary(own + 1);
      left = { kind: 'binary', op, left, right, start: left.start, end: right.end };
    }
  }

  private unary(): Expr {
    const { lex } = this;
    const op = lex.kind === 'op' ? UNARY[lex.text] : undefined;
    if (op === undefined) return this.power();
    const { start } = lex;
    lex.next();
    this.enter();
    const operand = this.unary();
    this.nesting -= 1;
    if (op === '-' && (operand.kind === 'int' || operand.kind === 'float')) {
      return operand.kind === 'int'
        ? { kind: 'int', value: -operand.value, start, end: operand.end }
        : { kind: 'float', value: -operand.value, start, end: operand.end };
    }
    return { kind: 'unary', op, operand, start, end: operand.end };
  }

  private power(): Expr {
    const left = this.postfix();
    if (!this.accept('**')) return left;
    this.enter();
    const right = this.unary();
    this.nesting -= 1;
    return { kind: 'binary', op: '**', left, right, start: left.start, end: right.end };
  }

  private postfix(): Expr {
    const { lex } = this;
    // With the brackets of `(x).f`: PyTorch's debug ranges start there.
    const { start } = lex;
    let e = this.atom();
    let links = 0;
    for (; lex.kind === 'op'; links++) {
      if (lex.text === '.') {
        lex.next();
        const name = this.name();
        e = { kind: 'attribute', object: e, name, start, end: lex.previousEnd };
      } else if (lex.text === '(') e = this.call(e, start);
      else if (lex.text === '[') {
        lex.next();
        const index = this.subscript();
        this.expect(']');
        e = { kind: 'subscript', object: e, index, start, end: lex.previousEnd };
      } else break;
      this.enter();
    }
    this.nesting -= links;
    return e;
  }

  private call(callee: Expr, start: number): Expr {
    const { lex } = this;
    lex.next();
    const args: Expr[] = [];
    const keywords: Keyword[] = [];
    while (!this.is(')')) {
      const value = this.expression();
      if (value.kind === 'name' && this.accept('=')) {
        const given = this.expression();
        keywords.push({ name: value.id, value: given, start: value.start, end: given.end });
      } else if (keywords.length > 0)
        lex.bad('a positional argument follows a keyword argument', value.start, value.end);
      else args.push(value);
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return { kind: 'call', callee, args, keywords, start, end: lex.previousEnd };
  }

  private subscript(): Expr {
    const { start } = this.lex;
    const first = this.slice();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.accept(',')) {
      if (this.is(']')) break;
      items.push(this.slice());
    }
    return { kind: 'tuple', items, start, end: this.lex.previousEnd };
  }

  private slice(): Expr {
    const { lex } = this;
    const { start } = lex;
    const lower = this.is(':') ? undefined : this.expression();
    if (!this.accept(':')) return lower ?? lex.bad('expected an index');
    const upper = this.is(':') || this.is(']') || this.is(',') ? undefined : this.expression();
    const step = this.accept(':') && !this.is(']') && !this.is(',') ? this.expression() : undefined;
    return { kind: 'slice', lower, upper, step, start, end: lex.previousEnd };
  }

  private atom(): Expr {
    const { lex } = this;
    const { kind, text, start, end } = lex;
    switch (kind) {
      case 'name':
        return this.word();
      case 'int': {
        lex.next();
        return {
          kind,
          value: integerValue(text) ?? lex.bad('the integer before does not fit into 64 bits'),
          start,
          end,
        };
      }
      case 'float':
      case 'imaginary':
        lex.next();
        return { kind, value: Number(text), start, end };
      case 'str':
        return { kind, value: adjacentStrings(lex), start, end: lex.previousEnd };
      case 'op':
        if (text === '(') return this.parenthesized();
        if (text === '[') return this.list();
        if (text === '{') return this.dict();
        if (text === '...') {
          lex.next();
          return { kind: 'ellipsis', start, end };
        }
        return lex.bad(`expected an expression, not \`${text}\``);
      default:
        return lex.bad(`expected an expression, not ${kind === 'end' ? 'the end of the file' : `the ${kind}`}`);
    }
  }

  private word(): Expr {
    const { lex } = this;
    const { text, start, end } = lex;
    if (KEYWORDS.has(text)) return lex.bad(`expected an expression, not \`${text}\``);
    lex.next();
    if (text === 'None') return { kind: 'none', start, end };
    if (text === 'True' || text === 'False') return { kind: 'bool', value: text === 'True', start, end };
    return { kind: 'name', id: text, start, end };
  }

  /** A bracketed expression stands for itself; with a comma it is a tuple. */
  private parenthesized(): Expr {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    if (this.accept(')')) return { kind: 'tuple', items: [], start, end: lex.previousEnd };
    const inner = this.expressions();
    this.expect(')');
    return inner.kind === 'tuple' ? { ...inner, start, end: lex.previousEnd } : inner;
  }

  private list(): Expr {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const items: Expr[] = [];
    while (!this.is(']')) {
      items.push(this.expression());
      if (!this.accept(',')) break;
    }
    this.expect(']');
    return { kind: 'list', items, start, end: lex.previousEnd };
  }

  private dict(): Expr {
    const { lex } = this;
    const { start } = lex;
    lex.next();
    const entries: [Expr, Expr][] = [];
    while (!this.is('}')) {
      const key = this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.accept(',')) break;
    }
    this.expect('}');
    return { kind: 'dict', entries, start, end: lex.previousEnd };
  }

  private startsExpression(): boolean {
    const { kind, text } = this.lex;
    if (kind === 'op') return /^(?:[-+~([{*]|\.\.\.)$/.test(text);
    return kind === 'name'
      ? !KEYWORDS.has(text) || text === 'not'
      : kind === 'str' || kind === 'int' || kind === 'float' || kind === 'imaginary';
  }

  protected enter(): void {
    this.nesting += 1;
    if (this.nesting > this.maxNesting) this.lex.bad(`the code nests deeper than ${this.maxNesting} levels`);
  }

  /** Behind a chain of so many links, each of which holds the one before. */
  private leave(links: number, chain: Expr): Expr {
    this.nesting -= links;
    return chain;
  }

  protected is(op: string): boolean {
    return this.lex.kind === 'op' && this.lex.text === op;
  }

  protected isWord(word: string): boolean {
    return this.lex.kind === 'name' && this.lex.text === word;
  }

  protected accept(op: string): boolean {
    if (!this.is(op)) return false;
    this.lex.next();
    return true;
  }

  protected acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.lex.next();
    return true;
  }

  protected expect(op: string): void {
    if (this.accept(op)) return;
    const { kind, text } = this.lex;
    const found = kind === 'end' ? 'the end of the file' : text === '' ? `a ${kind}` : `\`${text}\``;
    this.lex.bad(`expected \`${op}\`, not ${found}`);
  }

  /** Takes a name; keywords are names of attributes too. */
  protected name(): string {
    const { lex } = this;
    const { kind, text } = lex;
    if (kind !== 'name') return lex.bad('expected a name');
    lex.next();
    return text;
  }
}
