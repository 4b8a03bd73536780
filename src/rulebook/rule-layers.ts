import type { Rule, RuleId } from '../schema/rule.js';
import { type PackInfo, type RuleEntry, SHIPPED } from './pack-info.js';
import type { RuleData } from './rule-data.js';

type Mutable = { -readonly [K in keyof RuleEntry]: RuleEntry[K] };

/**
 * The rules of all layers, the lowest first: a rule replaces the one of the same id below, whichever its phase, and keeps
 * its place in the order; a layer's `disable` takes rules of the layers below away.
 */
export class RuleLayers {
  private readonly all: Mutable[] = [];
  private readonly top = new Map<RuleId, Mutable>();
  private readonly active = { lowering: new Map<RuleId, Rule>(), translation: new Map<RuleId, Rule>() };

  constructor(layers: readonly RuleData[]) {
    for (const layer of layers) {
      const pack = layer.pack ?? SHIPPED;
      for (const { id } of layer.disable ?? []) this.disable(id, pack);
      for (const rule of layer.lowering) this.add(rule, 'lowering', pack);
      for (const rule of layer.translation) this.add(rule, 'translation', pack);
    }
  }

  /** Every rule of every layer, replaced and disabled ones too. */
  get entries(): readonly RuleEntry[] {
    return this.all;
  }

  /** The highest rule of this id, be it active or disabled. */
  entry(id: RuleId): RuleEntry | undefined {
    return this.top.get(id);
  }

  /** The rules that are in force, in order. */
  rules(phase: RuleEntry['phase']): Rule[] {
    return [...this.active[phase].values()];
  }

  private add(rule: Rule, phase: RuleEntry['phase'], layer: PackInfo): void {
    const below = this.top.get(rule.id);
    if (below?.state === 'active') {
      below.state = 'replaced';
      below.by = layer;
      if (below.phase !== phase) this.active[below.phase].delete(rule.id);
    }
    const entry: Mutable = { rule, phase, layer, state: 'active', replaces: below };
    this.all.push(entry);
    this.top.set(rule.id, entry);
    this.active[phase].set(rule.id, rule);
  }

  private disable(id: RuleId, by: PackInfo): void {
    const entry = this.top.get(id);
    if (entry?.state !== 'active') return;
    entry.state = 'disabled';
    entry.by = by;
    this.active[entry.phase].delete(id);
  }
}
