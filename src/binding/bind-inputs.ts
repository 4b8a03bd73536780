import type { ConstSpec, ConstValue, DimSpec, InputSpec, InputType } from '../compiler-options.js';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.js';
import { type Dim, symbol } from '../ir/dim.js';
import { type DType, isDType } from '../ir/dtype.js';
import { type Graph, Node, type Value } from '../ir/graph.js';
import { DICT_CONSTRUCT, LIST_CONSTRUCT, TUPLE_CONSTRUCT } from '../ir/primitives.js';
import { addedBy } from '../ir/provenance.js';
import { FLOAT, INT, NONE, type Type, tensorType, tupleOf, typeName } from '../ir/type.js';
import type { Literal } from '../schema/signature.js';
import { ConstantMaker, constOf } from './constants.js';
import { declarationHelp, type Form, formOf, scalarDtype } from './declared-form.js';
import { gatherItems } from './gather-items.js';

/** One ONNX input to be: a tensor with its dtype and symbolic shape. */
export interface BoundInput {
  readonly name: string;
  readonly value: Value;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
}

/** What the binder needs of a model: its graph, and the arguments of its method in order. */
export interface Bindable {
  readonly graph: Graph;
  readonly inputs: readonly { readonly name: string; readonly type: Type; readonly default?: Literal }[];
}

/** Fresh symbols of `?` dims are named after their input and axis. */
function dimOf(spec: DimSpec, input: string, axis: number): Dim {
  if (typeof spec === 'number') return spec;
  return symbol(spec === '?' ? `${input.replace(/\W/g, '_')}_dim${axis}` : spec);
}

/**
 * Gives graph inputs their declared types. Containers become one input for each tensor, put together again by
 * constructors; scalars become 0-d tensors behind `castOp`; constants and defaults become constant nodes. The graph's
 * parameters are then exactly the ONNX inputs, in order. All problems are gathered.
 */
export function bindInputs(
  model: Bindable,
  specs: readonly InputSpec[],
  consts: readonly ConstSpec[],
  castOp: string,
): BoundInput[] {
  return new Binder(model, castOp).run(specs, consts);
}

class Binder {
  private readonly problems: Diagnostic[] = [];
  private readonly bound: BoundInput[] = [];
  private readonly anchor: Node | undefined;
  private readonly made: ConstantMaker;

  constructor(
    private readonly model: Bindable,
    private readonly castOp: string,
  ) {
    this.anchor = model.graph.block.first;
    this.made = new ConstantMaker(
      (node) => this.insert(node),
      () => model.graph.freshName(),
    );
  }

  run(specs: readonly InputSpec[], consts: readonly ConstSpec[]): BoundInput[] {
    const { graph } = this.model;
    const old = [...graph.inputs];
    const names = this.model.inputs.map((i) => i.name);
    const byIndex = new Map<number, InputSpec | ConstSpec>();
    for (const s of [...gatherItems(this.model.inputs, specs.filter(this.isSound)), ...consts]) {
      const at = inputIndex(names, old, s.name);
      if (at === undefined) this.unknown(s.name, names);
      else if (byIndex.has(at)) this.problems.push(problem('unknown-input', `the input ${s.name} is declared twice`));
      else byIndex.set(at, s);
    }
    graph.block.params.length = 0;
    old.forEach((value, i) => {
      const spec = byIndex.get(i);
      const replacement = this.replacement(value, i, spec);
      if (replacement !== undefined) value.replaceAllUsesWith(replacement);
    });
    if (this.problems.length > 0) throw new DiagnosticError(this.problems);
    return this.bound;
  }

  private readonly isSound = (s: InputSpec): boolean => {
    if (isWellFormed(s)) return true;
    this.problems.push({
      ...problem('input-syntax', `the declaration of the input ${s.name} is not well formed`),
      help: "write { name, type: { kind: 'tensor', dtype: 'float32', dims: ['batch', 3] } }; sizes are not negative",
    });
    return false;
  };

  private replacement(value: Value, index: number, spec: InputSpec | ConstSpec | undefined): Value | undefined {
    const declared = this.model.inputs[index];
    const name = declared?.name ?? value.name;
    if (spec !== undefined && 'value' in spec) return this.constant(spec.value, value.type, name);
    if (spec !== undefined) return this.open(spec.type, value.type, spec.name, name);
    if (declared?.default !== undefined) return this.made.constant(constOf(declared.default, value.type), value.type);
    const scalar = scalarDtype(value.type);
    if (scalar !== undefined) return this.open({ kind: 'tensor', dtype: scalar, dims: [] }, value.type, name, name);
    if (value.type.kind === 'optional' || value.type.kind === 'none') return this.made.constant({ kind: 'none' }, NONE);
    if (value.type.kind === 'tensor' && value.type.dtype !== undefined && value.type.shape !== undefined) {
      return this.tensor(name, value.type.dtype, value.type.shape);
    }
    if (value.uses.size === 0) return undefined;
    this.problems.push({
      ...problem('missing-input', `the input ${name} : ${typeName(value.type)} has no declared shape`),
      help: declarationHelp(name, value.type),
    });
    return undefined;
  }

  private constant(given: ConstValue, type: Type, name: string): Value | undefined {
    if (!constantFits(given, type)) {
      this.problems.push(
        problem(
          'input-dtype',
          `the constant for ${name} is ${constKind(given)}, but the model takes ${typeName(type)}`,
        ),
      );
      return undefined;
    }
    return this.made.constant(given, type);
  }

  private tensor(name: string, dtype: DType, dims: readonly Dim[]): Value {
    const value = this.model.graph.addInput(name, tensorType(dtype, dims));
    this.bound.push({ name, value, dtype, dims });
    return value;
  }

  /** Makes ONNX inputs for a declared type and builds a value of the model's type from them. */
  private open(given: InputType, wanted: Type, name: string, argument: string): Value | undefined {
    const type = wanted.kind === 'optional' ? wanted.element : wanted;
    if (given.kind === 'tensor') {
      if (type.kind === 'tensor' || type.kind === 'any') {
        const rank = type.kind === 'tensor' ? type.shape?.length : undefined;
        if (rank !== undefined && rank !== given.dims.length) {
          this.problems.push(
            problem(
              'input-rank',
              `the input ${argument} is declared with rank ${given.dims.length}, but the model takes rank ${rank}`,
            ),
          );
          return undefined;
        }
        return this.tensor(
          name,
          given.dtype,
          given.dims.map((d, axis) => dimOf(d, name, axis)),
        );
      }
      return this.scalar(given, type, name, argument);
    }
    const form = formOf(given, type);
    if (form === undefined) {
      const said =
        given.kind === 'dict'
          ? `dict with the keys ${given.keys.join(', ')}`
          : `${given.kind} of ${given.items.length}`;
      this.problems.push(
        problem('input-dtype', `the input ${argument} is declared as a ${said}, but the model takes ${typeName(type)}`),
      );
      return undefined;
    }
    const parts = form.items.map(({ label, given, type }) =>
      this.open(given, type, `${name}.${label}`, `${argument}.${label}`),
    );
    const values = parts.flatMap((p) => p ?? []);
    if (values.length < parts.length) return undefined;
    return this.container(type, form, values, argument);
  }

  private container(type: Type, form: Form, values: readonly Value[], argument: string): Value {
    const name = this.model.graph.freshName(argument);
    if (type.kind === 'dict') {
      const entries = values.flatMap((v, i) => {
        const label = form.items[i]?.label ?? '';
        const key: ConstValue =
          type.key.kind === 'int' ? { kind: 'int', value: Number(label) } : { kind: 'str', value: label };
        return [this.made.constant(key, type.key), v];
      });
      return this.insert(new Node(DICT_CONSTRUCT, entries)).addOutput(name, type);
    }
    if (type.kind === 'tuple') {
      const types = values.map((v) => v.type);
      return this.insert(new Node(TUPLE_CONSTRUCT, values)).addOutput(name, tupleOf(types, type.name, type.fields));
    }
    return this.insert(new Node(LIST_CONSTRUCT, values)).addOutput(name, type);
  }

  /** A run-time int, float or bool: a 0-d tensor that a cast reads. */
  private scalar(given: InputType & { kind: 'tensor' }, type: Type, name: string, argument: string): Value | undefined {
    const natural = scalarDtype(type);
    if (natural === undefined || given.dims.length > 0) {
      this.problems.push(
        problem('input-dtype', `the input ${argument} is declared as a tensor, but the model takes ${typeName(type)}`),
      );
      return undefined;
    }
    const tensor = this.tensor(name, given.dtype, []);
    const cast = this.insert(new Node(this.castOp, [tensor]));
    return cast.addOutput(
      this.model.graph.freshName(argument),
      type.kind === 'number' ? (given.dtype.startsWith('float') ? FLOAT : INT) : type,
    );
  }

  private insert(node: Node): Node {
    node.origin = addedBy('bind');
    if (this.anchor === undefined) this.model.graph.block.append(node);
    else node.insertBefore(this.anchor);
    return node;
  }

  private unknown(name: string, names: readonly string[]): void {
    this.problems.push({
      ...problem('unknown-input', `the model has no input named ${name}`),
      help: names.length === 0 ? 'the model takes no input' : `its inputs are: ${names.join(', ')}`,
    });
  }
}

/** True for what the types promise: declarations may come from JavaScript. */
function isWellFormed(spec: InputSpec | ConstSpec): boolean {
  if ('value' in spec) return true;
  const check = (t: InputType | undefined): boolean =>
    t?.kind === 'tensor'
      ? isDType(t.dtype) &&
        Array.isArray(t.dims) &&
        t.dims.every((d) => typeof d === 'string' || (Number.isInteger(d) && d >= 0))
      : Array.isArray(t?.items) &&
        t.items.every(check) &&
        (t.kind !== 'dict' || (Array.isArray(t.keys) && t.keys.length === t.items.length));
  return check(spec.type);
}

/** By the argument's name, by the graph's own (`x.1`), or by the name before the number that PyTorch appends. */
function inputIndex(names: readonly string[], values: readonly Value[], name: string): number | undefined {
  const plain = name.startsWith('%') ? name.slice(1) : name;
  const exact = names.indexOf(plain);
  if (exact >= 0) return exact;
  const byValue = values.findIndex((v) => v.name === plain);
  if (byValue >= 0) return byValue;
  const stem = names.indexOf(plain.replace(/\.\d+$/, ''));
  return stem >= 0 ? stem : undefined;
}

function constantFits(value: ConstValue, type: Type): boolean {
  switch (type.kind) {
    case 'optional':
      return value.kind === 'none' || constantFits(value, type.element);
    case 'float':
      return value.kind === 'float' || value.kind === 'int';
    case 'number':
      return value.kind === 'float' || value.kind === 'int' || value.kind === 'bool';
    case 'int':
    case 'bool':
    case 'str':
    case 'none':
    case 'tensor':
      return value.kind === type.kind;
    case 'list':
      return (
        (value.kind === 'list' || value.kind === 'tuple') && value.items.every((v) => constantFits(v, type.element))
      );
    case 'tuple':
      return (value.kind === 'list' || value.kind === 'tuple') && value.items.length === type.elements.length;
    default:
      return true;
  }
}

function constKind(v: ConstValue): string {
  return v.kind === 'none' ? 'None' : v.kind;
}

function problem(code: Diagnostic['code'], message: string): Diagnostic {
  return { code, severity: 'error', message };
}
