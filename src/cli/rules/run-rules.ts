import { fail } from '../../diagnostics/diagnostic.js';
import { nearest } from '../../schema/nearest.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { RULES_COMMANDS, rulesHelp } from './commands.js';

const HELP: ReadonlySet<string> = new Set(['--help', '-h']);

/** Runs `thaw rules COMMAND ...`; `argv` is all that stands beside the word `rules`. Errors: `usage`, and the command's. */
export async function runRules(argv: readonly string[], terminal: Terminal): Promise<number> {
  // Options with values may stand before the command.
  const known = argv.findIndex((word) => RULES_COMMANDS.has(word));
  const at = known >= 0 ? known : argv.findIndex((word) => !word.startsWith('-'));
  const word = at < 0 ? undefined : argv[at];
  const wantsHelp = argv.some((arg) => HELP.has(arg));
  const commands = `the commands are: ${[...RULES_COMMANDS.keys()].join(', ')}; see thaw rules --help`;
  if (word === undefined) {
    if (!wantsHelp) fail('usage', 'no command of thaw rules is given', { help: commands });
    terminal.out(rulesHelp());
    return EXIT_DONE;
  }
  const command = RULES_COMMANDS.get(word);
  if (command === undefined) {
    const close = nearest(word, RULES_COMMANDS.keys());
    fail('usage', `there is no command thaw rules ${word}`, {
      help: close === undefined ? commands : `did you mean thaw rules ${close}?`,
    });
  }
  if (wantsHelp) {
    terminal.out(rulesHelp(word));
    return EXIT_DONE;
  }
  return command.run([...argv.slice(0, at), ...argv.slice(at + 1)], terminal);
}
