import { fail } from '../../../diagnostics/diagnostic.js';
import { DICT_CONSTRUCT, LIST_CONSTRUCT } from '../../../ir/primitives.js';
import { COMPLEX, DEVICE, FLOAT, INT, listOf, STR, TENSOR, type TupleType, type Type } from '../../../ir/type.js';
import {
  objectAttributes,
  type PickleDict,
  type PickleList,
  type PickleObject,
  type PickleValue,
} from '../archive/pickle-value.js';
import type { ClassInfo, CodeLibrary } from './code-library.js';
import type { Emitter } from './emitter.js';
import { boolItem, constItem, type Item, NONE_ITEM, typeOfItem, valueItem } from './item.js';
import { packedParameters, quantizedTensor } from './quantized.js';
import { ScriptObject } from './script-object.js';
import type { TypeParser } from './type-parser.js';
import { joinTypes } from './type-relations.js';

/** Runs a class's own `__setstate__` on a fresh object. */
export type SetState = (object: ScriptObject, state: Item) => void;

/**
 * The objects of a model: modules from data.pkl, and those that the program makes. Attributes are turned into items
 * when they are first read, so that what a method does not use leaves no trace in the graph.
 */
export class Objects {
  private made = 0;
  private readonly loaded = new Map<PickleObject, Item>();
  private readonly pending = new Map<ScriptObject, ReadonlyMap<string, PickleValue>>();
  /** Lists and dicts can change, so each stays one value however often it is read. */
  private readonly containers = new Map<PickleValue, Item>();

  constructor(
    private readonly library: CodeLibrary,
    private readonly types: TypeParser,
    private readonly emitter: Emitter,
    private readonly setState: SetState,
  ) {}

  /** How many objects there are: those made later have this serial or a higher one. */
  get count(): number {
    return this.made;
  }

  create(info: ClassInfo, path: string): ScriptObject {
    const object = new ScriptObject(info, this.made, path);
    this.made += 1;
    return object;
  }

  /** The current item of an attribute; undefined when the object has none of this name. */
  attribute(object: ScriptObject, name: string): Item | undefined {
    const current = object.attributes.get(name);
    if (current !== undefined) return current;
    const stored = this.pending.get(object)?.get(name);
    if (stored === undefined) return undefined;
    const annotation = object.info.fields.get(name);
    const declared = annotation === undefined ? undefined : this.types.parse(annotation);
    const item = this.item(stored, declared, object.path === '' ? name : `${object.path}.${name}`);
    object.attributes.set(name, item);
    return item;
  }

  /** Names of attributes, in order. */
  attributeNames(object: ScriptObject): string[] {
    return [...new Set([...(this.pending.get(object)?.keys() ?? []), ...object.attributes.keys()])];
  }

  /** What a pickled value is worth. `path` is its place in the model, for names and messages. */
  item(value: PickleValue, declared: Type | undefined, path: string): Item {
    const wanted = declared?.kind === 'optional' ? declared.element : declared;
    switch (value.kind) {
      case 'none':
        return NONE_ITEM;
      case 'bool':
        return boolItem(value.value);
      case 'int':
        return constItem(wanted?.kind === 'float' ? FLOAT : INT, value.value);
      case 'float':
        return constItem(FLOAT, value.value);
      case 'complex':
        return constItem(COMPLEX, [value.re, value.im]);
      case 'str':
        return constItem(STR, value.value);
      case 'device':
        return constItem(DEVICE, value.value);
      case 'tensor':
        return valueItem(quantizedTensor(value, path, this.emitter));
      case 'tuple':
        return this.tuple(value.items, wanted?.kind === 'tuple' ? wanted : undefined, path);
      case 'list':
      case 'dict':
        return this.container(value, wanted, path);
      case 'enum':
        return this.enumMember(value.className, value.value, path);
      case 'object':
        return this.object(value, path);
    }
  }

  private tuple(values: readonly PickleValue[], declared: TupleType | undefined, path: string): Item {
    const items = values.map((v, i) => this.item(v, declared?.elements[i], `${path}.${i}`));
    return { kind: 'tuple', items, name: declared?.name, fields: declared?.fields };
  }

  private container(value: PickleList | PickleDict, declared: Type | undefined, path: string): Item {
    const known = this.containers.get(value);
    if (known !== undefined) return known;
    const item = this.emitter.prelude(() =>
      value.kind === 'list' ? this.list(value, declared, path) : this.dict(value, declared, path),
    );
    this.containers.set(value, item);
    return item;
  }

  private list(value: PickleList, declared: Type | undefined, path: string): Item {
    const element = declared?.kind === 'list' ? declared.element : undefined;
    const items = value.items.map((v, i) => this.item(v, element, `${path}.${i}`));
    if (!items.every((i) => this.emitter.isValue(i))) {
      return { kind: 'unusable', why: `the list ${path} holds objects; only lists of values can be part of the graph` };
    }
    const type = listOf(element ?? commonType(items) ?? TENSOR);
    return valueItem(
      this.emitter.value(
        LIST_CONSTRUCT,
        items.map((i) => this.emitter.materialize(i)),
        type,
      ),
    );
  }

  private dict(value: PickleDict, declared: Type | undefined, path: string): Item {
    const wanted = declared?.kind === 'dict' ? declared : undefined;
    const keys = value.entries.map(([k]) => this.item(k, wanted?.key, path));
    const values = value.entries.map(([, v], i) => this.item(v, wanted?.value, `${path}.${i}`));
    if (![...keys, ...values].every((i) => this.emitter.isValue(i))) {
      return { kind: 'unusable', why: `the dict ${path} holds objects; only dicts of values can be part of the graph` };
    }
    const type: Type = {
      kind: 'dict',
      key: wanted?.key ?? commonType(keys) ?? STR,
      value: wanted?.value ?? commonType(values) ?? TENSOR,
    };
    const inputs = keys.flatMap((k, i) => [k, values[i] ?? NONE_ITEM]).map((i) => this.emitter.materialize(i));
    return valueItem(this.emitter.value(DICT_CONSTRUCT, inputs, type));
  }

  private object(value: PickleObject, path: string): Item {
    const known = this.loaded.get(value);
    if (known !== undefined) return known;
    const item = this.load(value, path);
    this.loaded.set(value, item);
    return item;
  }

  private load(value: PickleObject, path: string): Item {
    const info = this.library.find(value.className);
    if (info?.kind !== 'class') {
      const packed = packedParameters(value, path, (v, at) => this.item(v, undefined, at), this.emitter);
      if (packed !== undefined) return packed;
      const where = path === '' ? 'the model' : path;
      return {
        kind: 'unusable',
        why: `${where} is an object of ${value.className}, a class without code in the archive (a C++ class of PyTorch or of an extension)`,
      };
    }
    const object = this.create(info, path);
    const attributes = info.methods.has('__setstate__') ? undefined : objectAttributes(value);
    if (attributes !== undefined) {
      this.pending.set(object, attributes);
      return object;
    }
    if (!info.methods.has('__setstate__'))
      fail('archive-corrupt', `the state of ${path} (${value.className}) is no dict of attributes`);
    this.loaded.set(value, object);
    const parameter = info.methods.get('__setstate__')?.def.parameters[1];
    const declared = parameter?.annotation === undefined ? undefined : this.types.parse(parameter.annotation);
    this.emitter.prelude(() => this.setState(object, this.item(value.state, declared, path)));
    return object;
  }

  private enumMember(className: string, value: PickleValue, path: string): Item {
    const info = this.library.find(className);
    if (info?.kind === 'class') {
      for (const [member, e] of info.constants) {
        const literal =
          e.kind === 'str' || e.kind === 'int' || e.kind === 'float' || e.kind === 'bool' ? e.value : undefined;
        if ('value' in value && literal === value.value) {
          return { kind: 'enum', className, member, value: this.item(value, undefined, path) };
        }
      }
    }
    return fail('archive-corrupt', `${path} is no member of the enum ${className}`);
  }
}

/** The type that all items have; undefined for none or too different ones. */
export function commonType(items: readonly Item[]): Type | undefined {
  let type: Type | undefined;
  for (const item of items) {
    const own = typeOfItem(item);
    type = type === undefined ? own : joinTypes(type, own);
    if (type === undefined) return undefined;
  }
  return type;
}
