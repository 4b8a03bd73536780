import { DICT_CONSTRUCT, LIST_CONSTRUCT } from '../../../ir/primitives.js';
import { COMPLEX, FLOAT, INT, listOf, STR, TENSOR, type Type, typeName } from '../../../ir/type.js';
import type { BinaryOperator, CompareOperator, DictExpr, Expr, ListExpr, Range } from './ast.js';
import { boundedTuple } from './bounded-tuple.js';
import type { Context } from './context.js';
import { knownBool } from './fold.js';
import type { Frame } from './frame.js';
import {
  boolItem,
  constItem,
  describeItem,
  FALSE_ITEM,
  type Item,
  NONE_ITEM,
  POISON,
  TRUE_ITEM,
  typeOfItem,
  valueItem,
} from './item.js';
import { commonType } from './objects.js';

const BINARY_OPERATORS: Readonly<Record<BinaryOperator, string>> = {
  '+': 'aten::add',
  '-': 'aten::sub',
  '*': 'aten::mul',
  '/': 'aten::div',
  '//': 'aten::floordiv',
  '%': 'aten::remainder',
  '**': 'aten::pow',
  '@': 'aten::matmul',
  '&': 'aten::__and__',
  '|': 'aten::__or__',
  '^': 'aten::__xor__',
  '<<': 'aten::__lshift__',
  '>>': 'aten::__rshift__',
};

const COMPARE_OPERATORS: Readonly<Record<Exclude<CompareOperator, 'in' | 'not in'>, string>> = {
  '==': 'aten::eq',
  '!=': 'aten::ne',
  '<': 'aten::lt',
  '<=': 'aten::le',
  '>': 'aten::gt',
  '>=': 'aten::ge',
  is: 'aten::__is__',
  'is not': 'aten::__isnot__',
};

/** Names that serialized code uses for numbers without a literal. */
const NUMBERS: Readonly<Record<string, Item>> = {
  inf: constItem(FLOAT, Number.POSITIVE_INFINITY),
  nan: constItem(FLOAT, Number.NaN),
  infj: constItem(COMPLEX, [0, Number.POSITIVE_INFINITY]),
  nanj: constItem(COMPLEX, [0, Number.NaN]),
};

const NAMESPACES = new Set(['torch', 'ops', '__torch__', 'CONSTANTS']);

/** Evaluates expressions: what is known becomes an item, the rest nodes. */
export class Expressions {
  constructor(private readonly context: Context) {}

  /** `expected` is the type that an annotation asks of a list or dict literal. */
  evaluate(e: Expr, frame: Frame, expected?: Type): Item {
    switch (e.kind) {
      case 'name':
        return this.name(e.id, e, frame);
      case 'int':
        return constItem(INT, e.value);
      case 'float':
        return constItem(FLOAT, e.value);
      case 'imaginary':
        return constItem(COMPLEX, [0, e.value]);
      case 'str':
        return constItem(STR, e.value);
      case 'bool':
        return boolItem(e.value);
      case 'none':
        return NONE_ITEM;
      case 'call':
        return this.context.calls.evaluate(e, frame, expected);
      case 'attribute':
        return this.context.attributes.read(this.evaluate(e.object, frame), e.name, e, frame);
      case 'subscript':
        return this.context.subscripts.evaluate(e, frame);
      case 'tuple': {
        const types = expected?.kind === 'tuple' ? expected.elements : [];
        return boundedTuple(e.items.map((item, i) => this.evaluate(item, frame, types[i])));
      }
      case 'list':
        return this.list(e, frame, expected);
      case 'dict':
        return this.dict(e, frame, expected);
      case 'unary': {
        const operand = this.evaluate(e.operand, frame);
        if (e.op === 'not') return this.not(operand, e, frame);
        if (e.op === '+') return operand;
        return this.context.operators.apply(e.op === '-' ? 'aten::neg' : 'aten::bitwise_not', [operand], e, frame);
      }
      case 'binary':
        return this.binary(e.op, this.evaluate(e.left, frame), this.evaluate(e.right, frame), e, frame);
      case 'compare':
        return this.compare(e.op, this.evaluate(e.left, frame), this.evaluate(e.right, frame), e, frame);
      case 'logical':
        return this.logical(e.op, e.left, e.right, e, frame);
      case 'conditional':
        return this.context.branches.choose(
          this.truth(this.evaluate(e.test, frame), e.test, frame),
          () => this.evaluate(e.body, frame, expected),
          () => this.evaluate(e.orelse, frame, expected),
          e,
          frame,
        );
      case 'slice':
      case 'ellipsis':
      case 'starred':
        return this.unsupported(`a ${e.kind} cannot stand here`, e, frame);
    }
  }

  /** An item as a condition: a known bool, or a bool value. */
  truth(item: Item, range: Range, frame: Frame): Item {
    const { kind } = typeOfItem(item);
    if (item.kind === 'poison' || kind === 'bool') return item;
    if (kind === 'none') return FALSE_ITEM;
    if (kind === 'list' || kind === 'dict' || kind === 'str') {
      const length = this.context.operators.apply('aten::len', [item], range, frame);
      return this.context.operators.apply('aten::ne', [length, constItem(INT, 0)], range, frame);
    }
    return this.context.operators.apply('aten::Bool', [item], range, frame);
  }

  binary(op: BinaryOperator, left: Item, right: Item, range: Range, frame: Frame): Item {
    const tensors = typeOfItem(left).kind === 'tensor' || typeOfItem(right).kind === 'tensor';
    const base = op === '//' && tensors ? 'aten::floor_divide' : BINARY_OPERATORS[op];
    return this.context.operators.apply(base, [left, right], range, frame);
  }

  unsupported(message: string, range: Range, frame: Frame): Item {
    return this.context.problems.report(frame, range, { code: 'unsupported-syntax', message });
  }

  private name(id: string, range: Range, frame: Frame): Item {
    const item = frame.lookup(id);
    if (item !== undefined) return this.usable(item, range, frame);
    if (NAMESPACES.has(id)) return { kind: 'namespace', name: id };
    const number = Object.hasOwn(NUMBERS, id) ? NUMBERS[id] : undefined;
    if (number !== undefined) return number;
    return this.context.problems.report(frame, range, {
      code: 'unknown-name',
      message: `nothing defines \`${id}\` here`,
    });
  }

  /** The item, or the report of why it cannot be used. */
  usable(item: Item, range: Range, frame: Frame): Item {
    return item.kind === 'unusable' ? this.unsupported(item.why, range, frame) : item;
  }

  private list(e: ListExpr, frame: Frame, expected: Type | undefined): Item {
    const { emitter } = this.context;
    const wanted = expected?.kind === 'optional' ? expected.element : expected;
    const declared = wanted?.kind === 'list' ? wanted.element : undefined;
    const items = e.items.map((item) => this.evaluate(item, frame, declared));
    if (items.some((i) => i.kind === 'poison')) return POISON;
    const element = declared ?? (items.length === 0 ? TENSOR : commonType(items));
    if (element === undefined)
      return this.unsupported(`the list mixes ${items.map((i) => typeName(typeOfItem(i))).join(', ')}`, e, frame);
    const bad = items.find((i) => !emitter.isValue(i));
    if (bad !== undefined)
      return this.unsupported(`a list of ${describeItem(bad)} cannot be part of the graph`, e, frame);
    const values = items.map((i) => this.context.operators.convert(i, element));
    emitter.at(frame, e.start);
    return valueItem(emitter.value(LIST_CONSTRUCT, values, listOf(element)));
  }

  private dict(e: DictExpr, frame: Frame, expected: Type | undefined): Item {
    const { emitter } = this.context;
    const wanted = expected?.kind === 'optional' ? expected.element : expected;
    const declared = wanted?.kind === 'dict' ? wanted : undefined;
    const keys: Item[] = [];
    const values: Item[] = [];
    for (const [key, value] of e.entries) {
      keys.push(this.evaluate(key, frame, declared?.key));
      values.push(this.evaluate(value, frame, declared?.value));
    }
    if ([...keys, ...values].some((i) => i.kind === 'poison')) return POISON;
    const key = declared?.key ?? (keys.length === 0 ? STR : commonType(keys));
    const value = declared?.value ?? (values.length === 0 ? TENSOR : commonType(values));
    const bad = [...keys, ...values].find((i) => !emitter.isValue(i));
    if (bad !== undefined || key === undefined || value === undefined) {
      return this.unsupported(
        bad === undefined ? 'the dict mixes types' : `a dict of ${describeItem(bad)} cannot be part of the graph`,
        e,
        frame,
      );
    }
    const inputs = keys.flatMap((k, i) => [
      this.context.operators.convert(k, key),
      this.context.operators.convert(values[i] ?? POISON, value),
    ]);
    emitter.at(frame, e.start);
    return valueItem(emitter.value(DICT_CONSTRUCT, inputs, { kind: 'dict', key, value }));
  }

  private not(operand: Item, range: Range, frame: Frame): Item {
    return this.context.operators.apply('aten::__not__', [this.truth(operand, range, frame)], range, frame);
  }

  private compare(op: CompareOperator, left: Item, right: Item, range: Range, frame: Frame): Item {
    if (op !== 'in' && op !== 'not in')
      return this.context.operators.apply(COMPARE_OPERATORS[op], [left, right], range, frame);
    const contains = this.context.operators.apply('aten::__contains__', [right, left], range, frame);
    return op === 'in' ? contains : this.not(contains, range, frame);
  }

  /** The right operand runs only where the left one does not decide. */
  private logical(op: 'and' | 'or', left: Expr, right: Expr, range: Range, frame: Frame): Item {
    const test = this.truth(this.evaluate(left, frame), left, frame);
    const other = (): Item => this.truth(this.evaluate(right, frame), right, frame);
    const decided = op === 'or' ? TRUE_ITEM : FALSE_ITEM;
    const known = knownBool(test);
    if (known !== undefined) return known === (op === 'or') ? decided : other();
    return this.context.branches.choose(
      test,
      op === 'or' ? () => decided : other,
      op === 'or' ? other : () => decided,
      range,
      frame,
    );
  }
}
