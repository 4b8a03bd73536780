import { type Diagnostic, DiagnosticError } from '../../../diagnostics/diagnostic.js';
import { stackNotes } from '../../../ir/source-loc.js';
import type { Range } from './ast.js';
import type { Frame } from './frame.js';
import { type Item, POISON } from './item.js';

/** More problems than a reader takes in at once. */
const MAX_PROBLEMS = 50;

/** Callers of the line that are told. */
const MAX_CALLERS = 4;

/** Gathers what is wrong with a program, each place once. */
export class Problems {
  private readonly list: Diagnostic[] = [];
  /** Beyond those that are told. */
  private more = 0;
  /** Of each problem, with the archive's line: one line of the user's may stand for several. */
  private readonly keys: string[] = [];
  private readonly seen = new Set<string>();

  /**
   * Notes a problem at a place of the serialized source, told at the user's Python where the archive says it; gives the
   * item to go on with.
   */
  report(frame: Frame, range: Range, problem: Omit<Diagnostic, 'severity' | 'at'>): Item {
    const code = frame.info.unit.span(range);
    const key = `${problem.code}\n${problem.message}\n${code.file}:${code.line}`;
    if (this.seen.has(key)) return POISON;
    if (this.list.length >= MAX_PROBLEMS) {
      this.more += 1;
      return POISON;
    }
    this.seen.add(key);
    this.keys.push(key);
    const loc = frame.call.loc(range.start);
    const [at = code] = loc;
    const serialized = at === code ? [] : [{ message: 'as the archive spells it', at: code }];
    const notes = [...stackNotes(loc, MAX_CALLERS), ...serialized, ...(problem.notes ?? [])];
    this.list.push({ ...problem, severity: 'error', at, notes: notes.length === 0 ? undefined : notes });
    return POISON;
  }

  get count(): number {
    return this.list.length;
  }

  /** Forgets what was noted after there were `count` problems. */
  forgetAfter(count: number): void {
    if (this.list.length > count) this.more = 0;
    this.list.length = Math.min(this.list.length, count);
    for (const key of this.keys.splice(this.list.length)) this.seen.delete(key);
  }

  throwIfAny(): void {
    const last = this.list.pop();
    if (last === undefined) return;
    const notes = [...(last.notes ?? []), { message: `and ${this.more} more problems of the program` }];
    throw new DiagnosticError([...this.list, this.more === 0 ? last : { ...last, notes }]);
  }
}
