import type { Attribute, Block, Graph, Node, Value } from './graph.js';
import { attributeText } from './literal-text.js';
import { CONSTANT } from './primitives.js';
import { TensorData } from './tensor-data.js';
import { ANY, type Type } from './type.js';
import { TYPES, tensorDataTypeText, typeText } from './type-text.js';

export interface PrintOptions {
  /** `aten::size.int` instead of `aten::size`. PyTorch prints and reads operators without overload names. */
  readonly overloads?: boolean;
  /** `# file.py:12:4` after each node that has a place; true by default. */
  readonly locations?: boolean;
  /** Names values by the order of their definitions instead of their own names. */
  readonly canonical?: boolean;
}

/**
 * The graph in TorchScript's text, as `print(graph)` of PyTorch gives it: it parses back equal but for symbolic extents
 * (`*`) and the values of large constants (`<Tensor>`). Names used twice get a suffix. Linear.
 */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  const printer = new Printer(options);
  const params = graph.inputs.map((v) => printer.definition(v)).join(',\n      ');
  printer.lines.push(`graph(${params}):`);
  printer.body(graph.block, 1);
  printer.lines.push(`  return (${printer.uses(graph.outputs)})`);
  return `${printer.lines.join('\n')}\n`;
}

/** One node with its blocks, as it stands in the printed graph; values have their own names. */
export function printNode(node: Node, options: PrintOptions = {}): string {
  const printer = new Printer(options);
  printer.node(node, 0);
  return printer.lines.join('\n');
}

class Printer {
  readonly lines: string[] = [];
  private readonly names = new Map<Value, string>();
  private readonly taken = new Set<string>();
  private readonly suffixes = new Map<string, number>();

  constructor(private readonly options: PrintOptions) {}

  body(block: Block, level: number): void {
    for (const n of block.nodes()) this.node(n, level);
  }

  node(node: Node, level: number): void {
    const indent = '  '.repeat(level);
    const outputs = node.outputs.map((v) => this.definition(v)).join(', ');
    const operands = this.uses(node.inputs);
    const op = this.options.overloads ? node.op : withoutOverload(node.op);
    // PyTorch prints ` = ` before a node without results too, at an indent that `torch._C.parse_ir` refuses.
    const results = outputs === '' ? '' : `${outputs} = `;
    this.lines.push(`${indent}${results}${op}${this.attributes(node)}(${operands})${this.place(node)}`);
    node.blocks.forEach((block, i) => {
      const params = block.params.map((v) => this.definition(v)).join(', ');
      this.lines.push(`${indent}  block${i}(${params}):`);
      this.body(block, level + 2);
      this.lines.push(`${indent}    -> (${this.uses(block.returns)})`);
    });
  }

  definition(v: Value): string {
    const constant = v.producer?.op === CONSTANT ? v.producer.attributes.get('value') : undefined;
    const type = constant instanceof TensorData ? tensorDataTypeText(constant) : typeText(v.type);
    return `${this.nameOf(v)} : ${type}`;
  }

  uses(values: readonly Value[]): string {
    return values.map((v) => this.nameOf(v)).join(', ');
  }

  private nameOf(v: Value): string {
    const known = this.names.get(v);
    if (known !== undefined) return known;
    const name = this.options.canonical ? `%${this.names.size}` : `%${this.freeName(v.name.replace(/[^\w.]/g, '_'))}`;
    this.names.set(v, name);
    return name;
  }

  /** The name itself, or with the first suffix that makes it new. */
  private freeName(hint: string): string {
    let name = hint;
    for (let n = this.suffixes.get(hint) ?? 1; name === '' || this.taken.has(name); n++) {
      name = `${hint === '' ? '_' : hint}.${n}`;
      this.suffixes.set(hint, n + 1);
    }
    this.taken.add(name);
    return name;
  }

  private attributes(node: Node): string {
    if (node.attributes.size === 0) return '';
    const type = node.op === CONSTANT ? node.outputs[0]?.type : undefined;
    const parts = [...node.attributes]
      .filter(([name, value]) => !isNone(name, value))
      .map(([name, value]) => `${name}=${this.attribute(name, value, type)}`);
    return parts.length === 0 ? '' : `[${parts.join(', ')}]`;
  }

  private attribute(name: string, value: Attribute, type: Type | undefined): string {
    if (name === TYPES && Array.isArray(value)) return `[${value.map(String).join(', ')}]`;
    return attributeText(value, name === 'value' ? (type ?? ANY) : untyped(value));
  }

  private place(node: Node): string {
    const at = node.loc[0];
    if (at === undefined || this.options.locations === false) return '';
    return ` # ${at.file}:${at.line}:${at.column - 1}`;
  }
}

/** None prints as a constant without a value. */
function isNone(name: string, value: Attribute): boolean {
  return name === 'value' && value === null;
}

/** Attributes that no output type tells of: a list is a list of what its first item is. */
function untyped(value: Attribute): Type {
  const first = Array.isArray(value) ? value[0] : undefined;
  return { kind: 'list', element: typeof first === 'number' && !Number.isInteger(first) ? { kind: 'float' } : ANY };
}

function withoutOverload(op: string): string {
  const dot = op.indexOf('.', op.indexOf('::') + 2);
  return dot < 0 ? op : op.slice(0, dot);
}
