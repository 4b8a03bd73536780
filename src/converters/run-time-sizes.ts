import { fail } from '../diagnostics/diagnostic.js';
import { type Dim, dimKey, dimSymbols, symbolName } from '../ir/dim.js';
import type { Value } from '../ir/graph.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';
import { buildExtent } from './extent.js';
import { addOne, castTo } from './one-output.js';

/** Where an extent can be read at run time: an axis of a tensor, or (axis undefined) the 0-d tensor itself. */
interface ExtentSource {
  readonly value: OnnxValue;
  readonly axis: number | undefined;
}

/** Where the sizes of one ONNX graph can be read at run time; an inner graph sees those of the outer ones. */
export class RunTimeSizes {
  private readonly sources = new Map<string, ExtentSource>();
  private readonly extents = new Map<string, OnnxValue>();

  /** `readsNumber` tells the operators that read a tensor as a number. */
  constructor(
    private readonly builder: OnnxBuilder,
    private readonly readsNumber: (op: string) => boolean,
    private readonly outer?: RunTimeSizes,
  ) {}

  /** Remembers the symbols that can be read off a tensor: its axes, its element, the numbers that casts read from it. */
  note(value: Value, onnx: OnnxValue): void {
    const dims = onnx.shape ?? (value.type.kind === 'tensor' ? value.type.shape : undefined);
    dims?.forEach((d, axis) => {
      const name = symbolName(d);
      if (name !== undefined && !this.knows(name)) this.sources.set(name, { value: onnx, axis });
    });
    if (value.content?.kind === 'elements' && value.type.kind === 'tensor' && value.type.shape?.length === 0) {
      this.noteScalar(value.content.values[0], onnx);
    }
    for (const { user } of value.uses) {
      // A cast reads the tensor as an int: that int's own symbol is the tensor's element.
      if ('op' in user && this.readsNumber(user.op)) {
        const c = user.outputs[0]?.content;
        if (c?.kind === 'int') this.noteScalar(c.value, onnx);
      }
    }
  }

  private noteScalar(d: Dim | undefined, onnx: OnnxValue): void {
    const name = d === undefined ? undefined : symbolName(d);
    if (name !== undefined && !this.knows(name)) this.sources.set(name, { value: onnx, axis: undefined });
  }

  /** True for a symbol that some tensor at hand tells. */
  knows(symbol: string): boolean {
    return this.source(symbol) !== undefined;
  }

  private source(symbol: string): ExtentSource | undefined {
    return this.sources.get(symbol) ?? this.outer?.source(symbol);
  }

  /** A 0-d int64 tensor that holds an extent at run time. Errors: `needs-constant` where no tensor tells a symbol of it. */
  extent(dim: Dim): OnnxValue {
    if (typeof dim === 'number') return this.builder.scalar(dim, 'int64');
    const key = dimKey(dim);
    const known = this.find(key);
    if (known !== undefined) return known;
    const missing = [...dimSymbols(dim)].find((s) => !this.knows(s));
    if (missing !== undefined)
      return fail('needs-constant', `the size ${key} depends on \`${missing}\`, which no tensor at hand has`);
    const v = buildExtent(this.builder, dim, (name) => this.read(name));
    this.extents.set(key, v);
    return v;
  }

  private find(key: string): OnnxValue | undefined {
    return this.extents.get(key) ?? this.outer?.find(key);
  }

  private read(symbol: string): OnnxValue {
    const source = this.source(symbol);
    if (source === undefined) throw new Error(`no source for ${symbol}`);
    if (source.axis === undefined) return castTo(this.builder, source.value, 'int64');
    const shape = addOne(this.builder, 'Shape', [source.value]);
    return addOne(this.builder, 'Gather', [shape, this.builder.scalar(source.axis, 'int64')], { axis: 0 });
  }
}
