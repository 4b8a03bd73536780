import type { Block, Node } from '../../../ir/graph.js';
import { IF } from '../../../ir/primitives.js';
import type { Range } from './ast.js';
import type { Context } from './context.js';
import type { Frame } from './frame.js';
import { type Item, POISON, sameItem, typeOfItem } from './item.js';
import type { ScriptObject } from './script-object.js';
import type { Changes } from './state.js';
import { joinTypes } from './type-relations.js';

/** Branches that the program decides: one prim::If, whose results are what the two sides make differently. */
export class Branches {
  constructor(private readonly context: Context) {}

  /** Runs both sides; what they assign is merged. `test` is a bool value. */
  run(test: Item, then: () => void, orelse: () => void, range: Range, frame: Frame): void {
    const nothing = (side: () => void) => (): Item => {
      side();
      return POISON;
    };
    this.choose(test, nothing(then), nothing(orelse), range, frame);
  }

  /** As `run`; gives the result of the side that the program takes. */
  choose(test: Item, then: () => Item, orelse: () => Item, range: Range, frame: Frame): Item {
    const { emitter, objects } = this.context;
    emitter.at(frame, range.start);
    const merge = new Merge(this.context, emitter.control(IF, [emitter.materialize(test)]), objects.count);
    const [result, changes] = this.side(merge.body, then, frame);
    const [other, otherChanges] = this.side(merge.orelse, orelse, frame);
    const joined = result.kind === 'poison' || other.kind === 'poison' ? POISON : merge.join(result, other, '');
    this.mergeVariables(merge, changes, otherChanges, frame);
    this.mergeAttributes(merge, changes, otherChanges);
    merge.finish();
    return joined;
  }

  private side(block: Block, run: () => Item, frame: Frame): [Item, Changes] {
    const { emitter, objects, state } = this.context;
    state.open(frame, objects.count);
    const result = emitter.within(block, run);
    return [result, state.close()];
  }

  /** A variable that only one side knows does not exist after the branch. */
  private mergeVariables(merge: Merge, a: Changes, b: Changes, frame: Frame): void {
    for (const name of new Set([...a.variables.keys(), ...b.variables.keys()])) {
      const before = frame.variables.get(name);
      const left = a.variables.get(name) ?? before;
      const right = b.variables.get(name) ?? before;
      if (left === undefined || right === undefined) continue;
      this.context.state.setVariable(frame, name, merge.join(left, right, name));
    }
  }

  private mergeAttributes(merge: Merge, a: Changes, b: Changes): void {
    for (const object of new Set([...a.attributes.keys(), ...b.attributes.keys()])) {
      const left = a.attributes.get(object);
      const right = b.attributes.get(object);
      for (const name of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
        const before = this.context.objects.attribute(object, name);
        const x = left?.get(name) ?? before;
        const y = right?.get(name) ?? before;
        if (x === undefined || y === undefined) continue;
        this.context.state.setAttribute(object, name, merge.join(x, y, name));
      }
    }
  }
}

/** The results of one prim::If in the making. */
class Merge {
  readonly body: Block;
  readonly orelse: Block;
  private readonly objects = new Map<ScriptObject, Map<ScriptObject, ScriptObject>>();
  /** Results by their two sides: an equal pair is one result. */
  private readonly joined = new Map<string, Item>();

  constructor(
    private readonly context: Context,
    private readonly node: Node,
    /** Objects with this serial or a higher one were made in the branches. */
    private readonly firstSerial: number,
  ) {
    this.body = node.addBlock();
    this.orelse = node.addBlock();
  }

  /** The item that is `a` after one side and `b` after the other. */
  join(a: Item, b: Item, hint: string): Item {
    if (sameItem(a, b)) return a;
    if (a.kind === 'poison' || b.kind === 'poison') return POISON;
    if (a.kind === 'uninitialized' && this.isOutside(b)) return b;
    if (b.kind === 'uninitialized' && this.isOutside(a)) return a;
    if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length && a.name === b.name) {
      return { ...a, items: a.items.map((x, i) => this.join(x, b.items[i] ?? POISON, hint)) };
    }
    if (a.kind === 'object' && b.kind === 'object') return this.joinObjects(a, b, hint);
    const { emitter } = this.context;
    if (!emitter.isValue(a) || !emitter.isValue(b))
      return unusable(hint, 'is one object on one path and another on the other path');
    const type = joinTypes(typeOfItem(a), typeOfItem(b));
    if (type === undefined) return unusable(hint, 'has different types on different paths');
    return this.result(a, b, hint, type);
  }

  private result(a: Item, b: Item, hint: string, type: ReturnType<typeof typeOfItem>): Item {
    const { emitter } = this.context;
    const left = emitter.within(this.body, () => emitter.materialize(a));
    const right = emitter.within(this.orelse, () => emitter.materialize(b));
    const key = `${left.name} ${right.name}`;
    const known = this.joined.get(key);
    if (known !== undefined) return known;
    this.body.addReturn(left);
    this.orelse.addReturn(right);
    const name = /^_?\d*$/.test(hint) ? '' : hint;
    const item: Item = { kind: 'value', value: this.node.addOutput(emitter.graph.freshName(name), type) };
    this.joined.set(key, item);
    return item;
  }

  /** Two objects that the two sides made are one object whose attributes are joined. */
  private joinObjects(a: ScriptObject, b: ScriptObject, hint: string): Item {
    const { objects } = this.context;
    if (a.info !== b.info || a.serial < this.firstSerial || b.serial < this.firstSerial) {
      return unusable(hint, 'is one object on one path and another on the other path');
    }
    const known = this.objects.get(a)?.get(b);
    if (known !== undefined) return known;
    const object = objects.create(a.info, a.path);
    this.objects.set(a, (this.objects.get(a) ?? new Map<ScriptObject, ScriptObject>()).set(b, object));
    for (const name of a.attributes.keys()) {
      const x = a.attributes.get(name);
      const y = b.attributes.get(name);
      if (x !== undefined && y !== undefined) object.attributes.set(name, this.join(x, y, name));
    }
    return object;
  }

  /** True if an item may be used after the branch as it is. */
  private isOutside(item: Item): boolean {
    switch (item.kind) {
      case 'value': {
        let { block } = blockOf(item.value.def);
        while (block?.owner !== undefined) {
          if (block === this.body || block === this.orelse) return false;
          block = block.owner.parent;
        }
        return true;
      }
      case 'tuple':
        return item.items.every((i) => this.isOutside(i));
      default:
        return true;
    }
  }

  finish(): void {
    if (this.node.outputs.length === 0 && this.body.first === undefined && this.orelse.first === undefined)
      this.node.destroy();
  }
}

function blockOf(def: Node | Block): { block: Block | undefined } {
  return { block: 'returns' in def ? def : def.parent };
}

function unusable(name: string, why: string): Item {
  return { kind: 'unusable', why: `${name === '' ? 'the result of this branch' : `\`${name}\``} ${why}` };
}
