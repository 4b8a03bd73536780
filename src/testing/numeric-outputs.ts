import type { GraphConverter } from '../converters/graph-converter.js';
import { fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { Graph, Value } from '../ir/graph.js';
import { type Type, typeName } from '../ir/type.js';
import type { OnnxValue } from '../onnx/types.js';

/** The name of the input that picks the item of a sequence. */
export const ITEM_INPUT = 'sequence.item';

/**
 * How one output of a graph is read off the model's outputs: a tensor, a container's tensors, or a sequence, which
 * gives its length and the item that ITEM_INPUT picks.
 */
export type Numerical =
  | { readonly kind: 'tensors'; readonly names: readonly string[] }
  | { readonly kind: 'sequence'; readonly length: string; readonly item: string };

/**
 * Declares a converted graph's results as outputs of the model. Numbers become 0-d tensors, lists of numbers 1-d ones
 * (int64, float64, bool), so that static and dynamic forms give the same; None and strings are left out.
 */
export function numericOutputs(graph: Graph, converter: GraphConverter): Numerical[] {
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
    return { kind: 'tensors', names: tensorsOf(v, converter).map(declare) };
  });
}

function isSequence(v: Value, converter: GraphConverter): boolean {
  return v.type.kind === 'list' && numberDtype(v.type.element) === undefined && !converter.hasItems(v);
}

function tensorsOf(v: Value, converter: GraphConverter): OnnxValue[] {
  if (isAbsent(v)) return [];
  const { type, producer } = v;
  if (type.kind === 'list' || type.kind === 'tuple') {
    const numbers = type.kind === 'list' ? numberDtype(type.element) : undefined;
    if (numbers !== undefined) return [converter.tensorOf(v, numbers)];
    const made = producer?.op === 'prim::TupleConstruct' || producer?.op === 'prim::ListConstruct';
    if (made) return producer.inputs.flatMap((item) => tensorsOf(item, converter));
    return flat(converter.itemsOf(v));
  }
  if (type.kind === 'tensor' || type.kind === 'number') return [converter.tensorOf(v)];
  const dtype = numberDtype(type);
  if (dtype === undefined)
    return fail('unsupported-argument', `an output of type ${typeName(type)} has no tensor form`);
  return [converter.tensorOf(v, dtype)];
}

type Items = ReturnType<GraphConverter['itemsOf']>;

function flat(items: Items): OnnxValue[] {
  return items.flatMap((item) => (isItems(item) ? flat(item) : [item]));
}

function isItems(item: Items[number]): item is Items {
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
