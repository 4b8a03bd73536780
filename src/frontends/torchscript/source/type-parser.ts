import {
  ANY,
  BOOL,
  COMPLEX,
  DEVICE,
  FLOAT,
  INT,
  listOf,
  NONE,
  NUMBER,
  optionalOf,
  STR,
  TENSOR,
  type Type,
  tupleOf,
} from '../../../ir/type.js';
import type { Expr } from './ast.js';
import { MAX_TYPE_PARTS, typeParts } from './bounded-tuple.js';
import type { ClassInfo, CodeLibrary } from './code-library.js';

/** Types that one word spells in annotations. Enums of PyTorch (dtype, layout, memory format) are ints. */
const PLAIN: ReadonlyMap<string, Type> = new Map(
  Object.entries<Type>({
    Tensor: TENSOR,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    str: STR,
    complex: COMPLEX,
    number: NUMBER,
    Scalar: NUMBER,
    Device: DEVICE,
    NoneType: NONE,
    None: NONE,
    Any: ANY,
    AnyTupleType: ANY,
    AnyListType: ANY,
    AnyEnumType: ANY,
    AnyClassType: ANY,
    Generator: { kind: 'generator' },
    Layout: INT,
    QScheme: INT,
  }),
);

/** Reads type annotations. An unknown annotation is undefined; classes are looked up in the archive's code. */
export class TypeParser {
  private readonly known = new WeakMap<Expr, Type>();
  private readonly tuples = new Map<string, Type>();

  constructor(private readonly library: CodeLibrary) {}

  parse(annotation: Expr): Type | undefined {
    if (annotation.kind === 'name') return PLAIN.get(annotation.id);
    const known = this.known.get(annotation);
    if (known !== undefined) return known;
    const type = this.read(annotation);
    if (type !== undefined) this.known.set(annotation, type);
    return type;
  }

  /** The type of a class of the archive: a tuple for a NamedTuple. */
  classType(info: ClassInfo): Type {
    if (info.base !== 'NamedTuple') return { kind: 'class', name: info.name };
    const known = this.tuples.get(info.name);
    if (known !== undefined) return known;
    // Stands for the class in its own fields: no value of such a type could be made.
    this.tuples.set(info.name, ANY);
    const elements = [...info.fields.values()].map((annotation) => this.parse(annotation) ?? ANY);
    const whole = tupleOf(elements, info.name, [...info.fields.keys()]);
    const type = typeParts(whole) > MAX_TYPE_PARTS ? ANY : whole;
    this.tuples.set(info.name, type);
    return type;
  }

  private read(e: Expr): Type | undefined {
    switch (e.kind) {
      case 'none':
        return NONE;
      case 'name':
        return PLAIN.get(e.id);
      case 'str':
        return PLAIN.get(e.value);
      case 'attribute':
        return this.named(e);
      case 'subscript':
        return this.generic(e.object, e.index);
      default:
        return undefined;
    }
  }

  /** `__torch__.a.B`, or `torch.device` and its like. */
  private named(e: Expr): Type | undefined {
    const name = dottedName(e);
    if (name === undefined) return undefined;
    const info = this.library.find(name);
    if (info?.kind === 'class') return this.classType(info);
    if (name.startsWith('__torch__.')) return { kind: 'class', name };
    return /^torch\.\w+$/.test(name) ? PLAIN.get(name.slice(6)) : undefined;
  }

  private generic(head: Expr, index: Expr): Type | undefined {
    if (head.kind !== 'name') return undefined;
    const given = index.kind === 'tuple' ? index.items : [index];
    const args: Type[] = [];
    for (const a of given) {
      const type = this.parse(a);
      if (type === undefined) return undefined;
      args.push(type);
    }
    const [first, second] = args;
    switch (head.id) {
      case 'Tuple':
      case 'tuple':
        return tupleOf(args);
      case 'Union':
        return unionOf(args);
    }
    if (first === undefined) return undefined;
    switch (head.id) {
      case 'Optional':
        return optionalOf(first);
      case 'List':
      case 'list':
        return listOf(first);
      case 'Final':
        return first;
      // What a future or awaitable will be is known as soon as it is made.
      case 'Future':
      case 'Await':
      case 'RRef':
        return first;
      case 'Dict':
      case 'dict':
        return second === undefined ? undefined : { kind: 'dict', key: first, value: second };
      default:
        return undefined;
    }
  }
}

/** `Union[T, None]` is `Optional[T]`. */
function unionOf(members: readonly Type[]): Type {
  const some = members.filter((t) => t.kind !== 'none');
  const [only] = some;
  const inner: Type = only !== undefined && some.length === 1 ? only : { kind: 'union', members: some };
  return some.length === members.length ? inner : optionalOf(inner);
}

/** `a.b.c` as text; undefined for other expressions. */
export function dottedName(e: Expr): string | undefined {
  if (e.kind === 'name') return e.id;
  if (e.kind !== 'attribute') return undefined;
  const object = dottedName(e.object);
  return object === undefined ? undefined : `${object}.${e.name}`;
}
