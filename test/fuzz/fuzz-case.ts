import type { CompileOptions } from '../../src/compiler-options.js';
import { load } from '../../src/frontends/torchscript/load.js';
import { printGraph } from '../../src/ir/print.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { type Part, writeZip } from '../archive/zip-writer.js';
import { mutatePickle } from './pickle-mutations.js';
import { Random } from './random.js';
import { readSeeds, type Seed } from './seeds.js';
import { mutateText } from './text-mutations.js';
import { mutateZip } from './zip-mutations.js';

/** What is changed: fields and records of the zip, opcodes of pickles, tokens of the source, or of graph text. */
export const KINDS = ['zip', 'pickle', 'code', 'graph'] as const;

export type Kind = (typeof KINDS)[number];

/** A file that is to be read, and how its inputs are declared. */
export interface FuzzCase {
  readonly kind: Kind;
  readonly seed: number;
  /** The archive that it was made of. */
  readonly from: string;
  readonly bytes: Uint8Array;
  readonly options: CompileOptions;
}

interface Printed {
  readonly text: string;
  readonly options: CompileOptions;
}

/** Makes the cases of a kind: the case of a seed is the same each time. */
export class CaseMaker {
  private readonly seeds: readonly Seed[] = readSeeds();
  private readonly texts = new Map<Seed, Printed>();

  constructor(
    readonly kind: Kind,
    private readonly book: RuleBook,
  ) {}

  make(seed: number): FuzzCase {
    const random = new Random(seed);
    const from = random.pick(this.seeds);
    const bytes = this.mutate(from, random);
    const options = this.kind === 'graph' ? this.printed(from).options : from.options;
    return { kind: this.kind, seed, from: from.name, bytes, options };
  }

  private mutate(from: Seed, random: Random): Uint8Array {
    switch (this.kind) {
      case 'zip':
        return mutateZip(from.parts, random);
      case 'pickle':
        return changeOne(from.parts, /\.(pkl|debug_pkl)$/, random, (bytes) => mutatePickle(bytes, random));
      case 'code':
        return changeOne(from.parts, /\.py$/, random, (bytes) => mutated(Buffer.from(bytes).toString('utf8'), random));
      case 'graph':
        return mutated(this.printed(from).text, random);
    }
  }

  /** The graph of an archive as text, whose inputs have the graph's own names. */
  private printed(seed: Seed): Printed {
    let known = this.texts.get(seed);
    if (known === undefined) {
      const { graph, inputs } = load(writeZip(seed.parts), this.book.registry);
      const names = new Map(inputs.map((input, i) => [input.name, graph.inputs[i]?.name ?? input.name]));
      const specs = seed.options.inputs?.map((spec) => ({ ...spec, name: names.get(spec.name) ?? spec.name }));
      known = { text: printGraph(graph), options: { inputs: specs } };
      this.texts.set(seed, known);
    }
    return known;
  }
}

function mutated(text: string, random: Random): Uint8Array {
  return Buffer.from(mutateText(text, random));
}

/** Checksums are made anew, so that the change is seen by what reads the record. */
function changeOne(
  parts: readonly Part[],
  like: RegExp,
  random: Random,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const chosen = random.pick(parts.filter((p) => like.test(p.name)));
  return writeZip(parts.map((p) => (p === chosen ? { ...p, bytes: change(p.bytes) } : p)));
}
