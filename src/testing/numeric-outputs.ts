import type { GraphConverter } from '../converters/graph-converter.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { Graph, Value } from '../ir/graph.js';
import { LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { type Type, typeName } from '../ir/type.js';
import type { OnnxValue } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import { type OutputFact, outputFact } from './output-facts.js';

/** The name of the input that picks the item of a sequence. */
export const ITEM_INPUT = 'sequence.item';

/**
 * How one output of a graph is read off the model's outputs: a tensor, a container's tensors, each with what the facts
 * say of it, or a sequence, which gives its length and the item that ITEM_INPUT picks.
 */
export type Numerical =
  | { readonly kind: 'tensors'; readonly names: readonly string[]; readonly facts: readonly OutputFact[] }
  | { readonly kind: 'sequence'; readonly length: string; readonly item: string };

/**
 * Declares a converted graph's results as outputs of the model. Numbers become 0-d tensors, lists of numbers 1-d ones
 * (int64, float64, bool), so that static and dynamic forms give the same; None and strings are left out.
 */
export function numericOutputs(book: RuleBook, graph: Graph, converter: GraphConverter): Numerical[] {
  let count = 0;
  let picked: OnnxValue | undefined;
  const declare = (v: OnnxValue): string => {
    count += 1;
    return converter.builder.output(`result.${count}`, v);
  };
  return graph.outputs.map((v) => {
    if (isSequence(v, converter)) {
      const sequence = converter.sequenceOf(v);
      picked ??= converter.builder.input(ITEM_INPUT, 'int64', []);
      const at = picked;
      const one = (op: string, inputs: OnnxValue[]) => {
        const [made] = converter.builder.add(op, inputs, {});
        return made ?? fail('internal', `${op} gives nothing`);
      };
      return {
        kind: 'sequence',
        length: declare(one('SequenceLength', [sequence])),
        item: declare(one('SequenceAt', [sequence, at])),
      };
    }
    const tensors = tensorsOf(v, converter, book);
    return { kind: 'tensors', names: tensors.map((t) => declare(t.made)), facts: tensors.map((t) => t.fact) };
  });
}

function isSequence(v: Value, converter: GraphConverter): boolean {
  return v.type.kind === 'list' && numberDtype(v.type.element) === undefined && !converter.hasItems(v);
}

/** A tensor of an output, and what the facts say of it. */
interface FactualTensor {
  readonly made: OnnxValue;
  readonly fact: OutputFact;
}

function tensorsOf(v: Value, converter: GraphConverter, book: RuleBook): FactualTensor[] {
  if (isAbsent(v)) return [];
  const { type, producer, content } = v;
  const fact = outputFact(book, v);
  if (type.kind === 'list' || type.kind === 'tuple') {
    const numbers = type.kind === 'list' ? numberDtype(type.element) : undefined;
    if (numbers !== undefined) return [{ made: converter.tensorOf(v, numbers), fact }];
    const made = producer?.op === TUPLE_CONSTRUCT || producer?.op === LIST_CONSTRUCT;
    if (made) return producer.inputs.flatMap((item) => tensorsOf(item, converter, book));
    const types = content?.kind === 'list' ? content.types : undefined;
    const element = type.kind === 'list' ? type.element : undefined;
    return converter
      .itemsOf(v)
      .flatMap((item, i) => flat(item).map((one) => ({ made: one, fact: outputFact(book, v, types?.[i] ?? element) })));
  }
  if (type.kind === 'tensor' || type.kind === 'number') return [{ made: converter.tensorOf(v), fact }];
  const dtype = numberDtype(type);
  if (dtype === undefined)
    return fail('unsupported-argument', `an output of type ${typeName(type)} has no tensor form`);
  return [{ made: converter.tensorOf(v, dtype), fact }];
}

type Item = ReturnType<GraphConverter['itemsOf']>[number];

function flat(item: Item): OnnxValue[] {
  return isItems(item) ? item.flatMap(flat) : [item];
}

function isItems(item: Item): item is readonly Item[] {
  return Array.isArray(item);
}

const NUMBERS: Readonly<Record<string, DType>> = { int: 'int64', float: 'float64', bool: 'bool' };

function numberDtype(type: Type): DType | undefined {
  return NUMBERS[type.kind];
}

function isAbsent(v: Value): boolean {
  const kind = v.content?.kind ?? v.type.kind;
  return kind === 'none' || kind === 'str' || kind === 'device';
}
