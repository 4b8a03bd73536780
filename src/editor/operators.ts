import type { OperatorSchema } from '../schema/operator-schema.js';
import { argText, printSignature } from '../schema/print-signature.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { Signature } from '../schema/signature.js';
import { dispatch, oneOf } from './dispatch.js';
import { type JsonSchema, when } from './json-schema.js';

/** The operators of a rule book for editors. */
export class EditorOperators {
  private readonly signatures: readonly Signature[];
  /** Names of definitions by the arguments that an operator has; many have the same. */
  private readonly groups = new Map<string, { readonly name: string; readonly signature: Signature }>();
  private readonly groupOf = new Map<string, string>();

  constructor(registry: OperatorRegistry<OperatorSchema>) {
    this.signatures = [...registry.names()].sort().flatMap((op) => registry.get(op)?.signature ?? []);
    for (const signature of this.signatures) {
      const key = signature.args.map(argText).join(', ');
      const known = this.groups.get(key);
      const name = known?.name ?? `a${this.groups.size + 1}`;
      if (known === undefined) this.groups.set(key, { name, signature });
      this.groupOf.set(signature.op, name);
    }
  }

  /** An operator's name: one that is declared, or any of a namespace that no schema here knows. */
  name(): JsonSchema {
    const namespaces = new Set(this.signatures.map(({ op }) => op.slice(0, op.indexOf('::'))));
    return {
      type: 'string',
      ...oneOf(
        new Map(this.signatures.map((signature) => [signature.op, printSignature(signature)])),
        { pattern: `^(?!(${[...namespaces].sort().join('|')})::)\\w+::[\\w.]+$` },
        'no schema declares this operator; thaw rules schema writes the schemas of your packs too',
      ),
    };
  }

  /** A signature: those that are declared are offered, to be replaced by a pack's own. */
  signature(): JsonSchema {
    const declared = this.signatures.map((s) => [printSignature(s), `declared: ${s.op} would be replaced`] as const);
    return oneOf(new Map(declared), { not: {} });
  }

  /** Applies to an object by the operator at `key`. */
  byOperator(key: string, prefix = ''): JsonSchema {
    return dispatch(key, new Map([...this.groupOf].map(([op, group]) => [op, `${prefix}${group}`])));
  }

  /** Definitions of the keys below `in`: the arguments of the operators of each group. */
  argumentKeys(): JsonSchema {
    return this.each('', ({ args }) => ({
      properties: {
        in: {
          properties: Object.fromEntries(args.map((a) => [a.name, { description: argText(a) }])),
          additionalProperties: false,
        },
        ...(args.length === 0 ? {} : { commutative: { items: { enum: args.map((a) => a.name) } } }),
      },
    }));
  }

  /** Definitions of what stands in a recipe's steps: the arguments of its operator are offered, others may stand too. */
  recipeItems(): JsonSchema {
    return this.each('r-', ({ args }, name) => {
      if (args.length === 0) return { [name]: {} };
      const item = { anyOf: [{ enum: args.map((a) => a.name), enumDescriptions: args.map(argText) }, {}] };
      const step = { $ref: `#/$defs/${name}i` };
      const steps = when({ type: 'array' }, { items: step }, step);
      return {
        [name]: { properties: { onnx: { $ref: `#/$defs/${name}s` }, promote: { items: item } } },
        [`${name}s`]: steps,
        [`${name}i`]: {
          properties: {
            in: { items: item, additionalProperties: item },
            do: { $ref: `#/$defs/${name}s` },
            else: { $ref: `#/$defs/${name}s` },
          },
        },
      };
    });
  }

  private each(prefix: string, make: (signature: Signature, name: string) => JsonSchema): JsonSchema {
    const definitions: Record<string, unknown> = {};
    for (const { name, signature } of this.groups.values()) {
      const full = `${prefix}${name}`;
      const made = make(signature, full);
      if (full in made) Object.assign(definitions, made);
      else definitions[full] = made;
    }
    return definitions;
  }
}
