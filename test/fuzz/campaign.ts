import type { RuleBook } from '../../src/rulebook/load.js';
import { CaseMaker, type Kind } from './fuzz-case.js';
import { type Failure, runCase } from './run-case.js';

export interface Campaign {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** How many cases ended in each way. */
  readonly endings: ReadonlyMap<string, number>;
}

/** A few tell what is wrong; each may take seconds. */
const MAX_FAILURES = 10;

/** Runs the cases of the seeds from `seed` on. */
export function campaign(kind: Kind, book: RuleBook, seed: number, cases: number): Campaign {
  const maker = new CaseMaker(kind, book);
  const failures: Failure[] = [];
  const endings = new Map<string, number>();
  let done = 0;
  for (; done < cases && failures.length < MAX_FAILURES; done++) {
    const result = runCase(maker.make(seed + done), book);
    if ('failure' in result) failures.push(result.failure);
    else endings.set(result.ending, (endings.get(result.ending) ?? 0) + 1);
  }
  return { cases: done, failures, endings };
}

/** One paragraph a failure: how to run the case again, and what happened. */
export function failureText(kind: Kind, { seed, from, why, file }: Failure): string {
  return `npm run fuzz -- --kind ${kind} --seed ${seed} --cases 1   (${file}, made of ${from})\n${why}`;
}
