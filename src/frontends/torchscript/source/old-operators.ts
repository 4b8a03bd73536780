import type { Block, Value } from '../../../ir/graph.js';
import { CONSTANT, IF } from '../../../ir/primitives.js';
import { BOOL, FLOAT, INT, STR } from '../../../ir/type.js';
import type { Context } from './context.js';
import { constItem, type Item } from './item.js';

/**
 * Operators whose meaning PyTorch has changed: what an archive of an older version means by them
 * (torch/csrc/jit/operator_upgraders). The version is the first with the present meaning.
 */
const DIVISIONS: ReadonlyMap<string, string> = new Map([
  ['aten::div.Tensor', 'aten::div.Tensor_mode'],
  ['aten::div.Scalar', 'aten::div.Scalar_mode'],
  ['aten::div_.Tensor', 'aten::div_.Tensor_mode'],
  ['aten::div_.Scalar', 'aten::div_.Scalar_mode'],
]);
const TRUE_DIVISION_VERSION = 4;
const INFERRED_FULL_VERSION = 5;
const STEPS_VERSION: ReadonlyMap<string, number> = new Map([
  ['aten::linspace', 8],
  ['aten::logspace', 9],
]);
const OLD_STEPS = 100;

/** Gives old archives' operators their old meaning. */
export class OldOperators {
  constructor(private readonly context: Context) {}

  /** Operands of the call in today's form: `linspace` without a number of steps made 100. */
  operands<T extends { readonly item: Item; readonly keyword?: string }>(
    base: string,
    given: readonly T[],
  ): readonly T[] {
    const since = STEPS_VERSION.get(base);
    const steps = since === undefined ? undefined : given[2];
    if (since === undefined || steps?.item.kind !== 'const' || steps.item.value !== null) return given;
    if (this.context.archive.version >= since) return given;
    return given.map((o) => (o === steps ? { ...o, item: constItem(INT, OLD_STEPS) } : o));
  }

  /** Emits the operator's old form, if it has one; undefined where today's is the same. */
  emit(op: string, inputs: readonly Value[]): Value | undefined {
    const truncated = DIVISIONS.get(op);
    if (truncated !== undefined) return this.division(op, truncated, inputs);
    return op === 'aten::full' ? this.full(inputs) : undefined;
  }

  /** Integers were divided as integers, toward zero. */
  private division(op: string, truncated: string, [self, other]: readonly Value[]): Value | undefined {
    const { archive, emitter } = this.context;
    if (
      self === undefined ||
      other === undefined ||
      other.type.kind === 'float' ||
      archive.version >= TRUE_DIVISION_VERSION
    )
      return undefined;
    const test = (v: Value): Value => emitter.value('aten::is_floating_point', [v], BOOL);
    const tests = other.type.kind === 'tensor' ? [test(self), test(other)] : [test(self)];
    const isTrue = tests.reduce((a, b) => emitter.value('aten::__or__.bool', [a, b], BOOL));
    const node = emitter.control(IF, [isTrue]);
    const side = (block: Block, write: () => Value): void => block.addReturn(emitter.within(block, write));
    side(node.addBlock(), () => emitter.value(op, [self, other], self.type));
    side(node.addBlock(), () => emitter.value(truncated, [self, other, emitter.constant(STR, 'trunc')], self.type));
    return node.addOutput(emitter.graph.freshName(), self.type);
  }

  /** A whole number filled a float tensor where no dtype was given. */
  private full(inputs: readonly Value[]): Value | undefined {
    const { archive, emitter } = this.context;
    const [size, fill, dtype, ...rest] = inputs;
    const isOpen = dtype?.producer?.attributes.get('value') === null;
    if (size === undefined || fill === undefined || dtype === undefined || fill.type.kind === 'float' || !isOpen)
      return undefined;
    if (archive.version >= INFERRED_FULL_VERSION) return undefined;
    const known = fill.producer?.op === CONSTANT ? fill.producer.attributes.get('value') : undefined;
    const isNumber = typeof known === 'number' || typeof known === 'boolean';
    const float = isNumber
      ? emitter.constant(FLOAT, Number(known))
      : emitter.value('aten::Float.Scalar', [fill], FLOAT);
    return emitter.value('aten::full', [size, float, dtype, ...rest], { kind: 'tensor' });
  }
}
