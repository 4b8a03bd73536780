import { LIST_UNPACK, RAISE } from '../../../ir/primitives.js';
import { STR } from '../../../ir/type.js';
import type { AssignStatement, Expr, IfStatement, Range, Statement, WithStatement } from './ast.js';
import { fitDeclared } from './calls.js';
import type { Context } from './context.js';
import { knownBool } from './fold.js';
import type { Frame } from './frame.js';
import { constItem, describeItem, type Item, NONE_ITEM, POISON, typeOfItem, valueItem } from './item.js';
import { mayReturn } from './returns.js';
import type { ScriptObject } from './script-object.js';

/** Statements still to run: those of a block from a place on, then those that follow the block. */
export interface Rest {
  readonly statements: readonly Statement[];
  readonly from: number;
  readonly next: Rest | undefined;
}

/** Classes whose with-blocks only switch the recording of gradients or of times, which say nothing of values. */
const INERT = /^__torch__\.torch\.autograd\.(?:grad_mode|profiler|anomaly_mode)\./;

/** `torch.autocast` and its older names: operators inside compute in another dtype where the block's device runs them. */
const AUTOCAST = /^__torch__\.torch\.(?:cpu\.|cuda\.)?amp\.autocast_mode\.autocast$/;

/** Runs statements. A function's result comes back from `run`; undefined means that the end was reached without one. */
export class Statements {
  constructor(private readonly context: Context) {}

  run(rest: Rest, frame: Frame): Item | undefined {
    for (let at: Rest | undefined = rest; at !== undefined; at = at.next) {
      for (let i = at.from; i < at.statements.length; i++) {
        const s = at.statements[i];
        if (s === undefined) continue;
        if (s.kind === 'return')
          return s.value === undefined ? NONE_ITEM : this.context.expressions.evaluate(s.value, frame);
        if (s.kind === 'if' && mayReturn(s))
          return this.ifWithReturn(s, { statements: at.statements, from: i + 1, next: at.next }, frame);
        this.statement(s, frame);
      }
    }
    return undefined;
  }

  /** A block whose statements do not return. */
  runBlock(statements: readonly Statement[], frame: Frame): void {
    for (const s of statements) this.statement(s, frame);
  }

  private statement(s: Statement, frame: Frame): void {
    switch (s.kind) {
      case 'assign':
        this.assignment(s, frame);
        return;
      case 'expr':
        if (s.value.kind !== 'str') this.context.expressions.evaluate(s.value, frame);
        return;
      case 'if':
        this.ifStatement(s, frame);
        return;
      case 'for':
        this.context.loops.forLoop(s, frame);
        return;
      case 'while':
        this.context.loops.whileLoop(s, frame);
        return;
      case 'with':
        this.withStatement(s, frame);
        return;
      case 'augmented':
        this.augmented(s, frame);
        return;
      case 'raise':
        this.raise(s.value, s, frame);
        return;
      case 'assert':
        this.assertion(s.test, s.message, s, frame);
        return;
      case 'delete':
        return;
      case 'def': {
        const info = { kind: 'function', name: `${frame.info.name}.${s.name}`, def: s, unit: frame.info.unit } as const;
        this.context.state.setVariable(frame, s.name, { kind: 'function', info, self: undefined, outer: frame });
        return;
      }
      case 'pass':
      case 'import':
        return;
      case 'return':
      case 'break':
      case 'continue':
      case 'class':
        this.context.expressions.unsupported(`\`${s.kind}\` cannot stand here in serialized code`, s, frame);
    }
  }

  private ifStatement(s: IfStatement, frame: Frame): void {
    const { branches, expressions } = this.context;
    const test = expressions.truth(expressions.evaluate(s.test, frame), s.test, frame);
    const known = knownBool(test);
    if (known !== undefined) this.runBlock(known ? s.body : s.orelse, frame);
    else
      branches.run(
        test,
        () => this.runBlock(s.body, frame),
        () => this.runBlock(s.orelse, frame),
        s,
        frame,
      );
  }

  /** Where a branch returns, what follows the `if` is part of the branch that does not. */
  private ifWithReturn(s: IfStatement, next: Rest, frame: Frame): Item | undefined {
    const { branches, expressions } = this.context;
    const test = expressions.truth(expressions.evaluate(s.test, frame), s.test, frame);
    const known = knownBool(test);
    const branch = (body: readonly Statement[]): Item | undefined =>
      this.run({ statements: body, from: 0, next }, frame);
    if (known !== undefined) return branch(known ? s.body : s.orelse);
    return branches.choose(
      test,
      () => branch(s.body) ?? NONE_ITEM,
      () => branch(s.orelse) ?? NONE_ITEM,
      s,
      frame,
    );
  }

  private assignment(s: AssignStatement, frame: Frame): void {
    const [first] = s.targets;
    const declared = s.annotation === undefined ? undefined : this.context.types.parse(s.annotation);
    if (declared !== undefined && first?.kind === 'name') frame.declare(first.id, declared);
    if (s.value === undefined) return;
    const item = fitDeclared(this.context.expressions.evaluate(s.value, frame, declared), declared);
    for (const target of s.targets) this.assign(target, item, frame);
  }

  assign(target: Expr, item: Item, frame: Frame): void {
    switch (target.kind) {
      case 'name':
        this.nameValue(item, target.id);
        this.context.state.setVariable(frame, target.id, item);
        return;
      case 'tuple':
      case 'list':
        this.unpack(target.items, item, target, frame);
        return;
      case 'attribute': {
        const object = this.context.expressions.evaluate(target.object, frame);
        if (object.kind === 'object') this.context.state.setAttribute(object, target.name, item);
        else if (object.kind !== 'poison') {
          this.context.expressions.unsupported(
            `attributes of ${describeItem(object)} cannot be assigned`,
            target,
            frame,
          );
        }
        return;
      }
      case 'subscript': {
        const container = this.context.expressions.evaluate(target.object, frame);
        const index = this.context.expressions.evaluate(target.index, frame);
        this.context.operators.apply('aten::_set_item', [container, index, item], target, frame);
        return;
      }
      default:
        this.context.expressions.unsupported('this cannot be assigned to', target, frame);
    }
  }

  /** Values made for a variable carry its name; PyTorch's own temporaries (`_12`) say nothing. */
  private nameValue(item: Item, name: string): void {
    if (item.kind !== 'value' || !/^\d+$/.test(item.value.name) || /^_\d*$/.test(name)) return;
    item.value.name = this.context.emitter.graph.freshName(name);
  }

  private unpack(targets: readonly Expr[], item: Item, range: Range, frame: Frame): void {
    const star = targets.findIndex((t) => t.kind === 'starred');
    const items = this.open(item, targets.length, star >= 0, range, frame);
    if (items === undefined) return;
    targets.forEach((target, i) => {
      const after = targets.length - 1 - i;
      const own =
        i === star
          ? ({ kind: 'tuple', items: items.slice(i, items.length - after) } as const)
          : i > star && star >= 0
            ? items[items.length - 1 - after]
            : items[i];
      this.assign(target.kind === 'starred' ? target.value : target, own ?? POISON, frame);
    });
  }

  private open(item: Item, count: number, starred: boolean, range: Range, frame: Frame): readonly Item[] | undefined {
    if (item.kind === 'poison') return Array.from({ length: count }, () => POISON);
    const { emitter, expressions, subscripts } = this.context;
    const items = subscripts.openTuple(item, range, frame);
    if (items !== undefined) {
      if (items.length === count || (starred && items.length >= count - 1)) return items;
      expressions.unsupported(`${items.length} items are unpacked into ${count} names`, range, frame);
      return Array.from({ length: count }, () => POISON);
    }
    const type = typeOfItem(item);
    if (item.kind !== 'value' || type.kind !== 'list' || starred) {
      expressions.unsupported(`${describeItem(item)} cannot be unpacked`, range, frame);
      return Array.from({ length: count }, () => POISON);
    }
    emitter.at(frame, range.start);
    return emitter
      .emit(
        LIST_UNPACK,
        [item.value],
        Array.from({ length: count }, () => type.element),
      )
      .outputs.map(valueItem);
  }

  private augmented(s: Statement & { kind: 'augmented' }, frame: Frame): void {
    const { expressions, operators } = this.context;
    const old = expressions.evaluate(s.target, frame);
    const operand = expressions.evaluate(s.value, frame);
    const { kind } = typeOfItem(old);
    const inPlace: Partial<Record<string, string>> = {
      '+': 'aten::add_',
      '-': 'aten::sub_',
      '*': 'aten::mul_',
      '/': 'aten::div_',
    };
    const base = kind === 'tensor' || (kind === 'list' && s.op === '+') ? inPlace[s.op] : undefined;
    const result =
      base === undefined
        ? expressions.binary(s.op, old, operand, s, frame)
        : operators.apply(base, [old, operand], s, frame);
    this.assign(s.target, result, frame);
  }

  private withStatement(s: WithStatement, frame: Frame): void {
    const { attributes, calls, expressions } = this.context;
    const call = (object: Item, name: string, items: readonly Item[]): Item => {
      const method = attributes.read(object, name, s, frame);
      return method.kind === 'function'
        ? calls.inline(
            method,
            items.map((item) => ({ item })),
            s,
            frame,
          )
        : POISON;
    };
    if (s.body.some(mayReturn))
      expressions.unsupported('`return` inside `with` is not part of serialized code', s, frame);
    const entered: Item[] = [];
    for (const { context, target } of s.items) {
      const object = expressions.evaluate(context, frame);
      if (object.kind !== 'object') {
        if (object.kind !== 'poison')
          expressions.unsupported(`\`with\` takes an object, not ${describeItem(object)}`, context, frame);
        continue;
      }
      if (INERT.test(object.info.name)) {
        if (target !== undefined) this.assign(target, object, frame);
        continue;
      }
      if (AUTOCAST.test(object.info.name)) this.refuseAutocast(object, s, frame);
      const result = call(object, '__enter__', []);
      entered.unshift(object);
      if (target !== undefined) this.assign(target, result, frame);
    }
    this.runBlock(s.body, frame);
    for (const object of entered) call(object, '__exit__', [NONE_ITEM, NONE_ITEM, NONE_ITEM]);
  }

  /** A block that is switched off, or that is for another device than the CPU, leaves dtypes as they are. */
  private refuseAutocast(object: ScriptObject, range: Range, frame: Frame): void {
    const { attributes, problems } = this.context;
    const [enabled, device] = ['_enabled', 'device'].map((name) => attributes.read(object, name, range, frame));
    if (enabled?.kind !== 'const' || enabled.value === false) return;
    if (device?.kind === 'const' && device.value !== 'cpu') return;
    problems.report(frame, range, {
      code: 'unsupported-syntax',
      message: '`torch.autocast` on the CPU changes the dtypes of what stands inside, which is not followed',
      help: 'script the module without it; convert the module itself (`.to(torch.bfloat16)`) for lower precision',
    });
  }

  private raise(value: Expr | undefined, range: Range, frame: Frame): void {
    const message = value?.kind === 'call' ? value.args[0] : undefined;
    const text = message === undefined ? constItem(STR, '') : this.context.expressions.evaluate(message, frame);
    this.context.operators.apply(RAISE, [text], range, frame);
  }

  private assertion(test: Expr, message: Expr | undefined, range: Range, frame: Frame): void {
    const { branches, expressions } = this.context;
    const holds = expressions.truth(expressions.evaluate(test, frame), test, frame);
    const known = knownBool(holds);
    if (known === true) return;
    const fails = (): void => {
      const text = message === undefined ? constItem(STR, 'AssertionError: ') : expressions.evaluate(message, frame);
      this.context.operators.apply(RAISE, [text], range, frame);
    };
    if (known === false) fails();
    else branches.run(holds, () => {}, fails, range, frame);
  }
}
