import type { Span } from '../diagnostics/diagnostic.js';
import type { Pattern, Template } from '../schema/rule.js';

/** A named condition; the predicates that it calls are expanded. */
export interface Predicate {
  readonly name: string;
  /** Names in `holds` that a call puts its arguments in the place of. */
  readonly args: readonly string[];
  readonly holds: string;
  readonly span: Span;
}

/** A named pattern or template; the fragments and predicates that it uses are expanded. */
export type Fragment = PatternFragment | TemplateFragment;

interface CommonFragment {
  readonly name: string;
  /** Names that a use puts patterns or templates in the place of. */
  readonly args: readonly string[];
  /** Its expressions as they are written, by their expanded text, where the two differ. */
  readonly written: Readonly<Record<string, string>>;
  readonly span: Span;
}

/** Captures beside the arguments are the fragment's own. */
export interface PatternFragment extends CommonFragment {
  readonly kind: 'pattern';
  readonly match: Pattern;
}

export interface TemplateFragment extends CommonFragment {
  readonly kind: 'template';
  readonly rewrite: Template;
}

/** What a layer of a rule book defines by name, for its own rules and for those of the layers above. */
export interface Definitions {
  readonly predicates: readonly Predicate[];
  readonly fragments: readonly Fragment[];
}

export const NO_DEFINITIONS: Definitions = { predicates: [], fragments: [] };
