import { dimKey } from '../ir/dim.js';
import { Node, type Value } from '../ir/graph.js';
import { typeText } from '../ir/type-text.js';
import type { Literal } from '../schema/signature.js';
import type { CompiledContent, CompiledItems, CompiledPattern } from './pattern.js';

/** Where a rule stopped matching; told in words only when somebody asks. */
export interface Failure {
  at: Node | Value;
  why:
    | { readonly kind: 'pattern'; readonly pattern: CompiledPattern; readonly arg: string }
    /** A list, or operands, of another length than the pattern has. */
    | { readonly kind: 'length'; readonly items: CompiledItems; readonly arg: string; readonly count: number }
    | { readonly kind: 'blocks'; readonly count: number }
    | { readonly kind: 'contains'; readonly content: CompiledContent; readonly block: number }
    | { readonly kind: 'condition'; readonly text: string; readonly unknown: boolean }
    | { readonly kind: 'error'; readonly text: string; readonly message: string }
    | { readonly kind: 'other-value'; readonly capture: string }
    | { readonly kind: 'no-tensor'; readonly capture: string }
    /** A value inside a block that the rewrite would use outside of it. */
    | { readonly kind: 'inside'; readonly capture: string }
    | { readonly kind: 'used'; readonly index: number }
    | { readonly kind: 'params'; readonly block: number; readonly params: number | undefined; readonly given: number };
  depth: number;
}

/** Why a rule does not match, in words: `argument size of aten::view is %7 : int[] (from aten::foo), not a ...`. */
export function describeMiss(failure: Failure, root: Node): string {
  const { why, at } = failure;
  switch (why.kind) {
    case 'pattern': {
      const where = why.arg === '' ? root.op : `\`${why.arg}\``;
      return `${where} is ${describePlace(at)}, not ${describePattern(why.pattern)}`;
    }
    case 'length':
      return at instanceof Node
        ? `the ${why.arg} of ${at.op} are ${why.count}, not ${describeCount(why.items)}`
        : `\`${why.arg}\` is ${describePlace(at)}, not a list of ${describeItems(why.items)}`;
    case 'blocks':
      return `${describePlace(at)} carries another number of blocks than ${why.count}`;
    case 'contains': {
      const [node] = why.content.variants;
      const what = node === undefined ? 'such a node' : [...node.forms.keys()].join(' or ');
      return `block ${why.block} of ${describePlace(at)} contains ${why.content.negated ? 'a' : 'no'} ${what} of the pattern`;
    }
    case 'condition':
      return why.unknown ? `\`${why.text}\` is not known here` : `\`${why.text}\` does not hold`;
    case 'error':
      return `\`${why.text}\` cannot be told: ${why.message}`;
    case 'other-value':
      return `${why.capture} is another value at its second place: ${describePlace(at)}`;
    case 'no-tensor':
      return `${why.capture} has no tensor form: ${describePlace(at)}`;
    case 'inside':
      return `${why.capture} is ${describePlace(at)}, which is seen only inside the block`;
    case 'params':
      return `block ${why.block} of ${root.op} has ${why.params ?? 'no'} parameters, but the rewrite gives ${why.given}`;
    case 'used':
      return `result ${why.index} of ${root.op} is used, and the rewrite gives none for it`;
  }
}

/** A value with its type, what is known of it and where it comes from. */
export function describePlace(at: Node | Value): string {
  if (at instanceof Node) return at.op;
  const from = at.producer === undefined ? 'an input' : `from ${at.producer.op}`;
  const { content } = at;
  if (content?.kind === 'int') return `${dimKey(content.value)} (int, ${from})`;
  if (content?.kind === 'float' || content?.kind === 'bool') return `${content.value} (${content.kind}, ${from})`;
  if (content?.kind === 'none') return 'None';
  return `%${at.name} (${typeText(at.type)}, ${from})`;
}

function describePattern(p: CompiledPattern): string {
  switch (p.kind) {
    case 'capture':
    case 'wildcard':
      return 'any value';
    case 'literal':
      return `the constant ${literalText(p.value)}`;
    case 'node':
      return `${p.result === 0 ? 'a result' : `result ${p.result}`} of ${[...p.forms.keys()].join(' or ')}`;
    case 'list':
      return `a list of ${describeItems(p)}`;
    case 'any':
      return p.of.map(describePattern).join(' or ');
    case 'not':
      return `anything but ${p.variants.map(describePattern).join(' or ')}`;
    case 'test':
      return p.constant ? 'a constant' : describePattern(p.of);
  }
}

function describeCount({ items, restAt }: CompiledItems): string {
  return `${items.length}${restAt < 0 ? '' : ' or more'}`;
}

/** `1 item`, `2 items`, `1 or more items`. */
function describeItems(list: CompiledItems): string {
  const count = describeCount(list);
  return `${count} item${count === '1' ? '' : 's'}`;
}

function literalText(v: Literal): string {
  if (v === null) return 'None';
  return Array.isArray(v) ? `[${v.map(literalText).join(', ')}]` : String(v);
}
