import { statSync } from 'node:fs';
import { COMPILED_RULES, SHIPPED_RULES } from '../../rulebook/load.js';
import { yamlFiles } from './case-index.js';

/**
 * The folder of the shipped rules where its YAML is newer than its compiled form, as it is while one works on it.
 * Undefined where the compiled form will do.
 */
export function editedRules(): string | undefined {
  const compiled = statSync(COMPILED_RULES, { throwIfNoEntry: false });
  if (compiled === undefined) return undefined;
  return yamlFiles(SHIPPED_RULES).some((path) => statSync(path).mtimeMs > compiled.mtimeMs) ? SHIPPED_RULES : undefined;
}
