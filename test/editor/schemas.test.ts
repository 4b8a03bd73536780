import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { editorSchemas } from '../../src/editor/editor-schemas.js';
import { isSchema, type JsonSchema } from '../../src/editor/json-schema.js';
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

function validator(kind: FileKind) {
  return new Ajv2020({ strict: false, allErrors: false, code: { optimize: false } }).compile(schemas.get(kind) ?? {});
}

/** Validates against one definition of a schema. */
function definition(kind: FileKind, name: string) {
  const { $defs } = schemas.get(kind) ?? {};
  return new Ajv2020({ strict: false, code: { optimize: false } }).compile({ $defs, $ref: `#/$defs/${name}` });
}

describe('the schemas for editors', () => {
  test('accept every shipped file', () => {
    const validators = new Map<string, ReturnType<typeof validator>>();
    const wrong = ruleFiles(RULES).flatMap(({ path, kind }) => {
      const validate = validators.get(kind) ?? validator(kind);
      validators.set(kind, validate);
      return validate(parse(readFileSync(path, 'utf8'))) ? [] : [`${path}: ${JSON.stringify(validate.errors?.[0])}`];
    });
    expect(wrong).toEqual([]);
  });

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

  test('know every operator by its own arguments, told apart from those of nearly the same name', () => {
    const name = definition('rules', 'operator');
    const call = definition('rules', 'of-operator');
    const wrong = [...book.registry.names()].filter((op) => {
      const args = book.registry.require(op).signature.args.map((a) => a.name);
      const all = Object.fromEntries(args.map((arg) => [arg, '$x']));
      const good = [op, [op, 'other::operator']].every((at) => call({ op: at, in: all }));
      const refused = !call({ op, in: { ...all, none: '$x' } }) && !call({ op: [op], in: { none: '$x' } });
      return !(name(op) && !name(`${op}_none`) && good && refused);
    });
    expect(wrong).toEqual([]);
    expect([name('other::operator'), name('aten::none'), name('aten')]).toEqual([true, false, false]);
  });

  test('are no larger than an editor reads at once', () => {
    for (const schema of schemas.values()) expect(JSON.stringify(schema).length).toBeLessThan(3_000_000);
    expect([...schemas.values()].every(isSchema)).toBe(true);
  });
});
