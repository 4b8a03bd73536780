import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUILTINS } from '../../src/expr/builtins.js';
import type { Content } from '../../src/ir/content.js';
import { type Dim, dimEvaluate, dimSymbols, isUnknownSymbol } from '../../src/ir/dim.js';
import { isDType } from '../../src/ir/dtype.js';
import type { Value } from '../../src/ir/graph.js';
import type { Type } from '../../src/ir/type.js';
import { compileFact } from '../../src/shapes/fact-env.js';
import { SHAPE_FUNCTIONS } from '../../src/shapes/functions/index.js';
import { Inference } from '../../src/shapes/infer.js';
import { callNode, type Recorded, type RecordedCase, type RecordedTensor } from './recorded-case.js';
import { shippedSchemas } from './schemas.js';

const CASES: RecordedCase[] = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8'));
const SCHEMAS = shippedSchemas();

type Sizes = ReadonlyMap<string, number>;

/** An extent at given sizes; undefined when it holds an unknown. */
function at(d: Dim, sizes: Sizes): number | undefined {
  return [...dimSymbols(d)].some(isUnknownSymbol) ? undefined : dimEvaluate(d, sizes);
}

function isTensor(r: Recorded): r is RecordedTensor {
  return typeof r === 'object' && r !== null && !Array.isArray(r) && 'dtype' in r;
}

/** Fails where inference says something else than PyTorch, or says less than it should. */
function check(type: Type, content: Content | undefined, wanted: Recorded, sizes: Sizes, open: boolean): void {
  if (isTensor(wanted)) {
    expect(type.kind).toBe('tensor');
    if (type.kind !== 'tensor') return;
    expect(type.dtype).toBe(wanted.dtype);
    if (type.shape === undefined) expect(open, 'the shape is unknown').toBe(true);
    const shape = type.shape?.map((d) => at(d, sizes));
    expect(shape?.map((d, i) => (d === undefined && open ? wanted.shape[i] : d))).toEqual(
      type.shape === undefined ? undefined : wanted.shape,
    );
    if (content?.kind === 'elements') {
      expect(content.values.map((d) => at(d, sizes) ?? 'unknown')).toEqual(wanted.elements);
    }
    return;
  }
  if (Array.isArray(wanted)) {
    if (content === undefined && open) return;
    expect(content?.kind).toBe('list');
    if (content?.kind !== 'list') return;
    expect(content.items.length).toBe(wanted.length);
    wanted.forEach((w, i) => {
      check(content.types?.[i] ?? type, content.items[i], w, sizes, open);
    });
    return;
  }
  if (typeof wanted === 'object' && wanted !== null) {
    expect(content).toMatchObject({ kind: 'float' });
    if (content?.kind === 'float') expect(content.value).toBeCloseTo(wanted.float, 6);
    return;
  }
  if (wanted === null) expect(content?.kind).toBe('none');
  else if (content?.kind === 'int') expect(at(content.value, sizes)).toBe(wanted);
  else expect(content).toMatchObject({ value: wanted });
}

function label(c: RecordedCase): string {
  return `${c.op} ${JSON.stringify([...c.args, c.kwargs ?? {}]).slice(0, 140)}`;
}

describe('facts agree with PyTorch', () => {
  it.each(CASES.map((c) => [label(c), c] as const))('%s', (_, c) => {
    const node = callNode(c, SCHEMAS.require(c.op));
    new Inference(SCHEMAS).inferNode(node);
    c.sizes.forEach((sizes, i) => {
      const map = new Map(Object.entries(sizes));
      node.outputs.forEach((out: Value, o) => {
        const wanted = c.results[i]?.[o];
        if (wanted !== undefined) check(out.type, out.content, wanted, map, c.open === true);
      });
    });
  });
});

describe('facts are well formed', () => {
  it('every expression parses and reads only arguments and functions that exist', () => {
    const problems: string[] = [];
    for (const op of SCHEMAS.names()) {
      const { signature, infer } = SCHEMAS.require(op);
      const names = new Set(signature.args.map((a) => a.name));
      if (signature.varargs) names.add('rest');
      if (infer.length > 0 && !signature.varresults && infer.length !== signature.results.length)
        problems.push(`${op}: ${infer.length} facts for ${signature.results.length} results`);
      for (const fact of infer) {
        const { same, ...expressions } = compileFact(fact);
        if (same !== undefined && !names.has(same)) problems.push(`${op}: no argument ${same}`);
        for (const e of Object.values(expressions)) {
          for (const n of e?.names ?? []) if (!names.has(n) && !isDType(n)) problems.push(`${op}: ${n} in ${e?.text}`);
          for (const f of e?.calls ?? [])
            if (!SHAPE_FUNCTIONS.has(f) && !BUILTINS.has(f)) problems.push(`${op}: ${f}() in ${e?.text}`);
        }
      }
    }
    expect(problems).toEqual([]);
  });
});
