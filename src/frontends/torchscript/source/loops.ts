import { Block, type Value } from '../../../ir/graph.js';
import { LOOP } from '../../../ir/primitives.js';
import { INT, type Type, typeEquals } from '../../../ir/type.js';
import { assignedNames } from './assigned-names.js';
import type { ForStatement, Range, WhileStatement } from './ast.js';
import type { Context } from './context.js';
import { knownBool } from './fold.js';
import type { Frame } from './frame.js';
import { constItem, describeItem, type Item, POISON, sameItem, TRUE_ITEM, typeOfItem, valueItem } from './item.js';
import { mayReturn } from './returns.js';
import type { ScriptObject } from './script-object.js';
import type { Changes } from './state.js';
import { joinTypes } from './type-relations.js';

/** The trip count of a while loop: the largest int64, as a number (it is read back as the end of the range). */
const ENDLESS = 2 ** 63;

/** A variable or attribute that goes from one trip to the next. */
interface Carried {
  readonly name: string;
  /** The object of an attribute; undefined for a variable. */
  readonly object: ScriptObject | undefined;
  readonly initial: Value;
  type: Type;
}

interface Plan {
  readonly trips: Value;
  readonly condition: Value;
  /** Runs one trip; gives the condition of the next. */
  readonly trip: (index: Value) => Item;
  /** Names that the body assigns. */
  readonly assigned: Iterable<string>;
  readonly range: Range;
  readonly frame: Frame;
}

/** Loops: unrolled over items that are known, else one prim::Loop. */
export class Loops {
  constructor(private readonly context: Context) {}

  whileLoop(s: WhileStatement, frame: Frame): void {
    const { emitter, expressions } = this.context;
    if (this.refuseExits(s, frame)) return;
    const test = (): Item => expressions.truth(expressions.evaluate(s.test, frame), s.test, frame);
    const first = test();
    if (knownBool(first) === false) return;
    if (first.kind === 'poison') {
      this.survey(() => this.context.statements.runBlock(s.body, frame), frame);
      return;
    }
    const trip = (): Item => {
      this.context.statements.runBlock(s.body, frame);
      return test();
    };
    const condition = emitter.materialize(first);
    this.build({
      trips: emitter.constant(INT, ENDLESS),
      condition,
      trip,
      assigned: assignedNames(s.body),
      range: s,
      frame,
    });
  }

  forLoop(s: ForStatement, frame: Frame): void {
    const { expressions } = this.context;
    if (this.refuseExits(s, frame)) return;
    const { iterable } = s;
    if (
      iterable.kind === 'call' &&
      iterable.callee.kind === 'name' &&
      iterable.callee.id === 'range' &&
      frame.lookup('range') === undefined
    ) {
      const bounds = iterable.args.map((a) => expressions.evaluate(a, frame));
      this.rangeLoop(s, bounds, frame);
      return;
    }
    const items = expressions.evaluate(iterable, frame);
    if (items.kind === 'poison') {
      this.surveyFor(s, frame);
      return;
    }
    const known =
      items.kind === 'tuple'
        ? items.items
        : items.kind === 'object'
          ? this.context.attributes.submodules(items)
          : undefined;
    if (known === undefined) this.listLoop(s, items, frame);
    else {
      for (const item of known) {
        this.context.statements.assign(s.target, item, frame);
        this.context.statements.runBlock(s.body, frame);
      }
    }
  }

  private surveyFor(s: ForStatement, frame: Frame): void {
    const { statements } = this.context;
    this.survey(() => {
      statements.assign(s.target, POISON, frame);
      statements.runBlock(s.body, frame);
    }, frame);
  }

  /** Runs the body of a loop that cannot be built once, to report what else is wrong with it. */
  private survey(body: () => void, frame: Frame): void {
    const { emitter, objects, state } = this.context;
    state.open(frame, objects.count);
    emitter.within(new Block(), body);
    for (const name of state.close().variables.keys()) state.setVariable(frame, name, POISON);
  }

  private rangeLoop(s: ForStatement, bounds: readonly Item[], frame: Frame): void {
    const { operators } = this.context;
    const [first, second, third] = bounds;
    if (first === undefined || bounds.length > 3) {
      this.context.expressions.unsupported('range takes one to three numbers', s.iterable, frame);
      return;
    }
    if (second === undefined) {
      this.countedLoop(s, first, (index) => index, frame);
      return;
    }
    const step = third ?? constItem(INT, 1);
    const length = operators.apply('aten::__range_length', [first, second, step], s.iterable, frame);
    this.countedLoop(
      s,
      length,
      (index) => operators.apply('aten::__derive_index', [index, first, step], s.iterable, frame),
      frame,
    );
  }

  /** Over a list, string or tensor: by index. */
  private listLoop(s: ForStatement, items: Item, frame: Frame): void {
    const { kind } = typeOfItem(items);
    if (kind !== 'list' && kind !== 'str' && kind !== 'tensor') {
      this.context.expressions.unsupported(`${describeItem(items)} cannot be iterated over`, s.iterable, frame);
      return;
    }
    const length = this.context.operators.apply('aten::len', [items], s.iterable, frame);
    this.countedLoop(s, length, (index) => this.context.subscripts.item(items, index, s.iterable, frame), frame);
  }

  private countedLoop(s: ForStatement, count: Item, element: (index: Item) => Item, frame: Frame): void {
    const { emitter, operators, statements } = this.context;
    if (count.kind === 'const' && count.value === 0) return;
    if (count.kind === 'poison') {
      this.surveyFor(s, frame);
      return;
    }
    emitter.at(frame, s.start);
    const trip = (index: Value): Item => {
      statements.assign(s.target, element(valueItem(index)), frame);
      statements.runBlock(s.body, frame);
      return TRUE_ITEM;
    };
    const trips = operators.convert(count, INT);
    this.build({
      trips,
      condition: emitter.materialize(TRUE_ITEM),
      trip,
      assigned: assignedNames([s]),
      range: s,
      frame,
    });
  }

  private refuseExits(s: ForStatement | WhileStatement, frame: Frame): boolean {
    if (!s.body.some(mayReturn)) return false;
    this.context.expressions.unsupported('`return` inside a loop is not part of serialized code', s, frame);
    return true;
  }

  /**
   * What the body changes is known only once it has been built: the body is built with the variables that it assigns,
   * and again while a type turns out to be wider or an attribute turns out to change.
   */
  private build(plan: Plan): void {
    const { emitter, problems } = this.context;
    const carried = this.carriedVariables(plan);
    const problemsBefore = problems.count;
    for (;;) {
      emitter.at(plan.frame, plan.range.start);
      if (this.attempt(plan, carried)) return;
      problems.forgetAfter(problemsBefore);
    }
  }

  private carriedVariables({ assigned, frame }: Plan): Carried[] {
    const { emitter } = this.context;
    const carried: Carried[] = [];
    for (const name of assigned) {
      const item = frame.variables.get(name);
      if (item === undefined || item.kind === 'poison' || !emitter.isValue(item)) continue;
      carried.push({ name, object: undefined, initial: emitter.materialize(item), type: typeOfItem(item) });
    }
    return carried;
  }

  /** Builds the loop. False when `carried` had to be changed, and nothing of the loop is left. */
  private attempt(plan: Plan, carried: Carried[]): boolean {
    const { emitter, objects, state } = this.context;
    const serial = objects.count;
    const node = emitter.control(LOOP, [plan.trips, plan.condition]);
    const block = node.addBlock();
    const index = block.addParam(emitter.graph.freshName('i'), INT);
    const params = carried.map((c) => block.addParam(emitter.graph.freshName(hintOf(c.name)), c.type));
    state.open(plan.frame, serial);
    carried.forEach((c, i) => {
      const param = params[i];
      if (param !== undefined) this.write(c, valueItem(param), plan.frame);
    });
    const condition = emitter.within(block, () => plan.trip(index));
    const changes = state.close();
    if (this.widen(carried, changes, plan)) {
      node.destroy();
      return false;
    }
    emitter.within(block, () => {
      block.addReturn(emitter.materialize(condition));
      for (const c of carried) block.addReturn(emitter.materialize(newItem(c, changes) ?? POISON));
    });
    for (const c of carried) node.addInput(c.initial);
    for (const c of carried)
      this.write(c, valueItem(node.addOutput(emitter.graph.freshName(hintOf(c.name)), c.type)), plan.frame);
    this.forgetObjects(carried, changes, plan.frame);
    return true;
  }

  /** True if a carried type became wider, or something older than the loop changes that was not carried. */
  private widen(carried: Carried[], changes: Changes, plan: Plan): boolean {
    const { emitter, objects } = this.context;
    let changed = false;
    for (let i = carried.length - 1; i >= 0; i--) {
      const c = carried[i];
      const item = c === undefined ? undefined : newItem(c, changes);
      if (c === undefined || item === undefined || item.kind === 'poison') continue;
      const declared = plan.frame.declaredType(c.name);
      const type = emitter.isValue(item) ? (joinTypes(c.type, typeOfItem(item)) ?? declared) : undefined;
      if (type === undefined) {
        carried.splice(i, 1);
        changed = true;
      } else if (!typeEquals(type, c.type)) {
        c.type = type;
        changed = true;
      }
    }
    for (const [object, attributes] of changes.attributes) {
      for (const [name, item] of attributes) {
        if (carried.some((c) => c.object === object && c.name === name)) continue;
        const before = objects.attribute(object, name);
        if (before === undefined || sameItem(before, item) || !emitter.isValue(before) || !emitter.isValue(item))
          continue;
        carried.push({ name, object, initial: emitter.materialize(before), type: typeOfItem(before) });
        changed = true;
      }
    }
    return changed;
  }

  private write(c: Carried, item: Item, frame: Frame): void {
    if (c.object === undefined) this.context.state.setVariable(frame, c.name, item);
    else this.context.state.setAttribute(c.object, c.name, item);
  }

  /** What changed but cannot be carried (an object, say) must not be used after the loop. */
  private forgetObjects(carried: readonly Carried[], changes: Changes, frame: Frame): void {
    for (const [name, item] of changes.variables) {
      const before = frame.variables.get(name);
      if (
        before === undefined ||
        sameItem(before, item) ||
        carried.some((c) => c.object === undefined && c.name === name)
      )
        continue;
      const why = `\`${name}\` becomes another object in a loop, which is not supported`;
      this.context.state.setVariable(frame, name, { kind: 'unusable', why });
    }
    for (const [object, attributes] of changes.attributes) {
      for (const [name, item] of attributes) {
        const before = object.attributes.get(name);
        if (
          before === undefined ||
          sameItem(before, item) ||
          carried.some((c) => c.object === object && c.name === name)
        )
          continue;
        const why = `the attribute \`${name}\` becomes another object in a loop, which is not supported`;
        this.context.state.setAttribute(object, name, { kind: 'unusable', why });
      }
    }
  }
}

function newItem(c: Carried, changes: Changes): Item | undefined {
  return c.object === undefined ? changes.variables.get(c.name) : changes.attributes.get(c.object)?.get(c.name);
}

function hintOf(name: string): string {
  return /^_?\d*$/.test(name) ? '' : name;
}
