import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../diagnostics/diagnostic.js';

/** What `thaw rules new` writes where an author must say something. */
export const STUB = '# FILL IN:';

/** `rule-stub`, a warning, for each mark that is left in the text of a file, at its place. */
export function stubsOf(path: string, source: string): Diagnostic[] {
  if (!source.includes(STUB)) return [];
  return source.split('\n').flatMap((text, index): Diagnostic[] => {
    const at = text.indexOf(STUB);
    if (at < 0) return [];
    return [
      {
        code: 'rule-stub',
        severity: 'warning',
        message: `to fill in: ${text.slice(at + STUB.length).trim()}`,
        at: { file: path, line: index + 1, column: at + 1, length: text.length - at, text },
      },
    ];
  });
}

/** As `stubsOf`, of several files. */
export function stubsIn(paths: Iterable<string>): Diagnostic[] {
  return [...paths].flatMap((path) => stubsOf(path, readFileSync(path, 'utf8')));
}
