import type { RuleBook } from './load.js';
import type { RuleSource } from './read-rules.js';

/** To be filled. */
export function checkRules(_source: RuleSource, _book: RuleBook): void {}
