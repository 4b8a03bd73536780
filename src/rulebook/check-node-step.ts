import { MAX_OPSET, MIN_OPSET } from '../compiler-options.js';
import type { Ast } from '../expr/ast.js';
import { parseExpr } from '../expr/parse.js';
import { type ExprEnv, ExprError, UNKNOWN } from '../expr/value.js';
import { symbol } from '../ir/dim.js';
import { isDType } from '../ir/dtype.js';
import type { Type } from '../ir/type.js';
import { attributeValues } from '../onnx/attribute-values.js';
import { type OpAttribute, type OpSpec, opNames, opSpec } from '../onnx/op-spec.js';
import { nearest } from '../schema/nearest.js';
import { opsetMatches } from '../schema/opset-range.js';
import type { NodeStep, RecipeAttribute } from '../schema/recipe.js';
import { type ExpressionKind, expressionKind } from './expression-kind.js';
import type { YamlPath } from './yaml-file.js';

/** Tells a mistake at a path of the step: of its key where `key` is set. */
export type Say = (path: YamlPath, message: string, help?: string, key?: boolean) => void;

const OPSETS: readonly number[] = Array.from({ length: MAX_OPSET - MIN_OPSET + 1 }, (_, i) => MIN_OPSET + i);

/** The opsets of a range; all that are supported where there is none. */
export function opsetsOf(range: string | undefined): readonly number[] {
  return range === undefined ? OPSETS : OPSETS.filter((n) => opsetMatches(range, n));
}

/** The opsets of which a condition may hold: it is evaluated with nothing known but the opset. */
export function opsetsWhere(
  condition: string | undefined,
  opsets: readonly number[],
  wanted = true,
): readonly number[] {
  if (condition === undefined) return opsets;
  try {
    const expr = parseExpr(condition);
    if (!expr.names.has('opset')) return opsets;
    return opsets.filter((n) => {
      const v = expr.evaluate(envOf(n));
      return v === UNKNOWN || (v !== false && v !== null && v !== 0) === wanted;
    });
  } catch (e) {
    if (e instanceof ExprError) return opsets;
    throw e;
  }
}

function envOf(opset: number): ExprEnv {
  return {
    lookup: (name) => (name === 'opset' ? opset : UNKNOWN),
    function: () => ({ call: () => UNKNOWN, minArgs: 0, maxArgs: 99, unknownOk: true, doc: '' }),
    fresh: () => symbol('_'),
  };
}

/** Checks a node against the signatures of its operator at each opset at which it may be made. */
export function checkNodeStep(
  step: NodeStep,
  opsets: readonly number[],
  types: ReadonlyMap<string, Type | undefined>,
  say: Say,
): void {
  if (opsets.length === 0) return;
  const specs = opsets.map((n) => ({ opset: n, spec: opSpec(step.op, n, step.domain) }));
  const known = specs.flatMap(({ spec }) => spec ?? []);
  const [spec] = known;
  if (spec === undefined || known.length < specs.length) {
    unknownOperator(step, specs.find((s) => s.spec === undefined)?.opset ?? MAX_OPSET, say);
    if (spec === undefined) return;
  }
  const versions = [...new Set(known)];
  attributes(step, versions, types, say);
  inputs(step, versions, types, say);
  outputs(step, versions, say);
}

/** Domains of which no table knows the operators are free. */
function unknownOperator(step: NodeStep, opset: number, say: Say): void {
  const names = opNames(MAX_OPSET, step.domain);
  if (names.length === 0) return;
  const later = OPSETS.find((n) => opSpec(step.op, n, step.domain) !== undefined);
  const what = step.domain === '' ? 'ONNX' : step.domain;
  if (later !== undefined) {
    const help = `say \`opset: '>=${later}'\` in the recipe, and add one for the opsets below`;
    say(['op'], `${what} has ${step.op} from opset ${later} on, but the recipe is for ${opset} too`, help);
    return;
  }
  const close = nearest(step.op, names);
  const help =
    close === undefined ? 'the operators are listed at https://onnx.ai/onnx/operators' : `did you mean \`${close}\`?`;
  say(['op'], `${what} has no operator ${step.op}`, help);
}

/** What the builder moves to where the opset has it: src/onnx/opset-forms.ts. */
function isMoved(name: string, spec: OpSpec): boolean {
  if (name === 'num_outputs') return spec.op === 'Split';
  return (name === 'axes' || name === 'split') && spec.inputs.some((p) => p.name === name);
}

function attributes(
  step: NodeStep,
  versions: readonly OpSpec[],
  types: ReadonlyMap<string, Type | undefined>,
  say: Say,
): void {
  const given = new Set(step.attrs.map(([name]) => name));
  for (const [name, value] of step.attrs) {
    const without = versions.find((v) => !v.attributes.has(name) && !isMoved(name, v));
    const formal = versions.map((v) => v.attributes.get(name)).find((a) => a !== undefined);
    if (without !== undefined && (formal === undefined || !mayBeNone(value))) {
      const names = [...without.attributes.keys()];
      const close = nearest(name, names);
      const help =
        close === undefined ? `its attributes are: ${names.join(', ') || 'none'}` : `did you mean \`${close}\`?`;
      const since = formal === undefined ? '' : ` at opset ${without.since}`;
      say(['attrs', name], `ONNX ${step.op} has no attribute \`${name}\`${since}`, help, true);
    } else if (formal !== undefined) attribute(step.op, formal, value, types, say);
  }
  for (const [name, formal] of versions[0]?.attributes ?? []) {
    if (!formal.required || given.has(name) || versions.some((v) => v.attributes.get(name)?.required !== true))
      continue;
    say(['op'], `ONNX ${step.op} needs the attribute \`${name}\``, 'give it in `attrs`');
  }
}

function attribute(
  op: string,
  formal: OpAttribute,
  value: RecipeAttribute,
  types: ReadonlyMap<string, Type | undefined>,
  say: Say,
): void {
  const path = ['attrs', formal.name];
  const wrong = (given: string): void => {
    say(
      path,
      `the attribute \`${formal.name}\` of ONNX ${op} is ${KIND_NAMES[formal.kind] ?? formal.kind}, not ${given}`,
    );
  };
  const list = formal.kind.endsWith('s');
  if (typeof value === 'object' && 'kind' in value) {
    if (value.kind !== formal.kind) wrong(`of kind ${value.kind}`);
    return;
  }
  if (typeof value !== 'string') {
    if (Array.isArray(value) !== list) wrong(list ? `\`${String(value)}\`` : 'a list');
    else if (formal.kind === 'string') wrong(String(value));
    else if (formal.kind === 'int' && typeof value === 'number' && !Number.isInteger(value)) wrong(String(value));
    return;
  }
  const ast = syntax(value);
  if (ast === undefined) return;
  const kind = expressionKind(ast, types);
  if (kind !== undefined && !ACCEPTS[formal.kind]?.includes(kind)) wrong(describe(kind, value));
  if (formal.kind !== 'string' || ast.kind !== 'literal' || typeof ast.value !== 'string') return;
  const values = attributeValues(op, formal.name);
  if (values === undefined || values.includes(ast.value)) return;
  const close = nearest(ast.value, values);
  const help = close === undefined ? `it is one of: ${values.join(', ')}` : `did you mean '${close}'?`;
  say(path, `\`${formal.name}\` of ONNX ${op} is never '${ast.value}'`, help);
}

/** True for an attribute that may be left out: one branch of it is none. */
function mayBeNone(value: RecipeAttribute): boolean {
  const ast = typeof value === 'string' ? syntax(value) : undefined;
  return ast?.kind === 'if' && [ast.yes, ast.no].some((a) => a.kind === 'literal' && a.value === null);
}

function syntax(text: string): Ast | undefined {
  try {
    return parseExpr(text).ast;
  } catch (e) {
    if (e instanceof ExprError) return undefined;
    throw e;
  }
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  int: 'an int',
  float: 'a float',
  string: 'a string',
  ints: 'a list of ints',
  floats: 'a list of floats',
  strings: 'a list of strings',
};

/** A dtype's name is its number where an int is asked for. */
const ACCEPTS: Readonly<Record<string, readonly ExpressionKind[]>> = {
  int: ['whole', 'dtype'],
  float: ['whole', 'number'],
  string: ['text', 'dtype'],
  ints: ['list'],
  floats: ['list'],
  strings: ['list'],
};

function describe(kind: ExpressionKind, text: string): string {
  switch (kind) {
    case 'whole':
    case 'number':
      return `the number \`${text}\``;
    case 'text':
      return isDType(text) ? `the dtype ${text}` : `the text \`${text}\``;
    case 'dtype':
      return `the dtype \`${text}\``;
    case 'list':
      return `the list \`${text}\``;
    case 'tensor':
      return `the tensor \`${text}\``;
  }
}

function inputs(
  step: NodeStep,
  versions: readonly OpSpec[],
  types: ReadonlyMap<string, Type | undefined>,
  say: Say,
): void {
  const open = step.in.some((item) => typeof item === 'string' && item.startsWith('...'));
  const count = step.in.length - (open ? 1 : 0);
  for (const spec of versions) {
    // The axes of an operator that has them as an attribute may be written as an input.
    const most = spec.maxInputs === 1 && ['axes', 'split'].some((a) => spec.attributes.has(a)) ? 2 : spec.maxInputs;
    if (count > most) {
      say(['in', most], `ONNX ${step.op} takes at most ${most} inputs`, inputNames(spec));
      return;
    }
    if (!open && count < spec.minInputs) {
      say(['op'], `ONNX ${step.op} takes at least ${spec.minInputs} inputs, not ${count}`, inputNames(spec));
      return;
    }
    for (const [i, item] of step.in.entries()) {
      const param = spec.inputs[i];
      if (open || item !== null || param === undefined || param.optional || param.variadic) continue;
      say(['in', i], `ONNX ${step.op} needs its input \`${param.name}\``);
      return;
    }
  }
  for (const [i, item] of step.in.entries()) if (typeof item === 'string') operand(item, i, types, say);
}

function inputNames(spec: OpSpec): string {
  return `its inputs are: ${spec.inputs.map((p) => (p.optional ? `${p.name}?` : p.name)).join(', ') || 'none'}`;
}

/** Lists of tensors are spread, tensors are not; what is no number and no tensor is no input. */
function operand(item: string, index: number, types: ReadonlyMap<string, Type | undefined>, say: Say): void {
  const spread = item.startsWith('...');
  const type = types.get(spread ? item.slice(3) : item);
  const inner = type?.kind === 'optional' ? type.element : type;
  if (spread && inner !== undefined && ['tensor', 'int', 'float', 'bool', 'number', 'str'].includes(inner.kind)) {
    say(['in', index], `\`${item.slice(3)}\` is no list`, `write \`${item.slice(3)}\``);
  } else if (!spread && inner?.kind === 'list' && ['tensor', 'optional'].includes(inner.element.kind)) {
    say(['in', index], `\`${item}\` is a list of tensors, not one`, `write \`...${item}\` for all of them`);
  } else if (inner?.kind === 'str' || inner?.kind === 'device' || inner?.kind === 'generator') {
    say(['in', index], `\`${item}\` is no tensor and no number`);
  }
}

function outputs(step: NodeStep, versions: readonly OpSpec[], say: Say): void {
  const count = step.out.length;
  for (const spec of versions) {
    if (count > spec.maxOutputs) {
      say(['out', spec.maxOutputs], `ONNX ${step.op} has at most ${spec.maxOutputs} outputs, not ${count}`);
      return;
    }
    if (count > 0 && count < spec.minOutputs) {
      say(['out'], `ONNX ${step.op} has at least ${spec.minOutputs} outputs, not ${count}`);
      return;
    }
  }
}
