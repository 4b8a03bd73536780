import { counted } from '../diagnostics/counted.js';
import { appliedRules, rulesTable } from './applied-rules.js';
import { type CommandLine, modelOf } from './command-line.js';
import { compileOptions } from './compile-options.js';
import { EXIT_DONE } from './report.js';
import type { Terminal } from './terminal.js';
import { tellUnset, unsetInputs } from './unset-inputs.js';
import { withModel } from './with-model.js';

/** `thaw check MODEL`: what became dynamic; what cannot comes as diagnostics. */
export async function checkCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  const path = modelOf('check', line);
  const options = compileOptions(line);
  const { rules, unset, file } = await withModel(path, line, async ({ model, rules: book, config, thaw }) => {
    const unset = unsetInputs(model, options);
    const { graph } = await thaw.check(model, { ...options, rules: book });
    return { rules: appliedRules(graph), unset, file: config.file };
  });
  if (line.json) {
    terminal.out(JSON.stringify({ ok: true, config: file, rules, unset }, null, 2));
    return EXIT_DONE;
  }
  const nodes = rules.reduce((sum, rule) => sum + rule.nodes, 0);
  if (nodes === 0) terminal.out(`${path}: nothing had to be rewritten`);
  else terminal.out(`${path}: ${counted(nodes, 'node')} by ${counted(rules.length, 'rule')}`);
  for (const row of rulesTable(rules)) terminal.out(row);
  if (file !== undefined) terminal.out(`  config  ${file}`);
  tellUnset(unset, terminal);
  return EXIT_DONE;
}
