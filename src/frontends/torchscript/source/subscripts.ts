import type { Value } from '../../../ir/graph.js';
import { TUPLE_INDEX, TUPLE_UNPACK } from '../../../ir/primitives.js';
import { INT, type Type, typeEquals } from '../../../ir/type.js';
import type { Expr, Range, SliceExpr, SubscriptExpr } from './ast.js';
import type { Context } from './context.js';
import type { Frame } from './frame.js';
import { constItem, type Item, NONE_ITEM, POISON, typeOfItem, valueItem } from './item.js';
import type { ScriptObject } from './script-object.js';

/** Reads items and slices of containers. */
export class Subscripts {
  constructor(private readonly context: Context) {}

  evaluate(e: SubscriptExpr, frame: Frame): Item {
    const object = this.context.expressions.evaluate(e.object, frame);
    if (e.index.kind === 'slice') return this.slice(object, e.index, e, frame);
    return this.item(object, this.context.expressions.evaluate(e.index, frame), e, frame);
  }

  /** `object[index]`. */
  item(object: Item, index: Item, range: Range, frame: Frame): Item {
    if (object.kind === 'poison' || index.kind === 'poison') return POISON;
    if (object.kind === 'object') return this.objectItem(object, index, range, frame);
    const type = typeOfItem(object);
    if (type.kind === 'tuple') {
      return this.itemOfTuple(object, type.elements, index, range, frame);
    }
    if (type.kind === 'tensor') {
      if (typeOfItem(index).kind !== 'int')
        return this.context.expressions.unsupported(
          'serialized code reads items of a tensor by torch.select and torch.index',
          range,
          frame,
        );
      return this.context.operators.apply('aten::select', [object, constItem(INT, 0), index], range, frame);
    }
    return this.context.operators.apply('aten::__getitem__', [object, index], range, frame);
  }

  /** A constant index gives that item; another one needs items of one type. */
  private itemOfTuple(object: Item, elements: readonly Type[], index: Item, range: Range, frame: Frame): Item {
    const { emitter, expressions } = this.context;
    if (index.kind === 'const' && typeof index.value === 'number') {
      const place = index.value < 0 ? index.value + elements.length : index.value;
      if (place < 0 || place >= elements.length) {
        return expressions.unsupported(`a tuple of ${elements.length} items has no item ${index.value}`, range, frame);
      }
      if (object.kind === 'tuple') return expressions.usable(object.items[place] ?? POISON, range, frame);
      return object.kind === 'value' ? this.tupleItem(object.value, elements, place, range, frame) : POISON;
    }
    const [first] = elements;
    if (
      first === undefined ||
      index.kind !== 'value' ||
      !emitter.isValue(object) ||
      !elements.every((t) => typeEquals(t, first))
    ) {
      return expressions.unsupported('a tuple of different types needs a constant index', range, frame);
    }
    emitter.at(frame, range.start);
    return valueItem(emitter.value(TUPLE_INDEX, [emitter.materialize(object), index.value], first));
  }

  /** The item of a tuple that is a value of the graph. */
  tupleItem(value: Value, elements: readonly Type[], index: number, range: Range, frame: Frame): Item {
    const { emitter } = this.context;
    emitter.at(frame, range.start);
    return valueItem(
      emitter.value(TUPLE_INDEX, [value, emitter.constant(INT, index)], elements[index] ?? { kind: 'any' }),
    );
  }

  private objectItem(object: ScriptObject, index: Item, range: Range, frame: Frame): Item {
    const method = object.info.methods.get('__getitem__');
    if (method !== undefined)
      return this.context.calls.inline(
        { kind: 'function', info: method, self: object },
        [{ item: index }],
        range,
        frame,
      );
    if (index.kind === 'const') {
      if (typeof index.value === 'string') return this.context.attributes.read(object, index.value, range, frame);
      const items = this.context.attributes.submodules(object);
      const item = typeof index.value === 'number' ? items.at(index.value) : undefined;
      if (item !== undefined) return item;
    }
    return this.context.expressions.unsupported(
      `${object.info.name} is indexed by something that is not known at compile time`,
      range,
      frame,
    );
  }

  private slice(object: Item, slice: SliceExpr, range: Range, frame: Frame): Item {
    const part = (e: Expr | undefined): Item =>
      e === undefined ? NONE_ITEM : this.context.expressions.evaluate(e, frame);
    const [lower, upper, step] = [part(slice.lower), part(slice.upper), part(slice.step)];
    const type = typeOfItem(object);
    if (type.kind !== 'tuple') {
      const steps = slice.step === undefined ? constItem(INT, 1) : step;
      const axis = type.kind === 'tensor' ? [constItem(INT, 0)] : [];
      return this.context.operators.apply('aten::slice', [object, ...axis, lower, upper, steps], range, frame);
    }
    const bound = (i: Item): number | undefined =>
      i.kind === 'const' && typeof i.value === 'number' ? i.value : undefined;
    const places = [...type.elements.keys()].slice(bound(lower), bound(upper));
    const items = places.map((i) => this.item(object, constItem(INT, i), range, frame));
    const whole = slice.step === undefined && [lower, upper].every((i) => i === NONE_ITEM || bound(i) !== undefined);
    return whole
      ? { kind: 'tuple', items }
      : this.context.expressions.unsupported('a tuple is sliced by constants without a step', range, frame);
  }

  /** A tuple type's value opened into its items; used by unpacking. */
  openTuple(item: Item, range: Range, frame: Frame): readonly Item[] | undefined {
    if (item.kind === 'tuple') return item.items;
    if (item.kind !== 'value' || item.value.type.kind !== 'tuple') return undefined;
    const { emitter } = this.context;
    emitter.at(frame, range.start);
    return emitter.emit(TUPLE_UNPACK, [item.value], item.value.type.elements).outputs.map(valueItem);
  }
}
