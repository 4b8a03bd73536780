import { escapeRegExp, type JsonSchema, when } from './json-schema.js';

/** No text. */
const NEVER = '^(?!)';

/** Below this many names a chain of tests is as quick as a further split. */
const LEAF_NAMES = 12;

/**
 * A schema that applies to an object by the name at its `key`, or, where a list stands there, by the first name of it:
 * `targets` gives for each name the definition to refer to. Names are told apart by ever longer prefixes, so that an
 * editor tries few of them for each object; many names may share a target.
 */
export function dispatch(key: string, targets: ReadonlyMap<string, string>): JsonSchema {
  return split(
    key,
    [...targets].sort(([a], [b]) => (a < b ? -1 : 1)),
    0,
  );
}

/**
 * A text that is one of many names, each with what an editor says of it. An editor shows all values of an `enum` that
 * holds: so the names stand in small ones by their first letters, and once more in a part that never holds, for
 * completion. `otherwise` applies to texts that begin like none of them, and `unknown` says what is wrong with the rest;
 * without it other texts may stand too.
 */
export function oneOf(names: ReadonlyMap<string, string>, otherwise: JsonSchema, unknown?: string): JsonSchema {
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  const rest = unknown === undefined ? {} : { pattern: NEVER, errorMessage: unknown };
  const leaf = (list: readonly Target[]): JsonSchema => {
    const known = {
      enum: list.map(([name]) => name),
      enumDescriptions: list.map(([, text]) => text),
      ...(unknown === undefined ? {} : { errorMessage: unknown }),
    };
    return unknown === undefined ? { anyOf: [known, {}] } : known;
  };
  const grow = (list: readonly Target[], length: number): JsonSchema => {
    if (list.length <= LEAF_NAMES) return leaf(list);
    const groups = byPrefix(list, length);
    if (groups.size === 1) return groups.has(list[0]?.[0] ?? '') ? leaf(list) : grow(list, length + 1);
    return chain(
      [...groups].map(([prefix, group]) => {
        const whole = group.some(([name]) => name.length < length);
        return [{ pattern: `^${escapeRegExp(prefix)}${whole ? '$' : ''}` }, grow(group, length + 1)] as const;
      }),
      rest,
    );
  };
  const all = { enum: sorted.map(([name]) => name), enumDescriptions: sorted.map(([, text]) => text), not: {} };
  return { anyOf: [when(otherwise, {}, grow(sorted, 1)), all] };
}

type Target = readonly [name: string, target: string];

function split(key: string, targets: readonly Target[], known: number): JsonSchema {
  if (targets.length <= LEAF_NAMES) return leaf(key, targets, known);
  let length = known + 1;
  const [[first] = ['']] = targets;
  const last = targets[targets.length - 1]?.[0] ?? '';
  // What all of them begin with tells nothing.
  while (length <= first.length && first.slice(0, length) === last.slice(0, length)) length += 1;
  const groups = byPrefix(targets, length);
  if (groups.size === 1) return leaf(key, targets, known);
  return chain(
    [...groups].map(([prefix, list]) => {
      // A name that is a prefix of others ends here.
      const [[name] = ['']] = list;
      const test = name.length < length ? leafTest(key, [prefix], known) : condition(key, start(prefix, known));
      return [test, split(key, list, Math.min(length, prefix.length))] as const;
    }),
  );
}

function byPrefix(targets: readonly Target[], length: number): Map<string, Target[]> {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const prefix = target[0].slice(0, length);
    const list = groups.get(prefix);
    if (list === undefined) groups.set(prefix, [target]);
    else list.push(target);
  }
  return groups;
}

/** The text from `known` on: what comes before is known where the test stands. */
function start(prefix: string, known: number): string {
  return `^${known === 0 ? '' : `.{${known}}`}${escapeRegExp(prefix.slice(known))}`;
}

function leaf(key: string, targets: readonly Target[], known: number): JsonSchema {
  const byTarget = new Map<string, string[]>();
  for (const [name, target] of targets) {
    const names = byTarget.get(target);
    if (names === undefined) byTarget.set(target, [name]);
    else names.push(name);
  }
  return chain(
    [...byTarget].map(([target, names]) => [leafTest(key, names, known), { $ref: `#/$defs/${target}` }] as const),
  );
}

function leafTest(key: string, names: readonly string[], known: number): JsonSchema {
  const ends = names.map((name) => escapeRegExp(name.slice(known)));
  return condition(key, `^.{${known}}${ends.length === 1 ? ends[0] : `(${ends.join('|')})`}$`);
}

function chain(
  cases: readonly (readonly [test: JsonSchema, then: JsonSchema])[],
  otherwise: JsonSchema = {},
): JsonSchema {
  return cases.reduceRight<JsonSchema>((rest, [test, then]) => when(test, then, rest), otherwise);
}

/**
 * A pattern and not the name itself: an editor would offer each name that a condition holds. `pattern` asks texts only,
 * `prefixItems` lists only.
 */
function condition(key: string, pattern: string): JsonSchema {
  return { required: [key], properties: { [key]: { pattern, prefixItems: [{ pattern }] } } };
}
