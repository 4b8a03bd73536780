import { type Dim, dimEquals } from '../../ir/dim.js';
import type { OnnxGraph, OnnxValueInfo } from '../types.js';
import type { InferContext, InferRule, InferredType, InferTable } from './context.js';
import { larger, normalAxis } from './dims.js';

function typeOf(v: OnnxValueInfo): InferredType {
  return { dtype: v.dtype, shape: v.shape, sequence: v.sequence };
}

/** A body's extents seen from outside: its own symbols mean nothing here. */
function outsideShape(c: InferContext, shape: readonly Dim[] | undefined, body: OnnxGraph): Dim[] | undefined {
  return shape?.map((d) => c.outside(d, body));
}

/** The shape of one of two values: extents on which they agree. */
function either(c: InferContext, a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): Dim[] | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((d, i) => (dimEquals(d, b[i] ?? -1) ? d : c.fresh()));
}

const branch: InferRule = (c) => {
  const yes = c.graph('then_branch');
  const no = c.graph('else_branch');
  if (yes === undefined || no === undefined) return [];
  return yes.outputs.map((v, i): InferredType => {
    const other = no.outputs[i];
    const shape = either(c, outsideShape(c, v.shape, yes), outsideShape(c, other?.shape, no));
    return { ...typeOf(v), shape };
  });
};

/** Inputs: trip count, condition, carried values. Body outputs: condition, carried values, one element of each scan. */
const loop: InferRule = (c) => {
  const body = c.graph('body');
  if (body === undefined) return [];
  const carried = body.inputs.length - 2;
  const trips = tripCount(c, body);
  return body.outputs.slice(1).map((v, i): InferredType => {
    const shape = outsideShape(c, v.shape, body);
    // After no turn at all, a carried value is the initial one.
    if (i < carried) return { ...typeOf(v), shape: either(c, shape, c.shape(2 + i)) };
    return { ...typeOf(v), shape: shape === undefined ? undefined : [trips, ...shape] };
  });
};

/** The number of turns if only the trip count ends the loop. */
function tripCount(c: InferContext, body: OnnxGraph): Dim {
  const limit = c.elements(0)?.[0];
  const passed = body.outputs[0] !== undefined && !c.has(1) && alwaysTrue(body, body.outputs[0].name);
  return limit !== undefined && passed ? larger(limit, 0, c.symbols) : c.fresh();
}

/** Whether a body's condition is its own condition input, handed through. */
function alwaysTrue(body: OnnxGraph, name: string): boolean {
  const node = body.nodes.find((n) => n.outputs.includes(name));
  return node?.op === 'Identity' && node.inputs[0] === body.inputs[1]?.name;
}

const scan: InferRule = (c) => {
  const body = c.graph('body');
  if (body === undefined) return [];
  const scanned = c.int('num_scan_inputs');
  const states = body.inputs.length - scanned;
  const inputAxes = c.ints('scan_input_axes');
  const outputAxes = c.ints('scan_output_axes');
  const first = c.shape(states);
  const at = first === undefined ? undefined : normalAxis(inputAxes?.[0] ?? 0, first.length);
  const length = (at === undefined ? undefined : first?.[at]) ?? c.fresh();
  return body.outputs.map((v, i): InferredType => {
    const shape = outsideShape(c, v.shape, body);
    if (i < states) return { ...typeOf(v), shape: either(c, shape, c.shape(i)) };
    const axis = shape === undefined ? undefined : normalAxis(outputAxes?.[i - states] ?? 0, shape.length + 1);
    if (shape === undefined || axis === undefined) return { ...typeOf(v), shape: undefined };
    return { ...typeOf(v), shape: [...shape.slice(0, axis), length, ...shape.slice(axis)] };
  });
};

export const CONTROL: InferTable = { If: branch, Loop: loop, Scan: scan };
