import { fail, type Span } from '../../../diagnostics/diagnostic.js';
import type { SourceLoc } from '../../../ir/graph.js';
import type { PickleTuple, PickleValue } from './pickle-value.js';

/**
 * Debug ranges of one source file of an archive: which place in the user's own Python made which stretch of the
 * serialized source. The record is a pickle `(marker, strings, rows)`; a row is `(byte offset, range, tag)` and a range
 * `((string indices of the text, string index of the file, first line), start, end)`, start and end being bytes of the
 * text. Archives of PyTorch before 1.10 hold the rows alone, each with its own texts. A traced program's text is the
 * Python call stack; a scripted one's is the function's source.
 */
export class SourceRanges {
  private readonly starts: number[] = [];
  private readonly ranges: PickleTuple[] = [];
  private readonly strings: readonly string[] | undefined;
  /** Ranges and sources that stand in the pickle once are read once. */
  private readonly locs = new Map<PickleTuple, SourceLoc>();
  private readonly texts = new Map<PickleValue, SourceText>();
  private readonly byteOffsets: (offset: number) => number;

  /**
   * `code` is the text that `offset` counts in. Errors: `archive-corrupt` for another form of record.
   */
  constructor(
    record: PickleValue,
    private readonly code: string,
    private readonly label: string,
    private readonly frames: FrameTable = new FrameTable(),
  ) {
    const [marker, table, rows] = this.tuple(record);
    const withTable = marker?.kind === 'str' && marker.value === STRING_TABLE_MARKER;
    if (withTable) this.strings = this.tuple(table).map((v) => this.text(v));
    for (const row of withTable ? this.tuple(rows) : this.tuple(record)) {
      const [offset, second, third] = this.tuple(row);
      const range = second?.kind === 'tuple' ? second : third;
      if (offset?.kind !== 'int' || range?.kind !== 'tuple') this.malformed();
      this.starts.push(Number(offset.value));
      this.ranges.push(range);
    }
    this.byteOffsets = byteCounter(code);
  }

  /**
   * The user's Python behind the serialized source at `offset` (in characters): a call stack, innermost frame first,
   * without PyTorch's own frames where there are others. Empty when nothing is known of the place.
   */
  at(offset: number): SourceLoc {
    const row = lastAtOrBefore(this.starts, this.byteOffsets(offset));
    const own = this.locOf(row);
    if (own.length > 0) return own;
    // Text that the printer put in between (a callee's name, a constant) stems from the code before it on the line.
    const lineStart = this.byteOffsets(this.code.lastIndexOf('\n', offset - 1) + 1);
    for (let i = row - 1; i >= 0 && (this.starts[i] ?? 0) >= lineStart; i--) {
      const loc = this.locOf(i);
      if (loc.length > 0) return loc;
    }
    return [];
  }

  private locOf(row: number): SourceLoc {
    const range = this.ranges[row];
    if (range === undefined) return [];
    const known = this.locs.get(range);
    if (known !== undefined) return known;
    const loc = this.locate(range);
    this.locs.set(range, loc);
    return loc;
  }

  private locate(range: PickleTuple): SourceLoc {
    const [source, start, end] = range.items;
    if (source === undefined || start?.kind !== 'int' || end?.kind !== 'int') this.malformed();
    const text = this.source(source);
    if (text.file === '' || text.text === '') return [];
    const stack = this.frames.read(text.text);
    return stack.length > 0 ? stack : [spanIn(text, Number(start.value), Number(end.value))];
  }

  private source(value: PickleValue): SourceText {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    const [text, file, line] = this.tuple(value);
    if (line?.kind !== 'int') this.malformed();
    const read = {
      text: this.pieces(text),
      file: file?.kind === 'none' ? '' : this.text(file),
      firstLine: Number(line.value),
    };
    this.texts.set(value, read);
    return read;
  }

  private pieces(value: PickleValue | undefined): string {
    const list = value?.kind === 'tuple' ? value.items[0] : value;
    if (list?.kind !== 'list') return this.text(value);
    return list.items.map((v) => this.text(v)).join('');
  }

  private text(value: PickleValue | undefined): string {
    if (value?.kind === 'str') return value.value;
    const text = value?.kind === 'int' ? this.strings?.[Number(value.value)] : undefined;
    return text ?? this.malformed();
  }

  private tuple(value: PickleValue | undefined): readonly PickleValue[] {
    return value?.kind === 'tuple' ? value.items : this.malformed();
  }

  private malformed(): never {
    fail('archive-corrupt', `${this.label} is no record of source ranges`);
  }
}

interface SourceText {
  readonly text: string;
  readonly file: string;
  /** 1-based line of the text's first line in the file. */
  readonly firstLine: number;
}

const STRING_TABLE_MARKER = 'FORMAT_WITH_STRING_TABLE';

/** A frame as the tracer prints it: `path/model.py(12): forward`. */
const FRAME = /^(.+)\((\d+)\): (\S+)$/;

/** Frames of the tracer itself and of the module call protocol say nothing about the model. */
const TRACER = /[\\/]torch[\\/]jit[\\/]_trace\.py$/;
const PYTORCH = /[\\/]torch[\\/](nn|jit|_\w+|autograd|utils|fx)[\\/]|[\\/]torch[\\/]\w+\.py$/;

interface Frame {
  readonly span: Span;
  readonly from: 'tracer' | 'pytorch' | 'user';
}

/** The frames that an archive's call stacks are made of: a few lines stand in thousands of stacks. */
export class FrameTable {
  private readonly known = new Map<string, Frame | undefined>();

  /** The user's frames of a call stack, innermost first; all of them where there are no others. Empty for other texts. */
  read(text: string): SourceLoc {
    const inside: Span[] = [];
    const own: Span[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const frame = this.frame(line);
      if (frame === undefined) return [];
      // What called the tracer is no part of the model.
      if (frame.from === 'tracer' && inside.length > 0) return own.length > 0 ? own : inside;
      inside.push(frame.span);
      if (frame.from === 'user') own.push(frame.span);
    }
    return own.length > 0 ? own : inside;
  }

  private frame(line: string): Frame | undefined {
    const known = this.known.get(line);
    if (known !== undefined || this.known.has(line)) return known;
    const [, file, number] = FRAME.exec(line) ?? [];
    const frame: Frame | undefined =
      file === undefined || number === undefined
        ? undefined
        : {
            span: { file, line: Number(number), column: 1 },
            from: TRACER.test(file) ? 'tracer' : PYTORCH.test(file) ? 'pytorch' : 'user',
          };
    this.known.set(line, frame);
    return frame;
  }
}

/** Bytes `start` to `end` of a function's source. */
function spanIn({ text, file, firstLine }: SourceText, start: number, end: number): Span {
  const bytes = Buffer.from(text, 'utf8');
  const lineStart = start === 0 ? 0 : bytes.lastIndexOf(10, start - 1) + 1;
  const newline = bytes.indexOf(10, lineStart);
  const lineEnd = newline < 0 ? bytes.length : newline;
  let line = firstLine;
  for (let at = bytes.indexOf(10); at >= 0 && at < lineStart; at = bytes.indexOf(10, at + 1)) line++;
  return {
    file,
    line,
    column: bytes.subarray(lineStart, start).toString('utf8').length + 1,
    length: Math.max(1, bytes.subarray(start, Math.min(end, lineEnd)).toString('utf8').length),
    text: bytes.subarray(lineStart, lineEnd).toString('utf8'),
  };
}

/** Index of the last start that is not beyond `offset`; -1 when there is none. */
function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Turns characters into UTF-8 bytes. Serialized source is nearly always ASCII, where they are the same. */
function byteCounter(source: string): (offset: number) => number {
  const length = Buffer.byteLength(source, 'utf8');
  if (length === source.length) return (offset) => offset;
  const bytes = new Uint32Array(source.length + 1);
  let count = 0;
  for (let i = 0; i < source.length; i++) {
    bytes[i] = count;
    const unit = source.charCodeAt(i);
    // The two halves of a surrogate pair make four bytes together.
    count += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
  }
  bytes[source.length] = count;
  return (offset) => bytes[offset] ?? count;
}
