import { type Dim, dimRange, dimSymbols, type Ranges, type SymbolicDim, symbol, symbolName } from '../../ir/dim.js';

/** Longer expressions help nobody: a fresh symbol stands for them. */
const MAX_KEY_LENGTH = 160;

/**
 * The symbols of a model: fresh ones for what only run time tells, and where each is visible. Fresh symbols start with
 * `_`, so no sign is assumed by `dimRange`; those that are sizes of tensors are known to be at least 0 (`ranges`).
 */
export class SymbolTable {
  private readonly bounds: Map<string, { min: number; max: number }>;
  private readonly counter: { next: number };
  private readonly own = new Set<string>();

  /** `declared` bounds the sizes that a user has named; a symbol without bounds is at least 1. */
  constructor(
    private readonly parent?: SymbolTable,
    declared: Ranges = new Map(),
  ) {
    this.bounds = parent?.bounds ?? new Map(declared);
    this.counter = parent?.counter ?? { next: 1 };
  }

  /** Bounds of symbols: as declared, and of the extents among the unknown ones. */
  get ranges(): Ranges {
    return this.bounds;
  }

  /** A new extent of a tensor: at least 0. */
  freshExtent(): SymbolicDim {
    const s = this.fresh();
    this.bounds.set(s.key, { min: 0, max: Number.POSITIVE_INFINITY });
    return s;
  }

  /** A new integer of unknown sign: an element of a tensor. */
  freshValue(): SymbolicDim {
    return this.fresh();
  }

  private fresh(): SymbolicDim {
    // `_n`: apart from the `_u` symbols of the graph that is being converted.
    const s = symbol(`_n${this.counter.next++}`);
    this.own.add(s.key);
    return s;
  }

  /** Notes the symbols of a declared shape: they are visible here, and a bare unknown one is an extent. */
  declare(shape: readonly Dim[]): void {
    for (const d of shape) {
      if (typeof d === 'number') continue;
      const name = symbolName(d);
      if (name?.startsWith('_') && !this.bounds.has(name)) {
        this.bounds.set(name, { min: 0, max: Number.POSITIVE_INFINITY });
      }
      for (const s of dimSymbols(d)) if (!this.sees(s)) this.own.add(s);
    }
  }

  private sees(name: string): boolean {
    return this.own.has(name) || (this.parent?.sees(name) ?? false);
  }

  /** Whether an outer graph knows all symbols of `d`: an extent made inside a loop differs from turn to turn. */
  visible(d: Dim): boolean {
    for (const s of dimSymbols(d)) if (!this.sees(s)) return false;
    return true;
  }

  /** Whether `d` depends on elements of unknown sign; such a number may be -1 where a size is asked for. */
  dependsOnValue(d: Dim): boolean {
    for (const s of dimSymbols(d)) if (s.startsWith('_') && !this.bounds.has(s)) return true;
    return false;
  }

  /** Whether `d` holds a symbol that only run time tells. */
  isUnknown(d: Dim): boolean {
    for (const s of dimSymbols(d)) if (s.startsWith('_')) return true;
    return false;
  }

  /** Inferred extents, those that are unknown replaced by the told ones. A told list of another length is ignored. */
  refine(inferred: readonly Dim[] | undefined, told: readonly Dim[] | undefined): readonly Dim[] | undefined {
    if (inferred === undefined || told?.length !== inferred.length) return inferred ?? told;
    return inferred.map((d, i) => {
      const other = told[i] ?? d;
      if (typeof d === 'number') return d;
      return typeof other === 'number' || this.isUnknown(d) || other.key.length < d.key.length ? other : d;
    });
  }

  /** `d`, or a fresh extent when its text has grown beyond use. */
  tidy(d: Dim): Dim {
    return typeof d !== 'number' && d.key.length > MAX_KEY_LENGTH ? this.freshExtent() : d;
  }

  min(d: Dim): number {
    return dimRange(d, this.bounds).min;
  }

  max(d: Dim): number {
    return dimRange(d, this.bounds).max;
  }
}
