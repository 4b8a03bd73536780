/** Shapes or dtypes that provably do not fit an operator; inference turns it into a `shape-mismatch` diagnostic. */
export class ShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ShapeError';
  }
}

/** Errors: ShapeError. */
export function mismatch(message: string): never {
  throw new ShapeError(message);
}
