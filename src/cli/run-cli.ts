import { readFileSync } from 'node:fs';
import { fail } from '../diagnostics/diagnostic.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { COMMANDS, type CommandName, helpText, isCommand } from './help.js';
import { EXIT_DONE, reportFailure } from './report.js';
import type { Terminal } from './terminal.js';

/**
 * Runs one command and returns the exit code: 0 done, 1 the model cannot be compiled or run, 2 wrong usage. Each
 * command's code is loaded when it is needed.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let json = argv.includes('--json');
  try {
    const rules = wordsOfRules(argv);
    if (rules !== undefined) return await (await import('./rules/run-rules.js')).runRules(rules, terminal);
    const line = readCommandLine(argv);
    json = line.json;
    return await dispatch(line, terminal);
  } catch (error) {
    return reportFailure(error, json, terminal);
  }
}

/** Options without a value that may stand before a command. */
const FLAGS: ReadonlySet<string> = new Set(['--json', '--help', '-h']);

/** What stands beside the first word when it is `rules`, whose commands have options of their own. */
function wordsOfRules(argv: readonly string[]): string[] | undefined {
  const at = argv.findIndex((arg) => !FLAGS.has(arg));
  return argv[at] === 'rules' ? [...argv.slice(0, at), ...argv.slice(at + 1)] : undefined;
}

async function dispatch(line: CommandLine, terminal: Terminal): Promise<number> {
  const [word] = line.words;
  if (line.version) return print(terminal, version());
  if (word === undefined) {
    if (line.help) return print(terminal, helpText());
    fail('usage', 'no command is given', { help: `the commands are: ${COMMANDS.join(', ')}, rules; see thaw --help` });
  }
  if (!isCommand(word)) {
    fail('usage', `there is no command ${word}`, {
      help: `the commands are: ${COMMANDS.join(', ')}, rules; see thaw --help`,
    });
  }
  return line.help ? print(terminal, helpText(word)) : runCommandNamed(word, line, terminal);
}

async function runCommandNamed(name: CommandName, line: CommandLine, terminal: Terminal): Promise<number> {
  switch (name) {
    case 'compile':
      return (await import('./compile.js')).compileCommand(line, terminal);
    case 'check':
      return (await import('./check.js')).checkCommand(line, terminal);
    case 'run':
      return (await import('./run.js')).runCommand(line, terminal);
    case 'build':
      return (await import('./build.js')).buildCommand(line, terminal);
    case 'doctor':
      return (await import('./doctor.js')).doctorCommand(line, terminal);
    case 'setup':
      return (await import('./setup.js')).setupCommand(line, terminal);
    case 'demo':
      return (await import('./demo.js')).demoCommand(line, terminal);
  }
}

function print(terminal: Terminal, text: string): number {
  terminal.out(text);
  return EXIT_DONE;
}

/** From package.json, which lies two folders above src/cli and dist/cli alike. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof found === 'string' ? found : 'unknown';
}
