import { type Type, typeName } from '../../../ir/type.js';
import type { CallExpr, Expr, Range } from './ast.js';
import { boundedTuple } from './bounded-tuple.js';
import type { ClassInfo, FunctionInfo } from './code-library.js';
import type { Context } from './context.js';
import { Frame } from './frame.js';
import { describeItem, fitConstant, type Item, NONE_ITEM, POISON } from './item.js';
import type { Operand } from './operators.js';
import type { ScriptObject } from './script-object.js';
import { SPECIAL_FORMS } from './special-forms.js';

type FunctionItem = Item & { readonly kind: 'function' };

/** Calls: functions and methods of the archive are inlined, the rest are operators. */
export class Calls {
  private readonly active: FunctionItem[] = [];

  constructor(private readonly context: Context) {}

  evaluate(e: CallExpr, frame: Frame, expected: Type | undefined): Item {
    const { callee } = e;
    if (callee.kind === 'name' && frame.lookup(callee.id) === undefined) {
      const form = SPECIAL_FORMS.get(callee.id);
      return form === undefined ? this.builtin(callee.id, e, frame) : form(this.context, e, frame, expected);
    }
    if (callee.kind !== 'attribute') return this.invoke(this.context.expressions.evaluate(callee, frame), e, frame);
    const object = this.context.expressions.evaluate(callee.object, frame);
    if (object.kind === 'value' || object.kind === 'const' || (object.kind === 'tuple' && callee.name !== '__new__')) {
      return this.methodOfValue(object, callee.name, e, frame, expected);
    }
    if (object.kind === 'class' && callee.name === '__new__')
      return this.context.objects.create(object.info, object.info.def.name);
    return this.invoke(this.context.attributes.read(object, callee.name, callee, frame), e, frame);
  }

  operands(e: CallExpr, frame: Frame): Operand[] {
    const operands: Operand[] = [];
    for (const a of e.args) {
      if (a.kind === 'starred') {
        const items = this.context.subscripts.openTuple(this.context.expressions.evaluate(a.value, frame), a, frame);
        operands.push(
          ...(
            items ?? [this.context.expressions.unsupported('only tuples can be spread into arguments', a, frame)]
          ).map((item) => ({ item })),
        );
      } else operands.push({ item: this.context.expressions.evaluate(a, frame) });
    }
    for (const k of e.keywords)
      operands.push({ item: this.context.expressions.evaluate(k.value, frame), keyword: k.name });
    return operands;
  }

  private invoke(target: Item, e: CallExpr, frame: Frame): Item {
    switch (target.kind) {
      case 'poison':
        this.operands(e, frame);
        return POISON;
      case 'function':
        return this.inline(target, this.operands(e, frame), e, frame);
      case 'class':
        return this.instantiate(target.info, this.operands(e, frame), e, frame);
      case 'object': {
        const method = target.info.methods.get(target.info.methods.has('__call__') ? '__call__' : 'forward');
        if (method === undefined) break;
        return this.inline({ kind: 'function', info: method, self: target }, this.operands(e, frame), e, frame);
      }
      case 'namespace': {
        const op = operatorName(target.name);
        if (op !== undefined) return this.context.operators.call(op, this.operands(e, frame), e, frame);
        return this.unknown(target.name, e, frame);
      }
    }
    return this.context.expressions.unsupported(`${describeItem(target)} cannot be called`, e, frame);
  }

  private unknown(name: string, range: Range, frame: Frame): Item {
    return this.context.problems.report(frame, range, {
      code: 'unknown-name',
      message: name.startsWith('__torch__.')
        ? `the archive has no code for \`${name}\``
        : `\`${name}\` is no operator that serialized code can call`,
    });
  }

  /** `len(x)`, `min(a, b)`: names that Python has built in. */
  private builtin(name: string, e: CallExpr, frame: Frame): Item {
    const base = this.context.registry.hasBase(`aten::${name}`) ? `aten::${name}` : `prim::${name}`;
    if (!this.context.registry.hasBase(base)) {
      return this.context.problems.report(frame, e, {
        code: 'unknown-name',
        message: `nothing defines \`${name}\` here`,
      });
    }
    return this.context.operators.call(base, this.operands(e, frame), e, frame);
  }

  /** `x.add(y)`, `"{}".format(x)`, `x.tolist()`. */
  private methodOfValue(object: Item, name: string, e: CallExpr, frame: Frame, expected: Type | undefined): Item {
    const { emitter, operators, registry } = this.context;
    if (name === 'tolist' && expected !== undefined && object.kind === 'value') {
      emitter.at(frame, e.start);
      return { kind: 'value', value: emitter.value('prim::tolist', [object.value], expected) };
    }
    const base =
      registry.hasBase(`aten::${name}`) || !registry.hasBase(`prim::${name}`) ? `aten::${name}` : `prim::${name}`;
    return operators.call(base, [{ item: object }, ...this.operands(e, frame)], e, frame);
  }

  /** An instance of a class that is called: a tuple of a NamedTuple, else an object that `__init__` fills. */
  private instantiate(info: ClassInfo, operands: readonly Operand[], range: Range, frame: Frame): Item {
    if (info.base === 'NamedTuple') {
      const type = this.context.types.classType(info);
      const names = [...info.fields.keys()];
      const items = names.map((name, i) => operands.find((o) => o.keyword === name)?.item ?? operands[i]?.item);
      if (operands.length !== names.length || items.includes(undefined)) {
        return this.context.expressions.unsupported(
          `${typeName(type)} has ${names.length} fields, not ${operands.length}`,
          range,
          frame,
        );
      }
      return boundedTuple(
        items.map((i) => i ?? POISON),
        info.name,
        names,
      );
    }
    if (info.base === 'Enum') {
      const [first] = operands;
      for (const member of info.constants.keys()) {
        const item = this.context.attributes.read({ kind: 'class', info }, member, range, frame);
        if (
          item.kind === 'enum' &&
          item.value.kind === 'const' &&
          first?.item.kind === 'const' &&
          item.value.value === first.item.value
        )
          return item;
      }
      return this.context.expressions.unsupported(
        `the member of ${info.name} is not known at compile time`,
        range,
        frame,
      );
    }
    const object = this.context.objects.create(info, info.def.name);
    const init = info.methods.get('__init__');
    if (init !== undefined) this.inline({ kind: 'function', info: init, self: object }, operands, range, frame);
    return object;
  }

  /** Runs `__setstate__` of an object that is being loaded. */
  setState(object: ScriptObject, state: Item): void {
    const info = object.info.methods.get('__setstate__');
    if (info === undefined) return;
    const frame = new Frame(info, object);
    this.inline({ kind: 'function', info, self: object }, [{ item: state }], info.def, frame);
  }

  /** Runs a function's body in place of its call, on these operands. */
  inline(target: FunctionItem, operands: readonly Operand[], range: Range, caller: Frame): Item {
    const { info, self } = target;
    const recursive = this.active.some((a) => a.info.def === info.def && a.self === self && a.outer === target.outer);
    const most = this.context.limits.callDepth;
    if (recursive || this.active.length >= most) {
      const why = recursive ? 'calls itself' : `is called at a depth of more than ${most}`;
      return this.context.expressions.unsupported(`${info.name} ${why}, which cannot be inlined`, range, caller);
    }
    this.context.emitter.countCall();
    const frame = new Frame(info, self, caller, range.start, target.outer);
    const given = self === undefined ? operands : [{ item: self }, ...operands];
    if (!this.bind(info, given, frame, range, caller)) return POISON;
    this.active.push(target);
    const result = this.context.statements.run({ statements: info.def.body, from: 0, next: undefined }, frame);
    this.active.pop();
    return result ?? NONE_ITEM;
  }

  /** Gives the parameters their items. False when the call does not fit, which has then been reported. */
  private bind(info: FunctionInfo, operands: readonly Operand[], frame: Frame, range: Range, caller: Frame): boolean {
    const { parameters } = info.def;
    const positional = operands.filter((o) => o.keyword === undefined);
    const misfit = (message: string): boolean => {
      this.context.problems.report(caller, range, { code: 'no-overload', message: `${info.name} ${message}` });
      return false;
    };
    if (positional.length > parameters.length)
      return misfit(`takes ${parameters.length} arguments, not ${positional.length}`);
    const unknown = operands.find((o) => o.keyword !== undefined && !parameters.some((p) => p.name === o.keyword));
    if (unknown !== undefined) return misfit(`has no argument ${unknown.keyword}`);
    for (const [i, p] of parameters.entries()) {
      const given = positional[i]?.item ?? operands.find((o) => o.keyword === p.name)?.item;
      const type = p.annotation === undefined ? undefined : this.context.types.parse(p.annotation);
      if (given === undefined && p.default === undefined) return misfit(`is called without its argument ${p.name}`);
      frame.variables.set(
        p.name,
        given === undefined ? this.evaluateDefault(p.default, frame, type) : fitDeclared(given, type),
      );
    }
    return true;
  }

  private evaluateDefault(e: Expr | undefined, frame: Frame, type: Type | undefined): Item {
    return e === undefined ? NONE_ITEM : fitDeclared(this.context.expressions.evaluate(e, frame, type), type);
  }
}

/** A literal of the declared type: an int where a float is declared. */
export function fitDeclared(item: Item, type: Type | undefined): Item {
  return item.kind === 'const' && type !== undefined
    ? fitConstant(item, type.kind === 'optional' ? type.element : type)
    : item;
}

/** `aten::add` of `torch.add`, `prim::dtype` of `ops.prim.dtype`. */
function operatorName(name: string): string | undefined {
  const parts = name.split('.');
  const [root, first, second] = parts;
  if (root === 'ops' && parts.length === 3) return `${first}::${second}`;
  if (root !== 'torch' || parts.length < 2) return undefined;
  return `aten::${parts[parts.length - 1]}`;
}
