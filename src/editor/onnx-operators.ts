import { MAX_OPSET, MIN_OPSET } from '../compiler-options.js';
import { type OpParam, type OpSpec, opNames, opSpec } from '../onnx/op-spec.js';
import { dispatch, oneOf } from './dispatch.js';
import { type JsonSchema, when } from './json-schema.js';

/** The domain of onnxruntime's own operators. */
const CONTRIB = 'com.microsoft';

/** What a node of a recipe may be: ONNX's operators, or onnxruntime's where the domain says so, with their attributes. */
export class OnnxOperators {
  private readonly own = new Map(specsOf(''));
  private readonly contrib = new Map(specsOf(CONTRIB));

  /** Applies to a step that makes a node. */
  node(): JsonSchema {
    const contrib = {
      properties: { op: names(this.contrib, `${CONTRIB} has no such operator`) },
      allOf: [byOp(this.contrib, 'contrib-')],
    };
    const own = {
      properties: { op: names(this.own, `ONNX has no such operator at opsets ${MIN_OPSET} to ${MAX_OPSET}`) },
      allOf: [byOp(this.own, 'onnx-')],
    };
    return when({ required: ['domain'] }, when({ properties: { domain: { pattern: `^${CONTRIB}$` } } }, contrib), own);
  }

  /** The attributes of each operator. */
  definitions(): JsonSchema {
    return { ...attributes(this.own, 'onnx-'), ...attributes(this.contrib, 'contrib-') };
  }
}

function* specsOf(domain: string): Generator<[string, readonly OpSpec[]]> {
  for (const op of opNames(MAX_OPSET, domain).sort()) {
    const specs = new Set<OpSpec>();
    for (let opset = MIN_OPSET; opset <= MAX_OPSET; opset++) {
      const spec = opSpec(op, opset, domain);
      if (spec !== undefined) specs.add(spec);
    }
    yield [op, [...specs]];
  }
}

function names(specs: ReadonlyMap<string, readonly OpSpec[]>, unknown: string): JsonSchema {
  const described = [...specs].map(([op, versions]) => [op, signature(versions[versions.length - 1])] as const);
  return oneOf(new Map(described), { not: {} }, unknown);
}

function byOp(specs: ReadonlyMap<string, readonly OpSpec[]>, prefix: string): JsonSchema {
  return dispatch('op', new Map([...specs.keys()].map((op) => [op, `${prefix}${op}`])));
}

function attributes(specs: ReadonlyMap<string, readonly OpSpec[]>, prefix: string): JsonSchema {
  return Object.fromEntries(
    [...specs].map(([op, versions]) => {
      const properties: Record<string, JsonSchema> = {};
      for (const { attributes: all } of versions) {
        for (const a of all.values()) {
          const usual = a.default === undefined ? '' : ` = ${JSON.stringify(a.default)}`;
          properties[a.name] = { description: `${a.kind}${usual}${a.required ? ', required' : ''}` };
        }
      }
      return [`${prefix}${op}`, { properties: { attrs: { properties, additionalProperties: false } } }];
    }),
  );
}

/** `(X: T, W: T, B?: T) -> Y: T`; `...` for any number. */
function signature(spec: OpSpec | undefined): string {
  if (spec === undefined) return '';
  const formal = (p: OpParam): string => {
    const mark = p.variadic ? '...' : p.optional ? '?' : '';
    return `${p.name}${mark}: ${p.typeVar === '' ? (p.dtype ?? 'any') : p.typeVar}`;
  };
  return `${spec.op}(${spec.inputs.map(formal).join(', ')}) -> ${spec.outputs.map(formal).join(', ')}, since opset ${spec.since}`;
}
