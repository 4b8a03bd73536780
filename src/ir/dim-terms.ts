/**
 * Symbolic extents: integer polynomials over named symbols and a few opaque functions of them
 * (floor division, modulo, min, max), kept in one canonical form, so that equal extents have equal keys.
 * A symbol is a size read at run time and is assumed to be at least 1 unless ranges say otherwise.
 */
export type Dim = number | SymbolicDim;

export type OpaqueKind = 'floordiv' | 'mod' | 'min' | 'max' | 'mul';

/** A factor of a monomial: a symbol, or a function of two extents that does not simplify. */
export type Atom =
  | { readonly kind: 'symbol'; readonly name: string; readonly key: string }
  | { readonly kind: OpaqueKind; readonly a: Dim; readonly b: Dim; readonly key: string };

export interface Term {
  readonly coefficient: number;
  /** Sorted by key; empty for the constant term. */
  readonly atoms: readonly Atom[];
  readonly key: string;
}

/** A non-constant extent in canonical form. Build it with `symbol`, `dimAdd`, `dimMul` and so on. */
export class SymbolicDim {
  private bound: BoundKeys | undefined = undefined;

  constructor(
    readonly terms: readonly Term[],
    /** Canonical text, also the ONNX `dim_param`; equal extents have equal keys. */
    readonly key: string,
  ) {}

  /** Where bounds of the extent are recorded. */
  get boundKeys(): BoundKeys {
    this.bound ??= boundKeysOf(this);
    return this.bound;
  }

  toString(): string {
    return this.key;
  }
}

/** An extent without its constant term: its key, that of its negation, and the constant. */
interface BoundKeys {
  readonly rest: string;
  readonly negated: string;
  readonly constant: number;
}

function boundKeysOf({ terms, key }: SymbolicDim): BoundKeys {
  const last = terms[terms.length - 1];
  const constant = last?.key === '' ? last.coefficient : 0;
  const rest = constant === 0 ? terms : terms.slice(0, -1);
  const negated = printTerms(rest.map((t) => ({ ...t, coefficient: -t.coefficient })));
  return { rest: constant === 0 ? key : printTerms(rest), negated, constant };
}

/** The canonical text of an extent: equal extents have equal texts. */
export function dimKey(d: Dim): string {
  return typeof d === 'number' ? String(d) : d.key;
}

/** The terms of an extent; none for 0, one without atoms for another number. */
export function termsOf(d: Dim): readonly Term[] {
  if (typeof d !== 'number') return d.terms;
  return d === 0 ? [] : [{ coefficient: d, atoms: [], key: '' }];
}

/** One term as an extent. */
export function fromTerm(t: Term): Dim {
  if (t.coefficient === 0 || t.atoms.length === 0) return t.coefficient;
  return new SymbolicDim([t], printTerms([t]));
}

/** Every term times a number but 0. */
export function scaled(d: SymbolicDim, by: number): SymbolicDim {
  const terms = d.terms.map((t) => ({ coefficient: t.coefficient * by, atoms: t.atoms, key: t.key }));
  return new SymbolicDim(terms, printTerms(terms));
}

/** The sum of terms in canonical order; those of coefficient 0 go. */
export function fromTerms(terms: Map<string, Term>): Dim {
  const kept = [...terms.values()].filter((t) => t.coefficient !== 0);
  if (kept.length === 0) return 0;
  const only = kept[0] as Term;
  if (kept.length === 1 && only.atoms.length === 0) return only.coefficient;
  kept.sort((x, y) => (x.key === '' ? 1 : y.key === '' ? -1 : x.key < y.key ? -1 : x.key > y.key ? 1 : 0));
  return new SymbolicDim(kept, printTerms(kept));
}

/** `2*N*M - N + 1`: the text that is the key of the sum. The terms stand in canonical order. */
export function printTerms(terms: readonly Term[]): string {
  let text = '';
  terms.forEach((t, i) => {
    const c = t.coefficient;
    const size = Math.abs(c);
    const body = t.atoms.length === 0 ? String(size) : size === 1 ? t.key : `${size}*${t.key}`;
    text += i === 0 ? (c < 0 ? `-${body}` : body) : c < 0 ? ` - ${body}` : ` + ${body}`;
  });
  return text;
}

/** Adds `scale` times a term to a sum by key. */
export function addInto(terms: Map<string, Term>, t: Term, scale: number): void {
  const old = terms.get(t.key);
  const coefficient = (old?.coefficient ?? 0) + t.coefficient * scale;
  terms.set(t.key, { coefficient, atoms: t.atoms, key: t.key });
}

/** The product of two terms, its atoms in canonical order. */
export function multiplyTerms(x: Term, y: Term): Term {
  const coefficient = x.coefficient * y.coefficient;
  if (y.atoms.length === 0) return { coefficient, atoms: x.atoms, key: x.key };
  if (x.atoms.length === 0) return { coefficient, atoms: y.atoms, key: y.key };
  const atoms: Atom[] = [];
  let i = 0;
  for (const f of x.atoms) {
    for (let g = y.atoms[i]; g !== undefined && g.key < f.key; g = y.atoms[i]) {
      atoms.push(g);
      i += 1;
    }
    atoms.push(f);
  }
  for (; i < y.atoms.length; i++) atoms.push(y.atoms[i] as Atom);
  return { coefficient, atoms, key: keyOf(atoms) };
}

/** The key of a monomial. */
function keyOf(atoms: readonly Atom[]): string {
  let key = '';
  for (const f of atoms) key = key === '' ? f.key : `${key}*${f.key}`;
  return key;
}

/** Products beyond this many terms stay opaque elsewhere; shapes never come near it. */
export const MAX_TERMS = 64;
/** `t` divided by `by`, if that leaves an integer and a whole monomial. */
function divideTerm(t: Term, by: Term): Term | undefined {
  if (t.coefficient % by.coefficient !== 0) return undefined;
  const atoms = [...t.atoms];
  for (const f of by.atoms) {
    const at = atoms.findIndex((x) => x.key === f.key);
    if (at < 0) return undefined;
    atoms.splice(at, 1);
  }
  return { coefficient: t.coefficient / by.coefficient, atoms, key: keyOf(atoms) };
}

/** Graded lexicographic order of monomials: what polynomial division goes by. */
function isGreater(a: Term, b: Term): boolean {
  if (a.atoms.length !== b.atoms.length) return a.atoms.length > b.atoms.length;
  for (let i = 0; i < a.atoms.length; i++) {
    const [x, y] = [a.atoms[i]?.key ?? '', b.atoms[i]?.key ?? ''];
    if (x !== y) return x < y;
  }
  return false;
}

function leadingTerm(terms: Iterable<Term>): Term | undefined {
  let lead: Term | undefined;
  for (const t of terms) if (t.coefficient !== 0 && (lead === undefined || isGreater(t, lead))) lead = t;
  return lead;
}

/** The polynomial quotient if the division leaves nothing; undefined otherwise. */
export function exactQuotient(a: Dim, by: Dim): Dim | undefined {
  const divisor = termsOf(by);
  const lead = leadingTerm(divisor);
  if (lead === undefined) return undefined;
  const rest = new Map(termsOf(a).map((t) => [t.key, t]));
  const quotient = new Map<string, Term>();
  for (let step = 0; step < MAX_TERMS; step++) {
    const next = leadingTerm(rest.values());
    if (next === undefined) return fromTerms(quotient);
    const q = divideTerm(next, lead);
    if (q === undefined) return undefined;
    addInto(quotient, q, 1);
    for (const t of divisor) addInto(rest, multiplyTerms(q, t), -1);
  }
  return undefined;
}

/** The part of `a` whose terms `by` divides exactly, and the rest. */
export function splitDivisible(a: Dim, by: number): { quotient: Dim; rest: Dim } {
  const quotient = new Map<string, Term>();
  const rest = new Map<string, Term>();
  for (const t of termsOf(a)) {
    const q = Math.floor(t.coefficient / by);
    if (t.coefficient % by === 0) addInto(quotient, { ...t, coefficient: q }, 1);
    else if (t.atoms.length === 0) {
      addInto(quotient, { ...t, coefficient: q }, 1);
      addInto(rest, { ...t, coefficient: t.coefficient - q * by }, 1);
    } else addInto(rest, t, 1);
  }
  return { quotient: fromTerms(quotient), rest: fromTerms(rest) };
}

/** What divides every term of both: floor((c*x) / (c*y)) = floor(x / y) if it is positive. */
export function commonMonomial(a: Dim, b: Dim): Dim | undefined {
  const [first, ...others] = [...termsOf(a), ...termsOf(b)];
  if (first === undefined || typeof b === 'number') return undefined;
  let coefficient = Math.abs(first.coefficient);
  let atoms = [...first.atoms];
  for (const t of others) {
    coefficient = gcd(coefficient, Math.abs(t.coefficient));
    const left = [...t.atoms];
    atoms = atoms.filter((f) => {
      const at = left.findIndex((x) => x.key === f.key);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  if (coefficient === 1 && atoms.length === 0) return undefined;
  const term: Term = { coefficient, atoms, key: keyOf(atoms) };
  const common = fromTerms(new Map([[term.key, term]]));
  return common;
}

/** The greatest common divisor, by Euclid. */
export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The atom that an extent consists of alone, with coefficient 1; undefined for others. */
export function bareAtom(d: Dim): Atom | undefined {
  if (typeof d === 'number' || d.terms.length !== 1) return undefined;
  const t = d.terms[0] as Term;
  return t.coefficient === 1 && t.atoms.length === 1 ? t.atoms[0] : undefined;
}
