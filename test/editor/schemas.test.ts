import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { editorSchemas } from '../../src/editor/editor-schemas.js';
import { type JsonSchema, part } from '../../src/editor/json-schema.js';
import { SHIPPED_SCHEMAS } from '../../src/editor/write-schemas.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { ruleFiles } from '../../src/rulebook/read-rules.js';
import type { FileKind } from '../../src/rulebook/validators.js';

const RULES = join(import.meta.dirname, '../../rules');

let book: RuleBook;
let schemas: ReadonlyMap<FileKind, JsonSchema>;
beforeAll(async () => {
  book = await RuleBook.load({ base: RULES });
  schemas = editorSchemas(book);
}, 60_000);

const definition = (kind: FileKind, name: string) => part(part(schemas.get(kind) ?? {}, '$defs'), name);

/** Follows `if`, `then` and `else` for a text: the conditions are patterns. `at` finds the one for it in a condition. */
function follow(schema: JsonSchema, text: string, at: (test: JsonSchema) => JsonSchema): JsonSchema {
  if (!('if' in schema)) return schema;
  const { pattern } = at(part(schema, 'if'));
  if (typeof pattern !== 'string') throw new Error('no pattern');
  return follow(part(schema, new RegExp(pattern, 'u').test(text) ? 'then' : 'else'), text, at);
}

/** The arguments that the schema allows at an operator's `in`; undefined for one that it does not tell apart. */
function argumentsOf(kind: FileKind, tree: string, key: string, op: string, list: boolean): string[] | undefined {
  const { $ref } = follow(definition(kind, tree), op, (test) => {
    const name = part(part(test, 'properties'), key);
    return list ? ((name.prefixItems as readonly JsonSchema[])[0] ?? {}) : name;
  });
  if (typeof $ref !== 'string') return undefined;
  const keys = part(part(definition(kind, $ref.replace('#/$defs/', '')), 'properties'), 'in');
  expect(keys.additionalProperties).toBe(false);
  return Object.keys(part(keys, 'properties'));
}

describe('the schemas for editors', () => {
  test('are those that the shipped files name', () => {
    const wrong = ruleFiles(RULES).filter(({ path, kind }) => {
      const [, named] = /^# yaml-language-server: \$schema=(.*)\n/.exec(readFileSync(path, 'utf8')) ?? [];
      return (
        named !== undefined && resolve(dirname(path), named) !== join(RULES, `../dist/schemas/${kind}.schema.json`)
      );
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(SHIPPED_SCHEMAS.endsWith('/schemas')).toBe(true);
  });

  test.each<[FileKind, string, string]>([
    ['rules', 'of-operator', 'op'],
    ['recipes', 'of-call', 'call'],
  ])(
    'know in %s every operator by its own arguments, told apart from those of nearly the same name',
    (kind, tree, key) => {
      for (const op of book.registry.names()) {
        const wanted = book.registry.require(op).signature.args.map((a) => a.name);
        for (const list of [false, true]) expect([op, argumentsOf(kind, tree, key, op, list)]).toEqual([op, wanted]);
        for (const other of [`${op}_`, op.slice(0, -1)]) {
          if (!book.registry.has(other)) expect(argumentsOf(kind, tree, key, other, false)).toBeUndefined();
        }
      }
    },
  );

  test('hold the name of each operator in a short list, and no other name of its namespaces', () => {
    const [known] = definition('rules', 'operator-name').anyOf as readonly JsonSchema[];
    const listed = (name: string) => follow(known ?? {}, name, (test) => test);
    for (const op of book.registry.names()) {
      const { enum: names } = listed(op);
      expect([names].flat()).toContain(op);
      expect([names].flat().length).toBeLessThan(40);
    }
    expect(listed('aten::none')).toHaveProperty('errorMessage');
    expect(listed('mylib::shift')).toEqual({});
  });

  test('are no larger than an editor reads at once', () => {
    for (const schema of schemas.values()) expect(JSON.stringify(schema).length).toBeLessThan(3_000_000);
  });
});
