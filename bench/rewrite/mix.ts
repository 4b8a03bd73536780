import { seededRandom } from '../../src/engine/worklist.js';
import { type Dim, symbol } from '../../src/ir/dim.js';
import type { Graph, Value } from '../../src/ir/graph.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { tensorType } from '../../src/ir/type.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import { Inference } from '../../src/shapes/infer.js';
import { GraphMaker } from './graph-maker.js';

const CHANNELS = 64;
const HEADS = 8;
/** Streams of each kind: a motif takes the newest tensor of one, so that chains grow as long as the graph. */
const STREAMS = 8;
/** Nodes for one tower of nested blocks, and how deep it is: the frontends allow 300. */
const NODES_PER_TOWER = 5_000;
const TOWER_DEPTH = 48;
/**
 * Motifs of convolutional nets. With this share rules fire about as often as on the models of test/models with all their
 * sizes dynamic, 14 times for 100 nodes.
 */
const IMAGE_SHARE = 0.65;
/** 2^63 - 1, the open end of a slice, as a trace writes it. */
const OPEN_END = 2 ** 63;

export interface Mix {
  readonly graph: Graph;
  readonly inference: Inference;
  /** Of the whole graph, inner blocks included. */
  readonly nodes: number;
}

/**
 * A graph of about `size` nodes that a seed decides, inferred and ready for its rules. Pieces of traced and scripted models:
 * convolutions, attention with sizes read at run time, feed-forward blocks with dropout, casts, slices that change nothing,
 * arithmetic on sizes, residual sums over shared tensors, one mask that a share of all nodes reads, branches and loops
 * nested in one another. Batch, sequence length, height and width are symbols.
 */
export function makeMix(rules: RuleBook, size: number, seed: number): Mix {
  const inference = new Inference(rules.registry);
  const mixer = new Mixer(new GraphMaker(rules, inference), seed);
  mixer.fill(size);
  return { graph: mixer.make.graph, inference, nodes: mixer.make.nodes };
}

class Mixer {
  private readonly random: () => number;
  private readonly sequences: Value[] = [];
  private readonly images: Value[] = [];
  /** Read by a share of all motifs: a value of very many uses. */
  private readonly mask: Value;
  private readonly batch: Value;
  private readonly weights = new Map<string, TensorData>();

  constructor(
    readonly make: GraphMaker,
    seed: number,
  ) {
    this.random = seededRandom(seed);
    const [n, s, h, w] = ['N', 'S', 'H', 'W'].map(symbol) as [Dim, Dim, Dim, Dim];
    for (let i = 0; i < STREAMS; i++) {
      this.sequences.push(make.graph.addInput(`s${i}`, tensorType('float32', [n, s, CHANNELS])));
      this.images.push(make.graph.addInput(`i${i}`, tensorType('float32', [n, CHANNELS, h, w])));
    }
    this.mask = make.graph.addInput('mask', tensorType('float32', [n, s, CHANNELS]));
    this.batch = make.call('aten::size.int', { self: this.mask, dim: 0 });
  }

  fill(size: number): void {
    let towers = 0;
    while (this.make.nodes < size) {
      if (this.make.nodes >= (towers + 0.5) * NODES_PER_TOWER) {
        towers += 1;
        const at = this.pick(this.sequences);
        this.sequences[at] = this.tower(this.of(this.sequences, at), TOWER_DEPTH);
      } else if (this.random() < IMAGE_SHARE) this.advance(this.images, (x) => this.imageMotif(x));
      else this.advance(this.sequences, (x) => this.sequenceMotif(x));
    }
    for (const v of [...this.sequences, ...this.images]) this.make.graph.block.addReturn(v);
  }

  private advance(streams: Value[], motif: (x: Value) => Value): void {
    const at = this.pick(streams);
    streams[at] = motif(this.of(streams, at));
  }

  private imageMotif(x: Value): Value {
    const kind = this.random();
    if (kind < 0.6) return this.convolution(x);
    if (kind < 0.75) return this.residual(x, this.of(this.images, this.pick(this.images)));
    if (kind < 0.9) return this.resize(x);
    return this.make.call('aten::clone', { self: this.make.call('aten::hardswish', { self: x }) });
  }

  private sequenceMotif(x: Value): Value {
    const kind = this.random();
    if (kind < 0.25) return this.attention(x);
    if (kind < 0.55) return this.feedForward(x);
    if (kind < 0.65) return this.residual(x, this.of(this.sequences, this.pick(this.sequences)));
    if (kind < 0.75) return this.make.call('aten::mul.Tensor', { self: x, other: this.mask });
    if (kind < 0.85) return this.make.call('aten::slice.Tensor', { self: x, dim: 0, start: 0, end: OPEN_END });
    if (kind < 0.95) return this.make.call('aten::to.other', { self: this.normalized(x), other: x });
    return this.flattened(x);
  }

  private convolution(x: Value): Value {
    const { make } = this;
    const y = make.call('aten::_convolution', {
      input: x,
      weight: this.weight(CHANNELS, CHANNELS, 3, 3),
      bias: null,
      stride: [1, 1],
      padding: [1, 1],
      dilation: [1, 1],
      transposed: false,
      output_padding: [0, 0],
      groups: 1,
      benchmark: false,
      deterministic: false,
      cudnn_enabled: true,
      allow_tf32: true,
    });
    const z = make.call('aten::batch_norm', {
      input: y,
      weight: this.weight(CHANNELS),
      bias: this.weight(CHANNELS),
      running_mean: this.weight(CHANNELS),
      running_var: this.weight(CHANNELS),
      training: false,
      momentum: 0.1,
      eps: 1e-5,
      cudnn_enabled: true,
    });
    return make.call('aten::relu', { self: z });
  }

  /** Half the size and back, to the size that is read at run time. */
  private resize(x: Value): Value {
    const { make } = this;
    const small = make.call('aten::avg_pool2d', { self: x, kernel_size: [2, 2], stride: [2, 2], padding: [0, 0] });
    const size = make.list([2, 3].map((dim) => make.call('aten::size.int', { self: x, dim })));
    return make.call('aten::upsample_bilinear2d.vec', {
      input: small,
      output_size: size,
      align_corners: false,
      scale_factors: null,
    });
  }

  private residual(x: Value, y: Value): Value {
    return this.make.call('aten::add.Tensor', { self: x, other: y });
  }

  private normalized(x: Value): Value {
    const [weight, bias] = [this.weight(CHANNELS), this.weight(CHANNELS)];
    return this.make.call('aten::layer_norm', { input: x, normalized_shape: [CHANNELS], weight, bias });
  }

  private linear(x: Value): Value {
    const [weight, bias] = [this.weight(CHANNELS, CHANNELS), this.weight(CHANNELS)];
    return this.make.call('aten::linear', { input: x, weight, bias });
  }

  private feedForward(x: Value): Value {
    const { make } = this;
    const hidden = make.call('aten::gelu', { self: this.linear(this.normalized(x)) });
    const dropped = make.call('aten::dropout', { input: hidden, p: 0.1, train: false });
    return this.residual(x, this.linear(dropped));
  }

  /** A size as a trace reads it: `Int(NumToTensor(size))`. */
  private tracedSize(x: Value, dim: number): Value {
    const { make } = this;
    const size = make.call('aten::size.int', { self: x, dim });
    return make.call('aten::Int.Tensor', { a: make.call('prim::NumToTensor.Scalar', { a: size }) });
  }

  private attention(x: Value): Value {
    const { make } = this;
    const [n, s] = [this.tracedSize(x, 0), this.tracedSize(x, 1)];
    const heads = [1, 2, 3].map(() => {
      const split = make.call('aten::view', { self: this.linear(x), size: make.list([n, s, HEADS, CHANNELS / HEADS]) });
      return make.call('aten::transpose.int', { self: split, dim0: 1, dim1: 2 });
    });
    const [q, k, v] = heads as [Value, Value, Value];
    const scores = make.call('aten::matmul', {
      self: q,
      other: make.call('aten::transpose.int', { self: k, dim0: -2, dim1: -1 }),
    });
    const scaled = make.call('aten::div.Scalar', { self: scores, other: Math.sqrt(CHANNELS / HEADS) });
    const mixed = make.call('aten::matmul', {
      self: make.call('aten::softmax.int', { self: scaled, dim: -1 }),
      other: v,
    });
    const back = make.call('aten::transpose.int', { self: mixed, dim0: 1, dim1: 2 });
    const whole = make.call('aten::contiguous', { self: back });
    return this.linear(make.call('aten::view', { self: whole, size: make.list([n, s, CHANNELS]) }));
  }

  /** Rows of all batches in one axis and back, by sizes multiplied at run time. */
  private flattened(x: Value): Value {
    const { make } = this;
    const s = make.call('aten::size.int', { self: x, dim: 1 });
    const rows = make.call('aten::mul.int', { a: this.batch, b: s });
    const flat = make.call('aten::reshape', { self: x, shape: make.list([rows, CHANNELS]) });
    return make.call('aten::reshape', { self: this.linear(flat), shape: make.list([this.batch, s, CHANNELS]) });
  }

  /** Branches in branches, a loop on every eighth level; conditions and trip counts are sizes. */
  private tower(x: Value, depth: number): Value {
    const { make } = this;
    if (depth === 0) return this.attention(x);
    const s = make.call('aten::size.int', { self: x, dim: 1 });
    if (depth % 8 === 0) return make.loop(s, this.sequenceMotif(x), (carried) => this.tower(carried, depth - 1));
    const long = make.call('aten::gt.int', { a: s, b: depth });
    return make.branch(
      long,
      () => this.tower(this.sequenceMotif(x), depth - 1),
      () => this.feedForward(x),
    );
  }

  private weight(...shape: number[]): TensorData {
    const key = shape.join();
    const known = this.weights.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(4 * shape.reduce((a, b) => a * b, 1));
    const made = new TensorData('float32', shape, memorySource(bytes));
    this.weights.set(key, made);
    return made;
  }

  private pick(list: readonly Value[]): number {
    return Math.floor(this.random() * list.length);
  }

  private of(list: readonly Value[], at: number): Value {
    const v = list[at];
    if (v === undefined) throw new RangeError(`stream ${at} of ${list.length}`);
    return v;
  }
}
