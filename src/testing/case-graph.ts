import { type Diagnostic, DiagnosticError, fail, type Span } from '../diagnostics/diagnostic.js';
import { BUILTINS } from '../expr/builtins.js';
import { parseExpr } from '../expr/parse.js';
import { ExprError, type ExprValue, isDim } from '../expr/value.js';
import { parseGraph } from '../frontends/torchscript/graph-parser.js';
import { type Dim, dimSymbols, symbol } from '../ir/dim.js';
import { type Graph, Node, type Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { listOf, type TensorType, type Type, tensorType } from '../ir/type.js';
import type { RuleBook } from '../rulebook/load.js';
import type { CaseDim, CaseDims, CaseInputs } from './case-file.js';

/** Sizes of symbols by name. */
export type Sizes = Readonly<Record<string, number>>;

/** What the graphs of a case share. */
export interface CaseScope extends CaseInputs {
  readonly name: string;
  readonly span: Span;
}

/** A problem of a case, at its place. */
export function caseProblem(c: CaseScope, message: string, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'rule-case', severity: 'error', message: `${c.name}: ${message}`, at: c.span, ...more };
}

/**
 * The graph of a case's text with the extents that `dims` gives its tensor inputs. Errors: those of the text;
 * `rule-case` for dims of what is no tensor input, or of another rank than the text says.
 */
export function caseGraph(book: RuleBook, c: CaseScope, source: string): Graph {
  const placed = c.placed?.get(source);
  // A text that does not stand in the file word for word counts its lines by itself.
  const file = placed === undefined ? `${c.span.file}:${c.span.line} (text of the case)` : c.span.file;
  const graph = parseGraph(placed ?? source, file, book.registry);
  const problems: Diagnostic[] = [];
  for (const [name, dims] of Object.entries(c.dims ?? {})) {
    const input = graph.inputs.find((v) => v.name === name);
    const type = input === undefined ? undefined : typeWith(input.type, dims);
    if (input === undefined || type === undefined)
      problems.push(caseProblem(c, `\`dims\` names ${name}, which is no tensor input`));
    else if (type === 'rank') problems.push(caseProblem(c, `\`dims\` of ${name} has another rank than the text`));
    else input.type = type;
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return graph;
}

function typeWith(type: Type, dims: CaseDims): Type | 'rank' | undefined {
  if (type.kind === 'list') return isNested(dims) && type.element.kind === 'tensor' ? type : undefined;
  if (type.kind !== 'tensor' || isNested(dims)) return undefined;
  if (type.shape !== undefined && type.shape.length !== dims.length) return 'rank';
  return tensorType(type.dtype, dims.map(dimOf));
}

/** True for the extents of a list of tensors. An empty list is a 0-d tensor's. */
function isNested(dims: CaseDims): dims is readonly (readonly CaseDim[])[] {
  return dims.length > 0 && Array.isArray(dims[0]);
}

/** An extent as it is written: a number, a symbol, or an expression over symbols. */
export function dimOf(d: CaseDim): Dim {
  if (typeof d === 'number') return d;
  const v = parseExpr(d).evaluate({ lookup: symbol, function: () => undefined, fresh: () => symbol('_') });
  return isDim(v) ? v : fail('dim-syntax', `\`${d}\` is no extent`);
}

/** The value of an expression at sizes. Errors: `expr-syntax`, `expr-unknown` for a name that is no symbol. */
export function valueAt(text: string, sizes: Sizes): ExprValue {
  try {
    return parseExpr(text).evaluate({
      lookup: (name) => sizes[name],
      function: (name) => BUILTINS.get(name),
      fresh: () => symbol('_'),
    });
  } catch (e) {
    if (!(e instanceof ExprError)) throw e;
    const known = Object.keys(sizes).join(', ');
    return fail('expr-unknown', `\`${text}\`: ${e.message}`, {
      help: known === '' ? 'the case has no symbols: `dims` name them' : `the symbols are: ${known}`,
    });
  }
}

/** The extent at given sizes; symbols without a size are 1. */
export function dimAt(d: Dim, sizes: Sizes): number {
  if (typeof d === 'number') return d;
  let total = 0;
  for (const term of d.terms) {
    let product = term.coefficient;
    for (const atom of term.atoms) {
      if (atom.kind === 'symbol') {
        product *= sizes[atom.name] ?? 1;
        continue;
      }
      const [a, b] = [dimAt(atom.a, sizes), dimAt(atom.b, sizes)];
      if (atom.kind === 'min') product *= Math.min(a, b);
      else if (atom.kind === 'max') product *= Math.max(a, b);
      else if (atom.kind === 'mul') product *= a * b;
      else if (atom.kind === 'floordiv') product *= Math.floor(a / b);
      else product *= a - Math.floor(a / b) * b;
    }
    total += product;
  }
  return total;
}

/** Symbols of the inputs' extents, in order. */
export function symbolsOf(graph: Graph): Set<string> {
  const found = new Set<string>();
  for (const { type } of graph.inputs) {
    if (type.kind === 'tensor') for (const d of type.shape ?? []) dimSymbols(d, found);
  }
  return found;
}

/** Inputs that are lists of tensors become a list of tensor inputs each, with the extents that `dims` tells. */
export function openLists(graph: Graph, c: CaseScope): void {
  const before = [...graph.inputs];
  const first = graph.block.first;
  graph.block.params.length = 0;
  for (const input of before) {
    const dims = c.dims?.[input.name];
    if (input.type.kind !== 'list' || dims === undefined || !isNested(dims)) {
      keep(graph, input);
      continue;
    }
    const element: TensorType = input.type.element.kind === 'tensor' ? input.type.element : tensorType();
    const items = dims.map((d, i) =>
      graph.addInput(`${input.name}.${i}`, tensorType(element.dtype ?? 'float32', d.map(dimOf))),
    );
    const list = new Node(LIST_CONSTRUCT, items);
    if (first === undefined) graph.block.append(list);
    else list.insertBefore(first);
    input.replaceAllUsesWith(list.addOutput(graph.freshName(input.name), listOf(element)));
  }
}

function keep(graph: Graph, input: Value): void {
  input.defIndex = graph.block.params.length;
  graph.block.params.push(input);
}
