import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { nearest } from '../schema/nearest.js';
import { ruleFiles } from './read-rules.js';

/** Folders of a pack from which rules are read, by the key of their files. */
const FOLDERS = { operators: ['schemas'], rules: ['lowering', 'translation'], recipes: ['onnx'] } as const;
/** What stands beside them and holds no rules, or the rules of others. */
const OTHERS: ReadonlySet<string> = new Set(['cases', 'docs', 'node_modules']);
/** A project's configuration, whose `rules:` are packs. */
const CONFIG = /^thaw\.config\.ya?ml$/;
const KEY = /^(operators|rules|recipes):/m;

/** Files of a pack that look like rules and stand where none are read. Linear in its files. */
export function unread(dir: string): Diagnostic[] {
  const known = new Set(ruleFiles(dir).map(({ path }) => path));
  const found: Diagnostic[] = [];
  for (const path of yamlBelow(dir, true)) {
    if (known.has(path)) continue;
    const key = KEY.exec(readFileSync(path, 'utf8'))?.[1];
    if (key !== 'operators' && key !== 'rules' && key !== 'recipes') continue;
    const folders: readonly string[] = FOLDERS[key];
    const [folder = ''] = path.slice(dir.length + 1).split(/[\\/]/);
    const close = nearest(folder, folders);
    found.push({
      code: 'pack-unread',
      severity: 'warning',
      message: `${path} is not read`,
      at: { file: path, line: 1, column: 1 },
      help:
        close === undefined
          ? `\`${key}:\` are read from ${folders.map((f) => `${f}/`).join(' and ')}`
          : `did you mean ${close}/?`,
    });
  }
  return found;
}

function yamlBelow(dir: string, top: boolean): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    if (e.name.startsWith('.') || CONFIG.test(e.name) || (top && OTHERS.has(e.name))) return [];
    const path = join(dir, e.name);
    return e.isDirectory() ? yamlBelow(path, false) : /\.ya?ml$/.test(e.name) ? [path] : [];
  });
}
