import { fail } from '../diagnostics/diagnostic.js';
import { type CommandLine, refuseForeign } from './command-line.js';
import { EXIT_DONE } from './report.js';
import type { Terminal } from './terminal.js';

/** `thaw setup gpu` */
export async function setupCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  refuseForeign('setup', line);
  const [, what, extra] = line.words;
  if (what !== 'gpu' || extra !== undefined)
    fail('usage', 'thaw setup sets up one thing: gpu', { help: 'see thaw setup --help' });
  const { installProviders } = await import('../runtime/install-providers.js');
  const { folder, files, source } = await installProviders({ from: line.from });
  if (line.json) terminal.out(JSON.stringify({ ok: true, source, folder, files }, null, 2));
  else {
    for (const file of files) terminal.out(`installed  ${file}`);
    terminal.out(`in ${folder}, from ${source}; thaw doctor tells what else the GPU needs`);
  }
  return EXIT_DONE;
}
