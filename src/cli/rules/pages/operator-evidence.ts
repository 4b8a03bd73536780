import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpName } from '../../../ir/graph.js';
import { record } from '../../../rulebook/data.js';

/** What recorded calls of operators tell: the dtypes that agree with PyTorch, and known gaps with their reasons. */
export interface OperatorEvidence {
  dtypes(op: OpName): readonly string[];
  gaps(op: OpName): readonly string[];
}

export const NO_EVIDENCE: OperatorEvidence = { dtypes: () => [], gaps: () => [] };

/** In the order of a table cell. */
const DTYPES: ReadonlyMap<string, string> = new Map([
  ['bool', 'bool'],
  ['uint8', 'u8'],
  ['int8', 'i8'],
  ['int16', 'i16'],
  ['int32', 'i32'],
  ['int64', 'i64'],
  ['float16', 'f16'],
  ['bfloat16', 'bf16'],
  ['float32', 'f32'],
  ['float64', 'f64'],
  ['complex64', 'c64'],
  ['complex128', 'c128'],
]);

/** Reads the recorded calls below a folder such as test/operators; nothing is known where it does not exist. */
export function readEvidence(dir: string): OperatorEvidence {
  const cases = join(dir, 'cases');
  if (!existsSync(cases)) return NO_EVIDENCE;
  const dtypes = new Map<OpName, Set<string>>();
  for (const name of readdirSync(cases).filter((file) => file.endsWith('.json'))) {
    const calls: unknown = JSON.parse(readFileSync(join(cases, name), 'utf8'));
    for (const call of Array.isArray(calls) ? calls : []) {
      const { op, args } = record(call);
      const found = dtypes.get(String(op)) ?? new Set();
      dtypes.set(String(op), found);
      for (const arg of Object.values(record(args))) gatherDtypes(arg, found);
    }
  }
  const gaps = readGaps(join(dir, 'gaps.json'));
  return {
    dtypes: (op) => [...DTYPES].flatMap(([dtype, short]) => (dtypes.get(op)?.has(dtype) ? [short] : [])),
    gaps: (op) => [...(gaps.get(op) ?? [])].sort(),
  };
}

function gatherDtypes(arg: unknown, found: Set<string>): void {
  const { t, d, list } = record(arg);
  if (typeof t === 'string' && d !== undefined) found.add(t);
  for (const item of Array.isArray(list) ? list : []) gatherDtypes(item, found);
}

/** Keys are `mode@opset aten::op(arguments)`, values reasons. */
function readGaps(path: string): Map<OpName, Set<string>> {
  const gaps = new Map<OpName, Set<string>>();
  if (!existsSync(path)) return gaps;
  for (const [call, reason] of Object.entries(record(JSON.parse(readFileSync(path, 'utf8'))))) {
    const op = /^\S+ ([^(]+)\(/.exec(call)?.[1];
    if (op === undefined) continue;
    const reasons = gaps.get(op) ?? new Set();
    gaps.set(op, reasons.add(String(reason)));
  }
  return gaps;
}
