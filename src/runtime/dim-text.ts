import { type Dim, dimAdd, dimFloorDiv, dimMax, dimMin, dimMod, dimMul, dimNeg, dimSub, symbol } from '../ir/dim.js';

const TOKEN = /\s*(?:(\d+)|([A-Za-z_][\w.]*)|([-+*/(),]))/y;

type Binary = (a: Dim, b: Dim) => Dim;

const FUNCTIONS: ReadonlyMap<string, Binary> = new Map([
  ['min', dimMin],
  ['max', dimMax],
  ['mod', dimMod],
]);

/**
 * The extent that a dimension's text in an ONNX file says: sizes, symbols, `+ - *`, `floor(a/b)`, `min`, `max`, `mod`,
 * as Thaw and PyTorch's exporter write them. Undefined for any other text: such a name is one opaque size.
 */
export function parseDimText(text: string): Dim | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  try {
    const dim = reader.sum();
    return reader.atEnd ? dim : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function tokenize(text: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (found === null) return undefined;
    tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
  }
  return tokens;
}

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  get atEnd(): boolean {
    return this.at === this.tokens.length;
  }

  sum(): Dim {
    let left = this.take('-') ? dimNeg(this.product()) : this.product();
    for (;;) {
      if (this.take('+')) left = dimAdd(left, this.product());
      else if (this.take('-')) left = dimSub(left, this.product());
      else return left;
    }
  }

  private product(): Dim {
    let left = this.factor();
    while (this.take('*')) left = dimMul(left, this.factor());
    return left;
  }

  private factor(): Dim {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new SyntaxError('the text ends early');
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') {
      const inner = this.sum();
      this.expect(')');
      return inner;
    }
    if (!/^[A-Za-z_]/.test(token)) throw new SyntaxError(`${token} is no extent`);
    if (!this.take('(')) return symbol(token);
    const first = this.sum();
    this.expect(token === 'floor' ? '/' : ',');
    const second = token === 'floor' ? this.product() : this.sum();
    this.expect(')');
    const apply = token === 'floor' ? dimFloorDiv : FUNCTIONS.get(token);
    if (apply === undefined) throw new SyntaxError(`there is no ${token}`);
    return apply(first, second);
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw new SyntaxError(`${token} is expected`);
  }
}
