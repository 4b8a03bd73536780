import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { seededRandom } from '../engine/worklist.js';
import { printGraph } from '../ir/print.js';
import { type NodeCheck, verify } from '../ir/verify.js';
import type { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { CompiledNode, CompiledRule } from '../matcher/pattern.js';
import { testsOf } from '../matcher/reach.js';
import type { Roles } from '../matcher/roles.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { signatureCheck } from '../schema/signature-check.js';
import { inferBlock } from '../shapes/blocks.js';
import { Inference } from '../shapes/infer.js';
import { type Mentioned, mentionedIn } from './leaf-options.js';
import { type Term, termOf } from './term.js';
import { buildGraph, type Choices, type WitnessGraph } from './witness-graph.js';

/** What an analysis needs to know of a rule book. */
export interface Rules {
  readonly registry: OperatorRegistry<OperatorSchema>;
  readonly roles: Roles;
  /** Rules in the order in which they run: those that run before come first. */
  readonly phases: readonly RuleSet[];
}

/** A graph made for a pattern, with every value inferred. */
export interface Trial extends WitnessGraph {
  readonly inference: Inference;
  readonly matcher: Matcher;
}

/** A graph that can be made anew, since rewriting consumes it. */
export interface Witness {
  build(): Trial;
  text(): string;
}

/** A rule that is to match, with the terms of its captures. */
export interface Aim {
  readonly rule: CompiledRule;
  readonly term: Term;
  readonly captures: readonly (Term | undefined)[];
}

/** What a graph is looked for. */
export interface Goal {
  /** These match at its node. */
  readonly aims: readonly Aim[];
  /** What holds beside of a graph on which they do; it may change the graph, and gets fresh ones by `again`. */
  readonly accepts?: (trial: Trial, again: () => Trial) => boolean;
  /** Graphs tried before the search gives up. */
  readonly limit?: number;
  /** True once more graphs would tell nothing more. */
  readonly enough?: () => boolean;
}

/** The aim of a rule by one of its variants. */
export function aimOf(rule: CompiledRule, variant: CompiledNode): Aim {
  const captures: Term[] = [];
  return { rule, term: termOf(variant, captures), captures };
}

/** A rating that ends the search. */
const FOUND = Number.POSITIVE_INFINITY;
/** A graph that PyTorch's types or shapes refuse. */
const INVALID = -1;
/** More parts than any rule has: what a rule that matches counts. */
const ALL_PARTS = 1000;
/** Graphs tried before a search gives up; most rules need fewer than ten. */
export const MAX_TRIALS = 400;
/** Of the places of a graph, so many are chosen anew where no single change helps. */
const KICKED = 0.3;
const SEED = 7;

/** Looks for a graph of a pattern that has what is asked for, by climbing from the plainest one. */
export class WitnessSearch {
  private readonly check: NodeCheck;
  private readonly mentioned = new WeakMap<readonly Aim[], Mentioned>();
  /** Graphs built so far, over all searches. */
  trials = 0;

  /** `budget`: graphs that all searches together may try; then none finds anything more. */
  constructor(
    private readonly rules: Rules,
    private readonly budget = Number.POSITIVE_INFINITY,
  ) {
    this.check = signatureCheck(rules.registry);
  }

  /** Graphs that may still be tried. */
  get left(): number {
    return Math.max(0, this.budget - this.trials);
  }

  /** A graph of the term that is what the goal says; undefined where none was found. */
  find(term: Term, goal: Goal): Witness | undefined {
    const random = seededRandom(SEED);
    const last = Math.min(this.budget, this.trials + (goal.limit ?? MAX_TRIALS));
    if (this.trials >= last) return undefined;
    let choices: Choices = new Map();
    let best = this.rated(term, choices, goal);
    if (best === undefined) return undefined;
    while (best.score !== FOUND && this.trials < last && goal.enough?.() !== true) {
      const step = this.improve(term, choices, best, goal, last);
      if (step !== undefined) {
        ({ choices, best } = step);
        continue;
      }
      const kicked = new Map(choices);
      for (const [place, count] of best.places) if (random() < KICKED) kicked.set(place, Math.floor(random() * count));
      choices = kicked;
      best = this.rated(term, choices, goal) ?? best;
    }
    return best.score === FOUND ? this.witness(term, choices, goal.aims) : undefined;
  }

  /** The first single change that comes nearer; places that the failed condition is about are changed first. */
  private improve(
    term: Term,
    choices: Choices,
    best: Rated,
    goal: Goal,
    last: number,
  ): { choices: Choices; best: Rated } | undefined {
    const about = (place: string) => best.about.some((path) => place.startsWith(path));
    const places = [...best.places].sort(([a], [b]) => Number(about(b)) - Number(about(a)));
    for (const [place, count] of places) {
      const current = choices.get(place) ?? 0;
      for (let k = 0; k < count && this.trials < last; k++) {
        if (k === current) continue;
        const changed = new Map(choices).set(place, k);
        const rated = this.rated(term, changed, goal);
        if (rated !== undefined && rated.score > best.score) return { choices: changed, best: rated };
      }
    }
    return undefined;
  }

  private rated(term: Term, choices: Choices, goal: Goal): Rated | undefined {
    this.trials += 1;
    const made = this.made(term, choices, goal.aims);
    if (made === undefined) return undefined;
    const { places } = made;
    const trial = this.infer(made);
    if (trial === undefined) return { score: INVALID, places, about: [] };
    let score = 0;
    const about: string[] = [];
    for (const aim of goal.aims) {
      const miss = trial.matcher.explain(aim.rule, trial.node);
      score += miss === undefined ? ALL_PARTS : Math.min(miss.depth, ALL_PARTS - 1);
      if (miss !== undefined) about.push(...pathsOf(miss.reason, aim, made));
    }
    if (score < goal.aims.length * ALL_PARTS) return { score, places, about };
    if (verify(made.graph, this.check).length > 0) return { score: INVALID, places, about };
    const accepted = goal.accepts?.(trial, this.witness(term, choices, goal.aims).build) ?? true;
    return { score: accepted ? FOUND : score, places, about };
  }

  private infer(made: WitnessGraph): Trial | undefined {
    const inference = new Inference(this.rules.registry);
    try {
      inferBlock(made.graph.block, inference);
    } catch (e) {
      if (e instanceof DiagnosticError) return undefined;
      throw e;
    }
    return { ...made, inference, matcher: new Matcher(this.rules.registry, this.rules.roles, inference.ranges) };
  }

  private made(term: Term, choices: Choices, aims: readonly Aim[]): WitnessGraph | undefined {
    let mentioned = this.mentioned.get(aims);
    if (mentioned === undefined) {
      mentioned = mentionedIn(aims.flatMap(({ rule }) => conditionsOf(rule)));
      this.mentioned.set(aims, mentioned);
    }
    return buildGraph(term, choices, this.rules.registry, this.rules.roles, mentioned);
  }

  private witness(term: Term, choices: Choices, aims: readonly Aim[]): Witness {
    const build = (): Trial => {
      const made = this.made(term, choices, aims);
      const trial = made && this.infer(made);
      if (trial === undefined) throw new Error('a witness was built before and is not now');
      return trial;
    };
    return { build, text: () => printGraph(build().graph, { overloads: true, locations: false }) };
  }
}

function conditionsOf({ rule }: CompiledRule): string[] {
  return [...rule.where, ...testsOf(rule.match)];
}

interface Rated {
  readonly score: number;
  readonly places: ReadonlyMap<string, number>;
  /** Paths of the places that what failed is about. */
  readonly about: readonly string[];
}

/** The paths of the captures that a reason names. */
function pathsOf(reason: string, aim: Aim, made: WitnessGraph): string[] {
  const names = reason.match(/\$\w+/g) ?? [];
  return names.flatMap((name) => {
    const term = aim.captures[aim.rule.captures.indexOf(name)];
    return (term && made.paths.get(term.root)) ?? [];
  });
}
