import type { Span } from '../diagnostics/diagnostic.js';
import type { Pattern } from '../schema/rule.js';

/** A named condition; the predicates that it calls are expanded. */
export interface Predicate {
  readonly name: string;
  /** Names in `holds` that a call puts its arguments in the place of. */
  readonly args: readonly string[];
  readonly holds: string;
  readonly span: Span;
}

/** A named pattern; the fragments and predicates that it uses are expanded. */
export interface Fragment {
  readonly name: string;
  /** Captures that a use puts patterns in the place of; all others are the fragment's own. */
  readonly args: readonly string[];
  readonly match: Pattern;
  /** Its expressions as they are written, by their expanded text, where the two differ. */
  readonly written: Readonly<Record<string, string>>;
  readonly span: Span;
}

/** What a layer of a rule book defines by name, for its own rules and for those of the layers above. */
export interface Definitions {
  readonly predicates: readonly Predicate[];
  readonly fragments: readonly Fragment[];
}

export const NO_DEFINITIONS: Definitions = { predicates: [], fragments: [] };
