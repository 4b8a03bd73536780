import { wantsChanged } from '../schema/functional.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import { argText } from '../schema/print-signature.js';
import { type OperatorRegistry, operatorOf } from '../schema/registry.js';
import type { Arg, Signature } from '../schema/signature.js';
import { isSubtype } from '../schema/subtype.js';
import type { Problems } from './problems.js';
import type { RuleSource } from './read-rules.js';
import type { OperatorData } from './rule-data.js';

/**
 * `functional` and `scatter` of a schema name operators that take what they are given and change nothing. Errors:
 * `rule-unknown-operator`, `rule-type`, `schema-syntax`, each at its key.
 */
export function checkMemoryFacts(
  o: OperatorData,
  source: RuleSource,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const place = source.places.get(o);
  const { functional, scatter } = o.memory ?? {};
  if (place === undefined || (functional === undefined && scatter === undefined)) return;
  const { file, kind, index } = place;
  const signature = registry.require(operatorOf(o.signature)).signature;
  const say = (key: 'functional' | 'scatter', message: string, help?: string): void =>
    problems.at(file, 'schema-syntax', [kind, index, key], message, help);
  const target = (key: 'functional' | 'scatter', op: string): Signature | undefined => {
    const found = registry.get(op)?.signature;
    if (found === undefined)
      problems.at(
        file,
        'rule-unknown-operator',
        [kind, index, key],
        `no schema declares ${op}`,
        registry.suggestion(op),
      );
    else if (found.args.some((a) => a.mutates))
      say(key, `${op} changes an argument itself`, 'name an operator that only gives results');
    else return found;
    return undefined;
  };
  const check = (key: 'functional' | 'scatter', to: Signature, given: readonly Arg[]): void => {
    const wrong = to.args.find((a, i) => {
      const from = given[i];
      return from === undefined ? a.default === undefined : !isSubtype(from.type, a.type);
    });
    if (wrong === undefined) return;
    problems.at(
      file,
      'rule-type',
      [kind, index, key],
      `${to.op} takes \`${argText(wrong)}\`, which ${signature.op} does not give it`,
      `it is called with (${given.map(argText).join(', ')})`,
    );
  };
  if (functional !== undefined) {
    const changed = signature.args.filter((a) => a.mutates);
    if (changed.length === 0)
      say('functional', `${signature.op} changes no argument`, 'mark those that it changes: `Tensor(a!) self`');
    const to = target('functional', functional);
    const rest = signature.args.filter((a) => !a.mutates);
    if (to !== undefined) {
      check('functional', to, wantsChanged(signature, to) ? signature.args : rest);
      if (to.results.length < changed.length)
        say(
          'functional',
          `${to.op} gives ${to.results.length} of the ${changed.length} arguments that ${signature.op} changes`,
        );
    }
  }
  if (scatter === undefined) return;
  const [self, ...others] = signature.args;
  if (self === undefined || !signature.results[0]?.alias?.some((a) => self.alias?.includes(a)))
    say(
      'scatter',
      `the result of ${signature.op} is no part of its first argument`,
      'say so: `(Tensor(a) self) -> Tensor(a)`',
    );
  else {
    const to = target('scatter', scatter);
    if (to !== undefined) check('scatter', to, [self, { ...self, name: 'part' }, ...others]);
  }
}
