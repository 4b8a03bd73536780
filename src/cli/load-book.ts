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
 * What a command line and the project's configuration, found from the current folder upwards, say about rules: the
 * options of `RuleBook.load`, the packs of the command line on top. Errors: those of the configuration's file, `usage`.
 */
export async function loadChoice(choice: RuleChoice): Promise<Config> {
  const { rules = [], config: file, 'no-config': without = false } = choice;
  if (without && file !== undefined) fail('usage', '--config and --no-config exclude each other');
  const { loadConfig, NO_CONFIG } = await import('../config/load-config.js');
  const config = without ? NO_CONFIG : await loadConfig(file);
  return { ...config, packs: [...config.packs, ...rules.map((pack) => ({ pack }))] };
}

/** The rules that a command works with. Errors: those of `loadChoice` and of the packs. */
export async function loadBook(choice: RuleChoice): Promise<LoadedRules> {
  const config = await loadChoice(choice);
  const { RuleBook } = await import('../rulebook/load.js');
  return { book: await RuleBook.load(config), config };
}
