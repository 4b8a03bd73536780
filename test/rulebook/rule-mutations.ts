import type { Kind } from './mutate.js';
import { gone, is, kind, near, typo } from './mutation-kind.js';

const MAP = 'translation-map.yaml';
const ALIASES = 'lowering/alias.yaml';

export const RULE_KINDS: readonly Kind[] = [
  kind(MAP, 'a key of a rule', 'yaml-schema', /^ {4}(match|where|rewrite|why|benefit):/, typo),
  kind('lowering', 'a key of a rule in lowering', 'yaml-schema', /^ {4}(match|where|rewrite|why):/, typo),
  kind(MAP, 'a key of a pattern', 'yaml-schema', /match: \{ (op):/, is('opp')),
  kind(MAP, 'the key `in`', 'yaml-schema', /match: .*, (in): \{/, is('im')),
  kind(MAP, 'the key `tensor`', 'yaml-schema', /\{ (tensor): \$/, typo),
  kind(MAP, 'the operator of a pattern', 'rule-unknown-operator', /match: \{ op: (\w+::[\w.]+),/, typo),
  kind(MAP, 'one of several operators', 'rule-unknown-operator', /op: \[[^\]\n]*, (\w+::[\w.]+)[,\]]/, typo),
  kind(
    MAP,
    'the overload of an operator',
    'rule-unknown-operator',
    /match: \{ op: (aten::(?:size\.int|slice\.\w+|select\.int|len\.t|mul\.Scalar|eq\.Scalar|narrow\.Tensor|add\.t)),/,
    (op) => op.replace(/\.\w+$/, '.of'),
  ),
  kind(MAP, 'the operator of a rewrite', 'rule-unknown-operator', /rewrite: \{ op: (\w+::[\w.]+),/, typo),
  kind(MAP, 'an operator inside a rewrite', 'rule-unknown-operator', /rewrite: .*: \{ op: (\w+::[\w.]+),/, typo),
  kind(MAP, 'one colon of an operator', 'yaml-schema', /match: \{ op: (\w+::[\w.]+),/, (op) => op.replace('::', ':')),
  kind(MAP, 'an argument of a pattern', 'rule-unknown-argument', /match: .* in: \{ (\w+): \$/, typo),
  kind(MAP, 'an argument of a rewrite', 'rule-unknown-argument', /rewrite: \{ op: \S+, in: \{ (\w+): /, typo),
  kind('lowering', 'an argument in lowering', 'rule-unknown-argument', /rewrite: \{ op: \S+, in: \{ (\w+): /, typo),
  kind(ALIASES, 'a capture of a pattern', 'rule-unused', /match: .* (\$\w+) \} \}/, (c) => `${c}z`),
  kind(ALIASES, 'a capture of a rewrite', 'rule-unbound', /rewrite: .* (\$\w+) \} \}/, (c) => `${c}z`),
  kind(MAP, 'a capture behind `tensor`', 'rule-unbound', /rewrite: .*?\{ tensor: (\$\w+)/, (c) => `${c}z`),
  kind(MAP, 'a capture of a condition', 'rule-unbound', /where: \['dynamic\((\$\w+)/, (c) => `${c}z`),
  kind(MAP, 'a capture of a computed constant', 'rule-unbound', /compute: '?\w+\((\$\w+)/, (c) => `${c}z`),
  kind(
    MAP,
    'a capture that is left out',
    'rule-unbound',
    /match: .* in: \{ a: \$a(, b: \$b)/,
    gone,
    near(/'dynamic\(\$a, (\$b)\)/),
  ),
  kind(
    ALIASES,
    'an argument of a rewrite that is left out',
    'rule-missing-argument',
    /rewrite: .* in: \{ self: \$x(, other: \$y)/,
    gone,
    near(/rewrite: \{ op: (\S+),/),
  ),
  kind(
    ALIASES,
    'swapped arguments',
    'rule-type',
    /(?<=op: aten::softmax\.int, in: \{ self: )(\$x, dim: \$d)/,
    is('$d, dim: $x'),
  ),
  kind(MAP, 'swapped operands', 'rule-type', /rewrite: \{ op: \S+, in: \{ self: (\$x, dim: \$d)/, is('$d, dim: $x')),
  kind(
    MAP,
    'a number in the place of a tensor',
    'rule-type',
    /rewrite: \{ op: \S+, in: \{ self: (\{ tensor: \$[ab] \}),/,
    (t) => t.slice('{ tensor: '.length, -2),
  ),
  kind(
    MAP,
    'a list in the place of a tensor',
    'rule-type',
    /(?:size|shape|sizes|repeats): (\{ tensor: \$[sr] \})/,
    (t) => t.slice('{ tensor: '.length, -2),
  ),
  kind(MAP, 'a text in the place of a number', 'rule-type', /rewrite: .* dim: (0)\b/, is(`"'first'"`)),
  kind('lowering/no-op.yaml', 'a text in the place of a bool', 'rule-type', /train: (false)/, is(`"'no'"`)),
  kind(MAP, 'a capture without its sign', 'yaml-schema', /match: .* in: \{ \w+: (\$\w+)/, (c) => c.slice(1)),
  kind(MAP, 'a function of a condition', 'expr-unknown', /where: \['(dynamic|item_kind)\(/, typo),
  kind(
    MAP,
    'a function of a computed constant',
    'expr-unknown',
    /compute: '?(dtype_code|reshape_literal|expand_literal)\(/,
    typo,
  ),
  kind(MAP, 'a dtype', 'expr-unknown', /dtype_code\((int64|float64)\)/, typo),
  kind(MAP, 'a field of a tensor', 'expr-unknown', /where: .*?\$x\.(rank|dtype|shape)/, typo),
  kind(MAP, 'the kind of an item', 'expr-unknown', /where: \["item_kind\(\$\w+\) == ('tensor')/, is("'tensr'")),
  kind(MAP, 'a bracket of a condition', 'expr-syntax', /where: \['dynamic\(\$\w+(\))'/, gone),
  kind(
    'lowering/no-op.yaml',
    'the arguments of a function',
    'expr-type',
    /where: \['(equal\(\$x\.shape, result\.shape\))/,
    is('equal($x.shape)'),
  ),
  kind(
    MAP,
    'a field of a number',
    'expr-type',
    /where: \['dynamic\((?:\$\w+)(\))', 'constant\(\$d\)'\]/,
    is(")', '$d.rank == 1"),
    (text, at) => text.indexOf('$d.rank', at),
  ),
  kind(MAP, 'an id that is taken', 'rule-duplicate', /^ {2}- id: (?!size-int-dyn)([\w-]+)/, is('size-int-dyn')),
  kind(MAP, 'a benefit that is no number', 'yaml-schema', /^ {4}benefit: (\d)/, is('high')),
  kind(MAP, 'no reason', 'yaml-schema', /^( {4}why: .*\n)/, gone, near(/- (id)/, 1)),
  kind(MAP, 'no quotes', 'yaml-syntax', /where: \[('dynamic\(\$\w+, [^']*'),?/, (t) => t.slice(1, -1)),
  kind(MAP, 'a tab', 'yaml-syntax', /^( {4})why/, is('\t')),
  kind(
    MAP,
    'a key given twice',
    'yaml-syntax',
    /^ {4}(why: .*\n)/,
    (t) => `${t}    ${t}`,
    (_, at, changed) => at + changed.length / 2 + 2,
  ),
  kind(MAP, 'a brace that is not closed', 'yaml-syntax', /match: .*\}( \})$/, gone, near(/match: (\{)/)),
  kind(MAP, 'a colon that is lost', 'yaml-schema', /match: \{ (op: \w+::[\w.]+),/, (t) => t.replace('op:', 'op')),
];

/** Fragments and predicates: their names, arguments and bodies. */
export const DEFINITION_KINDS: readonly Kind[] = [
  kind(MAP, 'the fragment of a rewrite', 'rule-unknown-fragment', /\{ use: (\w+),/, typo),
  kind(MAP, 'an argument of a fragment', 'rule-unknown-argument', /\{ use: \w+, with: \{ (\$\w+):/, (c) => `${c}z`),
  kind(MAP, 'what a fragment is given', 'rule-unbound', /\{ use: \w+, with: \{ \$\w+: (\$\w+)/, (c) => `${c}z`),
  kind(
    MAP,
    'no argument of a fragment',
    'rule-missing-argument',
    /(\{ use: \w+, with: \{ \$\w+: \$\w+ \} \})/,
    (u) => u.replace(/, with: .*/, ' }'),
    (_, at) => at + '{ use: '.length,
  ),
  kind(
    MAP,
    'a fragment that is defined twice',
    'yaml-syntax',
    /^ {2}(as_double):/,
    is('as_result'),
    (text) => text.lastIndexOf('\n  as_result:') + 3,
  ),
];

/** A rule of one operator whose rewrite is another of the same arguments. */
const RENAMING =
  /(match: \{ op: (?:aten::[\w.]+), in: \{.*\} \}\n {4}rewrite: \{ op: (?:aten::[\w.]+), in: \{.*\} \})$/;

function partsOf(rule: string): {
  readonly op: string;
  readonly args: string;
  readonly to: string;
  readonly given: string;
} {
  const m = /match: \{ op: (\S+), in: (\{.*\}) \}\n {4}rewrite: \{ op: (\S+), in: (\{.*\}) \}/.exec(rule);
  return { op: m?.[1] ?? '', args: m?.[2] ?? '', to: m?.[3] ?? '', given: m?.[4] ?? '' };
}

/** The rule, and another one behind it. */
function followed(rule: string, more: string): string {
  return `${rule}\n  - id: seeded-rule\n    why: It was put here by a test.\n    ${more}`;
}

/** At the value of a key of the rule that was added. */
function added(key: 'match' | 'rewrite'): Kind['told'] {
  return (text) => text.indexOf(`${key}: `, text.indexOf('id: seeded-rule')) + key.length + 2;
}

/** At the match of the rule that the change stands in. */
const ownMatch: Kind['told'] = (text, at) =>
  text.indexOf('match: ', text.lastIndexOf('\n  - id: ', at - 2)) + 'match: '.length;

/** Rules that do not go together: none of them is wrong alone. */
export const RELATION_KINDS: readonly Kind[] = [
  kind(
    ALIASES,
    'a rule that makes what it matches',
    'rule-cycle',
    RENAMING,
    (rule) => {
      const { op, args } = partsOf(rule);
      return rule.replace(/rewrite: .*/, `rewrite: { op: ${op}, in: ${args} }`);
    },
    (text, at) => text.indexOf('rewrite: ', at) + 'rewrite: '.length,
  ),
  kind(
    ALIASES,
    'two rules that undo each other',
    'rule-cycle',
    RENAMING,
    (rule) => {
      const { op, args, to, given } = partsOf(rule);
      return followed(rule, `match: { op: ${to}, in: ${given} }\n    rewrite: { op: ${op}, in: ${args} }`);
    },
    added('rewrite'),
  ),
  kind(
    ALIASES,
    'a rule of equal benefit',
    'rule-overlap',
    RENAMING,
    (rule) => followed(rule, `match: { op: ${partsOf(rule).op}, in: { self: $x } }\n    rewrite: $x`),
    added('match'),
  ),
  kind(
    ALIASES,
    'a special rule of lower benefit',
    'rule-shadowed',
    RENAMING,
    (rule) =>
      followed(
        rule,
        `match: { op: ${partsOf(rule).op}, in: { self: $x } }\n    where: ['$x.rank == 2']\n    rewrite: $x\n    benefit: 0.5`,
      ),
    added('match'),
  ),
  kind(
    MAP,
    'a rule on an operator that lowering takes away',
    'rule-shadowed',
    /^( {4}rewrite: \{.*\})$/,
    (rewrite) => followed(rewrite, 'match: { op: aten::multiply.Tensor, in: { self: $x } }\n    rewrite: $x'),
    added('match'),
  ),
  kind(MAP, 'the id of a rule that is to replace another', 'rule-shadowed', /^ {2}- id: ([\w-]+)/, typo, ownMatch),
  kind(
    MAP,
    'the benefit of a special rule left out',
    'rule-overlap',
    /-literal\n.*\n.*\n.*\n.*\n( {4}benefit: 2\n)/,
    gone,
    ownMatch,
  ),
  kind(
    MAP,
    'the benefit of a special rule lowered',
    'rule-shadowed',
    /-literal\n.*\n.*\n.*\n.*\n {4}benefit: (2)/,
    is('0'),
    ownMatch,
  ),
  kind(MAP, 'the condition of another rule', 'rule-shadowed', /len\(\$d\) == ([23])/, is('1'), ownMatch),
];
