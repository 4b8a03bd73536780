import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What TensorRT does not take, by rules/providers/tensorrt.yaml. */
export interface ProviderRules {
  /** Why it leaves an operator, by the operator. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Operators that it is not offered. */
  readonly keptOut: readonly string[];
}

/** Seen from src/runtime, dist/runtime and dist/cli alike. */
const RULES = new URL('../../rules/providers/tensorrt.yaml', import.meta.url);

interface Entry {
  readonly ops: readonly string[];
  readonly 'keep-out'?: true;
  readonly why: string;
}

let read: ProviderRules | undefined;

/** The shipped rules, read once a process. A test checks the file against its schema. */
export function tensorRtRules(): ProviderRules {
  if (read !== undefined) return read;
  const { leave }: { leave: readonly Entry[] } = parse(readFileSync(RULES, 'utf8'));
  const reasons = new Map(leave.flatMap(({ ops, why }) => ops.map((op) => [op, why])));
  const keptOut = leave.flatMap((entry) => (entry['keep-out'] === true ? entry.ops : []));
  read = { reasons, keptOut };
  return read;
}
