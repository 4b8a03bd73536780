import { dimKey } from '../ir/dim.js';
import { Node, type Value } from '../ir/graph.js';
import { typeText } from '../ir/type-text.js';
import type { Failure } from './match.js';
import type { CompiledPattern } from './pattern.js';

/** Why a rule does not match, in words: `argument size of aten::view is %7 : int[] (from aten::foo), not a ...`. */
export function describeMiss(failure: Failure, root: Node): string {
  const { why, at } = failure;
  switch (why.kind) {
    case 'pattern': {
      const where = why.arg === '' ? root.op : `\`${why.arg}\``;
      return `${where} is ${describePlace(at)}, not ${describePattern(why.pattern)}`;
    }
    case 'condition':
      return why.unknown ? `\`${why.text}\` is not known here` : `\`${why.text}\` does not hold`;
    case 'error':
      return `\`${why.text}\` cannot be told: ${why.message}`;
    case 'other-value':
      return `${why.capture} is another value at its second place: ${describePlace(at)}`;
    case 'no-tensor':
      return `${why.capture} has no tensor form: ${describePlace(at)}`;
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
      return 'any value';
    case 'literal':
      return `the constant ${p.value === null ? 'None' : String(p.value)}`;
    case 'node':
      return `a result of ${[...p.forms.keys()].join(' or ')}`;
    case 'list':
      return `a list of ${p.items.length}${p.rest === undefined ? '' : ' or more'} items`;
  }
}
