import type { Config } from '../config/load-config.js';
import type { LoadedModel, RuleBook } from '../index.js';
import { loadBook, type RuleChoice } from './load-book.js';
import { type LoadFlags, loadOptions } from './load-flags.js';

type Thaw = typeof import('../index.js');

interface Loaded {
  readonly model: LoadedModel;
  /** The shipped rules, with the packs of the configuration and those that the command line names. */
  readonly rules: RuleBook;
  readonly config: Config;
  readonly thaw: Thaw;
}

/**
 * Loads the rules and a model for a command; the model's file is closed afterwards. The library loads only now. Errors:
 * those of the rules and of the model.
 */
export async function withModel<T>(
  path: string,
  choice: RuleChoice & LoadFlags,
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const options = loadOptions(choice);
  const thaw = await import('../index.js');
  const { book: rules, config } = await loadBook(choice);
  const model = await thaw.loadModel(path, { ...options, rules });
  try {
    return await use({ model, rules, config, thaw });
  } finally {
    model.close();
  }
}
