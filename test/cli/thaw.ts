import { runCli } from '../../src/cli/run-cli.js';

/** Runs a command and gathers what it prints. */
export async function thaw(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const out: string[] = [];
  const error: string[] = [];
  const terminal = { out: (l: string) => out.push(l), error: (l: string) => error.push(l), color: false };
  const code = await runCli(argv, terminal);
  return { code, out: out.join('\n'), error: error.join('\n') };
}
