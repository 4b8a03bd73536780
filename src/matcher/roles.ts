import type { OpName, Value } from '../ir/graph.js';
import type { Type } from '../ir/type.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';

/** The operators that rewrites put between numbers and tensors, found by the roles that their schemas declare. */
export class Roles {
  readonly casts: ReadonlySet<OpName>;
  /** What makes tensors of values, and of lists, of a kind; as far as it was asked for. */
  private readonly frozenForms = new Map<Type['kind'], OpName | undefined>();
  private readonly frozenLists = new Map<Type['kind'], OpName | undefined>();

  constructor(
    private readonly registry: OperatorRegistry<OperatorSchema>,
    /** Operators that read a tensor as a number or list; the first is the one that rewrites insert. */
    casts: readonly OpName[],
    /** Operators that make a tensor of a number or list. */
    private readonly freezes: readonly OpName[],
    /** Operators that make a list of their operands; the first is the one that rewrites insert. */
    lists: readonly OpName[] = [],
  ) {
    this.casts = new Set(casts);
    this.cast = casts[0];
    this.list = lists[0];
  }

  /** Inserted where a rewrite gives a tensor for a number. */
  readonly cast: OpName | undefined;

  /** Inserted where a rewrite makes a list. */
  readonly list: OpName | undefined;

  /** The tensor behind a cast. */
  behind(value: Value): Value | undefined {
    const { producer } = value;
    return producer !== undefined && this.casts.has(producer.op) ? producer.inputs[0] : undefined;
  }

  /** True for what is known only at run time: the result of a cast. */
  isDynamic(value: Value): boolean {
    return value.producer !== undefined && this.casts.has(value.producer.op);
  }

  /** The operator that makes a tensor of a value; undefined for what has no tensor form. */
  freezeOf(value: Value): OpName | undefined {
    const type = concrete(value);
    const key = type.kind === 'list' ? type.element.kind : type.kind;
    const known = type.kind === 'list' ? this.frozenLists : this.frozenForms;
    if (key !== 'list' && known.has(key)) return known.get(key);
    const found = this.freezes.find((op) => {
      const wanted = this.registry.get(op)?.signature.args[0]?.type;
      return wanted !== undefined && sameForm(wanted, type);
    });
    if (key !== 'list') known.set(key, found);
    return found;
  }

  isFreeze(op: OpName): boolean {
    return this.freezes.includes(op);
  }
}

/** A Scalar's own type, where its value tells. */
function concrete(value: Value): Type {
  const { type, content } = value;
  const inner = type.kind === 'optional' ? type.element : type;
  if (inner.kind !== 'number') return inner;
  return content?.kind === 'int' || content?.kind === 'float' || content?.kind === 'bool'
    ? { kind: content.kind }
    : inner;
}

function sameForm(a: Type, b: Type): boolean {
  if (a.kind === 'list' && b.kind === 'list') return sameForm(a.element, b.element);
  return a.kind === b.kind;
}
