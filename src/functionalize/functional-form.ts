import { fail } from '../diagnostics/diagnostic.js';
import type { Node, Value } from '../ir/graph.js';
import { type Type, typeEquals } from '../ir/type.js';
import type { Signature } from '../schema/signature.js';
import type { Emitter } from './emitter.js';

/** What is declared of an operator, and read here. */
export interface DeclaredOperator {
  readonly signature: Signature;
  readonly pure?: boolean;
  readonly infer?: readonly { readonly shape?: string; readonly same?: string }[];
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

function first(count: number): Args {
  return (_, args) => args.slice(0, count);
}

/** In-place operators whose functional form has another name or other arguments. */
const IRREGULAR: Readonly<Record<string, Omit<FunctionalForm, 'cast'> | undefined>> = {
  'aten::zero_': {
    op: 'aten::zeros_like',
    args: (e, [self]) => [...(self === undefined ? [] : [self]), ...Array.from({ length: 5 }, () => e.none())],
  },
  'aten::copy_.Tensor': { op: 'aten::copy', args: (e, args) => [...args, e.bool(false)] },
  'aten::copy_.int': { op: 'aten::fill.Scalar', args: asTheyAre },
  'aten::copy_.float': { op: 'aten::fill.Scalar', args: asTheyAre },
  'aten::bernoulli_.float': { op: 'aten::bernoulli.p', args: asTheyAre },
  'aten::normal_': { op: 'aten::normal_functional', args: asTheyAre },
  'aten::_index_put_impl_': { op: 'aten::index_put', args: first(4) },
  'aten::_index_put_impl_.hacked_twin': { op: 'aten::index_put.hacked_twin', args: first(4) },
};

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

  /** The operator without the `out` arguments of an `out=` variant. */
  withoutOut(node: Node, sig: Signature): string {
    return this.match(sig.base, unchanged(sig)) ?? missing(node, sig.base, this.signatures);
  }

  /** The operator that stands for an in-place one or an `out=` variant; undefined where none is declared. */
  nameOf(sig: Signature): string | undefined {
    if (sig.args[0]?.mutates !== true) return this.match(sig.base, unchanged(sig));
    return IRREGULAR[sig.op]?.op ?? this.inPlaceName(sig).op;
  }

  private find(node: Node, sig: Signature): FunctionalForm {
    const cast = CHANGES_DTYPE.has(sig.base) || (!KEEPS_DTYPE.has(sig.base) && hasOtherTensor(sig));
    const irregular = IRREGULAR[sig.op];
    if (irregular !== undefined) return { ...irregular, cast };
    const { op, same } = this.inPlaceName(sig);
    return { op: op ?? missing(node, same, this.signatures), args: asTheyAre, cast };
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

function missing(node: Node, op: string, signatures: SignatureSource): never {
  fail(
    'unsupported-operator',
    `${node.op} changes its operand in place, and no operator ${op} gives the result instead`,
    {
      at: node.loc[0],
      help: signatures.suggestion(op),
    },
  );
}
