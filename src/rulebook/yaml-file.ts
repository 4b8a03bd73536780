import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  type Node as YamlNode,
} from 'yaml';
import { type Diagnostic, DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import { meaningProblems, parserProblem, type YamlProblem } from './yaml-problems.js';

/** An alias may stand for so many times what is written: a small file must not become a huge one. */
const MAX_ALIASES = 100;
/** Blanks around a line break, at most. */
const MAX_INDENT = 200;

/** A path into a document: keys and indexes. */
export type YamlPath = readonly (string | number)[];

/** A YAML file with the place of every node. Errors: `yaml-syntax`, the first of the file. */
export class YamlFile {
  private readonly document: Document;
  private readonly counter = new LineCounter();
  readonly value: unknown;

  constructor(
    readonly path: string,
    private readonly text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.counter, uniqueKeys: true, prettyErrors: false });
    // After a first mistake the parser has lost its place: what it says next is about other text than the user's.
    const [first] = this.document.errors;
    this.raise(
      first === undefined ? meaningProblems(this.document, text) : [parserProblem(first, text, this.document)],
    );
    try {
      this.value = this.document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (e) {
      if (!(e instanceof ReferenceError)) throw e;
      const message = `aliases stand for more than ${MAX_ALIASES} times what is written`;
      this.raise([{ offset: 0, length: 1, message, help: 'write it out' }]);
    }
  }

  private raise(problems: readonly YamlProblem[]): void {
    if (problems.length === 0) return;
    throw new DiagnosticError(
      problems.map(
        ({ offset, length, message, help }): Diagnostic => ({
          code: 'yaml-syntax',
          severity: 'error',
          message,
          at: this.at(offset, length),
          help,
        }),
      ),
    );
  }

  /** The place of the node at `path`; of the closest node that exists when there is none. `key`: of its key. */
  span(path: YamlPath, key = false): Span {
    const range = this.node(path, key)?.range;
    return range === undefined || range === null ? this.at(0, 1) : this.at(range[0], Math.max(1, range[1] - range[0]));
  }

  private node(path: YamlPath, key: boolean): YamlNode | undefined {
    let node: unknown = this.document.contents;
    let found: YamlNode | undefined = isNode(node) ? node : undefined;
    for (const [i, step] of path.entries()) {
      if (isMap(node)) {
        const pair = node.items.find((p) => isPair(p) && isScalar(p.key) && String(p.key.value) === String(step));
        if (pair === undefined) break;
        if (key && i === path.length - 1 && isNode(pair.key)) found = pair.key;
        else if (isNode(pair.value)) found = pair.value;
        else if (isNode(pair.key)) found = pair.key;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        if (isNode(node)) found = node;
        else break;
      } else break;
    }
    return found;
  }

  /** True if there is a node at `path`. */
  has(path: YamlPath): boolean {
    return this.document.hasIn(path);
  }

  /**
   * The path of the argument that gives a text to the fragment used at `path`, or around it: what a fragment makes has no
   * place of its own. The path itself where there is none.
   */
  argument(path: YamlPath, text: string): YamlPath {
    for (let n = path.length; n > 0; n--) {
      const given = this.document.getIn([...path.slice(0, n), 'with']);
      if (!isMap(given)) {
        if (this.has(path.slice(0, n))) return path;
        continue;
      }
      const pair = given.items.find((p) => isScalar(p.value) && p.value.value === text);
      return isScalar(pair?.key) ? [...path.slice(0, n), 'with', String(pair.key.value)] : path;
    }
    return path;
  }

  /**
   * The text of the block scalar at `path` in its lines and columns of the file, blank lines before it; undefined where
   * there is no block scalar that keeps its lines.
   */
  lines(path: YamlPath): string | undefined {
    const node = this.node(path, false);
    const range = node?.range;
    if (!isScalar(node) || node.type !== Scalar.BLOCK_LITERAL || !range) return undefined;
    const start = this.text.indexOf('\n', range[0]) + 1;
    return start === 0
      ? undefined
      : '\n'.repeat(this.counter.linePos(start).line - 1) + this.text.slice(start, range[1]);
  }

  /** A part of the text of the scalar at `path`: an expression's mistake `offset` characters into it. */
  part(path: YamlPath, offset: number, length: number): Span {
    const node = this.node(path, false);
    const range = node?.range;
    if (!isScalar(node) || range === undefined || range === null) return this.span(path);
    const source = this.text.slice(range[0], range[1]);
    const from = sourceOffset(source, offset);
    const to = sourceOffset(source, offset + length);
    if (from === undefined || from >= source.length) return this.span(path);
    return this.at(range[0] + from, Math.max(1, (to ?? from + length) - from));
  }

  private at(offset: number, length: number): Span {
    const { line, col } = this.counter.linePos(offset);
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

/** Where the character at `offset` of a flow scalar's text stands in its source; undefined in a block scalar. */
function sourceOffset(source: string, offset: number): number | undefined {
  const quote = source[0] === "'" || source[0] === '"' ? source[0] : undefined;
  if (source[0] === '|' || source[0] === '>') return undefined;
  let at = quote === undefined ? 0 : 1;
  for (let i = 0; i < offset; i++) {
    // A line break with the blanks around it is one space.
    const fold = /^[ \t]*\r?\n[ \t]*/.exec(source.slice(at, at + MAX_INDENT))?.[0];
    const doubled = quote === "'" && source.startsWith("''", at);
    const escaped = quote === '"' && source[at] === '\\';
    at += fold?.length ?? (doubled || escaped ? 2 : 1);
  }
  return at;
}
