import { join } from 'node:path';
import type { Config } from '../config/load-config.js';
import { DiagnosticError } from '../diagnostics/diagnostic.js';
import type { LoadedModel, RuleBook } from '../index.js';
import { loadBook, type RuleChoice } from './load-book.js';
import { type LoadFlags, loadOptions } from './load-flags.js';

type Thaw = typeof import('../index.js');

/** Where a pack keeps what a compilation goes by. */
const FOLDERS = ['schemas', 'lowering', 'translation', 'onnx'] as const;

interface Loaded {
  readonly model: LoadedModel;
  /** The shipped rules, with the packs of the configuration and those that the command line names. */
  readonly rules: RuleBook;
  readonly config: Config;
  readonly thaw: Thaw;
}

/**
 * Loads the rules and a model for a command; the model's file is closed afterwards. The library loads only now. Errors:
 * those of the rules and of the model, `rule-stub` for what `thaw rules new` has left to fill in in a pack.
 */
export async function withModel<T>(
  path: string,
  choice: RuleChoice & LoadFlags,
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const options = loadOptions(choice);
  const thaw = await import('../index.js');
  const { book: rules, config } = await loadBook(choice);
  await refuseStubs(rules);
  const model = await thaw.loadModel(path, { ...options, rules });
  try {
    return await use({ model, rules, config, thaw });
  } finally {
    model.close();
  }
}

/** Rules, recipes and facts that still say what was made up for them compile to wrong models. Cases may be unfinished. */
async function refuseStubs(rules: RuleBook): Promise<void> {
  const dirs = rules.layers.flatMap(({ kind, path }) => (kind === 'pack' ? [path] : []));
  if (dirs.length === 0) return;
  const { stubsIn } = await import('./rules/stubs.js');
  const { yamlFiles } = await import('./rules/case-index.js');
  const files = dirs.flatMap((dir) => FOLDERS.flatMap((folder) => yamlFiles(join(dir, folder))));
  const stubs = stubsIn(files);
  if (stubs.length > 0) throw new DiagnosticError(stubs.map((stub) => ({ ...stub, severity: 'error' as const })));
}
