import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RuleBook } from '../rulebook/load.js';
import { editorSchemas } from './editor-schemas.js';

/** The schemas of the shipped rules, beside the compiled code: the first lines of the files in rules/ name them. */
export const SHIPPED_SCHEMAS = fileURLToPath(new URL('../schemas', import.meta.url));

/** Writes `<kind>.schema.json` for each kind of file into a folder, which it makes. Returns their paths. */
function writeEditorSchemas(book: RuleBook, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return [...editorSchemas(book)].map(([kind, schema]) => {
    const path = join(folder, `${kind}.schema.json`);
    writeFileSync(path, `${JSON.stringify(schema)}\n`);
    return path;
  });
}

// Run by the build.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeEditorSchemas(await RuleBook.load(), SHIPPED_SCHEMAS);
}
