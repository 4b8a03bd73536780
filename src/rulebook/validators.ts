import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';

/** The kinds of files that users write; each has its JSON Schema, which editors use too. */
export const FILE_KINDS = ['operators', 'rules', 'recipes', 'case', 'pack', 'config'] as const;

export type FileKind = (typeof FILE_KINDS)[number];

/** The validators as code, written by the build beside the compiled code: to compile a schema takes long. */
export const COMPILED_VALIDATORS = fileURLToPath(new URL('../validators.cjs', import.meta.url));

/** The JSON Schema of a kind of file. */
export function schemaPath(kind: FileKind): string {
  return fileURLToPath(new URL(`../../rules/${kind}.schema.json`, import.meta.url));
}

// Modules of the old kind load at once, and only when a file has to be validated.
const load = createRequire(import.meta.url);
const validators = new Map<FileKind, ValidateFunction>();
let compiled: Partial<Record<FileKind, ValidateFunction>> | undefined;

/** Whether a file's content follows the JSON Schema of its kind; the function's `errors` tell what does not. */
export function validatorOf(kind: FileKind): ValidateFunction {
  compiled ??= existsSync(COMPILED_VALIDATORS) ? load(COMPILED_VALIDATORS) : {};
  const known = compiled?.[kind] ?? validators.get(kind);
  if (known !== undefined) return known;
  const made = newAjv().compile(JSON.parse(readFileSync(schemaPath(kind), 'utf8')));
  validators.set(kind, made);
  return made;
}

function newAjv(more: { readonly source?: boolean } = {}): Ajv2020 {
  const { Ajv2020 }: typeof import('ajv/dist/2020.js') = load('ajv/dist/2020.js');
  return new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    code: { source: more.source === true },
  });
}

/** The text of a module that exports the validator of each kind under its name. For the build. */
export function validatorCode(): string {
  const ajv = newAjv({ source: true });
  for (const kind of FILE_KINDS) ajv.addSchema(JSON.parse(readFileSync(schemaPath(kind), 'utf8')), kind);
  const { default: standalone }: typeof import('ajv/dist/standalone/index.js') = load('ajv/dist/standalone/index.js');
  return standalone(ajv, Object.fromEntries(FILE_KINDS.map((kind) => [kind, kind])));
}
