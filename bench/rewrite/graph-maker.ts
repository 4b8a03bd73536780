import { literalConstant } from '../../src/engine/constant.js';
import { type Attribute, type Block, Graph, Node, type OpName, type Value } from '../../src/ir/graph.js';
import { TensorData } from '../../src/ir/tensor-data.js';
import { BOOL, INT, listOf, TENSOR, type Type, tensorType } from '../../src/ir/type.js';
import type { RuleBook } from '../../src/rulebook/load.js';
import type { Literal } from '../../src/schema/signature.js';
import type { Inference } from '../../src/shapes/infer.js';

/** An argument of a call: a value, or a literal that becomes a constant of its own, as in a traced graph. */
export type Argument = Value | Literal | TensorData;

/** Writes calls of declared operators into a graph, inferred as they are written: one `prim::Constant` for each literal. */
export class GraphMaker {
  readonly graph = new Graph();
  /** Nodes written so far. */
  nodes = 0;
  private block: Block = this.graph.block;

  constructor(
    private readonly rules: RuleBook,
    private readonly inference: Inference,
  ) {}

  /** The first result of an operator; arguments that `args` leaves out take the defaults of the signature. */
  call(op: OpName, args: Readonly<Record<string, Argument>>): Value {
    const { signature } = this.rules.registry.require(op);
    const inputs = signature.args.map((arg) => {
      const given = args[arg.name];
      return this.operand(given === undefined ? (arg.default ?? null) : given, arg.type);
    });
    const node = new Node(op, inputs);
    for (const result of signature.results) node.addOutput(this.graph.freshName(), result.type);
    return this.add(node);
  }

  /** A list of ints, of values and constants. */
  list(items: readonly (Value | number)[]): Value {
    const node = new Node(
      'prim::ListConstruct',
      items.map((i) => this.operand(i, INT)),
    );
    node.addOutput(this.graph.freshName(), listOf(INT));
    return this.add(node);
  }

  /** A branch of one tensor; each block is written by its function. */
  branch(condition: Value, yes: () => Value, no: () => Value): Value {
    const node = new Node('prim::If', [condition]);
    for (const body of [yes, no]) this.inside(node.addBlock(), (block) => block.addReturn(body()));
    node.addOutput(this.graph.freshName(), TENSOR);
    return this.add(node);
  }

  /** A loop that carries one tensor, whose type every round keeps. */
  loop(count: Value, start: Value, round: (carried: Value) => Value): Value {
    const node = new Node('prim::Loop', [count, this.operand(true, BOOL), start]);
    this.inside(node.addBlock(), (block) => {
      const index = block.addParam(this.graph.freshName(), INT);
      index.content = { kind: 'int', value: this.inference.freshExtent() };
      const carried = block.addParam(this.graph.freshName(), start.type);
      const next = round(carried);
      block.addReturn(this.operand(true, BOOL));
      block.addReturn(next);
    });
    node.addOutput(this.graph.freshName(), start.type);
    return this.add(node);
  }

  operand(v: Argument, type: Type): Value {
    if (isValue(v)) return v;
    if (v instanceof TensorData) return this.constant(v, tensorType(v.dtype, v.shape));
    const { value, type: own } = literalConstant(v, type);
    return this.constant(value, own);
  }

  private constant(value: Attribute, type: Type): Value {
    const node = new Node('prim::Constant');
    node.attributes.set('value', value);
    node.addOutput(this.graph.freshName(), type);
    return this.add(node);
  }

  private add(node: Node): Value {
    this.block.append(node);
    this.inference.inferNode(node);
    this.nodes += 1;
    return node.output;
  }

  private inside(block: Block, write: (block: Block) => void): void {
    const outer = this.block;
    this.block = block;
    this.inference.scoped(() => write(block));
    this.block = outer;
  }
}

function isValue(v: Argument): v is Value {
  return typeof v === 'object' && v !== null && 'uses' in v;
}
