const BLOCK = 512;
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const TYPE_AT = 156;
const PREFIX = { at: 345, length: 155 };
const REGULAR = new Set(['0', '\0']);

/** A piece of a regular file in a tar archive; `last` ends the file. */
export interface TarPiece {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** Reads regular files of a POSIX tar archive as it streams in. Errors: RangeError when the archive is cut short or damaged. */
export async function* tarPieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarPiece> {
  let held: Uint8Array = new Uint8Array(0);
  let current: { readonly path: string; readonly wanted: boolean; left: number; padding: number } | undefined;
  for await (const chunk of stream) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      if (current === undefined) {
        if (held.length < BLOCK) break;
        const header = held.subarray(0, BLOCK);
        held = held.subarray(BLOCK);
        if (header[0] === 0) continue;
        const left = sizeOf(header);
        const path = [text(header, PREFIX), text(header, NAME)].filter((part) => part !== '').join('/');
        const wanted = REGULAR.has(String.fromCharCode(header[TYPE_AT] ?? 0));
        current = { path, wanted, left, padding: (BLOCK - (left % BLOCK)) % BLOCK };
        if (wanted && left === 0) yield { path, bytes: held.subarray(0, 0), last: true };
      }
      if (current.left > 0) {
        if (held.length === 0) break;
        const bytes = held.subarray(0, current.left);
        held = held.subarray(bytes.length);
        current.left -= bytes.length;
        if (current.wanted) yield { path: current.path, bytes, last: current.left === 0 };
        if (current.left > 0) break;
      }
      if (held.length < current.padding) break;
      held = held.subarray(current.padding);
      current = undefined;
    }
  }
  if (current !== undefined && current.left > 0) throw new RangeError('the archive is cut short');
}

function text(header: Uint8Array, { at, length }: { readonly at: number; readonly length: number }): string {
  return Buffer.from(header.subarray(at, at + length))
    .toString('utf8')
    .replace(/\0.*$/s, '');
}

function sizeOf(header: Uint8Array): number {
  const digits = text(header, SIZE).trim();
  if (!/^[0-7]+$/.test(digits)) throw new RangeError('the archive is damaged');
  return Number.parseInt(digits, 8);
}
