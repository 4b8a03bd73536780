import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearest } from '../schema/nearest.js';
import { items, record } from './data.js';
import type { YamlPath } from './yaml-file.js';

/** What is wrong by a keyword of a JSON Schema, in the terms of a YAML file. */
export interface SchemaWords {
  readonly message: string;
  readonly help?: string;
  /** The key of the value at hand that it is about; the value itself when absent. */
  readonly key?: string;
}

const WANTED: Readonly<Record<string, string>> = {
  array: 'a list',
  object: '`{ key: value }`',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
};

/** Longer values are not shown. */
const MAX_SHOWN = 40;

/** An error of one keyword. Several where several keys are wrong. */
export function schemaWords(e: ErrorObject, path: YamlPath): SchemaWords[] {
  const place = placeOf(path);
  switch (e.keyword) {
    case 'type':
      return [{ message: `${place} must be ${kinds(e.params.type)}${butIs(e.data)}` }];
    case 'enum': {
      const allowed = items(e.params.allowedValues).map(String);
      const close = nearest(String(e.data), allowed);
      return [
        {
          message: `${place} must be one of ${allowed.join(', ')}, not ${valueText(e.data)}`,
          help: close && `did you mean \`${close}\`?`,
        },
      ];
    }
    case 'const':
      return [{ message: `${place} can only be \`${String(e.params.allowedValue)}\`, not ${valueText(e.data)}` }];
    case 'minItems':
      return [{ message: `${place} ${count(items(e.data).length, 'item')}: it needs ${atLeast(e, 'item')}` }];
    case 'maxItems':
      return [{ message: `${place} ${count(items(e.data).length, 'item')}: it takes ${atMost(e, 'item')}` }];
    case 'minProperties':
      return [{ message: `${place} ${count(keys(e).length, 'key')}: it needs ${atLeast(e, 'key')}` }];
    case 'maxProperties':
      return [{ message: `${place} ${count(keys(e).length, 'key')}: it takes ${atMost(e, 'key')}` }];
    case 'minLength':
      return [{ message: `${place} is too short: it needs ${atLeast(e, 'character')}` }];
    case 'minimum':
      return [{ message: `${place} must be at least ${e.params.limit}, not ${valueText(e.data)}` }];
    case 'maximum':
      return [{ message: `${place} must be at most ${e.params.limit}, not ${valueText(e.data)}` }];
    case 'exclusiveMinimum':
      return [{ message: `${place} must be more than ${e.params.limit}, not ${valueText(e.data)}` }];
    case 'uniqueItems': {
      const twice = items(e.data)[Number(e.params.i)];
      return [{ message: `${place} has ${valueText(twice)} twice`, help: 'remove one of them' }];
    }
    case 'dependentRequired':
      return [
        {
          message: `\`${e.params.property}\` needs \`${e.params.missingProperty}\` beside it`,
          key: String(e.params.property),
        },
      ];
    case 'not':
      return excluded(e);
    case 'anyOf':
    case 'oneOf':
      return [alternatives(e, place)];
    default:
      // No schema of ours has a keyword beyond these; a test goes through them.
      return [{ message: `${place} ${e.message ?? 'is wrong'}` }];
  }
}

/** `in`, item 2 of `in`, the file. */
export function placeOf(path: YamlPath): string {
  const name = path.findLast((step) => typeof step === 'string');
  const last = path[path.length - 1];
  if (name === undefined) return 'the file';
  return typeof last === 'number' ? `item ${last + 1} of \`${name}\`` : `\`${name}\``;
}

function kinds(types: unknown): string {
  const names: readonly unknown[] = Array.isArray(types) ? types : [types];
  const words = names.map((t) => WANTED[String(t)] ?? String(t));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/** What stands where another kind of value is wanted. */
function butIs(v: unknown): string {
  if (v === null || v === undefined) return ': nothing stands there';
  return `, not ${typeof v === 'string' ? 'the text ' : ''}${valueText(v)}`.replace('the text a text', 'a text');
}

function valueText(v: unknown): string {
  if (v === null || v === undefined) return 'empty';
  if (Array.isArray(v)) return v.length === 0 ? 'an empty list' : 'a list';
  if (typeof v === 'object') return 'keys with values';
  const text = String(v);
  return text.length > MAX_SHOWN || text.includes('\n') ? 'a text' : text === '' ? 'an empty text' : `\`${text}\``;
}

function keys(e: ErrorObject): string[] {
  return Object.keys(record(e.data));
}

function count(n: number, what: string): string {
  return n === 0 ? `has no ${what}s` : `has ${n} ${what}${n === 1 ? '' : 's'}`;
}

function atLeast(e: ErrorObject, what: string): string {
  const { limit } = e.params;
  return `at least ${limit} ${what}${limit === 1 ? '' : 's'}`;
}

function atMost(e: ErrorObject, what: string): string {
  const { limit } = e.params;
  return limit === 1 ? `one ${what} only` : `at most ${limit} ${what}s`;
}

/** The keys beside which others have no place. */
const BESIDE: Readonly<Record<string, string>> = { schema: 'schemas', match: 'rewrite', because: 'before' };

/** Keys that exclude another. */
function excluded(e: ErrorObject): SchemaWords[] {
  const data = record(e.data);
  const { required, anyOf } = record(e.schema);
  const wrong = [...items(required), ...items(anyOf).flatMap((s) => items(record(s).required))].map(String);
  return wrong
    .filter((key) => key in data)
    .map((key) => ({
      message: `\`${key}\` has no place beside \`${BESIDE[key] ?? 'unchanged'}\``,
      key,
      help: 'take one of them away',
    }));
}

/** None of several forms, or several of which one is wanted. */
function alternatives(e: ErrorObject, place: string): SchemaWords {
  const forms = items(e.schema).map(record);
  const wanted = forms.flatMap(({ required }) => items(required).map(String));
  if (wanted.length === 0) {
    const types = [...new Set(forms.flatMap(({ type }) => (type === undefined ? [] : [type]).flat()))];
    return { message: `${place} must be ${kinds(types)}${butIs(e.data)}` };
  }
  const data = record(e.data);
  const given = wanted.filter((key) => key in data);
  const names = wanted.map((key) => `\`${key}\``);
  if (given.length > 1)
    return { message: `${names.join(' and ')} exclude each other`, key: given[1], help: 'take one of them away' };
  return { message: `one of the keys ${names.join(' and ')} is missing` };
}
