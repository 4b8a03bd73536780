import type { Code } from '../../src/diagnostics/codes.js';
import { type Kind, slip } from './mutate.js';

export function kind(
  files: string,
  name: string,
  code: Code,
  find: RegExp,
  change: Kind['change'],
  told?: Kind['told'],
): Kind {
  return { name, files, code, find, change, told };
}

/** The place of the first match of `pattern` from the start of the line of `at`, or `back` lines above it. */
export function near(pattern: RegExp, back = 0): Kind['told'] {
  return (text, at) => {
    let start = at;
    for (let i = 0; i <= back; i++) start = text.lastIndexOf('\n', start - 1);
    const m = new RegExp(pattern.source, 'dm').exec(text.slice(start + 1));
    return start + 1 + (m?.indices?.[1]?.[0] ?? m?.index ?? 0);
  };
}

export const typo = slip;
export const gone = () => '';
export const is = (text: string) => () => text;
