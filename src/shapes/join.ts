import type { Content } from '../ir/content.js';
import { type Dim, dimEquals, symbolName } from '../ir/dim.js';
import type { Value } from '../ir/graph.js';
import { optionalOf, type Type, tensorType, typeEquals } from '../ir/type.js';
import type { UnknownSource } from './fact-env.js';

type Known = Pick<Value, 'type' | 'content'>;

function itemCount({ content }: Known): number | undefined {
  return content?.kind === 'list' ? content.items.length : undefined;
}

/** Joins what is known on several paths into what holds on all of them. */
export class Join {
  /** Symbols that already stand for any value on these paths. */
  private readonly wide = new Set<string>();

  constructor(private readonly unknowns: UnknownSource) {}

  /** An extent that both paths have, or a fresh unknown one. */
  extent(a: Dim, b: Dim): Dim {
    if (dimEquals(a, b) || this.isWide(a)) return a;
    return this.mark(this.unknowns.freshExtent());
  }

  private int(a: Dim, b: Dim): Dim {
    if (dimEquals(a, b) || this.isWide(a)) return a;
    return this.mark(this.unknowns.freshInt());
  }

  private isWide(d: Dim): boolean {
    const name = symbolName(d);
    return name !== undefined && this.wide.has(name);
  }

  private mark(d: Dim): Dim {
    this.wide.add(symbolName(d) ?? '');
    return d;
  }

  /** The type of a value that is `a` on one path and `b` on the other; `declared` where they have nothing in common. */
  type(a: Type, b: Type, declared: Type): Type {
    if (typeEquals(a, b)) return a;
    if (a.kind === 'tensor' && b.kind === 'tensor') {
      const dtype = a.dtype === b.dtype ? a.dtype : undefined;
      if (a.shape === undefined || b.shape === undefined || a.shape.length !== b.shape.length) return tensorType(dtype);
      const other = b.shape;
      return tensorType(
        dtype,
        a.shape.map((d, i) => this.extent(d, other[i] ?? 1)),
      );
    }
    if (a.kind === 'none') return optionalOf(b);
    if (b.kind === 'none') return optionalOf(a);
    if (a.kind === 'optional' || b.kind === 'optional') {
      const inner = declared.kind === 'optional' ? declared.element : declared;
      return optionalOf(this.type(unwrap(a), unwrap(b), inner));
    }
    if (a.kind === 'list' && b.kind === 'list' && declared.kind === 'list')
      return { kind: 'list', element: this.type(a.element, b.element, declared.element) };
    if (a.kind === 'tuple' && b.kind === 'tuple' && a.elements.length === b.elements.length) {
      const other = b.elements;
      const elements = a.elements.map((t, i) => this.type(t, other[i] ?? t, { kind: 'any' }));
      return { ...a, elements };
    }
    return declared;
  }

  /** As `type`, of values: a list that is empty on one path has the items of the other one. */
  typeOfValues(a: Known, b: Known, declared: Type): Type {
    if (a.type.kind !== 'list' || b.type.kind !== 'list' || declared.kind !== 'list')
      return this.type(a.type, b.type, declared);
    const count = itemCount(a);
    if (count !== undefined && count === itemCount(b)) return this.type(a.type, b.type, declared);
    const x = this.element(a, declared.element);
    const y = this.element(b, declared.element);
    if (x === undefined || y === undefined) return { kind: 'list', element: x ?? y ?? declared.element };
    return { kind: 'list', element: this.type(x, y, declared.element) };
  }

  /** The type that all items of a list share; undefined for a list without items. */
  private element({ type, content }: Known, declared: Type): Type | undefined {
    const element = type.kind === 'list' ? type.element : declared;
    if (content?.kind !== 'list') return element;
    const [first, ...rest] = content.items.map((_, i) => content.types?.[i] ?? element);
    if (first === undefined) return undefined;
    return rest.reduce((all, t) => this.type(all, t, declared), first);
  }

  /** What is known of a value on both paths. */
  content(a: Content | undefined, b: Content | undefined): Content | undefined {
    if (a === undefined || b === undefined) return undefined;
    if (a.kind === 'int' && b.kind === 'int') return { kind: 'int', value: this.int(a.value, b.value) };
    if (a.kind === 'elements' && b.kind === 'elements' && a.values.length === b.values.length) {
      const other = b.values;
      return { kind: 'elements', values: a.values.map((d, i) => this.int(d, other[i] ?? 0)) };
    }
    if (a.kind === 'list' && b.kind === 'list' && a.items.length === b.items.length) return this.list(a, b);
    return contentEquals(a, b) ? a : undefined;
  }

  private list(a: Content & { kind: 'list' }, b: Content & { kind: 'list' }): Content {
    const items = a.items.map((item, i) => this.content(item, b.items[i]));
    const { types } = a;
    if (types === undefined || b.types === undefined) return { kind: 'list', items };
    const other = b.types;
    return { kind: 'list', items, types: types.map((t, i) => this.type(t, other[i] ?? t, { kind: 'any' })) };
  }
}

function unwrap(t: Type): Type {
  return t.kind === 'optional' ? t.element : t;
}

/** True when two contents say the same. */
export function contentEquals(a: Content | undefined, b: Content | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  switch (a.kind) {
    case 'int':
      return b.kind === 'int' && dimEquals(a.value, b.value);
    case 'float':
      return b.kind === 'float' && Object.is(a.value, b.value);
    case 'bool':
    case 'str':
    case 'device':
      return b.kind === a.kind && a.value === b.value;
    case 'none':
      return b.kind === 'none';
    case 'complex':
      return b.kind === 'complex' && a.re === b.re && a.im === b.im;
    case 'tensor':
      return b.kind === 'tensor' && a.data === b.data;
    case 'quantized':
      return b.kind === 'quantized' && a.scale === b.scale && a.zeroPoint === b.zeroPoint;
    case 'elements':
      return (
        b.kind === 'elements' &&
        a.values.length === b.values.length &&
        a.values.every((d, i) => dimEquals(d, b.values[i] ?? 0))
      );
    case 'list':
      return (
        b.kind === 'list' &&
        a.items.length === b.items.length &&
        a.items.every((item, i) => contentEquals(item, b.items[i])) &&
        (a.types ?? []).every((t, i) => typeEquals(t, b.types?.[i] ?? t))
      );
  }
}
