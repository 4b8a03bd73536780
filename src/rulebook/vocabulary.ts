import type { Pattern, Template } from '../schema/rule.js';
import type { Fragment, Predicate } from './definitions.js';
import { expandPredicates } from './expand-predicates.js';
import { instantiate } from './instantiate-fragment.js';
import { instantiateTemplate } from './instantiate-template.js';
import type { FragmentUse } from './read-pattern.js';
import type { TemplateUse } from './read-template.js';

/** Where named predicates and fragments are looked up. */
export interface DefinitionSource {
  predicate(name: string): Predicate | undefined;
  fragment(name: string): Fragment | undefined;
}

/** Expands what one rule, or one definition, uses by name, and keeps how its expressions are written. */
export class Vocabulary {
  private readonly texts = new Map<string, string>();
  private uses = 0;

  constructor(private readonly source: DefinitionSource) {}

  /** Expressions as they are written, by their expanded text; undefined when all stand as they are written. */
  get written(): Readonly<Record<string, string>> | undefined {
    return this.texts.size === 0 ? undefined : Object.fromEntries(this.texts);
  }

  expression(text: string): string {
    const expanded = expandPredicates(text, (name) => this.source.predicate(name));
    if (expanded !== text) this.texts.set(expanded, text);
    return expanded;
  }

  /** The pattern of a use; any value where the fragment is not there, of which checks tell. */
  fragment({ name, with: given }: FragmentUse): Pattern {
    const fragment = this.source.fragment(name);
    if (fragment?.kind !== 'pattern') return { kind: 'wildcard' };
    this.uses += 1;
    return instantiate(fragment, given, `${name}${this.uses}`, (text, written) => this.texts.set(text, written));
  }

  /** The template of a use; None where the fragment is not there, of which checks tell. */
  template({ name, with: given }: TemplateUse): Template {
    const fragment = this.source.fragment(name);
    if (fragment?.kind !== 'template') return { kind: 'literal', value: null };
    return instantiateTemplate(fragment, given, (text, written) => this.texts.set(text, written));
  }
}
