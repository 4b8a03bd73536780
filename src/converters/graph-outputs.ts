import { fail } from '../diagnostics/diagnostic.js';
import type { DType } from '../ir/dtype.js';
import type { Graph, Value } from '../ir/graph.js';
import { DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { type Type, typeName } from '../ir/type.js';
import type { OnnxValue } from '../onnx/types.js';
import type { Converted } from './define-converter.js';
import type { GraphConverter } from './graph-converter.js';

/** An ONNX output to be. */
export interface NamedOutput {
  readonly name: string;
  readonly value: OnnxValue;
}

const SINGLE = 'output';

/**
 * The tensors of a graph's outputs in order: containers are flattened (`output.0`, `output.key`), Python numbers
 * become 0-d tensors (int64, float64, bool), None and strings are left out.
 */
export function graphOutputs(graph: Graph, converter: GraphConverter): NamedOutput[] {
  const out: NamedOutput[] = [];
  const many = graph.outputs.length > 1;
  graph.outputs.forEach((v, i) => {
    collect(v, many ? `${SINGLE}.${i}` : SINGLE, converter, out);
  });
  return out;
}

function collect(v: Value, name: string, converter: GraphConverter, out: NamedOutput[]): void {
  const producer = v.producer;
  if (producer?.op === TUPLE_CONSTRUCT || producer?.op === LIST_CONSTRUCT) {
    const fields = v.type.kind === 'tuple' ? v.type.fields : undefined;
    producer.inputs.forEach((item, i) => {
      collect(item, `${name}.${fields?.[i] ?? i}`, converter, out);
    });
    return;
  }
  if (producer?.op === DICT_CONSTRUCT) {
    for (let i = 0; i + 1 < producer.inputs.length; i += 2) {
      const key = producer.inputs[i]?.content;
      const label = key?.kind === 'str' || key?.kind === 'int' ? String(key.value) : String(i / 2);
      collect(producer.inputs[i + 1] as Value, `${name}.${label}`, converter, out);
    }
    return;
  }
  if (isAbsent(v)) return;
  if (v.type.kind === 'list' || v.type.kind === 'tuple') {
    if (isNumbers(v.type)) {
      pushNumbers(
        converter.tensorOf(v, v.type.kind === 'list' ? wideDtype(v.type.element) : undefined),
        name,
        converter,
        out,
      );
      return;
    }
    if (v.type.kind === 'list' && !converter.hasItems(v)) {
      return void out.push({ name, value: converter.sequenceOf(v) });
    }
    collectItems(converter.itemsOf(v), name, out);
    return;
  }
  if (v.type.kind === 'dict' || v.type.kind === 'class' || v.type.kind === 'any') {
    fail('unsupported-argument', `the output ${name} : ${typeName(v.type)} has no tensor form`, {
      at: producer?.loc[0],
    });
  }
  out.push({ name, value: converter.tensorOf(v, wideDtype(v.type)) });
}

/** A list of numbers gives a 0-d output an item; one tensor when its length is known only at run time. */
function pushNumbers(list: OnnxValue, name: string, { builder }: GraphConverter, out: NamedOutput[]): void {
  const count = list.shape?.[0];
  if (typeof count !== 'number') return void out.push({ name, value: list });
  for (let i = 0; i < count; i++) {
    const [value] = builder.add('Gather', [list, builder.scalar(i, 'int64')], { axis: 0 });
    if (value !== undefined) out.push({ name: `${name}.${i}`, value });
  }
}

function collectItems(items: readonly Converted[], name: string, out: NamedOutput[]): void {
  items.forEach((item, i) => {
    if (Array.isArray(item)) collectItems(item as readonly Converted[], `${name}.${i}`, out);
    else out.push({ name: `${name}.${i}`, value: item as OnnxValue });
  });
}

function isAbsent(v: Value): boolean {
  return (
    v.type.kind === 'none' ||
    v.type.kind === 'str' ||
    v.content?.kind === 'none' ||
    v.content?.kind === 'str' ||
    v.type.kind === 'device'
  );
}

/** A Python float has 64 bits. */
function wideDtype(type: Type): DType | undefined {
  return type.kind === 'float' ? 'float64' : undefined;
}

function isNumbers(t: Type): boolean {
  return t.kind === 'list' && (t.element.kind === 'int' || t.element.kind === 'float' || t.element.kind === 'bool');
}
