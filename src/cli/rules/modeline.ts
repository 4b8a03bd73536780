import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { FileKind } from '../../rulebook/validators.js';

/** Where `thaw rules schema` writes schemas unless the command line says. */
export const SCHEMA_FOLDER = '.thaw';

/** The kinds of files by the place in a pack. */
export const PLACES: readonly (readonly [place: string, kind: FileKind])[] = [
  ['schemas', 'operators'],
  ['lowering', 'rules'],
  ['translation', 'rules'],
  ['translation-map.yaml', 'rules'],
  ['onnx', 'recipes'],
  ['cases', 'case'],
  ['pack.yaml', 'pack'],
];

/** Where the JSON Schema for editors of a kind of file stands below a folder of them. */
export function schemaFile(folder: string, kind: FileKind): string {
  return join(folder, `${kind}.schema.json`);
}

/** The line by which an editor finds the schema of a file that stands in `from`. */
export function modeline(from: string, schema: string): string {
  return `# yaml-language-server: $schema=${relative(resolve(from), resolve(schema)).replaceAll('\\', '/')}`;
}

/** The first line of a new file of a pack where the project has its schemas; empty otherwise. */
export function modelineFor(path: string): string {
  const kind = PLACES.find(([place]) => place === basename(dirname(path)))?.[1];
  const schema = kind === undefined ? undefined : schemaFile(SCHEMA_FOLDER, kind);
  return schema === undefined || !existsSync(schema) ? '' : `${modeline(dirname(path), schema)}\n`;
}
