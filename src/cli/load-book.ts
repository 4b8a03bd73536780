import type { Config } from '../config/load-config.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { RuleBook } from '../rulebook/load.js';

/** What a command line says about rules: `--rules`, `--config`, `--no-config`. */
export interface RuleChoice {
  readonly rules?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly 'no-config'?: boolean | undefined;
}

export interface LoadedRules {
  /** The shipped rules, the configuration's packs, and those of the command line on top. */
  readonly book: RuleBook;
  /** The project's configuration; without a file where there is none or none is wanted. */
  readonly config: Config;
}

/**
 * The rules that a command works with: those of the project's configuration, found from the current folder upwards, and
 * the packs that the command line names. Errors: those of the packs and files, `usage`.
 */
export async function loadBook(choice: RuleChoice): Promise<LoadedRules> {
  const { rules = [], config: file, 'no-config': without = false } = choice;
  if (without && file !== undefined) fail('usage', '--config and --no-config exclude each other');
  const { loadConfig, NO_CONFIG } = await import('../config/load-config.js');
  const config = without ? NO_CONFIG : await loadConfig(file);
  const { RuleBook } = await import('../rulebook/load.js');
  const packs = [...config.packs, ...rules];
  return { book: await RuleBook.load({ ...config, packs }), config };
}
