import { fail } from '../diagnostics/diagnostic.js';
import { unquote } from '../ir/quote.js';
import { listOf, optionalOf, type Type, tupleOf } from '../ir/type.js';
import type { Arg, Literal, Result, Signature } from './signature.js';
import { GENERIC_TYPES, genericType, typeNamed } from './type-names.js';

/** Named default values (c10::MemoryFormat, at::Reduction). */
const NAMED_DEFAULTS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['None', null],
  ['True', true],
  ['False', false],
  ['true', true],
  ['false', false],
  ['contiguous_format', 0],
  ['preserve_format', 1],
  ['strided', 0],
  ['Mean', 1],
  ['Sum', 2],
  ['long', 4],
  ['inf', Number.POSITIVE_INFINITY],
]);

const TOKEN =
  /\s*(->|\.\.\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+\.?\d*(?:[eE][-+]?\d+)?|[A-Za-z_][\w.]*(?:::[\w.]+)*|[()[\]?,=*!|])/y;

class SignatureParser {
  private readonly tokens: string[] = [];
  private readonly offsets: number[] = [];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {
    let offset = 0;
    while (offset < text.length) {
      TOKEN.lastIndex = offset;
      const m = TOKEN.exec(text);
      if (m === null) {
        if (text.slice(offset).trim() === '') break;
        this.offsets.push(offset + text.slice(offset).search(/\S/));
        this.at = this.tokens.length;
        this.bad(`unexpected \`${text.slice(offset).trim()[0]}\``);
      }
      const token = m?.[1] ?? '';
      this.tokens.push(token);
      offset += m?.[0].length ?? 1;
      this.offsets.push(offset - token.length);
    }
  }

  signature(): Signature {
    const op = this.take();
    if (!/^\w+::\w+(\.\w+)*$/.test(op)) this.bad(`\`${op}\` is no operator's name`, 0);
    const dot = op.indexOf('.', op.indexOf('::') + 2);
    const args: Arg[] = [];
    let varargs = false;
    let kwargOnly = false;
    this.expect('(');
    while (!this.accept(')')) {
      if (this.accept('...')) varargs = true;
      else if (this.peek() === '*' && (this.tokens[this.at + 1] === ',' || this.tokens[this.at + 1] === ')')) {
        this.take();
        kwargOnly = true;
      } else args.push(this.arg(kwargOnly));
      this.comma();
    }
    this.expect('->');
    const results: Result[] = [];
    let varresults = false;
    if (this.accept('...')) varresults = true;
    else if (this.peek() === '(' && !this.tupleListAhead()) {
      this.take();
      while (!this.accept(')')) {
        if (this.accept('...')) varresults = true;
        else results.push(this.result());
        this.comma();
      }
    } else results.push(this.result());
    if (this.at < this.tokens.length) this.bad(`unexpected \`${this.peek()}\` at the end`);
    return {
      op,
      base: dot < 0 ? op : op.slice(0, dot),
      overload: dot < 0 ? '' : op.slice(dot + 1),
      args,
      varargs,
      results,
      varresults,
    };
  }

  /** `(A, B)[]` is one result: a list of tuples. */
  private tupleListAhead(): boolean {
    let depth = 0;
    for (let i = this.at; i < this.tokens.length; i++) {
      if (this.tokens[i] === '(') depth += 1;
      if (this.tokens[i] === ')') depth -= 1;
      if (depth === 0) return this.tokens[i + 1] === '[';
    }
    return false;
  }

  private arg(kwargOnly: boolean): Arg {
    const { type, alias, mutates } = this.annotated();
    const name = this.take();
    if (!/^[A-Za-z_]\w*$/.test(name)) this.bad(`\`${name}\` is no argument name`, this.at - 1);
    return { name, type, kwargOnly, alias, mutates, ...(this.accept('=') ? { default: this.literal() } : {}) };
  }

  private result(): Result {
    const { type, alias } = this.annotated();
    const next = this.peek();
    const name = next !== undefined && /^[A-Za-z_]\w*$/.test(next) ? this.take() : undefined;
    return { name, type, alias };
  }

  /** A type with its alias annotations, which may stand inside lists and optionals: `Tensor(a!)[]?`. */
  private annotated(): { type: Type; alias: readonly string[] | undefined; mutates: boolean } {
    let type = this.base();
    let alias: string[] | undefined;
    let mutates = false;
    for (;;) {
      if (this.accept('?')) type = optionalOf(type);
      else if (this.peek() === '[') {
        this.take();
        const size = this.peek() === ']' ? undefined : Number(this.take());
        if (size !== undefined && !Number.isInteger(size)) this.bad('the length of a list is a number', this.at - 1);
        this.expect(']');
        type = size === undefined ? listOf(type) : { kind: 'list', element: type, size };
      } else if (this.peek() === '(') {
        const set = this.aliasSet();
        alias = [...(alias ?? []), ...set.names];
        mutates ||= set.mutates;
      } else return { type, alias, mutates };
    }
  }

  private aliasSet(): { names: string[]; mutates: boolean } {
    const names: string[] = [];
    let mutates = false;
    this.expect('(');
    while (!this.accept(')')) {
      const t = this.take();
      if (t === '!') mutates = true;
      else if (/^\w+$/.test(t) || t === '*') names.push(t);
      else if (t !== '|' && t !== '->' && t !== ',') this.bad(`unexpected \`${t}\` in an alias set`, this.at - 1);
    }
    if (names.length === 0) this.bad('an alias set names something', this.at - 1);
    return { names, mutates };
  }

  private base(): Type {
    if (this.accept('(')) {
      const elements: Type[] = [];
      while (!this.accept(')')) {
        elements.push(this.annotated().type);
        const next = this.peek();
        if (next !== ',' && next !== ')') this.take();
        this.comma();
      }
      return tupleOf(elements);
    }
    const name = this.take();
    const known = typeNamed(name);
    if (known !== undefined) return known;
    if (GENERIC_TYPES.has(name)) return genericType(name, this.typeArguments());
    // As in PyTorch: a lower-case word that names no type is a type variable.
    return /^[a-z]\w*$/.test(name) ? { kind: 'var', name } : this.bad(`\`${name}\` is no type`, this.at - 1);
  }

  private typeArguments(): [Type, ...Type[]] {
    this.expect('(');
    const args: [Type, ...Type[]] = [this.annotated().type];
    while (this.accept(',')) args.push(this.annotated().type);
    this.expect(')');
    return args;
  }

  private literal(): Literal {
    if (this.accept('[')) {
      const items: Literal[] = [];
      while (!this.accept(']')) {
        items.push(this.literal());
        if (this.peek() !== ']') this.expect(',');
      }
      return items;
    }
    const t = this.take();
    const named = NAMED_DEFAULTS.get(t);
    if (named !== undefined) return named;
    if (/^["']/.test(t)) return unquote(t);
    const n = Number(t);
    return Number.isNaN(n) ? this.bad(`\`${t}\` is no default: a text stands in quotes`, this.at - 1) : n;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private take(): string {
    const t = this.tokens[this.at];
    if (t === undefined) return this.bad('it ends too early');
    this.at += 1;
    return t;
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  /** Between the items of a list in brackets. */
  private comma(): void {
    if (this.peek() === ')') return;
    this.expect(',');
    if (this.peek() === ')') this.bad('something is missing behind the comma');
  }

  private expect(token: string): void {
    if (!this.accept(token)) this.bad(`expected \`${token}\`, not \`${this.peek() ?? 'the end'}\``);
  }

  /** The place is that of the token in the text; who knows the file puts its own there. */
  private bad(why: string, token = this.at): never {
    const offset = this.offsets[token] ?? this.text.length;
    return fail('schema-syntax', `the signature \`${this.text}\` does not parse: ${why}`, {
      at: { file: this.file, line: 1, column: offset + 1, length: this.tokens[token]?.length ?? 1, text: this.text },
      help: 'write it as PyTorch does: `ns::name.overload(Tensor self, int dim=0) -> Tensor`',
    });
  }
}

/**
 * Parses an operator signature in PyTorch's syntax (the operators' README of ATen/native). `SymInt`, dtypes, layouts and
 * memory formats are ints; `Scalar` is `number`; lower-case words are type variables. `file`: where the text stands, for
 * places. Errors: `schema-syntax`.
 */
export function parseSignature(text: string, file = 'signature'): Signature {
  return new SignatureParser(text, file).signature();
}
