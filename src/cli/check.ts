import { appliedRules, rulesTable } from './applied-rules.js';
import { type CommandLine, modelOf } from './command-line.js';
import { compileOptions } from './compile-options.js';
import { EXIT_DONE } from './report.js';
import type { Terminal } from './terminal.js';
import { withModel } from './with-model.js';

/** `thaw check MODEL`: what became dynamic; what cannot comes as diagnostics. */
export async function checkCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  const path = modelOf('check', line);
  const options = compileOptions(line);
  const { rules, file } = await withModel(path, line, async ({ model, rules: book, config, thaw }) => {
    const { graph } = await thaw.check(model, { ...options, rules: book });
    return { rules: appliedRules(graph), file: config.file };
  });
  if (line.json) {
    terminal.out(JSON.stringify({ ok: true, config: file, rules }, null, 2));
    return EXIT_DONE;
  }
  const nodes = rules.reduce((sum, rule) => sum + rule.nodes, 0);
  if (nodes === 0) terminal.out(`${path}: nothing had to be rewritten`);
  else
    terminal.out(
      `${path}: ${nodes} node${nodes === 1 ? '' : 's'} by ${rules.length} rule${rules.length === 1 ? '' : 's'}`,
    );
  for (const row of rulesTable(rules)) terminal.out(row);
  if (file !== undefined) terminal.out(`  config  ${file}`);
  return EXIT_DONE;
}
