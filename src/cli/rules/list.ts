import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { COMMON_OPTIONS, readRulesLine } from './options.js';

const OPTIONS = { ...COMMON_OPTIONS, op: { type: 'string', multiple: true }, family: { type: 'string' } } as const;

/** `thaw rules list`. */
export async function listCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('list', argv, OPTIONS);
  terminal.out(words.join(' ') + (values.family ?? '') + (values.op?.length ?? 0));
  return EXIT_DONE;
}
