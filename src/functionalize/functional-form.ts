import { fail } from '../diagnostics/diagnostic.js';
import type { Node, Value } from '../ir/graph.js';
import { type Type, typeEquals } from '../ir/type.js';
import { wantsChanged } from '../schema/functional.js';
import type { MemoryFacts } from '../schema/operator-schema.js';
import type { Signature } from '../schema/signature.js';
import { dropsUnread } from './effects.js';
import type { Emitter } from './emitter.js';

/** What is declared of an operator, and read here. */
export interface DeclaredOperator {
  readonly signature: Signature;
  readonly pure?: boolean;
  readonly infer?: readonly { readonly dtype?: string; readonly shape?: string; readonly same?: string }[];
  readonly memory?: MemoryFacts;
}

/** Where functionalization finds signatures. */
export interface SignatureSource {
  get(op: string): DeclaredOperator | undefined;
  overloads(base: string): readonly { readonly signature: Signature }[];
  suggestion(op: string): string;
}

/** The operator that gives what an in-place one would leave in its operand, and its arguments. */
export interface FunctionalForm {
  readonly op: string;
  readonly args: (emitter: Emitter, args: readonly Value[]) => readonly Value[];
  /** True if the result may have another dtype than the operand, which keeps its own. */
  readonly cast: boolean;
}

type Args = FunctionalForm['args'];

const asTheyAre: Args = (_, args) => args;

/** `x &= y` in traced graphs. */
const AUGMENTED: Readonly<Record<string, string | undefined>> = {
  'aten::__iadd__': 'aten::add',
  'aten::__isub__': 'aten::sub',
  'aten::__imul__': 'aten::mul',
  'aten::__idiv__': 'aten::div',
  'aten::__iand__': 'aten::__and__',
  'aten::__ior__': 'aten::__or__',
  'aten::__ixor__': 'aten::__xor__',
  'aten::__ilshift__': 'aten::__lshift__',
  'aten::__irshift__': 'aten::__rshift__',
};

/** Their functional forms give the operand's dtype whatever the other operands have. */
const KEEPS_DTYPE: ReadonlySet<string> = new Set([
  'aten::copy_',
  'aten::fill_',
  'aten::masked_fill_',
  'aten::masked_scatter_',
  'aten::index_add_',
  'aten::index_copy_',
  'aten::index_fill_',
  'aten::index_put_',
  'aten::_index_put_impl_',
  'aten::index_reduce_',
  'aten::scatter_',
  'aten::scatter_add_',
  'aten::scatter_reduce_',
  'aten::put_',
  'aten::addmm_',
  'aten::addmv_',
  'aten::addbmm_',
  'aten::baddbmm_',
  'aten::bernoulli_',
]);

/** Their functional forms give a dtype of their own, without another tensor operand that asks for it. */
const CHANGES_DTYPE: ReadonlySet<string> = new Set([
  'aten::eq_',
  'aten::ne_',
  'aten::lt_',
  'aten::le_',
  'aten::gt_',
  'aten::ge_',
  'aten::not_equal_',
  'aten::less_',
  'aten::less_equal_',
  'aten::greater_',
  'aten::greater_equal_',
  'aten::logical_not_',
  'aten::logical_and_',
  'aten::logical_or_',
  'aten::logical_xor_',
  'aten::cumsum_',
  'aten::cumprod_',
]);

/** Finds functional forms by the signatures that are declared; each operator is looked up once. */
export class FunctionalForms {
  private readonly known = new Map<string, FunctionalForm>();

  constructor(private readonly signatures: SignatureSource) {}

  /** The form of an in-place operator. Errors: `unsupported-operator` where none is declared. */
  of(node: Node, sig: Signature): FunctionalForm {
    let form = this.known.get(sig.op);
    if (form === undefined) {
      form = this.find(node, sig);
      this.known.set(sig.op, form);
    }
    return form.cast && !CHANGES_DTYPE.has(sig.base) && haveOneDtype(node) ? { ...form, cast: false } : form;
  }

  /** The operator without the `out` arguments of an `out=` variant, or the one that its schema tells. */
  withoutOut(node: Node, sig: Signature): string {
    const told = this.told(sig)?.op;
    if (told !== undefined) return told;
    return this.match(sig.base, unchanged(sig)) ?? missing(node, sig.base);
  }

  /** The operator that stands for an in-place one or an `out=` variant; undefined where none is declared. */
  nameOf(sig: Signature): string | undefined {
    const told = this.told(sig)?.op;
    if (told !== undefined) return told;
    return sig.args[0]?.mutates === true ? this.inPlaceName(sig).op : this.match(sig.base, unchanged(sig));
  }

  private find(node: Node, sig: Signature): FunctionalForm {
    const told = this.told(sig);
    const cast =
      CHANGES_DTYPE.has(sig.base) ||
      (!KEEPS_DTYPE.has(sig.base) && hasOtherTensor(sig) && !(told !== undefined && this.keepsDtype(told.op)));
    if (told !== undefined) return { ...told, cast };
    const { op, same } = this.inPlaceName(sig);
    return { op: op ?? missing(node, same), args: asTheyAre, cast };
  }

  /** Whether the operands that are changed go to the functional form too: one that the schema tells may want them. */
  takesChanged(sig: Signature): boolean {
    const told = this.told(sig);
    const target = told === undefined ? undefined : this.signatures.get(told.op)?.signature;
    return target !== undefined && wantsChanged(sig, target);
  }

  /** True for operators that go where nothing reads their results. */
  drops(op: string): boolean {
    return dropsUnread(op, this.signatures);
  }

  /** The form that the schema names. Arguments go by their place; further ones have their defaults. */
  private told(sig: Signature): Omit<FunctionalForm, 'cast'> | undefined {
    const op = this.signatures.get(sig.op)?.memory?.functional;
    const target = op === undefined ? undefined : this.signatures.get(op)?.signature;
    if (op === undefined || target === undefined) return undefined;
    return { op, args: (e, args) => target.args.map((a, i) => args[i] ?? e.literal(a.default ?? null, a.type)) };
  }

  private keepsDtype(op: string): boolean {
    const { infer, signature } = this.signatures.get(op) ?? {};
    const [first] = signature?.args ?? [];
    return first !== undefined && (infer?.[0]?.dtype === `${first.name}.dtype` || infer?.[0]?.same === first.name);
  }

  /** `same` is the name that differs by the underscore alone. */
  private inPlaceName(sig: Signature): { op: string | undefined; same: string } {
    const base = AUGMENTED[sig.base] ?? (sig.base.endsWith('_') ? sig.base.slice(0, -1) : sig.base);
    const wanted = sig.args.map((a) => a.type);
    const same = sig.overload === '' ? base : `${base}.${sig.overload}`;
    const direct = this.signatures.get(same)?.signature;
    return { op: direct !== undefined && takes(direct, wanted) ? same : this.match(base, wanted), same };
  }

  private match(base: string, wanted: readonly Type[]): string | undefined {
    return this.signatures.overloads(base).find((s) => takes(s.signature, wanted))?.signature.op;
  }
}

function unchanged(sig: Signature): Type[] {
  return sig.args.filter((a) => !a.mutates).map((a) => a.type);
}

function takes(sig: Signature, wanted: readonly Type[]): boolean {
  return (
    sig.args.length === wanted.length && sig.args.every((a, i) => !a.mutates && typeEquals(a.type, wanted[i] ?? a.type))
  );
}

function hasOtherTensor(sig: Signature): boolean {
  return sig.args.slice(1).some(({ type }) => (type.kind === 'optional' ? type.element : type).kind === 'tensor');
}

function haveOneDtype(node: Node): boolean {
  const dtypes = node.inputs.flatMap((v) => (v.type.kind === 'tensor' ? [v.type.dtype] : []));
  return dtypes.every((d) => d !== undefined && d === dtypes[0]);
}

function missing(node: Node, op: string): never {
  fail(
    'unsupported-operator',
    `${node.op} changes its operand in place, and no operator ${op} gives the result instead`,
    {
      at: node.loc[0],
      help: `declare ${op}, or name the operator that does so in the schema of ${node.op}: \`functional: ...\` (docs/rules.md)`,
    },
  );
}
