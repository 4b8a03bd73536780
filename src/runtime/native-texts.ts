import type { Koffi } from './ort-c-api.js';

/** Zero-terminated UTF-8 texts in memory of their own, and a table of their addresses (`const char *const *`). */
export class NativeTexts {
  readonly pointers: BigUint64Array<ArrayBuffer>;
  /** The pointers lead into it, so it must live as long as they do. */
  private readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(koffi: Koffi, texts: readonly string[]) {
    const encoded = texts.map((text) => Buffer.from(`${text}\0`, 'utf8'));
    this.bytes = new Uint8Array(new ArrayBuffer(encoded.reduce((sum, { length }) => sum + length, 1)));
    this.pointers = new BigUint64Array(new ArrayBuffer(8 * texts.length));
    const base = koffi.address(this.bytes);
    let at = 0;
    for (const [i, text] of encoded.entries()) {
      this.bytes.set(text, at);
      this.pointers[i] = base + BigInt(at);
      at += text.length;
    }
  }

  get count(): number {
    return this.pointers.length;
  }
}
