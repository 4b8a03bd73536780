import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { nearest } from '../schema/nearest.js';
import { items, record } from './data.js';
import { placeOf, schemaWords } from './schema-words.js';
import { type FileKind, validatorOf } from './validators.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** Below the keyword, not below a key of that name. */
const TRIED_ITEM = /(?<!\/properties)\/contains\//;

/** Problems of a file against its JSON Schema, each at its place. Empty when there are none. */
export function validate(file: YamlFile, kind: FileKind): Diagnostic[] {
  const v = validatorOf(kind);
  if (v(file.value)) return [];
  const errors = told(v.errors ?? []);
  const meant = new Set(errors.map((e) => `${e.instancePath} ${misspelt(e)}`));
  const found = new Map<string, Diagnostic>();
  for (const e of errors) {
    // The key is there, misspelt: that is told already.
    if (e.keyword === 'required' && meant.has(`${e.instancePath} ${e.params.missingProperty}`)) continue;
    for (const d of diagnostics(file, e)) found.set(`${d.at?.line}:${d.at?.column}:${d.message}`, d);
  }
  return [...found.values()];
}

/**
 * The errors that tell something. An `if` only says that its chosen branch failed, `propertyNames` that a name did: these
 * tell what. `contains` tries every item. Of forms of which none fits, either what is wrong inside of one is told, or that
 * none fits.
 */
function told(all: readonly ErrorObject[]): ErrorObject[] {
  const errors = all.filter(
    (e) => e.keyword !== 'if' && e.keyword !== 'propertyNames' && !TRIED_ITEM.test(e.schemaPath),
  );
  const choices = errors.filter((e) => e.keyword === 'anyOf' || e.keyword === 'oneOf');
  return errors.filter((e) =>
    choices.every((choice) => {
      const own = errors.filter((x) => x !== choice && isTrial(x, choice));
      const deeper = own.some((x) => x.instancePath !== choice.instancePath);
      if (e === choice) return !deeper;
      return !own.includes(e) || (deeper && e.instancePath !== choice.instancePath);
    }),
  );
}

/** An error of one of the forms of a choice. The forms may stand elsewhere, by reference. */
function isTrial(e: ErrorObject, choice: ErrorObject): boolean {
  if (!e.instancePath.startsWith(choice.instancePath)) return false;
  if (e.schemaPath.startsWith(`${choice.schemaPath}/`)) return true;
  return items(choice.schema).some((form) => {
    const reference = record(form).$ref;
    return typeof reference === 'string' && e.schemaPath.startsWith(`${reference}/`);
  });
}

/** The key that an unknown one is meant to be. */
function misspelt(e: ErrorObject): string | undefined {
  if (e.keyword !== 'additionalProperties') return undefined;
  return nearest(String(e.params.additionalProperty), Object.keys(record(record(e.parentSchema).properties)));
}

function pathOf(pointer: string): YamlPath {
  return pointer
    .split('/')
    .slice(1)
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((s) => (/^\d+$/.test(s) ? Number(s) : s));
}

function diagnostics(file: YamlFile, e: ErrorObject): Diagnostic[] {
  const path = pathOf(e.instancePath);
  const problem = (message: string, at: Diagnostic['at'], help?: string): Diagnostic => ({
    code: 'yaml-schema',
    severity: 'error',
    message,
    at,
    help,
  });
  const place = placeOf(path);
  const described = record(e.parentSchema).description;
  const help = typeof described === 'string' ? `here stands: ${described}` : undefined;
  switch (e.keyword) {
    case 'additionalProperties': {
      const key = String(e.params.additionalProperty);
      const known = Object.keys(record(record(e.parentSchema).properties));
      const close = misspelt(e);
      const keys = rootHelp(path, e) ?? (known.length === 0 ? undefined : `the keys are: ${known.join(', ')}`);
      const hint = close === undefined ? keys : `did you mean \`${close}\`?`;
      return [problem(`there is no key \`${key}\` here`, file.span([...path, key], true), hint)];
    }
    case 'required':
      return [
        problem(`the key \`${e.params.missingProperty}\` is missing`, file.span(path), rootHelp(path, e) ?? help),
      ];
    case 'contains': {
      const rests = [...items(e.data).entries()].filter(([, item]) => String(item).startsWith('...'));
      const [again] = rests[1] ?? [];
      const at = file.span(again === undefined ? path : [...path, again]);
      return [problem('the rest stands at one place only', at, help)];
    }
    case 'false schema':
      return [problem(`${place} has no place here`, file.span(path, true), help)];
    case 'pattern': {
      const name = e.propertyName;
      if (name !== undefined)
        return [problem(`the key \`${name}\` is not well formed`, file.span([...path, name], true), captureHelp(e))];
      return [problem(`${place} is not well formed: \`${String(e.data)}\``, file.span(path), captureHelp(e) ?? help)];
    }
    case 'type':
      if (Array.isArray(e.data) && path.includes('onnx') && Array.isArray(e.params.type))
        return [problem(`${place} is a list`, file.span(path), constantHelp(e.data))];
      if (path.length === 0 && e.data === null) return [problem('the file is empty', file.span(path), help)];
  }
  return schemaWords(e, path).map(({ message, key, help: own }) =>
    problem(
      message,
      key === undefined ? file.span(path) : file.span([...path, key], true),
      own ?? (e.keyword === 'type' ? rootHelp(path, e) : undefined) ?? help,
    ),
  );
}

/** A list among the inputs of a node: a constant, or a list of operands that no node takes. */
function constantHelp(list: readonly unknown[]): string {
  const plain = list.every((v) => typeof v === 'number' || typeof v === 'boolean');
  return `for a constant write { const: '[${plain ? list.join(', ') : '...'}]' }`;
}

/** A word in the place of a pattern or template: a capture without its sign, or a text without quotes. */
function captureHelp(e: ErrorObject): string | undefined {
  const [data, pattern]: unknown[] = [e.data, e.params.pattern];
  if (typeof data !== 'string' || !/^(\.\.\.)?[A-Za-z_]\w*$/.test(data)) return undefined;
  if (typeof pattern !== 'string' || !pattern.includes('\\$[A-Za-z_]')) return undefined;
  const capture = `$${data.replace('...', '')}`;
  const text = pattern.includes("'.*'") ? `, or "'${data}'" for a text` : '';
  const constant = { None: 'none', True: 'true', False: 'false', null: 'none' }[data];
  if (constant !== undefined && text !== '') return `write \`${constant}\``;
  return `write \`${data.startsWith('...') ? '...' : ''}${capture}\` for a capture${text}`;
}

/** What a rule matches is an operator. */
function rootHelp(path: YamlPath, e: ErrorObject): string | undefined {
  if (path.length !== 3 || path[0] !== 'rules' || path[2] !== 'match') return undefined;
  const root = 'a rule matches an operator, `op` (a list of them for alternatives), or a fragment, `use`';
  if (e.keyword !== 'additionalProperties') return root;
  const known = Object.keys(record(record(e.parentSchema).properties)).filter((key) => key !== 'op');
  return `${root}; beside it: ${known.join(', ')}`;
}
