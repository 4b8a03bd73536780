import type { Code } from '../diagnostics/codes.js';
import type { Note } from '../diagnostics/diagnostic.js';
import type { Rule } from '../schema/rule.js';

/** Something wrong with a rule beside others. */
export interface Finding {
  readonly code: Code;
  readonly rule: Rule;
  /** The key of the rule that it is about. */
  readonly part: 'match' | 'rewrite' | 'id';
  readonly message: string;
  readonly notes: readonly Note[];
  readonly help?: string;
}
