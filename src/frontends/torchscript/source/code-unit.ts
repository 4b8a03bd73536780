import type { Span } from '../../../diagnostics/diagnostic.js';
import type { PickleValue } from '../archive/pickle-value.js';
import type { CodeRanges } from '../archive/source-ranges.js';
import type { Range } from './ast.js';

/** What the graph builder reads of an archive; `Archive` is one. */
export interface CodeArchive {
  readonly label: string;
  /** PyTorch's version number of the operators' meaning. */
  readonly version: number;
  readonly dataPickle: PickleValue;
  readonly constants: readonly PickleValue[];
  hasSource(qualifier: string): boolean;
  readSource(qualifier: string): string;
  debugRanges(qualifier: string): CodeRanges | undefined;
}

/** One source file of an archive. */
export class CodeUnit {
  /** Undefined when the archive does not say where the code came from. */
  readonly ranges: CodeRanges | undefined;

  constructor(
    private readonly archive: CodeArchive,
    /** `__torch__.torch.nn.functional` of `code/__torch__/torch/nn/functional.py`. */
    readonly qualifier: string,
    readonly source: string,
  ) {
    this.ranges = archive.debugRanges(qualifier);
  }

  /** The file's name in messages. */
  get file(): string {
    return `${this.archive.label}:code/${this.qualifier.replaceAll('.', '/')}.py`;
  }

  /** The place in the serialized source. */
  span(range: Range): Span {
    return spanAt(this.file, this.source, range.start, range.end);
  }
}

/** The place of a range of characters in a text. */
export function spanAt(file: string, text: string, start: number, end: number): Span {
  const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < lineStart; at = text.indexOf('\n', at + 1)) line += 1;
  const lineEnd = text.indexOf('\n', start);
  const stop = lineEnd < 0 ? text.length : lineEnd;
  return {
    file,
    line,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(end, stop) - start),
    text: text.slice(lineStart, stop),
  };
}
