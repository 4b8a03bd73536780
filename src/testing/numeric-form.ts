import { unconvertedOperators, unknownOperators } from '../converters/coverage.js';
import { type ConversionRules, GraphConverter } from '../converters/graph-converter.js';
import { CONVERTERS } from '../converters/registry.js';
import { type Diagnostic, DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { runRules } from '../engine/driver.js';
import { checkLegality } from '../engine/legality.js';
import { type DType, isComplex } from '../ir/dtype.js';
import { type Graph, Node } from '../ir/graph.js';
import { readNumbers } from '../ir/half.js';
import { CONSTANT } from '../ir/primitives.js';
import type { TensorData } from '../ir/tensor-data.js';
import { FLOAT, INT, type Type, tensorType } from '../ir/type.js';
import { RuleSet } from '../matcher/compile.js';
import { OnnxBuilder } from '../onnx/builder.js';
import { modelBytes } from '../onnx/serialize.js';
import { simplify } from '../onnx/simplify/simplify.js';
import type { OnnxValue } from '../onnx/types.js';
import type { RuleBook } from '../rulebook/load.js';
import type { Recipe } from '../schema/recipe.js';
import type { RuleId } from '../schema/rule.js';
import { inferBlock } from '../shapes/blocks.js';
import { Inference } from '../shapes/infer.js';
import { specialize } from '../shapes/specialize.js';
import { type Numerical, numericOutputs } from './numeric-outputs.js';

/** What the conversion needs of a book. */
export function conversionRules(book: RuleBook): ConversionRules {
  return {
    schema: (op) => book.registry.get(op),
    recipes: (op) => book.recipes(op),
    converter: (op) => CONVERTERS.get(op),
  };
}

/** The real dtype that ONNX holds a tensor in: a complex one has a last axis of 2. */
export function realDtype(dtype: DType): DType {
  return dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : dtype;
}

/** Graph inputs that are numbers become tensors behind a cast, as the compiler binds them. */
export function castNumbers(book: RuleBook, graph: Graph, dtypes: readonly DType[]): void {
  const first = graph.block.first;
  graph.inputs.forEach((input, i) => {
    const { type } = input;
    if (type.kind === 'tensor') return;
    const cast = new Node(book.castOperator);
    if (first === undefined) graph.block.append(cast);
    else cast.insertBefore(first);
    const number = type.kind === 'number' ? (dtypes[i]?.startsWith('float') === true ? FLOAT : INT) : type;
    input.replaceAllUsesWith(cast.addOutput(graph.freshName(input.name), number));
    input.type = tensorType(dtypes[i], type.kind === 'list' ? undefined : []);
    cast.addInput(input);
  });
}

/** Every input, or those that casts read, is a constant from now on. `all` takes the inputs themselves away too. */
export function freezeInputs(book: RuleBook, graph: Graph, feeds: readonly TensorData[], all: boolean): void {
  const first = graph.block.first;
  graph.inputs.forEach((input, i) => {
    const data = feeds[i];
    if (data === undefined) return;
    for (const { user } of [...input.uses]) {
      if (!('op' in user) || !book.roles.casts.has(user.op)) continue;
      for (const out of user.outputs) {
        const { value, type } = constantOf(data, out.type);
        const node = new Node(CONSTANT, [], user.place);
        node.attributes.set('value', value);
        node.insertBefore(user);
        out.replaceAllUsesWith(node.addOutput(graph.freshName(), type));
      }
    }
    if (!all || input.uses.size === 0) return;
    const node = new Node(CONSTANT);
    node.attributes.set('value', data);
    if (first === undefined) graph.block.append(node);
    else node.insertBefore(first);
    input.replaceAllUsesWith(node.addOutput(graph.freshName(), input.type));
  });
}

function constantOf(data: TensorData, wanted: Type): { value: number | boolean | (number | boolean)[]; type: Type } {
  const list = wanted.kind === 'list';
  const element = list ? wanted.element : wanted;
  const float = data.dtype.startsWith('float');
  const own: Type = element.kind === 'number' || element.kind === 'any' ? (float ? FLOAT : INT) : element;
  const numbers = readNumbers(data).map((v) =>
    own.kind === 'bool' ? v !== 0 : own.kind === 'int' ? Math.trunc(v) : v,
  );
  return { value: list ? numbers : (numbers[0] ?? 0), type: list ? { ...wanted, element: own } : own };
}

/** A graph as ONNX, and how its outputs are read. */
export interface NumericForm {
  readonly bytes: Uint8Array;
  /** Names of the graph's inputs in order; those that nothing reads may be missing from the model. */
  readonly inputs: readonly string[];
  /** Their types, with the symbols that the facts of the outputs speak of. */
  readonly inputTypes: readonly Type[];
  readonly outputs: readonly Numerical[];
  /** Operators of the converted graph. */
  readonly operators: ReadonlySet<string>;
  /** Recipes that have made its nodes. */
  readonly recipes: ReadonlySet<Recipe>;
}

/**
 * Takes a graph through the compiler, inputs typed and functionalized already: folded, lowered, translated, converted.
 * `without`: a rule that is left out. Errors: as the compiler's.
 */
export function numericForm(book: RuleBook, graph: Graph, opset: number, without?: RuleId): NumericForm {
  const inference = new Inference(book.registry);
  specialize(graph, inference);
  // Blocks of dynamic forms are not entered: nothing in them folds.
  inferBlock(graph.block, inference);
  for (const stage of [book.lowering, book.translation]) {
    const rules = without === undefined ? stage : except(stage, without);
    const outcome = runRules(graph, rules, inference);
    if (outcome.stop !== 'fixpoint') fail('rewrite-limit', `the rules did not settle: ${outcome.chain.join(' -> ')}`);
  }
  const rules = conversionRules(book);
  stopAt([
    ...checkLegality(graph, book.translation, inference),
    ...unknownOperators(graph, rules, (op) => book.registry.suggestion(op)),
  ]);
  stopAt(unconvertedOperators(graph, rules));
  const builder = new OnnxBuilder({ opset });
  const recipes = new Set<Recipe>();
  const converter = new GraphConverter(builder, opset, { ...rules, used: (recipe) => recipes.add(recipe) });
  const inputs = graph.inputs.map((value) => {
    converter.bind(value, onnxInput(builder, value.name, value.type));
    return value.name;
  });
  converter.convert(graph);
  const outputs = numericOutputs(book, graph, converter);
  const inputTypes = graph.inputs.map((v) => v.type);
  const operators = new Set([...graph.allNodes()].map((n) => n.op));
  return { bytes: modelBytes(simplify(builder.finish())), inputs, inputTypes, outputs, operators, recipes };
}

function except(stage: RuleSet, without: RuleId): RuleSet {
  const rest = stage.rules.filter((r) => r.id !== without);
  return rest.length === stage.rules.length ? stage : new RuleSet(rest, stage.registry, stage.roles);
}

function onnxInput(builder: OnnxBuilder, name: string, type: Type): OnnxValue {
  if (type.kind !== 'tensor' || type.dtype === undefined)
    return fail('missing-input', `nothing tells the dtype of the input ${name}`);
  const pair = isComplex(type.dtype) ? [2] : [];
  return builder.input(name, realDtype(type.dtype), type.shape === undefined ? undefined : [...type.shape, ...pair]);
}

function stopAt(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) throw new DiagnosticError(problems);
}
