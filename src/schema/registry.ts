import { fail } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import { nearest } from './nearest.js';
import type { Signature } from './signature.js';

/** The operator that a signature's text declares, without parsing the rest: what stands before the bracket. */
export function operatorOf(text: string): OpName {
  const end = text.indexOf('(');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

/** `aten::size` of `aten::size.int`. */
export function baseOf(op: OpName): string {
  const dot = op.indexOf('.', op.indexOf('::') + 2);
  return dot < 0 ? op : op.slice(0, dot);
}

/** So many overloads are told. */
const MAX_OVERLOADS = 6;

/** An entry is made when it is first asked for: start-up pays for no signature that a model does not use. */
interface Entry<S> {
  readonly make: () => S;
  made: S | undefined;
}

/** Operators by full name and by base name. Declaration order is overload resolution order. */
export class OperatorRegistry<S extends { readonly signature: Signature }> {
  private readonly entries = new Map<OpName, Entry<S>>();
  private readonly byBase = new Map<string, OpName[]>();
  /** Of the operators that were asked for. */
  private readonly schemas = new Map<string, readonly S[]>();

  /** Declares an operator; a second declaration replaces the first and keeps its place. */
  declare(op: OpName, make: () => S): void {
    const known = this.entries.has(op);
    const base = baseOf(op);
    this.entries.set(op, { make, made: undefined });
    this.schemas.delete(base);
    if (known) return;
    const list = this.byBase.get(base);
    if (list === undefined) this.byBase.set(base, [op]);
    else list.push(op);
  }

  add(schema: S): void {
    this.declare(schema.signature.op, () => schema);
  }

  has(op: OpName): boolean {
    return this.entries.has(op);
  }

  get(op: OpName): S | undefined {
    const e = this.entries.get(op);
    if (e === undefined) return undefined;
    e.made ??= e.make();
    return e.made;
  }

  /** As `get`. Errors: `unknown-operator`, with the closest name. */
  require(op: OpName): S {
    return this.get(op) ?? fail('unknown-operator', `no schema declares ${op}`, { help: this.suggestion(op) });
  }

  /** All overloads of `aten::size`, in declaration order. */
  overloads(base: string): readonly S[] {
    let schemas = this.schemas.get(base);
    if (schemas === undefined) {
      schemas = (this.byBase.get(base) ?? []).flatMap((op) => this.get(op) ?? []);
      if (schemas.length > 0) this.schemas.set(base, schemas);
    }
    return schemas;
  }

  hasBase(base: string): boolean {
    return this.byBase.has(base);
  }

  names(): IterableIterator<OpName> {
    return this.entries.keys();
  }

  /** The declared operator whose name is closest to `name`; undefined when none is close. */
  nearest(name: string): OpName | undefined {
    return nearest(name, this.entries.keys());
  }

  /** The next step for an operator that is not declared: its overloads, or the closest name. `start` gives the command that starts one. */
  suggestion(op: string, start?: () => string): string {
    const overloads = this.byBase.get(baseOf(op)) ?? [];
    if (overloads.length > 0) {
      const base = baseOf(op);
      const part = (name: string) => name.slice(base.length + 1);
      const near = op === base ? undefined : nearest(part(op), overloads.map(part));
      const close =
        overloads.length === 1 ? overloads[0] : overloads.find((o) => near !== undefined && part(o) === near);
      if (close !== undefined) return `did you mean ${close}?`;
      const more = overloads.length - MAX_OVERLOADS;
      return `name an overload: ${overloads.slice(0, MAX_OVERLOADS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    const close = this.nearest(op) ?? this.inOtherNamespace(op);
    const declare =
      close === undefined
        ? 'declare it in a rule pack: a schema, and a recipe that converts it (docs/rules.md)'
        : `did you mean ${close}? Otherwise declare it in a rule pack (docs/rules.md)`;
    return start === undefined ? declare : `${declare}; this starts one, mind the signature:\n${start()}`;
  }

  /** The operator of the same name in another namespace: `aten::size_dyn` for `trt::size_dyn`. */
  private inOtherNamespace(op: string): OpName | undefined {
    const name = op.split('::')[1];
    for (const known of this.entries.keys()) if (name !== undefined && known.endsWith(`::${name}`)) return known;
    return undefined;
  }
}
