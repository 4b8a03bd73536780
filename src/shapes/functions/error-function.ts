/** Where the series loses digits and the continued fraction gains them. */
const SWITCH = 2;
const MAX_TERMS = 200;
/** erfc is 0 in double precision beyond this. */
const UNDERFLOW = 27.3;

/** The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, to double precision. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  return Math.abs(x) < SWITCH ? series(x) : Math.sign(x) * (1 - tail(Math.abs(x)));
}

/** 1 - erf(x), without the loss of digits for large x. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < SWITCH) return 1 - series(x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}

/** 2/sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (1*3*...*(2n+1)): no term has another sign than x. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Laplace's continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + ...))), from its end. */
function tail(x: number): number {
  if (x > UNDERFLOW) return 0;
  let fraction = x;
  for (let n = MAX_TERMS; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
