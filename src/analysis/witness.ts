import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { seededRandom } from '../engine/worklist.js';
import { printGraph } from '../ir/print.js';
import { type NodeCheck, verify } from '../ir/verify.js';
import type { RuleSet } from '../matcher/compile.js';
import { Matcher } from '../matcher/match.js';
import type { Roles } from '../matcher/roles.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { signatureCheck } from '../schema/signature-check.js';
import { inferBlock } from '../shapes/blocks.js';
import { Inference } from '../shapes/infer.js';
import type { Term } from './term.js';
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

/** How near a graph comes to what is looked for. */
export type Rate = (trial: Trial, again: () => Trial) => number;

/** A rating that ends the search. */
export const FOUND = Number.POSITIVE_INFINITY;
/** A graph that PyTorch's types or shapes refuse. */
const INVALID = -1;
/** Graphs tried before a search gives up; most rules need fewer than ten. */
export const MAX_TRIALS = 400;
/** Of the places of a graph, so many are chosen anew where no single change helps. */
const KICKED = 0.3;
const SEED = 7;

/** Looks for a graph of a pattern that has what is asked for, by climbing from the plainest one. */
export class WitnessSearch {
  private readonly check: NodeCheck;
  /** Graphs built so far, over all searches. */
  trials = 0;

  constructor(private readonly rules: Rules) {
    this.check = signatureCheck(rules.registry);
  }

  /**
   * `rate` tells how near a graph comes, FOUND that it is one; it may change the graph, and gets fresh ones by `again`.
   * Undefined where `limit` graphs were not enough, or `enough` says so.
   */
  find(term: Term, rate: Rate, limit = MAX_TRIALS, enough = () => false): Witness | undefined {
    const random = seededRandom(SEED);
    const last = this.trials + limit;
    let choices: Choices = new Map();
    let best = this.rated(term, choices, rate);
    if (best === undefined) return undefined;
    while (best.score !== FOUND && this.trials < last && !enough()) {
      const step = this.improve(term, choices, best, rate, last);
      if (step !== undefined) {
        ({ choices, best } = step);
        continue;
      }
      const kicked = new Map(choices);
      for (const [place, count] of best.places) if (random() < KICKED) kicked.set(place, Math.floor(random() * count));
      choices = kicked;
      best = this.rated(term, choices, rate) ?? best;
    }
    return best.score === FOUND ? this.witness(term, choices) : undefined;
  }

  /** The first single change that comes nearer. */
  private improve(
    term: Term,
    choices: Choices,
    best: Rated,
    rate: Rate,
    last: number,
  ): { choices: Choices; best: Rated } | undefined {
    for (const [place, count] of best.places) {
      const current = choices.get(place) ?? 0;
      for (let k = 0; k < count && this.trials < last; k++) {
        if (k === current) continue;
        const changed = new Map(choices).set(place, k);
        const rated = this.rated(term, changed, rate);
        if (rated !== undefined && rated.score > best.score) return { choices: changed, best: rated };
      }
    }
    return undefined;
  }

  private rated(term: Term, choices: Choices, rate: Rate): Rated | undefined {
    this.trials += 1;
    const made = buildGraph(term, choices, this.rules.registry, this.rules.roles);
    if (made === undefined) return undefined;
    const trial = this.infer(made);
    if (trial === undefined || verify(made.graph, this.check).length > 0)
      return { score: INVALID, places: made.places };
    return { score: rate(trial, this.witness(term, choices).build), places: made.places };
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

  private witness(term: Term, choices: Choices): Witness {
    const build = (): Trial => {
      const made = buildGraph(term, choices, this.rules.registry, this.rules.roles);
      const trial = made && this.infer(made);
      if (trial === undefined) throw new Error('a witness was built before and is not now');
      return trial;
    };
    return { build, text: () => printGraph(build().graph, { overloads: true, locations: false }) };
  }
}

interface Rated {
  readonly score: number;
  readonly places: ReadonlyMap<string, number>;
}

/** How near a graph comes to a match of a rule at its node: FOUND, or the parts of the rule that did match. */
export function nearness(trial: Trial, compiled: Parameters<Matcher['explain']>[0]): number {
  return trial.matcher.explain(compiled, trial.node)?.depth ?? FOUND;
}
