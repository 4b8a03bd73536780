import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type OperatorCase, recordedCases } from './case.js';
import { failureOf } from './report.js';
import { shippedRules } from './rules.js';
import type { Mode } from './run-operator.js';

/**
 * Lists the cases that fail: `npx vitest` is for the whole, this is for work on one family.
 *   node --import <a TypeScript loader> test/operators/explore.ts [family|file.json] [--op text] [--mode m] [--opset n]
 */
const args = process.argv.slice(2);
const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const family = args[0]?.startsWith('--') === false ? args[0] : undefined;
const modes: Mode[] = option('--mode') === undefined ? ['static', 'named', 'fresh'] : [option('--mode') as Mode];
const opset = Number(option('--opset') ?? 20);
const folder = new URL('./cases/', import.meta.url);
const all: Map<string, OperatorCase[]> =
  family?.endsWith('.json') === true
    ? new Map([[family, JSON.parse(readFileSync(pathToFileURL(family), 'utf8'))]])
    : recordedCases(folder);
const rules = shippedRules();
let passed = 0;
const missing = new Set<string>();
const counts = { static: 0, named: 0, fresh: 0 };
for (const [name, cases] of all) {
  if (family !== undefined && family !== name) continue;
  for (const c of cases) {
    if (option('--op') !== undefined && !c.id.includes(option('--op') ?? '')) continue;
    const reasons = new Map<string, Mode[]>();
    for (const mode of modes) {
      const why = await failureOf(rules, c, mode, opset);
      if (why === undefined) {
        passed += 1;
        continue;
      }
      counts[mode] += 1;
      reasons.set(why, [...(reasons.get(why) ?? []), mode]);
    }
    for (const [why, where] of reasons) {
      if (why.startsWith('[unsupported-operator]') && why.includes(`${c.op} has`)) {
        missing.add(c.op);
        continue;
      }
      process.stdout.write(
        `${c.id}  (${where.length === modes.length ? 'all' : where.join()})\n    ${why.slice(0, 400)}\n`,
      );
    }
  }
}
if (missing.size > 0) process.stdout.write(`no recipe: ${[...missing].join(' ')}\n`);
process.stdout.write(`${passed} passed; failed: ${JSON.stringify(counts)}\n`);
