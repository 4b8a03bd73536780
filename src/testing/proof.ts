import { DEFAULT_OPSET } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError, type Note } from '../diagnostics/diagnostic.js';
import type { Graph } from '../ir/graph.js';
import { readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import type { RuleBook } from '../rulebook/load.js';
import type { RuleId } from '../schema/rule.js';
import type { RecordedRun } from './case-file.js';
import { type CaseScope, caseGraph, caseProblem, openLists, type Sizes } from './case-graph.js';
import { seedOf, sizesText } from './case-sizes.js';
import { drawFeeds, type Feeds, inputDtypes } from './draw-feeds.js';
import { castNumbers, freezeInputs, type NumericForm, numericForm } from './numeric-form.js';
import { NumericSession, type Results } from './numeric-run.js';

export interface ProofOptions {
  /** Decides sizes and values; 0 unless told. */
  readonly seed?: number;
  readonly opset?: number;
}

/** A case whose graphs are run. */
export interface ProvenCase extends CaseScope {
  readonly runs?: readonly RecordedRun[];
  readonly tolerance?: number;
}

/** The graphs of one case as ONNX: with sizes and numbers bound (static), or with symbols kept (dynamic). */
export class Proof {
  readonly opset: number;
  readonly seed: number;

  constructor(
    readonly book: RuleBook,
    readonly c: ProvenCase,
    options: ProofOptions,
    /** What does not go into the static form: the rule under test. */
    private readonly without?: RuleId,
  ) {
    this.opset = options.opset ?? DEFAULT_OPSET;
    this.seed = seedOf(c.name, options.seed ?? 0);
  }

  graph(text: string): Graph {
    const graph = caseGraph(this.book, this.c, text);
    openLists(graph, this.c);
    return graph;
  }

  feeds(text: string, sizes: Sizes, random: () => number, run?: RecordedRun): Feeds {
    return drawFeeds(this.book, this.graph(text), this.c, sizes, { ...this.c.values, ...run?.values }, random);
  }

  /**
   * `text` with the symbols of its inputs kept and numbers read off tensors at run time; `like` is the graph whose
   * inputs, in order, it shares.
   */
  dynamicForm(text: string, like: string): NumericForm {
    const [graph, source] = [this.graph(text), this.graph(like)];
    const dtypes = inputDtypes(this.book, source, this.c, { ...this.c.values, ...this.c.runs?.[0]?.values });
    if (source.inputs.length !== graph.inputs.length)
      throw new DiagnosticError(caseProblem(this.c, 'both graphs must have the same inputs in the same order'));
    graph.inputs.forEach((v, i) => {
      v.type = source.inputs[i]?.type ?? v.type;
    });
    castNumbers(this.book, graph, dtypes);
    graph.inputs.forEach((v, i) => {
      if (v.type.kind === 'tensor') v.type = { ...v.type, dtype: v.type.dtype ?? dtypes[i] };
    });
    return numericForm(this.book, graph, this.opset);
  }

  /** `text` with sizes and numbers bound to those of the feeds. */
  staticForm(text: string, feeds: Feeds): NumericForm {
    try {
      return this.bound(text, feeds, false);
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      try {
        // What reads its numbers off data folds once the data are constants.
        return this.bound(text, feeds, true);
      } catch {
        throw e;
      }
    }
  }

  private bound(text: string, feeds: Feeds, all: boolean): NumericForm {
    const graph = this.graph(text);
    castNumbers(
      this.book,
      graph,
      feeds.map((f) => f.dtype),
    );
    graph.inputs.forEach((v, i) => {
      const feed = feeds[i];
      if (feed !== undefined) v.type = { kind: 'tensor', dtype: feed.dtype, shape: feed.shape };
    });
    freezeInputs(this.book, graph, feeds, all);
    return numericForm(this.book, graph, this.opset, this.without);
  }

  /**
   * Runs a form. Errors: the session's; `rule-case` where a result has another dtype, shape or elements than the facts
   * of its operator say at these sizes.
   */
  async run(session: NumericSession, sizes: Sizes, feeds: Feeds): Promise<Results> {
    const results = await session.run(feeds);
    const wrong = session.factDifference(feeds, results);
    if (wrong === undefined) return results;
    const at = sizesText(sizes);
    throw new DiagnosticError(
      caseProblem(this.c, `the run does not give what the facts say${at === '' ? '' : ` at ${at}`}: ${wrong.message}`, {
        notes: wrong.notes,
        help: 'mend the facts (`infer` of the operator) or its recipe, whichever is wrong',
      }),
    );
  }

  async runStatic(text: string, sizes: Sizes, feeds: Feeds): Promise<Results> {
    const session = await NumericSession.open(this.staticForm(text, feeds));
    try {
      return await this.run(session, sizes, feeds);
    } finally {
      await session.close();
    }
  }

  /** A difference, told with the sizes and what was fed. */
  differs(what: string, sizes: Sizes, difference: string, feeds: Feeds, names: readonly string[]): Diagnostic {
    const at = sizesText(sizes);
    const notes: Note[] = feeds.map((f, i) => ({ message: `%${names[i] ?? i} = ${tensorText(f)}` }));
    return caseProblem(this.c, `${what}${at === '' ? '' : ` at ${at}`}: ${difference}`, { notes });
  }

  /** Runs `body`; what the compiler or onnxruntime refuses is a problem of the case, at `sizes`. */
  async told<T>(sizes: Sizes, body: () => T | Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      throw new DiagnosticError(e.diagnostics.map((d) => this.wrapped(d, sizesText(sizes))));
    }
  }

  private wrapped(d: Diagnostic, at: string): Diagnostic {
    if (d.code === 'rule-case') return d;
    const notes = d.at === undefined || d.at === this.c.span ? [] : [{ message: 'here', at: d.at }];
    return caseProblem(this.c, `the numbers cannot be compared${at === '' ? '' : ` at ${at}`}: ${d.message}`, {
      notes: [...notes, ...(d.notes ?? [])],
      help: d.help ?? 'say which `sizes` and `values` fit; where no numbers can tell, `numbers: false` and why',
    });
  }
}

/** Runs `body`, whose problems are diagnostics. */
export async function problemsOf(body: () => Promise<Diagnostic[]>): Promise<Diagnostic[]> {
  try {
    return await body();
  } catch (e) {
    if (e instanceof DiagnosticError) return [...e.diagnostics];
    throw e;
  }
}

/** Elements told in messages. */
const MAX_TOLD = 12;

function tensorText(data: TensorData): string {
  const numbers = data.dtype.startsWith('complex') ? [] : readNumbers(data);
  const shown = numbers.slice(0, MAX_TOLD).join(', ');
  return `${data.dtype}[${data.shape}] ${shown}${numbers.length > MAX_TOLD ? ', ...' : ''}`;
}
