import { RULE_NAMES } from '../matcher/rule-env.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { NodePattern } from '../schema/rule.js';
import { PatternChecker } from './check-pattern.js';
import { type CheckedRule, TemplateChecker } from './check-template.js';
import { strings } from './data.js';
import type { TemplateFragment } from './definitions.js';
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

/** It is made of its arguments alone, and of all of them. */
function checkTemplate(
  { name, args, rewrite }: TemplateFragment,
  checker: PatternChecker,
  { file, path }: RawDefinition,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  args.forEach((arg, i) => {
    checker.captures.set(arg, { type: undefined, path: [...path, 'args', i], many: false, uses: 0 });
  });
  const rule: CheckedRule = { id: name, match: NO_PATTERN, let: [], rewrite, each: false };
  new TemplateChecker(rule, checker, file, registry, problems).template(rewrite, [...path, 'rewrite'], undefined);
  for (const { path: at, uses } of checker.captures.values())
    if (uses === 0) problems.at(file, 'rule-unused', at, `the fragment \`${name}\` does not use its argument`);
}

const NO_PATTERN: NodePattern = { kind: 'node', ops: [], in: [], result: 0, as: [], where: [] };

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
  raw: RawDefinition,
  names: DefinitionReader,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const { name, data, file, path } = raw;
  const fragment = names.fragment(name);
  if (fragment === undefined) return;
  const checker = new PatternChecker(name, file, registry, problems, undefined, fragment.written, names);
  if (fragment.kind === 'template') {
    checkTemplate(fragment, checker, raw, registry, problems);
    return;
  }
  const at = [...path, 'match'];
  checker.pattern(fragment.match, at);
  checker.limit(fragment.match, at);
  strings(data.args).forEach((arg, i) => {
    if (checker.use(arg)) return;
    const message = `the fragment \`${name}\` does not bind its argument \`${arg}\``;
    problems.at(file, 'rule-unbound', [...path, 'args', i], message, 'name it in the pattern, in each alternative');
  });
  checker.unused();
}
