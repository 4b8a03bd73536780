import type { PickleValue } from '../../src/frontends/torchscript/archive/pickle-value.js';
import { type BuildOptions, buildGraph } from '../../src/frontends/torchscript/source/build-graph.js';
import type { CodeArchive } from '../../src/frontends/torchscript/source/code-unit.js';
import type { Block, Graph, SourceLoc, Value } from '../../src/ir/graph.js';
import { memorySource, TensorData } from '../../src/ir/tensor-data.js';
import { verify } from '../../src/ir/verify.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import { OperatorRegistry } from '../../src/schema/registry.js';
import type { Signature } from '../../src/schema/signature.js';

/** Attributes of a module in plain form. */
export type Plain = null | boolean | number | string | PickleValue;

/** An int; plain numbers stand for floats when they have a fraction. */
function pickled(value: Plain): PickleValue {
  if (value === null) return { kind: 'none' };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float', value };
  return typeof value === 'string' ? { kind: 'str', value } : value;
}

export function objectOf(className: string, attributes: Readonly<Record<string, Plain>>): PickleValue {
  const entries = Object.entries(attributes).map(([k, v]) => [{ kind: 'str', value: k }, pickled(v)] as const);
  return { kind: 'object', className, state: { kind: 'dict', entries } };
}

export function tensorOf(shape: readonly number[], storage = memorySource(new Uint8Array(1024))): PickleValue {
  return { kind: 'tensor', data: new TensorData('float32', shape, storage), requiresGrad: false };
}

/** An archive of one file `__torch__.m` and a model of its class `M`. */
export function archiveOf(
  source: string,
  attributes: Readonly<Record<string, Plain>> = {},
  more: {
    readonly version?: number;
    readonly constants?: readonly PickleValue[];
    readonly userLoc?: (offset: number) => SourceLoc;
  } = {},
): CodeArchive {
  return {
    label: 'm.pt',
    version: more.version ?? 10,
    dataPickle: objectOf('__torch__.m.M', attributes),
    constants: more.constants ?? [],
    hasSource: (qualifier) => qualifier === '__torch__.m',
    readSource: () => source,
    debugRanges: () => (more.userLoc === undefined ? undefined : { at: more.userLoc, near: () => [] }),
  };
}

/** The method `forward` with this body: `forward(self, <parameters>) -> <result>`. */
export function forward(body: string, parameters = 'x: Tensor', result = 'Tensor'): string {
  return `class M(Module):\n  def forward(self: __torch__.m.M, ${parameters}) -> ${result}:\n${indent(body, '    ')}\n`;
}

export function indent(text: string, by: string): string {
  const lines = text.replace(/^\n|\s+$/g, '').split('\n');
  const margin = Math.min(...lines.filter((l) => l.trim() !== '').map((l) => l.length - l.trimStart().length));
  return lines.map((l) => by + l.slice(margin)).join('\n');
}

const SIGNATURES = [
  'aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor',
  'aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor',
  'aten::add.int(int a, int b) -> int',
  'aten::add.str(str a, str b) -> str',
  'aten::mul.Tensor(Tensor self, Tensor other) -> Tensor',
  'aten::mul.Scalar(Tensor self, Scalar other) -> Tensor',
  'aten::relu(Tensor self) -> Tensor',
  'aten::neg(Tensor self) -> Tensor',
  'aten::size(Tensor self) -> int[]',
  'aten::size.int(Tensor self, int dim) -> int',
  'aten::dim(Tensor self) -> int',
  'aten::eq.int(int a, int b) -> bool',
  'aten::eq.str(str a, str b) -> bool',
  'aten::gt.int(int a, int b) -> bool',
  'aten::lt.int(int a, int b) -> bool',
  'aten::__not__(bool self) -> bool',
  'aten::__is__(t1 self, t2 obj) -> bool',
  'aten::__isnot__(t1 self, t2 obj) -> bool',
  'aten::__contains__.str_list(str[] l, str item) -> bool',
  'aten::__getitem__.t(t[](a) list, int idx) -> t(*)',
  'aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)',
  'aten::len.t(t[] a) -> int',
  'aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)',
  'aten::Int.Tensor(Tensor a) -> int',
  'aten::Bool.Tensor(Tensor a) -> bool',
  'aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0) -> Tensor',
  'aten::div.Tensor(Tensor self, Tensor other) -> Tensor',
  'aten::div.Scalar(Tensor self, Scalar other) -> Tensor',
  'aten::full(SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Device? device=None) -> Tensor',
  'aten::linspace(Scalar start, Scalar end, int steps, *, ScalarType? dtype=None) -> Tensor',
  'aten::format(str self, ...) -> str',
  'prim::RaiseException(str msg, str? cls=None) -> ()',
];

export function registryOf(signatures: readonly string[] = SIGNATURES): OperatorRegistry<{ signature: Signature }> {
  const registry = new OperatorRegistry<{ signature: Signature }>();
  for (const text of signatures) registry.add({ signature: parseSignature(text) });
  return registry;
}

/** The built graph, verified, as one line a node: values are numbered in order, constants stand where they are used. */
export function graphLines(archive: CodeArchive, options: BuildOptions = {}): string[] {
  const { graph } = buildGraph(archive, registryOf(), options);
  const problems = verify(graph);
  if (problems.length > 0) throw new Error(problems.map((p) => p.message).join('\n'));
  return new Lines().graph(graph);
}

class Lines {
  private readonly names = new Map<Value, string>();
  private readonly lines: string[] = [];

  graph(graph: Graph): string[] {
    for (const v of graph.inputs) this.name(v);
    this.block(graph.block, '');
    this.lines.push(`return ${this.uses(graph.outputs)}`);
    return this.lines;
  }

  private block(block: Block, margin: string): void {
    for (const node of block.nodes()) {
      if (node.op === 'prim::Constant') continue;
      const operands = this.uses(node.inputs);
      const results = this.uses(node.outputs);
      this.lines.push(`${margin}${results === '' ? '' : `${results} = `}${node.op}(${operands})`);
      for (const inner of node.blocks) {
        this.lines.push(`${margin}  block(${this.uses(inner.params)}):`);
        this.block(inner, `${margin}    `);
        this.lines.push(`${margin}    -> (${this.uses(inner.returns)})`);
      }
    }
  }

  private uses(values: readonly Value[]): string {
    return values.map((v) => this.name(v)).join(', ');
  }

  private name(v: Value): string {
    const value = v.producer?.op === 'prim::Constant' ? v.producer.attributes.get('value') : undefined;
    if (value instanceof TensorData) return `<${value.shape.join('x')}>`;
    if (value === 2 ** 63) return 'endless';
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (value !== undefined) return value === null ? 'None' : JSON.stringify(value);
    const name = this.names.get(v) ?? `%${this.names.size}`;
    this.names.set(v, name);
    return name;
  }
}
