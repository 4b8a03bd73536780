/**
 * Fuzzing beyond what the tests run: `npm run fuzz -- [--kind zip|pickle|code|graph] [--cases N] [--seed S]`. Seeds count
 * up from S; a failing case prints its own seed and writes its input. Exit code 1 when a case fails.
 */
import { parseArgs } from 'node:util';
import { RuleBook } from '../../src/rulebook/load.js';
import { campaign, failureText } from './campaign.js';
import { KINDS } from './fuzz-case.js';

const { values } = parseArgs({
  options: { kind: { type: 'string' }, cases: { type: 'string' }, seed: { type: 'string' } },
});
const kinds = KINDS.filter((kind) => values.kind === undefined || values.kind === kind);
if (kinds.length === 0) throw new Error(`--kind is one of ${KINDS.join(', ')}`);
const cases = Number(values.cases ?? 10_000);
const seed = Number(values.seed ?? 1);
const book = await RuleBook.load();
for (const kind of kinds) {
  const start = process.cpuUsage();
  const { cases: done, failures, endings } = campaign(kind, book, seed, cases);
  const { user, system } = process.cpuUsage(start);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${kind}: ${done} cases from seed ${seed}, ${failures.length} failures, ` +
      `${((user + system) / 1e6).toFixed(1)} s of the processor, peak memory ${peak.toFixed(0)} MB`,
  );
  for (const [ending, count] of [...endings].sort((a, b) => b[1] - a[1]).slice(0, 12))
    console.log(`  ${count}  ${ending}`);
  for (const f of failures) {
    console.log(failureText(kind, f));
    process.exitCode = 1;
  }
}
