import type { Note, Span } from '../diagnostics/diagnostic.js';

/**
 * A call stack in the user's Python source: the innermost line of the user's own first, then its callers, then what it
 * called of PyTorch's own code, from there inwards. Where all of it is PyTorch's, innermost first. Empty when unknown.
 */
export type SourceLoc = readonly Span[];

/** Finds a call stack when it is first asked for, and the same one ever after: most nodes are never asked. */
export interface LazyLoc {
  readonly loc: SourceLoc;
}

/** Where a node comes from, known or still to be found. */
export type Place = SourceLoc | LazyLoc;

export const NOWHERE: SourceLoc = [];

/** The call stack of a place. */
export function locOf(place: Place): SourceLoc {
  return 'loc' in place ? place.loc : place;
}

/** Files of PyTorch itself, and the texts of operators that it has built in (`<string>`). */
const PYTORCH = /[\\/]torch[\\/](?:nn|jit|_\w+|autograd|utils|fx)[\\/]|[\\/]torch[\\/]\w+\.py$|^<string>$/;

/** True for a file that is no user's. */
export function isPyTorch(file: string): boolean {
  return PYTORCH.test(file);
}

/**
 * The order of a `SourceLoc` for a stack that stands innermost first. Frames of PyTorch that call the user's code are
 * left out.
 */
export function userFirst(stack: readonly Span[]): SourceLoc {
  const own = stack.findIndex((span) => !isPyTorch(span.file));
  if (own < 0 || !stack.some((span) => isPyTorch(span.file))) return stack;
  return [...stack.slice(own).filter((span) => !isPyTorch(span.file)), ...stack.slice(0, own).reverse()];
}

/** How many frames of a stack are the user's: those behind are PyTorch's, inside the first. All where none is. */
function ownFrames(loc: SourceLoc): number {
  const inside = loc.findIndex((span) => isPyTorch(span.file));
  return inside <= 0 ? loc.length : inside;
}

/** The stack innermost first, as calls nest. */
export function innermostFirst(loc: SourceLoc): SourceLoc {
  const own = ownFrames(loc);
  return own === loc.length ? loc : [...loc.slice(own).reverse(), ...loc.slice(0, own)];
}

/** The line itself, what calls it, and what it calls of PyTorch's own code. */
export function stackParts(loc: SourceLoc): { at: Span | undefined; callers: SourceLoc; inside: SourceLoc } {
  const own = ownFrames(loc);
  return { at: loc[0], callers: loc.slice(1, own), inside: loc.slice(own) };
}

/** What a diagnostic at a stack's first frame says of the others: so many callers, and the frames inside of PyTorch. */
export function stackNotes(loc: SourceLoc, callers: number): Note[] {
  const parts = stackParts(loc);
  return [
    ...parts.callers.slice(0, callers).map((at) => ({ message: 'called from here', at })),
    ...parts.inside.map((at) => ({ message: 'inside, in PyTorch’s own code', at })),
  ];
}
