import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node as YamlNode,
} from 'yaml';
import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';

/** A path into a document: keys and indexes. */
export type YamlPath = readonly (string | number)[];

/** A YAML file with the place of every node. Errors: `yaml-syntax`, the first of the file. */
export class YamlFile {
  private readonly document: Document;
  private readonly lines = new LineCounter();
  readonly value: unknown;

  constructor(
    readonly path: string,
    private readonly text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true, prettyErrors: false });
    // After a first mistake the parser has lost its place: what it says next is about other text than the user's.
    const first = this.document.errors.slice(0, 1);
    if (first.length > 0) {
      throw new DiagnosticError(
        first.map(
          (e): Diagnostic => ({
            code: 'yaml-syntax',
            severity: 'error',
            message: e.message,
            at: this.at(e.pos[0], Math.max(1, e.pos[1] - e.pos[0])),
          }),
        ),
      );
    }
    this.value = this.document.toJS();
  }

  /** The place of the node at `path`; of the closest node that exists when there is none. `key`: of its key. */
  span(path: YamlPath, key = false): Span {
    let node: unknown = this.document.contents;
    let found: YamlNode | undefined = isNode(node) ? node : undefined;
    for (const step of path) {
      const last = step === path[path.length - 1];
      if (isMap(node)) {
        const pair = node.items.find((p) => isPair(p) && isScalar(p.key) && String(p.key.value) === String(step));
        if (pair === undefined) break;
        if (key && last && isNode(pair.key)) found = pair.key;
        else if (isNode(pair.value)) found = pair.value;
        else if (isNode(pair.key)) found = pair.key;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        if (isNode(node)) found = node;
        else break;
      } else break;
    }
    const range = found?.range;
    return range === undefined || range === null ? this.at(0, 1) : this.at(range[0], Math.max(1, range[1] - range[0]));
  }

  /** True if there is a node at `path`. */
  has(path: YamlPath): boolean {
    return this.document.hasIn(path);
  }

  /** A part of the text of the scalar at `path`: an expression's mistake `offset` characters into it. */
  part(path: YamlPath, offset: number, length: number): Span {
    const whole = this.span(path);
    const { text = '' } = whole;
    const quoted = /['"]/.test(text[whole.column - 1] ?? '') ? 1 : 0;
    const column = whole.column + quoted + offset;
    // Folded and escaped text has other offsets than its source: the whole of it is the place.
    if (column > text.length) return whole;
    return { ...whole, column, length: Math.min(length, text.length - column + 1) };
  }

  private at(offset: number, length: number): Span {
    const { line, col } = this.lines.linePos(offset);
    const start = offset - (col - 1);
    const end = this.text.indexOf('\n', start);
    const text = this.text.slice(start, end < 0 ? this.text.length : end);
    return {
      file: this.path,
      line: Math.max(1, line),
      column: Math.max(1, col),
      length: Math.min(length, Math.max(1, text.length - col + 1)),
      text,
    };
  }
}
