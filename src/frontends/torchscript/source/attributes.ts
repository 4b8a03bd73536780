import type { Value } from '../../../ir/graph.js';
import { STR, typeName } from '../../../ir/type.js';
import type { Expr, Range } from './ast.js';
import type { Context } from './context.js';
import type { Frame } from './frame.js';
import { constItem, describeItem, type Item, POISON, valueItem } from './item.js';
import type { ScriptObject } from './script-object.js';

/** Reads attributes: of objects, classes, namespaces, enums, named tuples and tensors. */
export class Attributes {
  constructor(private readonly context: Context) {}

  /** The submodules of a container, in order, as iterating over it gives them. */
  submodules(object: ScriptObject): Item[] {
    const items: Item[] = [];
    for (const name of object.info.fields.keys()) {
      const item = this.context.objects.attribute(object, name);
      if (item?.kind === 'object') items.push(item);
    }
    return items;
  }

  /** `object.name` and `getattr(object, "name")`. */
  read(object: Item, name: string, range: Range, frame: Frame): Item {
    switch (object.kind) {
      case 'poison':
        return POISON;
      case 'object':
        return this.objectAttribute(object, name, range, frame);
      case 'namespace':
        return this.namespaceMember(`${object.name}.${name}`, range, frame);
      case 'class':
        return this.classMember(object, name, range, frame);
      case 'enum':
        if (name === 'value') return object.value;
        if (name === 'name') return constItem(STR, object.member);
        break;
      case 'tuple': {
        const index = object.fields?.indexOf(name) ?? -1;
        const item = object.items[index];
        if (item !== undefined) return item;
        break;
      }
      case 'value':
        return this.valueAttribute(object.value, name, range, frame);
    }
    return this.context.problems.report(frame, range, {
      code: 'unknown-name',
      message: `${describeItem(object)} has no attribute \`${name}\``,
    });
  }

  private objectAttribute(object: ScriptObject, name: string, range: Range, frame: Frame): Item {
    const item = this.context.objects.attribute(object, name);
    if (item !== undefined) return this.context.expressions.usable(item, range, frame);
    const method = object.info.methods.get(name);
    if (method !== undefined) return { kind: 'function', info: method, self: object };
    const constant = object.info.constants.get(name);
    if (constant !== undefined) return this.classConstant(object, name, constant, frame);
    return this.context.problems.report(frame, range, {
      code: 'unknown-name',
      message: `${object.path === '' ? 'the model' : object.path} (${object.info.name}) has no attribute \`${name}\``,
    });
  }

  private classConstant(object: ScriptObject, name: string, value: Expr, frame: Frame): Item {
    const annotation = object.info.fields.get(name);
    const item = this.context.expressions.evaluate(
      value,
      frame,
      annotation === undefined ? undefined : this.context.types.parse(annotation),
    );
    object.attributes.set(name, item);
    return item;
  }

  private namespaceMember(name: string, range: Range, frame: Frame): Item {
    if (name.startsWith('CONSTANTS.c')) return this.tableConstant(Number(name.slice(11)), range, frame);
    if (!name.startsWith('__torch__.')) return { kind: 'namespace', name };
    const definition = this.context.library.find(name);
    if (definition?.kind === 'function') return { kind: 'function', info: definition, self: undefined };
    return definition?.kind === 'class' ? { kind: 'class', info: definition } : { kind: 'namespace', name };
  }

  private tableConstant(index: number, range: Range, frame: Frame): Item {
    const { archive, objects, problems } = this.context;
    const value = archive.constants[index];
    if (value === undefined) {
      return problems.report(frame, range, {
        code: 'archive-corrupt',
        message: `the code uses constant ${index}, but constants.pkl holds ${archive.constants.length}`,
      });
    }
    return this.context.expressions.usable(objects.item(value, undefined, `CONSTANTS.c${index}`), range, frame);
  }

  private classMember(object: Item & { kind: 'class' }, name: string, range: Range, frame: Frame): Item {
    const { info } = object;
    const method = info.methods.get(name);
    if (method !== undefined) return { kind: 'function', info: method, self: undefined };
    const constant = info.constants.get(name);
    if (constant === undefined) {
      return this.context.problems.report(frame, range, {
        code: 'unknown-name',
        message: `the class ${info.name} has no member \`${name}\``,
      });
    }
    const value = this.context.expressions.evaluate(constant, frame);
    return info.base === 'Enum' ? { kind: 'enum', className: info.name, member: name, value } : value;
  }

  /** Fields of named tuples; what a tensor says of itself. */
  private valueAttribute(value: Value, name: string, range: Range, frame: Frame): Item {
    const { type } = value;
    if (type.kind === 'tuple') {
      const index = type.fields?.indexOf(name) ?? -1;
      if (index >= 0) return this.context.subscripts.tupleItem(value, type.elements, index, range, frame);
    } else if (type.kind === 'tensor' || type.kind === 'device') {
      if (name === 'shape') return this.context.operators.apply('aten::size', [valueItem(value)], range, frame);
      const own =
        name === 'T' || name === 'H' || name === 'mT' || name === 'mH'
          ? `aten::${name === 'T' || name === 'H' ? 'numpy_' : ''}${name}`
          : `prim::${name}`;
      const base = name === 'H' ? 'aten::matrix_H' : own;
      return this.context.operators.apply(
        this.context.registry.hasBase(base) ? base : `aten::${name}`,
        [valueItem(value)],
        range,
        frame,
      );
    }
    return this.context.problems.report(frame, range, {
      code: 'unknown-name',
      message: `a value of type ${typeName(type)} has no attribute \`${name}\``,
    });
  }
}
