import type { Node, Value } from '../ir/graph.js';
import type { Place as SourcePlace } from '../ir/source-loc.js';
import { INT, type Type } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';
import { inversePermutation } from './inverse-permutation.js';
import { isRowMajor, permutesAxes, reshapesInPlace, swapsAxes, takesPart } from './moved.js';
import { type Gapped, isContiguous, type Layout, type Moved, type Place, type ViewForm } from './place.js';

/** Beyond this a slice's end is the end of the axis (Python's sys.maxsize, rounded or not). */
const OPEN_END = 2 ** 53;

/** torch.contiguous_format (c10/core/MemoryFormat.h). */
const CONTIGUOUS_FORMAT = 0;

/** The operands of the node that made a view; the first is its base. */
export interface ViewCall {
  readonly op: string;
  readonly args: readonly Value[];
  readonly type: Type;
  readonly place: SourcePlace;
}

/** What a node tells of the view that it makes, before its operands change. */
export function viewCall(node: Node): ViewCall {
  return { op: node.op, args: node.inputs, type: node.output.type, place: node.place };
}

type Restore = (emitter: Emitter, call: ViewCall, base: Value, part: Value) => Value | undefined;

interface Rule {
  readonly restore: Restore;
  readonly contiguous?: boolean | ((call: ViewCall) => boolean);
  /** Its axes come in another order, if they do. */
  readonly moves?: (call: ViewCall) => Layout;
  /** The elements of a tensor that is not contiguous are copied instead. */
  readonly mayCopy?: boolean;
}

/** The view is its base, element by element: nothing to replay. */
export const SAME: ViewForm = {
  contiguous: true,
  whole: true,
  replay: (_, base) => base,
  restore: (_, __, part) => part,
};

/** A view whose values stand in the base in another order or shape. */
const reshaped: Restore = (e, _, base, part) => e.op('aten::reshape_as', [part, base], base.type);

/** An operator that undoes itself. */
const again: Restore = (e, call, base, part) => e.op(call.op, [part, ...call.args.slice(1)], base.type);

const swapped: Restore = (e, call, base, part) => {
  const [, source, destination] = call.args;
  return source === undefined || destination === undefined
    ? undefined
    : e.op(call.op, [part, destination, source], base.type);
};

/** `op(base, part, ...)` with the view's own arguments. */
function scatter(op: string): Restore {
  return (e, call, base, part) => e.op(op, [base, part, ...call.args.slice(1)], base.type);
}

const narrowed: Restore = (e, call, base, part) => {
  const [, dim, start, length] = call.args;
  if (dim === undefined || start === undefined || length === undefined) return undefined;
  const from = start.type.kind === 'tensor' ? e.op('aten::Int.Tensor', [start], INT) : start;
  return e.op('aten::slice_scatter', [base, part, dim, from, sum(e, from, length), e.int(1)], base.type);
};

/** The end of a range; one that starts at a negative index and reaches the last element has no end. */
function sum(e: Emitter, a: Value, b: Value): Value {
  const [x, y] = [constantInt(a), constantInt(b)];
  if (x === undefined || y === undefined) return e.op('aten::add.int', [a, b], INT);
  return x < 0 && x + y === 0 ? e.none() : e.int(x + y);
}

function onFirstAxis(call: ViewCall): boolean {
  return constantInt(call.args[1]) === 0;
}

function wholeSteps(call: ViewCall): boolean {
  return onFirstAxis(call) && constantInt(call.args[4]) === 1;
}

const RESHAPE: Rule = { restore: reshaped, contiguous: true };
const MAY_COPY: Rule = { restore: reshaped, contiguous: true, mayCopy: true };
const SWAP: Rule = { restore: again, moves: swapsAxes };
const LAST_TWO: Rule = { restore: again, moves: () => ({ by: 'swap', axes: [-2, -1] }) };

const RULES: Readonly<Record<string, Rule | undefined>> = {
  'aten::view': RESHAPE,
  'aten::view_as': RESHAPE,
  'aten::_reshape_alias': RESHAPE,
  'aten::unflatten.int': RESHAPE,
  'aten::atleast_1d': RESHAPE,
  'aten::atleast_2d': RESHAPE,
  'aten::atleast_3d': RESHAPE,
  'aten::squeeze': RESHAPE,
  'aten::squeeze.dim': RESHAPE,
  'aten::squeeze.dims': RESHAPE,
  'aten::unsqueeze': {
    contiguous: true,
    restore: (e, call, base, part) => {
      const [, dim] = call.args;
      return dim === undefined ? undefined : e.op('aten::squeeze.dim', [part, dim], base.type);
    },
  },
  'aten::reshape': MAY_COPY,
  'aten::reshape_as': MAY_COPY,
  'aten::flatten.using_ints': MAY_COPY,
  'aten::ravel': MAY_COPY,
  // PyTorch refuses to write an element that stands for several: a written expansion has added axes of size 1 at most.
  'aten::expand': { restore: reshaped },
  'aten::expand_as': { restore: reshaped },
  'aten::broadcast_to': { restore: reshaped },
  'aten::transpose.int': SWAP,
  'aten::swapdims': SWAP,
  'aten::swapaxes': SWAP,
  'aten::t': LAST_TWO,
  'aten::numpy_T': LAST_TWO,
  'aten::numpy_T.a': LAST_TWO,
  'aten::mT': LAST_TWO,
  'aten::mT.a': LAST_TWO,
  'aten::mH': LAST_TWO,
  'aten::mH.a': LAST_TWO,
  'aten::matrix_H': LAST_TWO,
  'aten::matrix_H.a': LAST_TWO,
  'aten::adjoint': LAST_TWO,
  'aten::permute': {
    moves: permutesAxes,
    restore: (e, call, base, part) => {
      const dims = inversePermutation(e, call.args[1]);
      return dims === undefined ? undefined : e.op('aten::permute', [part, dims], base.type);
    },
  },
  'aten::movedim.int': { restore: swapped, moves: () => 'unknown' },
  'aten::movedim.intlist': { restore: swapped, moves: () => 'unknown' },
  'aten::moveaxis.int': { restore: swapped, moves: () => 'unknown' },
  'aten::moveaxis.intlist': { restore: swapped, moves: () => 'unknown' },
  'aten::select.int': {
    restore: scatter('aten::select_scatter'),
    contiguous: onFirstAxis,
    moves: (call) => takesPart(call, true),
  },
  'aten::slice.Tensor': {
    restore: scatter('aten::slice_scatter'),
    contiguous: wholeSteps,
    moves: (call) => (constantInt(call.args[4]) === 1 ? takesPart(call, false) : 'rows'),
  },
  'aten::narrow': { restore: narrowed, contiguous: onFirstAxis, moves: (call) => takesPart(call, false) },
  'aten::narrow.Tensor': { restore: narrowed, contiguous: onFirstAxis, moves: (call) => takesPart(call, false) },
  'aten::diagonal': { restore: scatter('aten::diagonal_scatter') },
  'aten::linalg_diagonal': { restore: scatter('aten::diagonal_scatter') },
  'aten::real': {
    restore: (e, _, base, part) => e.op('aten::complex', [part, e.op('aten::imag', [base], part.type)], base.type),
  },
  'aten::imag': {
    restore: (e, _, base, part) => e.op('aten::complex', [e.op('aten::real', [base], part.type), part], base.type),
  },
  'aten::view_as_real': { restore: (e, _, base, part) => e.op('aten::view_as_complex', [part], base.type) },
  'aten::view_as_complex': { restore: (e, _, base, part) => e.op('aten::view_as_real', [part], base.type) },
};

/** Operators that give their operand back. */
const FORWARDS: ReadonlySet<string> = new Set([
  'aten::alias',
  'aten::detach',
  'aten::lift_fresh',
  'aten::positive',
  'aten::pin_memory',
  'aten::cpu',
  'aten::cuda',
  'aten::resolve_conj',
  'aten::resolve_neg',
  'prim::data',
]);

/** Operators that give their operand back as another type. */
const REFINEMENTS: ReadonlySet<string> = new Set([
  'prim::unchecked_cast',
  'prim::unchecked_unwrap_optional',
  'aten::_unwrap_optional',
]);

/** True for operators that give their operand back as another type. */
export function isRefinement(op: string): boolean {
  return REFINEMENTS.has(op);
}

/** Operators that only change what a view says of its own tensor, and the view that each amounts to. */
const IN_PLACE_VIEWS: Readonly<Record<string, string | undefined>> = {
  'aten::squeeze_': 'aten::squeeze',
  'aten::squeeze_.dim': 'aten::squeeze.dim',
  'aten::squeeze_.dims': 'aten::squeeze.dims',
  'aten::unsqueeze_': 'aten::unsqueeze',
  'aten::transpose_': 'aten::transpose.int',
  'aten::swapaxes_': 'aten::swapaxes',
  'aten::swapdims_': 'aten::swapdims',
  'aten::t_': 'aten::t',
};

/** The view operator that one which changes a shape in place amounts to; undefined for others. */
export function viewOfInPlace(op: string): string | undefined {
  return IN_PLACE_VIEWS[op];
}

type Condition = (emitter: Emitter, base: Value, view: Value) => Value;

/** A view, the operand itself, a copy that shares nothing, or a view where a condition holds and a copy otherwise. */
export type ViewKind =
  | { readonly kind: 'view'; readonly form: ViewForm; readonly refines?: boolean }
  | { readonly kind: 'perhaps'; readonly form: ViewForm; readonly when: Condition }
  | { readonly kind: 'copy' }
  | { readonly kind: 'unclear' };

/** True for operators whose result may share memory with their first operand, casts and splits apart. */
export function isViewOperator(op: string): boolean {
  return RULES[op] !== undefined || FORWARDS.has(op) || REFINEMENTS.has(op) || op === 'aten::contiguous';
}

/** A part of its first operand that `op`, which its schema names, writes back; where it lies in memory is not known. */
export function partOf(call: ViewCall, op: string): ViewKind {
  return { kind: 'view', form: operatorForm(call, { restore: scatter(op), moves: () => 'unknown' }) };
}

/** What the result of a view operator is to its first operand, which is contiguous or not. */
export function classifyView(call: ViewCall, place: Place): ViewKind {
  const contiguous = isContiguous(place);
  const { layout } = place;
  if (FORWARDS.has(call.op)) return { kind: 'view', form: SAME };
  if (REFINEMENTS.has(call.op)) return { kind: 'view', form: refinement(call), refines: true };
  if (call.op === 'aten::contiguous') {
    if (constantInt(call.args[1]) !== CONTIGUOUS_FORMAT) return contiguous ? { kind: 'copy' } : { kind: 'unclear' };
    return contiguous ? { kind: 'view', form: SAME } : perhapsCopied(layout, isRowMajor);
  }
  const rule = RULES[call.op];
  if (rule === undefined) return { kind: 'unclear' };
  if (rule.mayCopy === true && !contiguous) {
    return typeof layout === 'object' && layout.by !== 'part'
      ? perhapsCopied(layout, reshapesInPlace, operatorForm(call, rule))
      : { kind: 'unclear' };
  }
  if (call.op === 'aten::slice.Tensor' && isWhole(call)) return { kind: 'view', form: SAME };
  return { kind: 'view', form: operatorForm(call, rule) };
}

function isWhole({ args }: ViewCall): boolean {
  const [start, end] = [constantOf(args[2]), constantOf(args[3])];
  const open =
    end === null || (typeof end === 'number' && end >= OPEN_END) || (typeof end === 'bigint' && end >= OPEN_END);
  return (start === null || start === 0) && open && constantInt(args[4]) === 1;
}

function operatorForm(call: ViewCall, rule: Rule): ViewForm {
  const { contiguous = false, moves, restore } = rule;
  return {
    layout: moves?.(call),
    contiguous: typeof contiguous === 'boolean' ? contiguous : contiguous(call),
    replay: (e, base) => e.op(call.op, [base, ...call.args.slice(1)], call.type),
    restore: (e, base, part) => restore(e, call, base, part),
  };
}

function refinement(call: ViewCall): ViewForm {
  return {
    contiguous: true,
    whole: true,
    replay: (e, base) => e.op(call.op, [base, ...call.args.slice(1)], call.type),
    restore: (_, __, part) => part,
  };
}

/** What row-major elements of a tensor are to it whose own may lie in another order. */
function perhapsCopied<L extends Moved | Gapped>(
  layout: L | 'rows' | 'unknown',
  isView: (emitter: Emitter, base: Value, layout: L, view: Value) => Value,
  form: ViewForm = SAME,
): ViewKind {
  if (layout === 'rows' || layout === 'unknown') return { kind: 'unclear' };
  return { kind: 'perhaps', form, when: (e, base, view) => isView(e, base, layout, view) };
}
