import { Float } from '../../expr/value.js';
import type { DType } from '../../ir/dtype.js';
import { constant, define, dtype, type FunctionTable, real } from './define.js';

/** The integers that a quantized dtype holds: from the first to the last, both included. */
function range(d: DType): readonly [number, number] {
  if (d === 'quint8') return [0, 255];
  return d === 'qint8' ? [-128, 127] : [-(2 ** 31), 2 ** 31 - 1];
}

/** As std::nearbyint: halves to the even integer. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * Scale and zero point of a quantized tensor plus a number (aten/src/ATen/native/quantized/cpu/qadd.cpp): the number moves
 * the zero point, and where that would leave the dtype's range, it stays at the end and the scale grows.
 */
function added(scale: number, zeroPoint: number, by: number, d: DType): [number, number] {
  const [low, high] = range(d);
  const zero = zeroPoint - nearest(by / scale);
  if (zero < low) return [((high - zero) / (high - low)) * scale, low];
  if (zero > high) return [((zero - low) / (high - low)) * scale, high];
  return [scale, zero];
}

/** Of a quantized tensor times a number (qmul.cpp): a negative one mirrors the range. */
function multiplied(scale: number, zeroPoint: number, by: number, d: DType): [number, number] {
  const [low, high] = range(d);
  if (by === 0) return [1, 0];
  return by > 0 ? [scale * by, zeroPoint] : [scale * -by, high - (zeroPoint - low)];
}

export const QUANTIZE_FUNCTIONS: FunctionTable = {
  quantized_add: define(
    'scale and zero point of a quantized tensor plus a number',
    [real, constant, real, dtype],
    (_, scale, zeroPoint, by, d) => pair(added(scale, zeroPoint, by, d)),
  ),
  quantized_mul: define(
    'scale and zero point of a quantized tensor times a number',
    [real, constant, real, dtype],
    (_, scale, zeroPoint, by, d) => pair(multiplied(scale, zeroPoint, by, d)),
  ),
};

function pair([scale, zeroPoint]: readonly [number, number]): [Float, number] {
  return [new Float(scale), zeroPoint];
}
