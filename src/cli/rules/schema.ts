import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../diagnostics/diagnostic.js';
import { fileReason } from '../../diagnostics/file-reason.js';
import { editorSchemas } from '../../editor/editor-schemas.js';
import type { FileKind } from '../../rulebook/validators.js';
import { loadBook } from '../load-book.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { writeOutputs } from '../write-output.js';
import { modeline, PLACES, SCHEMA_FOLDER, schemaFile } from './modeline.js';
import { COMMON_OPTIONS, noWords, readRulesLine } from './options.js';

const OPTIONS = { ...COMMON_OPTIONS, out: { type: 'string', short: 'o' } } as const;

/** `thaw rules schema`: JSON Schemas with the names of the project's operators, arguments and rules. */
export async function schemaCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('schema', argv, OPTIONS);
  noWords('schema', words);
  const { book, config } = await loadBook(values);
  const folder = values.out ?? SCHEMA_FOLDER;
  const schemas = editorSchemas(book);
  const pathOf = (kind: FileKind): string => schemaFile(folder, kind);
  makeFolder(folder);
  const files = [...schemas.keys()].map(pathOf);
  writeOutputs(files, (open) => {
    for (const [kind, schema] of schemas) open(pathOf(kind)).write(Buffer.from(`${JSON.stringify(schema)}\n`));
    return files;
  });
  const packs = book.layers.filter(({ kind, path }) => kind === 'pack' && !path.includes('node_modules'));
  const lines = packs.flatMap(({ path }) =>
    PLACES.filter(([place]) => existsSync(join(path, place))).map(([place, kind]) => {
      const from = place.endsWith('.yaml') ? path : join(path, place);
      return { files: join(path, place), line: modeline(from, pathOf(kind)) };
    }),
  );
  if (config.file !== undefined)
    lines.push({ files: config.file, line: modeline(dirname(config.file), pathOf('config')) });
  if (values.json) {
    terminal.out(JSON.stringify({ ok: true, schemas: files, lines }, null, 2));
    return EXIT_DONE;
  }
  const operators = [...book.registry.names()].length;
  terminal.out(`${folder}: ${files.length} schemas, ${operators} operators`);
  if (lines.length > 0) terminal.out('The first line of a file (thaw rules schema writes the schemas again):');
  const width = Math.max(...lines.map((l) => l.files.length));
  for (const { files: place, line } of lines) terminal.out(`  ${place.padEnd(width)}  ${line}`);
  return EXIT_DONE;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    fail('output-write', `cannot make the folder ${folder}: ${fileReason(error)}`);
  }
}
