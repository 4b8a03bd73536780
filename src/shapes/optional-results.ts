import { type Graph, Node, type OpName, type Value } from '../ir/graph.js';
import { UNINITIALIZED } from '../ir/primitives.js';
import { byPass } from '../ir/provenance.js';
import { BOOL } from '../ir/type.js';
import type { Structure } from '../schema/operator-schema.js';
import { constantBefore } from './constants.js';
import { setUninitialized } from './unset.js';

/** What reads an optional value where it is known not to be None. */
const UNWRAPPERS: ReadonlySet<OpName> = new Set([
  'prim::unchecked_cast',
  'aten::_unwrap_optional',
  'prim::unchecked_unwrap_optional',
]);

type StructureOf = (op: OpName) => Structure | undefined;

/**
 * A result of a branch that one block sets to None and the other to a value is None when that block ran: tests of it are
 * tests of the branch's condition, and the value stands for the result where these have told that it is one. Results that
 * anything else reads are left alone.
 */
export function decidePresence(node: Node, graph: Graph, structureOf: (op: OpName) => Structure | undefined): void {
  const [condition] = node.inputs;
  const [yes, no] = node.blocks;
  if (condition === undefined || yes === undefined || no === undefined) return;
  node.outputs.forEach((out, i) => {
    const [a, b] = [yes.returns[i], no.returns[i]];
    if (a === undefined || b === undefined || isNone(a) === isNone(b) || out.uses.size === 0) return;
    const [absent, value, block] = isNone(a) ? [a, b, yes] : [b, a, no];
    if (value.type.kind === 'optional' || value.type.kind === 'any') return;
    const tests = testsOf(out, structureOf);
    if (tests === undefined) return;
    const [present, missing] = block === no ? [condition, undefined] : [undefined, condition];
    answer(
      tests,
      () => present ?? opposite(condition, node, graph),
      () => missing ?? opposite(condition, node, graph),
      structureOf,
    );
    block.setReturn(i, unset(value, absent, node, graph));
    out.type = value.type;
  });
}

/**
 * The same for what a loop carries that is None before the first round and a value after each: a flag that is carried
 * beside it tells which.
 */
export function decideCarriedPresence(node: Node, graph: Graph, structureOf: StructureOf): void {
  const [body] = node.blocks;
  if (body === undefined) return;
  for (let i = 0; i < node.outputs.length; i++) {
    const [initial, param, next, out] = [node.inputs[i + 2], body.params[i + 1], body.returns[i + 1], node.outputs[i]];
    if (initial === undefined || param === undefined || next === undefined || out === undefined) continue;
    if (!isNone(initial) || isNone(next) || next.type.kind === 'optional' || next.type.kind === 'any') continue;
    const inside = testsOf(param, structureOf);
    const behind = testsOf(out, structureOf);
    if (inside === undefined || behind === undefined || inside.length + behind.length === 0) continue;
    const [first = initial, later = initial] = [false, true].map((value) =>
      constantBefore(node, graph, value, BOOL, { kind: 'bool', value }),
    );
    node.addInput(first);
    const flag = body.addParam(graph.freshName(), BOOL);
    body.addReturn(later);
    const flagBehind = node.addOutput(graph.freshName(), BOOL);
    const absent = (of: Value, at: Node) => () => opposite(of, at, graph);
    for (const test of inside) answer([test], () => flag, absent(flag, test), structureOf);
    for (const test of behind) answer([test], () => flagBehind, absent(flagBehind, test), structureOf);
    node.setInput(i + 2, unset(next, initial, node, graph));
    param.type = next.type;
    out.type = next.type;
  }
}

/** The tests for None of a value; undefined if anything reads it that would need to be told. */
function testsOf(v: Value, structureOf: StructureOf): Node[] | undefined {
  const tests: Node[] = [];
  for (const { user } of v.uses) {
    if (!('op' in user)) return undefined;
    const structure = structureOf(user.op);
    if ((structure === 'is' || structure === 'is-not') && user.inputs.some(isNone)) tests.push(user);
    else if (!UNWRAPPERS.has(user.op)) return undefined;
  }
  return tests;
}

/** Puts what is known of a value's presence in the place of tests. */
function answer(tests: readonly Node[], present: () => Value, absent: () => Value, structureOf: StructureOf): void {
  for (const test of tests) {
    test.output.replaceAllUsesWith(structureOf(test.op) === 'is-not' ? present() : absent());
    test.destroy();
  }
}

function isNone(v: Value): boolean {
  return v.type.kind === 'none' || v.content?.kind === 'none';
}

function opposite(condition: Value, node: Node, graph: Graph): Value {
  const not = new Node('aten::__not__', [condition], node.loc);
  not.origin = byPass('specialize', node);
  const out = not.addOutput(graph.freshName(), BOOL);
  not.insertBefore(node);
  return out;
}

/** A value like another one that no run reads. */
function unset(like: Value, absent: Value, node: Node, graph: Graph): Value {
  const made = new Node(UNINITIALIZED, [], absent.producer?.loc ?? node.loc);
  made.origin = byPass('specialize', node);
  const out = made.addOutput(graph.freshName(), like.type);
  made.insertBefore(node);
  setUninitialized(made);
  return out;
}
