import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import type { Type } from '../../src/ir/type.js';
import { RuleBook } from '../../src/rulebook/load.js';
import type { Rule } from '../../src/schema/rule.js';
import { variantsOf } from '../../src/testing/case-variants.js';
import { readRuleCases } from '../../src/testing/index.js';
import { recordedCases } from '../operators/case.js';
import { numericKind } from './dynamic-call.js';

const HERE = import.meta.dirname;
let book: RuleBook;
beforeAll(async () => {
  book = await RuleBook.load({ base: join(HERE, '../../rules') });
});

/** Operators in the firing cases of a rule, proven by numbers there. */
function inCases(rule: Rule): Set<string> {
  const [path] = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((p) => p.endsWith(`/${rule.id}.yaml`));
  const found = new Set<string>();
  for (const c of path === undefined ? [] : readRuleCases(join(HERE, path)).cases) {
    for (const { before } of variantsOf(rule, c)) {
      if (before === undefined) continue;
      for (const node of parseGraph(before, rule.id, book.registry).allNodes()) found.add(node.op);
    }
  }
  return found;
}

/** Operators with a recorded call in which dynamic-arguments.test.ts gives a number at run time. */
function recorded(): Set<string> {
  const found = new Set<string>();
  for (const cases of recordedCases(new URL('../operators/cases/', import.meta.url)).values()) {
    for (const c of cases) {
      const args = book.registry.get(c.op)?.signature.args ?? [];
      const numeric = args.some(({ name, type }) => {
        const given = c.args[name];
        return given !== undefined && numericKind(given, type) !== undefined;
      });
      if (numeric) found.add(c.op);
    }
  }
  return found;
}

/** Operators on numbers alone, which number-arithmetic.test.ts tries with many. */
function isArithmetic(op: string): boolean {
  const { args, results, varargs } = book.registry.require(op).signature;
  return !varargs && results.length === 1 && args.length > 0 && args.every(({ type }) => isNumber(type));
}

function isNumber(type: Type): boolean {
  const { kind } = type.kind === 'list' ? type.element : type;
  return kind === 'int' || kind === 'float' || kind === 'bool' || kind === 'number';
}

describe('every operator that a rule matches', () => {
  it('stands in a case of a lowering rule, proven by numbers', () => {
    const bare = book.lowering.rules.flatMap((rule) => {
      const known = inCases(rule);
      return rule.match.ops.filter((op) => !known.has(op)).map((op) => `${rule.id}: ${op}`);
    });
    expect(bare).toEqual([]);
  });

  it('agrees in its static and its dynamic form: in a case, or in calls with numbers at run time', () => {
    const calls = recorded();
    const bare = book.translation.rules.flatMap((rule) => {
      const known = inCases(rule);
      const open = rule.match.ops.filter((op) => !known.has(op) && !calls.has(op) && !isArithmetic(op));
      return open.map((op) => `${rule.id}: ${op}`);
    });
    expect(bare).toEqual([]);
  });
});
