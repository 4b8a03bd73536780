import { ANY, BOOL, type Type, typeName } from '../../../ir/type.js';
import type { CallExpr, Expr } from './ast.js';
import type { Context } from './context.js';
import type { Frame } from './frame.js';
import { boolItem, constItem, describeItem, type Item, NONE_ITEM, POISON, typeOfItem, valueItem } from './item.js';
import { type Certainty, instanceOf, ofKind } from './type-relations.js';

/** A call by a name that is part of the language. */
type SpecialForm = (context: Context, e: CallExpr, frame: Frame, expected: Type | undefined) => Item;

export const SPECIAL_FORMS: ReadonlyMap<string, SpecialForm> = new Map<string, SpecialForm>([
  ['annotate', annotate],
  ['unchecked_cast', uncheckedCast],
  ['uninitialized', uninitialized],
  ['isinstance', isInstance],
  ['getattr', getAttribute],
  ['hasattr', hasAttribute],
  ['fork', fork],
  ['print', print],
  ['int', conversion('aten::Int')],
  ['float', conversion('aten::Float')],
  ['bool', conversion('aten::Bool')],
  ['complex', conversion('aten::Complex')],
  ['str', conversion('aten::str')],
]);

function typeArgument(context: Context, e: CallExpr, at: number, frame: Frame): Type | undefined {
  const annotation = e.args[at];
  const type = annotation === undefined ? undefined : context.types.parse(annotation);
  if (type === undefined)
    context.problems.report(frame, annotation ?? e, {
      code: 'unknown-name',
      message: 'this is no type that TorchScript knows',
    });
  return type;
}

function argument(context: Context, e: CallExpr, at: number, frame: Frame, expected?: Type): Item {
  const a = e.args[at];
  return a === undefined
    ? context.expressions.unsupported('an argument is missing', e, frame)
    : context.expressions.evaluate(a, frame, expected);
}

/** `annotate(T, x)`: types a literal, or converts a tensor to a number as TorchScript does by itself. */
function annotate(context: Context, e: CallExpr, frame: Frame): Item {
  const type = typeArgument(context, e, 0, frame);
  const item = argument(context, e, 1, frame, type);
  if (type === undefined || item.kind === 'poison') return POISON;
  const own = typeOfItem(item);
  const number =
    type.kind === 'int' ||
    type.kind === 'float' ||
    type.kind === 'complex' ||
    type.kind === 'number' ||
    type.kind === 'bool';
  if (
    number &&
    own.kind !== type.kind &&
    context.emitter.isValue(item) &&
    (type.kind !== 'number' || own.kind === 'tensor')
  ) {
    context.emitter.at(frame, e.start);
    return item.kind === 'const' && type.kind === 'float'
      ? constItem(type, Number(item.value))
      : valueItem(context.operators.convert(item, type));
  }
  return item;
}

/** `unchecked_cast(T, x)`: x where a test has shown that it is a T. */
function uncheckedCast(context: Context, e: CallExpr, frame: Frame): Item {
  const type = typeArgument(context, e, 0, frame);
  const item = argument(context, e, 1, frame);
  if (type === undefined || item.kind === 'poison') return POISON;
  if (!context.emitter.isValue(item) || instanceOf(typeOfItem(item), type) === 'always') return item;
  if (item.kind === 'tuple') return item;
  context.emitter.at(frame, e.start);
  return valueItem(context.emitter.value('prim::unchecked_cast', [context.emitter.materialize(item)], type));
}

function uninitialized(context: Context, e: CallExpr, frame: Frame): Item {
  const type = typeArgument(context, e, 0, frame);
  return type === undefined ? POISON : { kind: 'uninitialized', type };
}

/** `isinstance(x, list)`: any list. */
const CONTAINERS: Readonly<Record<string, 'list' | 'tuple' | 'dict'>> = {
  list: 'list',
  tuple: 'tuple',
  dict: 'dict',
  AnyListType: 'list',
  AnyTupleType: 'tuple',
};

/** A type that isinstance asks for; undefined when the annotation is none. */
function instanceTest(context: Context, annotation: Expr, own: Type): { type: Type; answer: Certainty } | undefined {
  const id = annotation.kind === 'name' ? annotation.id : '';
  const container = Object.hasOwn(CONTAINERS, id) ? CONTAINERS[id] : undefined;
  if (container !== undefined) return { type: ANY, answer: ofKind(own, container) };
  const type = context.types.parse(annotation);
  return type === undefined ? undefined : { type, answer: instanceOf(own, type) };
}

function isInstance(context: Context, e: CallExpr, frame: Frame): Item {
  const item = argument(context, e, 0, frame);
  const wanted = e.args[1];
  if (item.kind === 'poison' || wanted === undefined) return POISON;
  const annotations = wanted.kind === 'tuple' || wanted.kind === 'list' ? wanted.items : [wanted];
  const tests = annotations.map((a) => instanceTest(context, a, typeOfItem(item)));
  if (tests.includes(undefined))
    return context.expressions.unsupported('isinstance is given something that is no type', e, frame);
  if (tests.some((t) => t?.answer === 'always')) return boolItem(true);
  if (tests.every((t) => t?.answer === 'never')) return boolItem(false);
  if (!context.emitter.isValue(item) || tests.some((t) => t?.type === ANY)) {
    return context.expressions.unsupported(
      `whether ${describeItem(item)} is an instance is not known at compile time`,
      e,
      frame,
    );
  }
  context.emitter.at(frame, e.start);
  const node = context.emitter.emit('prim::isinstance', [context.emitter.materialize(item)], [BOOL]);
  node.attributes.set(
    'types',
    tests.map((t) => typeName(t?.type ?? ANY)),
  );
  return valueItem(node.output);
}

function attributeName(e: Expr | undefined): string | undefined {
  return e?.kind === 'str' ? e.value : undefined;
}

function getAttribute(context: Context, e: CallExpr, frame: Frame): Item {
  const name = attributeName(e.args[1]);
  const object = argument(context, e, 0, frame);
  if (name === undefined) return context.expressions.unsupported('getattr takes the name as a literal', e, frame);
  return context.attributes.read(object, name, e, frame);
}

function hasAttribute(context: Context, e: CallExpr, frame: Frame): Item {
  const name = attributeName(e.args[1]);
  const object = argument(context, e, 0, frame);
  if (name === undefined || object.kind !== 'object')
    return context.expressions.unsupported('hasattr takes an object and a literal name', e, frame);
  const { info } = object;
  return boolItem(
    context.objects.attribute(object, name) !== undefined || info.methods.has(name) || info.constants.has(name),
  );
}

/** `fork(f)` runs f at once: its result stands for the future, in lists and tuples too. */
function fork(context: Context, e: CallExpr, frame: Frame): Item {
  const [target, ...operands] = context.calls.operands(e, frame);
  const f = target?.item;
  if (f?.kind === 'poison') return POISON;
  if (f?.kind !== 'function') return context.expressions.unsupported('fork takes a function', e, frame);
  return context.calls.inline(f, operands, e, frame);
}

/** Printing changes no result. */
function print(): Item {
  return NONE_ITEM;
}

function conversion(base: string): SpecialForm {
  return (context, e, frame) => {
    const operands = context.calls.operands(e, frame);
    const [first] = operands;
    if (operands.length === 1 && first !== undefined && base === `aten::${CONVERTS[typeOfItem(first.item).kind]}`)
      return first.item;
    return context.operators.call(base, operands, e, frame);
  };
}

/** Conversions that leave a type as it is. */
const CONVERTS: Partial<Record<Type['kind'], string>> = {
  int: 'Int',
  float: 'Float',
  bool: 'Bool',
  complex: 'Complex',
  str: 'str',
};
