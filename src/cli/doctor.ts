import { type CommandLine, refuseForeign } from './command-line.js';
import { EXIT_DONE, EXIT_FAILED } from './report.js';
import type { Terminal } from './terminal.js';

const SIGN = { ok: 'ok     ', missing: 'missing', unfit: 'unfit  ' } as const;

/** `thaw doctor`: exit code 0 when ONNX Runtime itself works; what GPUs lack is told, but no failure. */
export async function doctorCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  refuseForeign('doctor', line);
  const { examine } = await import('../runtime/doctor.js');
  const findings = await examine();
  const works = (['cpu', 'cuda', 'tensorrt'] as const).map((provider) => ({
    provider,
    works: findings.every(({ needed, state }) => state === 'ok' || !needed.includes(provider)),
  }));
  const sound = works.some(({ provider, works: fine }) => provider === 'cpu' && fine);
  if (line.json) {
    terminal.out(JSON.stringify({ ok: sound, findings, providers: works }, null, 2));
    return sound ? EXIT_DONE : EXIT_FAILED;
  }
  for (const { what, state, found, next } of findings) {
    terminal.out(`${SIGN[state]}  ${what}: ${found}`);
    if (next !== undefined) terminal.out(`         next: ${next}`);
  }
  for (const { provider, works: fine } of works)
    terminal.out(`the provider ${provider} ${fine ? 'works' : 'does not work'} here`);
  return sound ? EXIT_DONE : EXIT_FAILED;
}
