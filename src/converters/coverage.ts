import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { Content } from '../ir/content.js';
import { isQuantized } from '../ir/dtype.js';
import type { Graph, Node, Value } from '../ir/graph.js';
import { stackNotes } from '../ir/source-loc.js';
import type { Type } from '../ir/type.js';
import { startCommand } from '../schema/call-signature.js';
import type { Rule } from '../schema/rule.js';
import { isStructural } from '../shapes/structural.js';
import { type ConversionRules, isCompileTimeOnly } from './graph-converter.js';

/** Callers of the line that are told. */
const MAX_CALLERS = 3;

/** `unknown-operator` for each node whose operator no schema declares. `suggest` gives the next step. */
export function unknownOperators(
  graph: Graph,
  rules: ConversionRules,
  suggest: (op: string, start: () => string) => string,
): Diagnostic[] {
  return problems(graph, (node) => {
    if (rules.schema(node.op) !== undefined) return undefined;
    const start = () =>
      startCommand(
        node.op,
        node.inputs,
        node.outputs.map(({ type }) => type),
      );
    return { code: 'unknown-operator', message: `no schema declares ${node.op}`, help: suggest(node.op, start) };
  });
}

/**
 * `unsupported-operator` for each node that has neither recipe nor converter, or none for quantized tensors. `nearest` tells the rule that would have
 * rewritten it, and why that did not.
 */
export function unconvertedOperators(
  graph: Graph,
  rules: ConversionRules,
  nearest: (node: Node) => { readonly rule: Rule; readonly reason: string } | undefined = () => undefined,
): Diagnostic[] {
  return problems(graph, (node) => {
    if (rules.recipes(node.op).length > 0 || rules.converter(node.op) !== undefined)
      return misreadQuantized(node, rules);
    const miss = nearest(node);
    const note = rules.schema(node.op)?.note;
    return {
      code: 'unsupported-operator',
      message: `${node.op} has no ONNX recipe or converter`,
      notes: [
        ...(note === undefined ? [] : [{ message: note }]),
        ...(miss === undefined
          ? []
          : [{ message: `rule ${miss.rule.id} did not rewrite it: ${miss.reason}`, at: miss.rule.span }]),
      ],
      help: `add a recipe in a rule pack${miss === undefined ? '' : ', or a rule for this form'} (docs/rules.md)`,
    };
  });
}

/**
 * Why a node would compute with the integers of a quantized tensor as if they were its numbers: only operators that move
 * elements, those that ask for integers or sizes, and those of the domain `quantized` take such tensors as they are.
 */
function misreadQuantized(node: Node, rules: ConversionRules): Problem | undefined {
  const given = node.inputs.flatMap(quantizedParts);
  if (given.length === 0 || node.outputs.every((o) => !holdsTensors(o.type))) return undefined;
  const facts = rules.schema(node.op)?.infer ?? [];
  if (isStructural(node.op) || node.blocks.length > 0 || facts.some((f) => f.same !== undefined)) return undefined;
  const quantized = facts.flatMap((f) => f.quantized ?? []);
  if (quantized.includes(NO_RESULT)) return undefined;
  const takes = node.op.startsWith('quantized::') || quantized.some((text) => !text.startsWith('['));
  if (takes && given.every((content) => content?.kind === 'quantized')) return undefined;
  return {
    code: 'unsupported-operator',
    message: takes
      ? `${node.op} is given a quantized tensor whose scale is known only at run time, which has no ONNX recipe`
      : `${node.op} has no ONNX recipe for quantized tensors`,
    help: 'call dequantize() on the tensor before it',
  };
}

/** The fact of operators that read quantized tensors and give none. */
const NO_RESULT = 'none';

/** What is known of the quantized tensors that a value is or holds. */
function quantizedParts({ type, content }: Value): (Content | undefined)[] {
  if (type.kind === 'tensor') return type.dtype !== undefined && isQuantized(type.dtype) ? [content] : [];
  if (type.kind !== 'list' || content?.kind !== 'list') return [];
  const { types = [], items } = content;
  return items.filter((_, i) => {
    const item = types[i] ?? type.element;
    return item.kind === 'tensor' && item.dtype !== undefined && isQuantized(item.dtype);
  });
}

function holdsTensors(type: Type): boolean {
  if (type.kind === 'list' || type.kind === 'optional') return holdsTensors(type.element);
  return type.kind === 'tensor' || (type.kind === 'tuple' && type.elements.some(holdsTensors));
}

type Problem = Pick<Diagnostic, 'code' | 'message' | 'help' | 'notes'>;

function problems(graph: Graph, problemOf: (node: Node) => Problem | undefined): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const node of graph.allNodes()) {
    const problem = isCompileTimeOnly(node) ? undefined : problemOf(node);
    if (problem === undefined) continue;
    const notes = [...stackNotes(node.loc, MAX_CALLERS), ...(problem.notes ?? [])];
    found.push({ ...problem, severity: 'error', at: node.loc[0], notes });
  }
  return found;
}
