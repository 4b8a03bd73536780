import type { Lexer } from './lexer.js';

/** Escapes of one letter (Python's, which PyTorch's printer shares). */
const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

const ESCAPE = /\\(\r?\n|x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g;

/**
 * What a string token with its quotes says. Numeric escapes are bytes, as PyTorch's printer writes them: together they
 * are read as UTF-8.
 */
export function stringValue(token: string): string {
  const quotes =
    token.length >= 6 && token.charAt(1) === token.charAt(0) && token.charAt(2) === token.charAt(0) ? 3 : 1;
  const body = token.slice(quotes, token.length - quotes);
  if (!body.includes('\\')) return body;
  const bytes = Buffer.from(body, 'utf8').toString('latin1').replace(ESCAPE, escapedBytes);
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** An escape that has no meaning stays as it is. */
function escapedBytes(whole: string, escaped: string): string {
  const first = escaped.charAt(0);
  if (escaped.endsWith('\n')) return '';
  if (first === 'x' && escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  if (first >= '0' && first <= '7') return String.fromCharCode(Number.parseInt(escaped, 8) & 255);
  return SIMPLE[first] ?? whole;
}

/** String literals one after another are one string, as in Python. */
export function adjacentStrings(lex: Lexer): string {
  let value = '';
  while (lex.kind === 'str') {
    value += stringValue(lex.source.slice(lex.start, lex.end));
    lex.next();
  }
  return value;
}
