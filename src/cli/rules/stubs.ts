import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';

/** What `thaw rules new` writes where an author must say something. */
export const STUB = '# FILL IN:';

/** `rule-stub` for each mark that is left in files, at its place. */
export function stubsIn(paths: Iterable<string>): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const path of paths) {
    readFileSync(path, 'utf8')
      .split('\n')
      .forEach((text, index) => {
        const at = text.indexOf(STUB);
        if (at < 0) return;
        found.push({
          code: 'rule-stub',
          severity: 'warning',
          message: `to fill in: ${text.slice(at + STUB.length).trim()}`,
          at: { file: path, line: index + 1, column: at + 1, length: text.length - at, text },
        });
      });
  }
  return found;
}
