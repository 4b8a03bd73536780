import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A new folder below `root` with these files. */
export function writeFolder(root: string, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(root, 'folder-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}
