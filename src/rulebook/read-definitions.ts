import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { ruleFunction, ruleFunctionNames } from '../matcher/rule-env.js';
import { nearest } from '../schema/nearest.js';
import { type Data, record, strings } from './data.js';
import { type Definitions, type Fragment, NO_DEFINITIONS, type Predicate } from './definitions.js';
import { usesOf } from './fragment-uses.js';
import { resultNames } from './instantiate-fragment.js';
import { capturesAsked } from './instantiate-template.js';
import { isCapture, PatternReader } from './read-pattern.js';
import { TemplateReader } from './read-template.js';
import { type DefinitionSource, Vocabulary } from './vocabulary.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** A definition as its file has it. */
export interface RawDefinition {
  readonly name: string;
  readonly data: Data;
  readonly file: YamlFile;
  readonly path: YamlPath;
}

type Kind = 'predicates' | 'fragments';

/**
 * The predicates and fragments that the rules of a folder may use: its own, from whichever of its files, before those of
 * the layers below. Each is expanded when it is first asked for.
 */
export class DefinitionReader implements DefinitionSource {
  readonly problems: Diagnostic[] = [];
  private readonly raw = { predicates: new Map<string, RawDefinition>(), fragments: new Map<string, RawDefinition>() };
  private readonly predicates = new Map<string, Predicate | undefined>();
  private readonly fragments = new Map<string, Fragment | undefined>();
  /** Definitions that are being read, each used by the one before. */
  private readonly open: string[] = [];

  /** `below` are the layers below, the lowest first. */
  constructor(private readonly below: readonly Definitions[]) {}

  /** Takes the definitions of a file. */
  add(file: YamlFile): void {
    const value = record(file.value);
    for (const kind of ['predicates', 'fragments'] as const) {
      for (const [name, data] of Object.entries(record(value[kind]))) {
        const one = { name, data: record(data), file, path: [kind, name] };
        const first = this.raw[kind].get(name);
        if (first !== undefined)
          this.problem(one, 'rule-duplicate', `\`${name}\` is defined twice`, 'give it another name', first);
        else if (kind === 'predicates' && ruleFunction(name) !== undefined)
          this.problem(
            one,
            'rule-duplicate',
            `\`${name}\` is a function of the expression language`,
            'give it another name',
          );
        else this.raw[kind].set(name, one);
      }
    }
  }

  /** All definitions of the folder, as they are read. */
  *own(kind: Kind): Generator<RawDefinition> {
    yield* this.raw[kind].values();
  }

  /** Expands every definition of the folder. */
  definitions(): Definitions {
    const predicates = [...this.raw.predicates.keys()].flatMap((name) => this.predicate(name) ?? []);
    const fragments = [...this.raw.fragments.keys()].flatMap((name) => this.fragment(name) ?? []);
    return predicates.length + fragments.length === 0 ? NO_DEFINITIONS : { predicates, fragments };
  }

  predicate(name: string): Predicate | undefined {
    const raw = this.raw.predicates.get(name);
    if (raw === undefined) return lookUp(this.below, (d) => d.predicates.find((p) => p.name === name));
    return this.once(this.predicates, raw, () => {
      const { data, file, path } = raw;
      const holds = new Vocabulary(this).expression(String(data.holds));
      return { name, args: strings(data.args), holds, span: file.span(path, true) };
    });
  }

  fragment(name: string): Fragment | undefined {
    const raw = this.raw.fragments.get(name);
    if (raw === undefined) return lookUp(this.below, (d) => d.fragments.find((f) => f.name === name));
    return this.once(this.fragments, raw, () => {
      const { data, file, path } = raw;
      const vocabulary = new Vocabulary(this);
      const common = { name, args: strings(data.args), span: file.span(path, true) };
      if ('match' in data) {
        this.checkUses('pattern', data.match, file, [...path, 'match']);
        const match = new PatternReader(vocabulary).pattern(data.match);
        return { ...common, kind: 'pattern', match, written: vocabulary.written ?? {} };
      }
      this.checkUses('template', data.rewrite, file, [...path, 'rewrite']);
      const rewrite = new TemplateReader(vocabulary).template(data.rewrite);
      return { ...common, kind: 'template', rewrite, written: vocabulary.written ?? {} };
    });
  }

  /** Every predicate that may be called, for checks and for the closest name. */
  *predicateNames(): Generator<string> {
    yield* this.raw.predicates.keys();
    for (const d of this.below) for (const { name } of d.predicates) yield name;
  }

  functionNames(): string[] {
    return [...ruleFunctionNames(), ...this.predicateNames()];
  }

  /** Tells of fragments that are not there, and of arguments that they do not have or lack, in a part of a file. */
  checkUses(kind: Fragment['kind'], v: unknown, file: YamlFile, path: YamlPath): void {
    for (const use of usesOf(v, path)) {
      const fragment = this.fragment(use.name);
      if (fragment === undefined) {
        if (!this.raw.fragments.has(use.name)) this.unknown(use.name, file, [...use.path, 'use']);
        continue;
      }
      if (fragment.kind !== kind) {
        const message = `the fragment \`${use.name}\` is a ${fragment.kind}, and a ${kind} stands here`;
        this.at(file, [...use.path, 'use'], 'rule-unknown-fragment', message, `it may be used in a ${fragment.kind}`);
        continue;
      }
      const named = fragment.kind === 'pattern' ? resultNames(fragment.match) : capturesAsked(fragment.rewrite);
      for (const [name, given] of use.args) {
        const path = [...use.path, 'with', name];
        if (named.has(name) && !isCapture(given) && given !== '_')
          this.at(
            file,
            path,
            'rule-type',
            `\`${name}\` of the fragment \`${use.name}\` stands where only a capture can`,
            'give a capture',
          );
        if (fragment.args.includes(name)) continue;
        const close = nearest(name, fragment.args);
        const help =
          close === undefined
            ? `its arguments are: ${fragment.args.join(', ') || 'none'}`
            : `did you mean \`${close}\`?`;
        this.at(
          file,
          path,
          'rule-unknown-argument',
          `the fragment \`${use.name}\` has no argument \`${name}\``,
          help,
          true,
        );
      }
      const missing = fragment.args.filter((name) => !use.args.has(name)).map((name) => `\`${name}\``);
      if (missing.length > 0)
        this.at(
          file,
          [...use.path, 'use'],
          'rule-missing-argument',
          `${missing.join(', ')} of the fragment \`${use.name}\` is not given`,
          'give a pattern in `with`; `_` for any value',
        );
    }
  }

  private unknown(name: string, file: YamlFile, path: YamlPath): void {
    const names = new Set([...this.raw.fragments.keys(), ...this.below.flatMap((d) => d.fragments.map((f) => f.name))]);
    const close = nearest(name, names);
    const help =
      close === undefined ? `the fragments are: ${[...names].join(', ') || 'none'}` : `did you mean \`${close}\`?`;
    this.at(file, path, 'rule-unknown-fragment', `there is no fragment \`${name}\``, help);
  }

  private once<T>(known: Map<string, T | undefined>, raw: RawDefinition, read: () => T): T | undefined {
    const { name } = raw;
    if (known.has(name)) return known.get(name);
    const key = raw.path.join(' ');
    if (this.open.includes(key)) {
      const chain = [...this.open.slice(this.open.indexOf(key)), key].map((k) => k.split(' ')[1]);
      this.problem(raw, 'rule-recursive', `\`${name}\` uses itself: ${chain.join(' -> ')}`, 'write one of them out');
      return undefined;
    }
    this.open.push(key);
    const value = read();
    this.open.pop();
    known.set(name, value);
    return value;
  }

  private problem(
    one: RawDefinition,
    code: Diagnostic['code'],
    message: string,
    help: string,
    first?: RawDefinition,
  ): void {
    const at = one.file.span(one.path, true);
    const notes = first === undefined ? [] : [{ message: 'first here', at: first.file.span(first.path, true) }];
    this.problems.push({ code, severity: 'error', message, at, notes, help });
  }

  private at(
    file: YamlFile,
    path: YamlPath,
    code: Diagnostic['code'],
    message: string,
    help: string,
    key = false,
  ): void {
    this.problems.push({ code, severity: 'error', message, at: file.span(path, key), help });
  }
}

/** Of the highest layer that has it. */
function lookUp<T>(below: readonly Definitions[], find: (d: Definitions) => T | undefined): T | undefined {
  for (let i = below.length - 1; i >= 0; i--) {
    const layer = below[i];
    const found = layer === undefined ? undefined : find(layer);
    if (found !== undefined) return found;
  }
  return undefined;
}
