import { signHelp } from './habits.js';
import { ExprError } from './value.js';

export interface Token {
  readonly kind: 'int' | 'float' | 'string' | 'name' | 'op' | 'end';
  readonly text: string;
  readonly offset: number;
}

const PATTERN =
  /\s*(?:(\d+\.\d*(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)|(\d+)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\$?[A-Za-z_][A-Za-z0-9_]*)|(\/\/|==|!=|<=|>=|\*\*|[-+*/%<>()[\]:,.]))/y;

/** Splits an expression into tokens, the last of kind `end`. Throws ExprError at the first bad character. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const m = PATTERN.exec(text);
    if (m === null) {
      const rest = text.slice(at);
      if (rest.trim() === '') break;
      const offset = at + rest.length - rest.trimStart().length;
      const sign = signHelp(text.slice(offset));
      throw new ExprError(`unexpected \`${sign?.sign ?? text[offset] ?? ''}\``, offset, sign?.sign.length, sign?.help);
    }
    const [whole, float, int, string, name, op] = m;
    const body = float ?? int ?? string ?? name ?? op ?? '';
    const offset = at + whole.length - body.length;
    const kind = float ? 'float' : int ? 'int' : string ? 'string' : name ? 'name' : 'op';
    tokens.push({ kind, text: body, offset });
    at += whole.length;
  }
  tokens.push({ kind: 'end', text: '', offset: text.length });
  return tokens;
}
