import { RuleBook } from '../../src/rulebook/load.js';
import { campaign, failureText } from './campaign.js';
import type { Kind } from './fuzz-case.js';

/** The failures of the first cases of a kind, as text; some mutants must compile still, or nothing but the door is tested. */
export async function fuzzed(kind: Kind, cases: number): Promise<string[]> {
  const { failures, endings } = campaign(kind, await RuleBook.load(), 1, cases);
  const compiled = endings.get('compiled') ?? 0;
  const texts = failures.map((f) => failureText(kind, f));
  return compiled * 50 < cases ? [...texts, `only ${compiled} mutants of ${cases} compile`] : texts;
}
