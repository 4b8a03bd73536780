import type { Span } from '../../../diagnostics/diagnostic.js';
import type { SourceLoc } from '../../../ir/graph.js';
import type { Type } from '../../../ir/type.js';
import type { FunctionInfo } from './code-library.js';
import type { Item } from './item.js';

/** One inlined call: its variables, and where it was called from. */
export class Frame {
  readonly variables = new Map<string, Item>();
  /** Types of variables that the source declares. */
  readonly declared = new Map<string, Type>();
  private readonly merged = new Map<SourceLoc, SourceLoc>();

  constructor(
    readonly info: FunctionInfo,
    readonly self: Item | undefined,
    /** The user's Python of the call sites, innermost first. */
    readonly callSites: SourceLoc,
    readonly depth: number,
    readonly outer: Frame | undefined,
  ) {}

  /** A variable of this call, or of the function that this one is defined in. */
  lookup(name: string): Item | undefined {
    return this.variables.get(name) ?? this.outer?.lookup(name);
  }

  /** The user's Python behind a place of this function; empty where the archive does not say. */
  ownLoc(offset: number): SourceLoc {
    return this.info.unit.userLoc(offset);
  }

  /** The user's Python behind a place of this function, then its call sites. */
  locAt(offset: number): SourceLoc {
    return this.withCallSites(this.ownLoc(offset));
  }

  /** Equal places give the same list. */
  withCallSites(own: SourceLoc): SourceLoc {
    if (own.length === 0 || this.callSites.length === 0) return own.length === 0 ? this.callSites : own;
    let loc = this.merged.get(own);
    if (loc === undefined) {
      loc = joinStacks(own, this.callSites);
      this.merged.set(own, loc);
    }
    return loc;
  }
}

/** A traced program knows the whole stack at each place: frames that both lists hold are told once. */
function joinStacks(inner: SourceLoc, outer: SourceLoc): SourceLoc {
  for (let i = outer.length - 1; i >= 0; i--) {
    const frame = outer[i];
    if (frame !== undefined && inner.some((f) => sameLine(f, frame))) return [...inner, ...outer.slice(i + 1)];
  }
  return [...inner, ...outer];
}

function sameLine(a: Span, b: Span): boolean {
  return a.file === b.file && a.line === b.line;
}
