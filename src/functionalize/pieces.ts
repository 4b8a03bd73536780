import type { Value } from '../ir/graph.js';
import { LIST_CONSTRUCT } from '../ir/primitives.js';
import { INT, TENSOR } from '../ir/type.js';
import { constantInt, constantOf, type Emitter } from './emitter.js';
import type { ViewForm } from './place.js';
import type { ViewCall } from './view-forms.js';

/** First index of piece `k` along the axis that a tensor is split on. */
type Boundary = (emitter: Emitter, call: ViewCall, base: Value, k: Value) => Value;

interface Split {
  /** Argument index of the axis; the first axis where there is none. */
  readonly dim?: number;
  /** Pieces without the axis (`unbind`). */
  readonly drops?: boolean;
  /** Where the pieces lie; absent where that takes more than a few ints. */
  readonly boundary?: Boundary;
}

const ofEqualSize: Boundary = (e, call, _, k) => product(e, k, call.args[1]);

/** `chunk` makes pieces of ceil(size / chunks). */
const ofChunks: Boundary = (e, call, base, k) => {
  const [, chunks, dim] = call.args;
  if (chunks === undefined || dim === undefined) return k;
  const size = e.op('aten::size.int', [base, dim], INT);
  const padded = e.op('aten::sub.int', [e.op('aten::add.int', [size, chunks], INT), e.int(1)], INT);
  return product(e, k, e.op('aten::floordiv.int', [padded, chunks], INT));
};

const ofSizes: Boundary = (e, call, _, k) => {
  const [, sizes] = call.args;
  const count = constantInt(k);
  const known = sizes === undefined || count === undefined ? undefined : firstSizes(sizes, count);
  if (known !== undefined) return e.int(known);
  if (sizes === undefined) return k;
  const first = e.op('aten::slice.t', [sizes, e.int(0), k, e.int(1)], sizes.type);
  return e.op('aten::sum.int', [first], INT);
};

function firstSizes(sizes: Value, count: number): number | undefined {
  const constant = constantOf(sizes);
  const items = Array.isArray(constant)
    ? constant.map((s: unknown) => (typeof s === 'number' ? s : undefined))
    : sizes.producer?.op === LIST_CONSTRUCT
      ? sizes.producer.inputs.map(constantInt)
      : undefined;
  const first = items?.slice(0, count);
  if (first === undefined || !first.every((s) => s !== undefined)) return undefined;
  return first.reduce((a, b) => a + b, 0);
}

function product(e: Emitter, k: Value, size: Value | undefined): Value {
  const [a, b] = [constantInt(k), constantInt(size)];
  if (size === undefined) return k;
  return a !== undefined && b !== undefined ? e.int(a * b) : e.op('aten::mul.int', [k, size], INT);
}

const SPLITS: Readonly<Record<string, Split | undefined>> = {
  'aten::split.Tensor': { dim: 2, boundary: ofEqualSize },
  'aten::split.sizes': { dim: 2, boundary: ofSizes },
  'aten::split': { dim: 2, boundary: ofSizes },
  'aten::split_with_sizes': { dim: 2, boundary: ofSizes },
  'aten::chunk': { dim: 2, boundary: ofChunks },
  'aten::unbind.int': { dim: 1, drops: true },
  'aten::tensor_split.sections': { dim: 2 },
  'aten::tensor_split.indices': { dim: 2 },
  'aten::tensor_split.tensor_indices_or_sections': { dim: 2 },
  'aten::vsplit.int': {},
  'aten::vsplit.array': {},
};

/** True for operators that give a list of views of their operand. */
export function isSplit(op: string): boolean {
  return SPLITS[op] !== undefined;
}

/** The list of pieces as a whole. It is read, never written: its items are views of the tensor itself. */
export function piecesForm(call: ViewCall): ViewForm {
  return {
    contiguous: false,
    replay: (e, base) => e.op(call.op, [base, ...call.args.slice(1)], call.type),
    restore: () => undefined,
    item: (key) => pieceForm(call, key),
  };
}

/** Piece `k`, a view of the tensor that was split. */
function pieceForm(call: ViewCall, k: Value): ViewForm {
  const { drops, boundary, dim } = SPLITS[call.op] ?? {};
  const axis = dim === undefined ? undefined : call.args[dim];
  const contiguous = axis === undefined || constantInt(axis) === 0;
  if (drops === true && axis !== undefined) {
    return {
      contiguous,
      replay: (e, base) => e.op('aten::select.int', [base, axis, k], TENSOR),
      restore: (e, base, part) => e.op('aten::select_scatter', [base, part, axis, k], base.type),
    };
  }
  const pieces = piecesForm(call);
  const replay = (e: Emitter, base: Value, old: Value) =>
    e.op('aten::__getitem__.t', [pieces.replay(e, base, old), k], TENSOR);
  const index = constantInt(k);
  if (boundary === undefined || axis === undefined || index === undefined || index < 0) {
    return {
      contiguous,
      replay,
      restore: (e, base, part) => {
        const list = pieces.replay(e, base, part);
        const others = e.op('thaw::list_set', [list, k, part], list.type);
        return e.op('aten::cat', [others, axis ?? e.int(0)], base.type);
      },
    };
  }
  return {
    contiguous,
    replay,
    restore: (e, base, part) => {
      const start = boundary(e, call, base, k);
      const end = boundary(e, call, base, e.int(index + 1));
      return e.op('aten::slice_scatter', [base, part, axis, start, end, e.int(1)], base.type);
    },
  };
}
