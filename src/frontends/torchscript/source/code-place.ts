import type { Span } from '../../../diagnostics/diagnostic.js';
import { type LazyLoc, locOf, NOWHERE, type Place, type SourceLoc, userFirst } from '../../../ir/source-loc.js';
import type { Range } from './ast.js';
import type { CodeUnit } from './code-unit.js';

/** Python lines, innermost first. */
type Stack = readonly Span[];

/** An inlined call, as far as it says where code comes from: less than its frame, for it lives as long as the graph. */
export class CallRecord {
  private outer: Stack | undefined;
  private joined: Map<Stack, { readonly stack: Stack; readonly loc: SourceLoc }> | undefined;

  constructor(
    private readonly unit: CodeUnit,
    private readonly def: Range,
    private readonly caller: CallRecord | undefined,
    /** Where the caller's code calls. */
    private readonly offset: number,
  ) {}

  /** False where the archive says nothing of the code, nor of what calls it. */
  get isPlaced(): boolean {
    return this.unit.ranges !== undefined || this.caller?.isPlaced === true;
  }

  /** The call stack at a place of the code. Equal places give the same list. */
  loc(offset: number): SourceLoc {
    const own = this.own(offset);
    return own.length === 0 ? this.near(offset) : this.join(own).loc;
  }

  /** The stack of this call's own code; empty where the archive does not say. */
  own(offset: number): Stack {
    return this.unit.ranges?.at(offset, this.def) ?? NOWHERE;
  }

  /** As `loc` for a place that the archive says nothing of: what the code around it tells, else the call's own place. */
  near(offset: number): SourceLoc {
    return this.join(this.unit.ranges?.near(offset, this.def) ?? NOWHERE).loc;
  }

  /** What calls this code, innermost first. */
  private get callers(): Stack {
    this.outer ??= this.caller === undefined ? NOWHERE : this.caller.join(this.caller.own(this.offset)).stack;
    return this.outer;
  }

  private join(own: Stack): { readonly stack: Stack; readonly loc: SourceLoc } {
    this.joined ??= new Map();
    let known = this.joined.get(own);
    if (known === undefined) {
      const stack = own.length === 0 ? this.callers : joinStacks(own, this.callers);
      known = { stack, loc: userFirst(stack) };
      this.joined.set(own, known);
    }
    return known;
  }
}

/** A traced program knows the whole stack at each place: frames that both lists hold are told once. */
function joinStacks(inner: Stack, outer: Stack): Stack {
  for (let i = outer.length - 1; i >= 0; i--) {
    const frame = outer[i];
    if (frame !== undefined && inner.some((f) => sameLine(f, frame))) {
      return i + 1 === outer.length ? inner : [...inner, ...outer.slice(i + 1)];
    }
  }
  return outer.length === 0 ? inner : [...inner, ...outer];
}

function sameLine(a: Span, b: Span): boolean {
  return a.file === b.file && a.line === b.line;
}

/**
 * Where a node of the program comes from: its place in the code; where the archive does not say, where its first operand
 * comes from that does; else what the code around it tells.
 */
export class CodePlace implements LazyLoc {
  private found: SourceLoc | undefined;
  private operands: readonly Place[] | undefined;

  constructor(
    private readonly call: CallRecord,
    private readonly offset: number,
    operands: readonly Place[],
  ) {
    this.operands = operands;
  }

  get loc(): SourceLoc {
    // Not by recursion: a place may rest on a chain of operands as long as the program.
    const open: CodePlace[] = [this];
    for (let place = open[open.length - 1]; place !== undefined; place = open[open.length - 1]) {
      const before = place.find();
      if (before === undefined) open.pop();
      else open.push(before);
    }
    return this.found ?? NOWHERE;
  }

  /** Finds the stack; gives the place that has to be found before. */
  private find(): CodePlace | undefined {
    if (this.found !== undefined) return undefined;
    const own = this.call.own(this.offset);
    if (own.length === 0) {
      for (const operand of this.operands ?? []) {
        if (operand instanceof CodePlace && operand.found === undefined) return operand;
        const loc = locOf(operand);
        if (loc.length > 0) return this.settle(loc);
      }
    }
    return this.settle(this.call.loc(this.offset));
  }

  private settle(loc: SourceLoc): undefined {
    this.found = loc;
    this.operands = undefined;
  }
}
