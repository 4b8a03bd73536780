import { type Diagnostic, DiagnosticError } from '../../../diagnostics/diagnostic.js';
import type { Attribute, Value } from '../../../ir/graph.js';
import { CONSTANT, DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_UNPACK } from '../../../ir/primitives.js';
import { BOOL, FLOAT, INT, listOf, NONE, STR, TENSOR, type Type } from '../../../ir/type.js';
import { type ArgSource, resolveCall } from '../../../schema/resolve.js';
import type { Literal, Signature } from '../../../schema/signature.js';
import type { Range } from './ast.js';
import type { Context } from './context.js';
import { foldOperator } from './fold.js';
import type { Frame } from './frame.js';
import {
  boolItem,
  constItem,
  describeItem,
  fitConstant,
  type Item,
  POISON,
  resultItem,
  typeOfItem,
  valueItem,
} from './item.js';
import { OldOperators } from './old-operators.js';

/** One operand of a call, with its keyword where it has one. */
export interface Operand {
  readonly item: Item;
  readonly keyword?: string;
}

/** The conversions that TorchScript inserts by itself, by what they give. */
const FROM_TENSOR: Partial<Record<Type['kind'], string>> = {
  int: 'aten::IntImplicit',
  float: 'aten::FloatImplicit',
  complex: 'aten::ComplexImplicit',
  number: 'aten::ScalarImplicit',
  bool: 'aten::Bool.Tensor',
};

const FROM_NUMBER: Partial<Record<Type['kind'], string>> = {
  int: 'aten::Int.Scalar',
  float: 'aten::Float.Scalar',
  complex: 'aten::Complex.Scalar',
};

/** What the results that an operator is to write into are called, in signatures of `out` variants. */
const OUT_KEYWORDS: ReadonlySet<string> = new Set([
  'out',
  ...['values', 'indices', 'max', 'max_values', 'min', 'min_indices', 'Q', 'R', 'U', 'S', 'Vh', 'L', 'eigenvalues'],
]);

const FROM_BOOL: Partial<Record<Type['kind'], string>> = { int: 'aten::Int.bool', float: 'aten::Float.bool' };

function conversionOf(given: Type, wanted: Type): string | undefined {
  if (given.kind === wanted.kind) return undefined;
  switch (given.kind) {
    case 'tensor':
      return FROM_TENSOR[wanted.kind];
    case 'int':
    case 'float':
    case 'number':
      return FROM_NUMBER[wanted.kind];
    case 'bool':
      return FROM_BOOL[wanted.kind];
    case 'str':
      return wanted.kind === 'device' ? 'aten::device' : undefined;
    default:
      return undefined;
  }
}

/** The problem of a call that no overload takes; throws any other error again. */
function refusal(error: unknown): Pick<Diagnostic, 'code' | 'message' | 'notes' | 'help'> {
  const [first] = error instanceof DiagnosticError ? error.diagnostics : [];
  if (first === undefined || (first.code !== 'unknown-operator' && first.code !== 'no-overload')) throw error;
  const { code, message, notes, help } = first;
  return { code, message, notes, help };
}

/** Operators called by name: overloads resolved, defaults filled in, nodes emitted. */
export class Operators {
  private readonly old: OldOperators;

  constructor(private readonly context: Context) {
    this.old = new OldOperators(context);
  }

  /** Calls `base` (`aten::add`). Problems are reported and give POISON. */
  call(base: string, operands: readonly Operand[], range: Range, frame: Frame): Item {
    const { emitter, problems } = this.context;
    if (operands.some((o) => o.item.kind === 'poison')) return this.unknown(base, range, frame);
    const items = operands.map((o) => o.item);
    const known =
      this.special(base, items) ??
      (operands.some((o) => o.keyword !== undefined) ? undefined : foldOperator(base, items));
    if (known !== undefined) return known;
    for (const item of items) {
      if (emitter.isValue(item) || (item.kind === 'enum' && base === 'aten::format')) continue;
      const why = item.kind === 'unusable' ? item.why : `${base} is given ${describeItem(item)}`;
      return problems.report(frame, range, { code: 'unsupported-syntax', message: why });
    }
    emitter.at(frame, range.start);
    try {
      return this.emit(base, this.old.operands(base, operands));
    } catch (error) {
      const first = refusal(error);
      const plain = first.code === 'no-overload' ? this.withoutOut(base, operands, range, frame) : undefined;
      return plain ?? problems.report(frame, range, first);
    }
  }

  /** Of operands that have been reported only the operator itself can be told: whether there is one. */
  private unknown(base: string, range: Range, frame: Frame): Item {
    const { problems, registry } = this.context;
    if (registry.hasBase(base)) return POISON;
    try {
      resolveCall(registry, base, []);
    } catch (error) {
      return problems.report(frame, range, refusal(error));
    }
    return POISON;
  }

  /** `op(..., out=x)` where no overload is declared that takes it: x is given what the operator gives without it. */
  private withoutOut(base: string, operands: readonly Operand[], range: Range, frame: Frame): Item | undefined {
    const { emitter } = this.context;
    const isOut = ({ item, keyword }: Operand): boolean =>
      keyword !== undefined && OUT_KEYWORDS.has(keyword) && typeOfItem(item).kind === 'tensor';
    const outs = operands.filter(isOut);
    if (outs.length === 0) return undefined;
    const result = this.call(
      base,
      operands.filter((o) => !isOut(o)),
      range,
      frame,
    );
    if (result.kind === 'poison') return result;
    const made = result.kind === 'tuple' ? result.items : [result];
    const values = outs.flatMap(({ item }, i) => {
      const value = made[i];
      return value === undefined
        ? []
        : [emitter.value('thaw::assign_', [emitter.materialize(item), emitter.materialize(value)], TENSOR)];
    });
    return resultItem(values);
  }

  /** As `call`, with positional operands. */
  apply(base: string, items: readonly Item[], range: Range, frame: Frame): Item {
    return this.call(
      base,
      items.map((item) => ({ item })),
      range,
      frame,
    );
  }

  private emit(base: string, operands: readonly Operand[]): Item {
    const { emitter, registry } = this.context;
    const types = operands.map((o) => ({ type: typeOfItem(o.item), keyword: o.keyword }));
    const r = resolveCall(registry, base, types);
    const { signature } = r.schema;
    const inputs = r.args.map((source, i) => this.argument(source, signature, i, operands));
    for (const index of r.rest) inputs.push(emitter.materialize(operands[index]?.item ?? POISON));
    const old = this.old.emit(signature.op, inputs);
    return old === undefined ? resultItem(emitter.emit(signature.op, inputs, r.results).outputs) : valueItem(old);
  }

  private argument(source: ArgSource, signature: Signature, at: number, operands: readonly Operand[]): Value {
    const { emitter } = this.context;
    const arg = signature.args[at];
    const wanted = arg?.type ?? { kind: 'any' };
    switch (source.kind) {
      case 'operand':
        return this.convert(operands[source.index]?.item ?? POISON, source.convert ?? wanted);
      case 'default': {
        const value = spread(source.value, wanted);
        return emitter.constant(literalType(value, wanted), literalAttribute(value));
      }
      case 'broadcast': {
        const element = elementOf(wanted);
        const item = this.convert(operands[source.index]?.item ?? POISON, element);
        return emitter.value(
          LIST_CONSTRUCT,
          Array.from({ length: source.size }, () => item),
          listOf(element),
        );
      }
      case 'gather': {
        const element = elementOf(wanted);
        const items = source.indexes.map((i) => this.convert(operands[i]?.item ?? POISON, element));
        return emitter.value(LIST_CONSTRUCT, items, listOf(element));
      }
    }
  }

  /** The item as a value of the argument's type, with the conversions that TorchScript makes by itself. */
  convert(item: Item, declared: Type): Value {
    const { emitter } = this.context;
    const wanted = declared.kind === 'optional' ? declared.element : declared;
    if (item.kind === 'const') return emitter.materialize(fitConstant(item, wanted));
    if (item.kind === 'tuple' && wanted.kind === 'list') {
      const element = wanted.element.kind === 'var' ? typeOfItem(item.items[0] ?? POISON) : wanted.element;
      const items = item.items.map((i) => this.convert(i, element));
      return emitter.value(LIST_CONSTRUCT, items, listOf(element));
    }
    const value = emitter.materialize(item);
    const { type } = value;
    if (wanted.kind === 'list' && type.kind === 'tuple') return this.tupleToList(value, type.elements, wanted.element);
    const conversion = conversionOf(type, wanted);
    return conversion === undefined ? value : emitter.value(conversion, [value], wanted);
  }

  private tupleToList(value: Value, elements: readonly Type[], wanted: Type): Value {
    const { emitter } = this.context;
    const items = emitter.emit(TUPLE_UNPACK, [value], elements).outputs.map((v) => this.convert(valueItem(v), wanted));
    return emitter.value(LIST_CONSTRUCT, items, listOf(wanted.kind === 'var' ? (elements[0] ?? wanted) : wanted));
  }

  /** Operators that say something about their operands which is known without the program running. */
  private special(base: string, items: readonly Item[]): Item | undefined {
    const [first, second] = items;
    if (first === undefined) return base === 'aten::dict' ? this.emptyDict() : undefined;
    switch (base) {
      case 'aten::wait':
        return first;
      case 'aten::_unwrap_optional': {
        const { kind } = typeOfItem(first);
        return kind === 'optional' || kind === 'any' || kind === 'none' ? undefined : first;
      }
      case 'aten::__contains__':
        return second === undefined ? undefined : this.contains(first, second);
      case 'aten::len':
        return first.kind === 'object' && first.info.base === 'Module'
          ? constItem(INT, this.context.attributes.submodules(first).length)
          : undefined;
      default:
        return undefined;
    }
  }

  /** `dict()`: TorchScript's own type for it. */
  private emptyDict(): Item {
    return valueItem(this.context.emitter.value(DICT_CONSTRUCT, [], { kind: 'dict', key: STR, value: TENSOR }));
  }

  /** `x in ["a", "b"]`: the list has just been written, so nothing can have changed it. */
  private contains(list: Item, item: Item): Item | undefined {
    if (list.kind !== 'value' || item.kind !== 'const') return undefined;
    const node = list.value.producer;
    if (node?.op !== LIST_CONSTRUCT || list.value.uses.size > 0 || node.parent !== this.context.emitter.block)
      return undefined;
    const values: Attribute[] = [];
    for (const v of node.inputs) {
      const value = v.producer?.op === CONSTANT ? v.producer.attributes.get('value') : undefined;
      if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
      values.push(value);
    }
    return boolItem(values.includes(item.value));
  }
}

function elementOf(type: Type): Type {
  const list = type.kind === 'optional' ? type.element : type;
  return list.kind === 'list' ? list.element : list;
}

/** `int[2] padding=0` means [0, 0]. */
function spread(value: Literal, declared: Type): Literal {
  const type = declared.kind === 'optional' ? declared.element : declared;
  return type.kind === 'list' && typeof value === 'number' ? new Array<number>(type.size ?? 1).fill(value) : value;
}

/** The type of a default value: the argument's, or None; of a `Scalar`, the number's own. */
function literalType(value: Literal, declared: Type): Type {
  if (value === null) return NONE;
  const type = declared.kind === 'optional' ? declared.element : declared;
  if (type.kind === 'number' && typeof value === 'number') return Number.isInteger(value) ? INT : FLOAT;
  if (type.kind === 'number' && typeof value === 'boolean') return BOOL;
  return type.kind === 'list' ? listOf(type.element) : type;
}

function literalAttribute(value: Literal): Attribute {
  return typeof value === 'object' && value !== null ? value.map(literalAttribute) : value;
}
