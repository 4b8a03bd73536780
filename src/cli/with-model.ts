import type { LoadedModel, RuleBook } from '../index.js';

type Thaw = typeof import('../index.js');

interface Loaded {
  readonly model: LoadedModel;
  /** The shipped rules, with the packs that the command line names. */
  readonly rules: RuleBook;
  readonly thaw: Thaw;
}

/** Loads the rules and a model for a command; the model's file is closed afterwards. The library loads only now. */
export async function withModel<T>(
  path: string,
  packs: readonly string[],
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const thaw = await import('../index.js');
  const rules = await thaw.RuleBook.load(packs.length > 0 ? { packs } : {});
  const model = await thaw.loadModel(path, { rules });
  try {
    return await use({ model, rules, thaw });
  } finally {
    model.close();
  }
}
