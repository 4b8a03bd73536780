import type { Span } from '../../../diagnostics/diagnostic.js';
import { isPyTorch } from '../../../ir/source-loc.js';

/** A frame as the tracer prints it: `path/model.py(12): forward`. */
const FRAME = /^(.+)\((\d+)\): (\S+)$/;

/** Frames of the tracer itself and of the module call protocol say nothing about the model. */
const TRACER = /[\\/]torch[\\/]jit[\\/]_trace\.py$/;

interface Frame {
  readonly span: Span;
  readonly from: 'tracer' | 'pytorch' | 'user';
}

/** The frames that an archive's call stacks are made of: a few lines stand in thousands of stacks. */
export class FrameTable {
  private readonly known = new Map<string, Frame | undefined>();

  /** The user's frames of a call stack, innermost first; all of them where there are no others. Empty for other texts. */
  read(text: string): readonly Span[] {
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
            from: TRACER.test(file) ? 'tracer' : isPyTorch(file) ? 'pytorch' : 'user',
          };
    this.known.set(line, frame);
    return frame;
  }
}
