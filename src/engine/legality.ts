import type { Diagnostic, Note } from '../diagnostics/diagnostic.js';
import type { Graph, Node, OpName, Value } from '../ir/graph.js';
import { stackNotes } from '../ir/source-loc.js';
import { typeName } from '../ir/type.js';
import type { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { NearMiss } from '../matcher/pattern.js';
import { attributeOf } from '../shapes/constants.js';
import type { Inference } from '../shapes/infer.js';
import { ruleSkeleton } from './rule-skeleton.js';
import type { Illegal } from './trace.js';

/** Callers of the line that are told. */
const MAX_CALLERS = 3;

/**
 * Every operator that is still illegal once no rule matches, one diagnostic `no-dynamic-form` each: the argument that a
 * tensor feeds, where the number comes from, the nearest rule and why it does not match, and YAML to start from.
 * `switchedOff` tells of rules for an operator that somebody has switched off. Empty when the graph may be converted.
 */
export function checkLegality(
  graph: Graph,
  rules: RuleSet,
  inference: Inference,
  switchedOff: (op: OpName) => readonly Note[] = () => [],
): Diagnostic[] {
  return findIllegal(graph, rules, inference).map((illegal) => describe(illegal, rules, switchedOff(illegal.node.op)));
}

/** Every operator that is illegal for a reason of its own. What one gives is no fault of its readers. */
export function findIllegal(graph: Graph, rules: RuleSet, inference: Inference): Illegal[] {
  const matcher = new Matcher(rules.registry, rules.roles, inference.ranges);
  const found: Illegal[] = [];
  const spoiled = new Set<Value>();
  for (const node of graph.allNodes()) {
    const form = illegalForm(node, rules);
    if (form === undefined) continue;
    if (!node.inputs.some((v) => spoiled.has(v))) found.push({ ...form, nearest: nearestRule(node, rules, matcher) });
    for (const out of node.outputs) spoiled.add(out);
  }
  return found;
}

function illegalForm(node: Node, rules: RuleSet): Omit<Illegal, 'nearest'> | undefined {
  const schema = rules.registry.get(node.op);
  if (schema === undefined || schema.legal === 'always' || schema.role === 'cast') return undefined;
  if (schema.legal === 'never') return { node, schema, operand: undefined };
  const operand = node.inputs.findIndex((v) => rules.roles.isDynamic(v));
  if (operand >= 0) return { node, schema, operand };
  const open = schema.role !== 'freeze' && node.outputs.some((out) => out.uses.size > 0 && isOpenNumber(out));
  return open ? { node, schema, operand: undefined } : undefined;
}

/** A number, or a list of numbers, whose value is not a constant. */
function isOpenNumber(value: Value): boolean {
  const type = value.type.kind === 'list' ? value.type.element : value.type;
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'number':
      return attributeOf(value.content) === undefined;
    default:
      return false;
  }
}

function describe(illegal: Illegal, rules: RuleSet, switchedOff: readonly Note[]): Diagnostic {
  const { node, schema, operand, nearest } = illegal;
  const notes = stackNotes(node.loc, MAX_CALLERS);
  notes.push(...origin(illegal, rules));
  notes.push(...switchedOff);
  if (nearest !== undefined)
    notes.push({ message: `the nearest rule is ${nearest.rule.id}, but ${nearest.reason}`, at: nearest.rule.span });
  else if (switchedOff.length === 0) notes.push({ message: `no rule of the translation map is about ${node.op}` });
  return {
    code: 'no-dynamic-form',
    severity: 'error',
    message: `${node.op} has no dynamic alternative: ${complaint(illegal)}`,
    at: node.loc[0],
    notes,
    help: ruleSkeleton(schema, operand, rules),
  };
}

function complaint({ node, schema, operand }: Illegal): string {
  if (operand === undefined) {
    const out = node.outputs.find(isOpenNumber);
    return out === undefined
      ? 'it must be rewritten before the conversion'
      : `its result is ${article(typeName(out.type))} that is known only at run time`;
  }
  const arg = schema.signature.args[operand];
  const name = arg === undefined ? `operand ${operand}` : `argument \`${arg.name}\``;
  const type = node.inputs[operand]?.type;
  return `its ${name}${type === undefined ? '' : ` (${typeName(type)})`} is fed by a tensor that is known only at run time`;
}

function article(text: string): string {
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`;
}

/** Where the number comes from: the first operator of the user's, going back, that reads it off a tensor. */
function origin({ node, operand }: Illegal, rules: RuleSet): Note[] {
  const value = operand === undefined ? undefined : node.inputs[operand];
  const tensor = value === undefined ? undefined : rules.roles.behind(value);
  if (tensor === undefined) return [];
  const source = sourceOf(tensor);
  if (source === undefined) return [{ message: `the number is the input %${tensor.name}` }];
  const made = source.origin;
  const from = made === undefined ? source.op : `${source.op}, made by ${made.pass ? made.by : `rule ${made.by}`}`;
  return [{ message: `the number comes from here (${from})`, at: source.loc[0] }];
}

/** Goes back through the operators that rules have made, to the first that reads a tensor of the user's. */
function sourceOf(tensor: Value): Node | undefined {
  const seen = new Set<Value>([tensor]);
  const queue = [tensor];
  let last = tensor.producer;
  for (const v of queue) {
    const { producer } = v;
    if (producer === undefined) continue;
    last = producer;
    if (!isMade(producer)) return producer;
    const made = producer.inputs.filter((i) => i.type.kind === 'tensor');
    if (made.some((i) => i.producer === undefined || !isMade(i.producer))) return producer;
    for (const i of made) {
      if (seen.has(i)) continue;
      seen.add(i);
      queue.push(i);
    }
  }
  return last;
}

/** True for what a rule has put in place of the user's own. */
function isMade(node: Node): boolean {
  return node.origin !== undefined && !node.origin.pass;
}

/** Of the rules for the operator, the one that came farthest. */
export function nearestRule(node: Node, rules: RuleSet, matcher: Matcher): NearMiss | undefined {
  let best: NearMiss | undefined;
  for (const rule of rules.of(node.op)) {
    const miss = matcher.explain(rule, node);
    if (miss !== undefined && (best === undefined || miss.depth > best.depth)) best = miss;
  }
  return best;
}
