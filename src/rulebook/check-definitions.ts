import { RULE_NAMES } from '../matcher/rule-env.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { PatternChecker } from './check-pattern.js';
import { strings } from './data.js';
import type { Problems } from './problems.js';
import type { DefinitionReader, RawDefinition } from './read-definitions.js';

/**
 * Checks the predicates and fragments of a folder by themselves, so that what is wrong with one is told once, and not at
 * each of its uses.
 */
export function checkDefinitions(
  names: DefinitionReader,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  for (const raw of names.own('predicates')) checkPredicate(raw, names, registry, problems);
  for (const raw of names.own('fragments')) checkFragment(raw, names, registry, problems);
}

/** It uses its arguments and known functions only. */
function checkPredicate(
  { name, data, file, path }: RawDefinition,
  names: DefinitionReader,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const checker = new PatternChecker(name, file, registry, problems, undefined, undefined, names);
  const args = strings(data.args);
  const scope = { ...checker.scope(), names: new Set([...args, ...RULE_NAMES]) };
  const expr = problems.expression(file, [...path, 'holds'], String(data.holds), scope);
  args.forEach((arg, i) => {
    if (expr === undefined || expr.names.has(arg)) return;
    problems.at(file, 'rule-unused', [...path, 'args', i], `\`${name}\` does not use its argument \`${arg}\``);
  });
}

/** Its pattern fits the operators, binds each argument, and captures nothing else that it does not use itself. */
function checkFragment(
  { name, data, file, path }: RawDefinition,
  names: DefinitionReader,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const fragment = names.fragment(name);
  if (fragment === undefined) return;
  const at = [...path, 'match'];
  const checker = new PatternChecker(name, file, registry, problems, undefined, fragment.written, names);
  checker.pattern(fragment.match, at);
  checker.limit(fragment.match, at);
  strings(data.args).forEach((arg, i) => {
    if (checker.use(arg)) return;
    const message = `the fragment \`${name}\` does not bind its argument \`${arg}\``;
    problems.at(file, 'rule-unbound', [...path, 'args', i], message, 'name it in the pattern, in each alternative');
  });
  checker.unused();
}
