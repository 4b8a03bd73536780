const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
const NAMES = new Map(Object.entries(ESCAPES).map(([name, code]) => [code, name]));

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * A string literal in double quotes, as `torch._C.parse_ir` reads it: the escapes of C, octal for other control
 * characters, everything else as it is.
 */
export function quote(text: string): string {
  let out = '"';
  for (const c of text) {
    const code = c.charCodeAt(0);
    const name = NAMES.get(code);
    if (c === '"' || c === '\\') out += `\\${c}`;
    else if (name !== undefined) out += `\\${name}`;
    else if (code < 32 || code === 127) out += `\\${code.toString(8).padStart(3, '0')}`;
    else out += c;
  }
  return `${out}"`;
}

/**
 * The text of a literal in quotes. PyTorch prints a byte that is no ASCII character as a backslash and three
 * characters that are octal digits of a signed number: for bytes from 128 on they stand before `0` in ASCII.
 */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1);
  if (!body.includes('\\')) return body;
  const bytes: number[] = [];
  for (let i = 0; i < body.length; ) {
    if (body[i] !== '\\') {
      const next = body.indexOf('\\', i);
      const end = next < 0 ? body.length : next;
      bytes.push(...encoder.encode(body.slice(i, end)));
      i = end;
      continue;
    }
    const octal = /^[./0-3][)-7][)-7]/.exec(body.slice(i + 1, i + 4));
    const hex = /^x[0-9a-fA-F]{2}/.exec(body.slice(i + 1, i + 4));
    if (octal !== null) {
      bytes.push(signedOctal(octal[0]) & 0xff);
      i += 4;
    } else if (hex !== null) {
      bytes.push(Number.parseInt(hex[0].slice(1), 16));
      i += 4;
    } else {
      const c = body[i + 1] ?? '\\';
      bytes.push(...(ESCAPES[c] === undefined ? encoder.encode(c) : [ESCAPES[c]]));
      i += 2;
    }
  }
  return decoder.decode(Uint8Array.from(bytes));
}

function signedOctal(digits: string): number {
  let value = 0;
  for (const d of digits) value = value * 8 + d.charCodeAt(0) - 48;
  return value;
}
