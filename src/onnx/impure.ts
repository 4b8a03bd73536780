/** Operators whose every run differs: equal calls are not one. */
const IMPURE = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
  'Dropout',
]);

/** True for ONNX's own operators that draw at random. */
export function isImpure(op: string): boolean {
  return IMPURE.has(op);
}
