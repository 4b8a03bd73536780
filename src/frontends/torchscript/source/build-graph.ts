import { fail } from '../../../diagnostics/diagnostic.js';
import { Graph } from '../../../ir/graph.js';
import { CONSTANT, LIST_CONSTRUCT } from '../../../ir/primitives.js';
import { TENSOR, type Type, typeName } from '../../../ir/type.js';
import { nearest } from '../../../schema/nearest.js';
import type { Literal } from '../../../schema/signature.js';
import { limitsOf, type ReadLimits } from '../limits.js';
import type { Parameter } from './ast.js';
import type { FunctionInfo } from './code-library.js';
import type { CodeArchive } from './code-unit.js';
import { Context, type Schemas } from './context.js';
import { Frame } from './frame.js';
import { describeItem, type Item, NONE_ITEM, valueItem } from './item.js';
import type { ScriptObject } from './script-object.js';

export interface BuildOptions {
  /** The method to build; `forward` by default. */
  readonly method?: string;
  /** A submodule instead of the model: `encoder.layers.0`. */
  readonly module?: string;
  /** Limits of what the file may ask for, where they differ from DEFAULT_LIMITS. */
  readonly limits?: Partial<ReadLimits>;
}

/** An argument of the method. */
export interface GraphInput {
  readonly name: string;
  readonly type: Type;
  readonly default?: Literal;
}

export interface BuiltGraph {
  readonly graph: Graph;
  /** The arguments of the method without self, in the order of the graph's inputs. */
  readonly inputs: readonly GraphInput[];
}

/**
 * Builds the graph of one method of a TorchScript archive. Calls are inlined, overloads resolved, defaults filled in,
 * attributes are constants, and branches that are decided at compile time are taken. Every node knows the user's Python
 * that it came from, call sites included. Errors: `syntax-error`, `unsupported-syntax`, `unknown-name`,
 * `unknown-operator`, `no-overload`, all that the method has, at once.
 */
export function buildGraph(archive: CodeArchive, registry: Schemas, options: BuildOptions = {}): BuiltGraph {
  const graph = new Graph();
  const context = new Context(archive, registry, graph, limitsOf(options.limits));
  const model = findModule(context, options.module ?? '');
  const method = findMethod(model, options.method ?? 'forward');
  const frame = new Frame(method, model);
  const inputs = method.def.parameters.slice(1).map((p) => graphInput(context, p, frame));
  const args = inputs.map((i) => valueItem(graph.addInput(`${i.name}.1`, i.type)));
  const result = callMethod(context, model, method, args);
  giveResult(context, result, frame);
  context.problems.throwIfAny();
  return { graph, inputs };
}

function findModule(context: Context, path: string): ScriptObject {
  let item: Item = context.objects.item(context.archive.dataPickle, undefined, '');
  for (const name of path === '' ? [] : path.split('.')) {
    if (item.kind !== 'object') break;
    const object: ScriptObject = item;
    item = context.objects.attribute(object, name) ?? noModule(context, object, name, path);
  }
  if (item.kind === 'object') return item;
  return fail(
    'unsupported-format',
    item.kind === 'unusable' ? item.why : `${path === '' ? 'the model' : path} is ${describeItem(item)}, not a module`,
  );
}

function noModule(context: Context, object: ScriptObject, name: string, path: string): never {
  const names = context.objects
    .attributeNames(object)
    .filter((n) => context.objects.attribute(object, n)?.kind === 'object');
  const close = nearest(name, names);
  return fail(
    'unknown-name',
    `the model has no submodule ${path}: ${object.path === '' ? 'it' : object.path} has no ${name}`,
    {
      help:
        names.length === 0
          ? 'it has no submodules'
          : `${close === undefined ? '' : `did you mean ${close}? `}it has ${names.join(', ')}`,
    },
  );
}

function findMethod(model: ScriptObject, name: string): FunctionInfo {
  const method = model.info.methods.get(name);
  if (method !== undefined) return method;
  const names = [...model.info.methods.keys()].join(', ');
  return fail('unknown-name', `${model.info.name} has no method ${name}`, {
    help: names === '' ? 'it has no methods' : `it has ${names}`,
  });
}

/** Calls the method as the module itself is called: `forward` between the hooks that the module has. */
function callMethod(context: Context, model: ScriptObject, method: FunctionInfo, args: readonly Item[]): Item {
  const { calls, subscripts } = context;
  const frame = new Frame(method, model);
  const call = (info: FunctionInfo, items: readonly Item[]): Item =>
    calls.inline(
      { kind: 'function', info, self: model },
      items.map((item) => ({ item })),
      info.def,
      frame,
    );
  if (method.def.name !== 'forward') return call(method, args);
  let given = args;
  for (const hook of hooksOf(model, '__forward_pre_hooks__')) {
    const result = call(hook, [{ kind: 'tuple', items: given }]);
    if (result.kind === 'poison') return result;
    if (result !== NONE_ITEM) given = subscripts.openTuple(result, hook.def, frame) ?? [result];
  }
  let result = call(method, given);
  for (const hook of hooksOf(model, '__forward_hooks__')) {
    const changed = call(hook, [{ kind: 'tuple', items: given }, result]);
    if (changed !== NONE_ITEM) result = changed;
  }
  return result;
}

function hooksOf(model: ScriptObject, list: string): FunctionInfo[] {
  const names = model.info.constants.get(list);
  if (names?.kind !== 'list') return [];
  return names.items.flatMap((e) => (e.kind === 'str' ? (model.info.methods.get(e.value) ?? []) : []));
}

function graphInput(context: Context, p: Parameter, frame: Frame): GraphInput {
  const type = p.annotation === undefined ? TENSOR : context.types.parse(p.annotation);
  if (type === undefined || holdsClass(type)) {
    context.expressions.unsupported(
      `the argument ${p.name} is ${type === undefined ? 'of an unknown type' : typeName(type)}, which a graph cannot take`,
      p,
      frame,
    );
    return { name: p.name, type: TENSOR };
  }
  if (p.default === undefined) return { name: p.name, type };
  const value = literalOf(context.expressions.evaluate(p.default, frame, type));
  return value === undefined ? { name: p.name, type } : { name: p.name, type, default: value };
}

function holdsClass(type: Type): boolean {
  switch (type.kind) {
    case 'class':
      return true;
    case 'list':
    case 'optional':
    case 'future':
      return holdsClass(type.element);
    case 'tuple':
      return type.elements.some(holdsClass);
    case 'dict':
      return holdsClass(type.key) || holdsClass(type.value);
    case 'union':
      return type.members.some(holdsClass);
    default:
      return false;
  }
}

/** A default value as data; undefined for what has no such form (a tensor). */
function literalOf(item: Item): Literal | undefined {
  if (item.kind === 'const') {
    const { value } = item;
    return typeof value === 'bigint' ? Number(value) : typeof value === 'object' && value !== null ? undefined : value;
  }
  if (item.kind === 'tuple') return literals(item.items);
  const node = item.kind === 'value' ? item.value.producer : undefined;
  if (node?.op === LIST_CONSTRUCT) return literals(node.inputs.map(valueItem));
  const value = node?.op === CONSTANT ? node.attributes.get('value') : undefined;
  return value === undefined || typeof value === 'bigint' || (typeof value === 'object' && value !== null)
    ? undefined
    : value;
}

function literals(items: readonly Item[]): Literal | undefined {
  const values: Literal[] = [];
  for (const item of items) {
    const value = literalOf(item);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function giveResult(context: Context, result: Item, frame: Frame): void {
  const { emitter, expressions } = context;
  if (result.kind === 'poison') return;
  if (!emitter.isValue(result)) {
    const why =
      result.kind === 'unusable' ? result.why : `the result is ${describeItem(result)}, which a graph cannot give`;
    expressions.unsupported(why, frame.info.def, frame);
    return;
  }
  emitter.at(frame, frame.info.def.start);
  emitter.graph.block.addReturn(emitter.materialize(result));
}
