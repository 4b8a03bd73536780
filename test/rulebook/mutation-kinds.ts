import type { Kind } from './mutate.js';
import { DEFINITION_KINDS, RELATION_KINDS, RULE_KINDS } from './rule-mutations.js';
import { RECIPE_KINDS, SCHEMA_KINDS } from './schema-mutations.js';

/** Every way in which the table test spoils the shipped YAML. */
export const KINDS: readonly Kind[] = [
  ...RULE_KINDS,
  ...DEFINITION_KINDS,
  ...RELATION_KINDS,
  ...SCHEMA_KINDS,
  ...RECIPE_KINDS,
];
