import { type Diagnostic, DiagnosticError } from '../../../diagnostics/diagnostic.js';
import type { Range } from './ast.js';
import type { Frame } from './frame.js';
import { type Item, POISON } from './item.js';

/** More problems than a reader takes in at once. */
const MAX_PROBLEMS = 50;

/** Gathers what is wrong with a program, each place once. */
export class Problems {
  private readonly list: Diagnostic[] = [];
  private readonly seen = new Set<string>();

  /** Notes a problem at a place of the serialized source, with the user's Python; gives the item to go on with. */
  report(frame: Frame, range: Range, problem: Omit<Diagnostic, 'severity' | 'at'>): Item {
    const at = frame.info.unit.span(range);
    const key = `${problem.code}\n${problem.message}\n${at.file}:${at.line}`;
    if (this.seen.has(key) || this.list.length >= MAX_PROBLEMS) return POISON;
    this.seen.add(key);
    const user = frame
      .locAt(range.start)
      .map((span, i) => ({ message: i === 0 ? 'in your code' : 'called from', at: span }));
    const notes = [...(problem.notes ?? []), ...user];
    this.list.push({ ...problem, severity: 'error', at, notes: notes.length === 0 ? undefined : notes });
    return POISON;
  }

  get count(): number {
    return this.list.length;
  }

  /** Forgets what was noted after there were `count` problems. */
  forgetAfter(count: number): void {
    this.list.length = Math.min(this.list.length, count);
    this.seen.clear();
    for (const d of this.list) this.seen.add(`${d.code}\n${d.message}\n${d.at?.file}:${d.at?.line}`);
  }

  throwIfAny(): void {
    if (this.list.length > 0) throw new DiagnosticError(this.list);
  }
}
