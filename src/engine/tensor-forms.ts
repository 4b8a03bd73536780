import { fail } from '../diagnostics/diagnostic.js';
import { type Block, type Graph, Node, type OpName, type Value } from '../ir/graph.js';
import { TENSOR } from '../ir/type.js';
import type { Roles } from '../matcher/roles.js';
import type { Inference } from '../shapes/infer.js';
import { insertAfterDefinition } from './move-block.js';
import { castType } from './refine.js';

/** Goes between numbers and the tensors that stand for them: puts casts in, and freezes numbers to tensors. */
export class TensorForms {
  /** Tensors made of numbers, so that each number is frozen once. */
  private readonly frozen = new Map<Value, Value>();

  constructor(
    private readonly graph: Graph,
    private readonly inference: Inference,
    private readonly roles: Roles,
    /** Told of each new node. */
    private readonly note: (node: Node) => void,
  ) {}

  get castOperator(): OpName {
    return this.roles.cast ?? fail('internal', 'no schema has the role of the cast');
  }

  /**
   * The cast of a tensor to what `old` is, in front of `at`; `adopt`: it gives `old` itself, a result of the node that is
   * being replaced, so that its uses stay as they are.
   */
  cast(old: Value, tensor: Value, at: Node, adopt: boolean): Value {
    const { type, content } = old;
    const cast = Node.of(this.castOperator, [tensor], at.place);
    const number = castType(type, tensor.type);
    const out = adopt ? cast.adoptOutput(old) : cast.addOutput(this.graph.freshName(old.name), number);
    out.type = number;
    cast.insertBefore(at);
    this.note(cast);
    // The number is known from before: only where it is not does the tensor tell.
    if (content === undefined || number !== type) {
      out.content = undefined;
      this.inference.inferNode(cast);
    }
    if (content !== undefined && type.kind === out.type.kind) out.content = content;
    return out;
  }

  /** The tensor behind a cast; a tensor itself, and None; the frozen form of anything else. */
  tensorOf(value: Value, at: Node): Value {
    if (value.type.kind === 'tensor' || value.type.kind === 'none') return value;
    return this.roles.behind(value) ?? this.freeze(value, at);
  }

  /** The tensor of a number or list, right behind what gives it; the node for whose `sake` it is made says where in the source. */
  freeze(value: Value, sake: Node | Block): Value {
    const known = this.frozen.get(value);
    if (known?.producer?.parent !== undefined) return known;
    const op = this.roles.freezeOf(value) ?? fail('internal', `%${value.name} has no tensor form`);
    const node = Node.of(op, [value], sake instanceof Node ? sake.place : []);
    const out = node.addOutput(this.graph.freshName(), TENSOR);
    insertAfterDefinition(node, value);
    this.note(node);
    this.inference.inferNode(node, node.inputs);
    this.frozen.set(value, out);
    return out;
  }
}
