import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { BUILTINS } from '../expr/builtins.js';
import { parseSignature } from '../schema/parse-signature.js';
import type { Signature } from '../schema/signature.js';
import { SHAPE_FUNCTIONS } from '../shapes/functions/index.js';
import type { Problems, Scope } from './problems.js';
import type { RuleSource } from './read-rules.js';
import type { OperatorData } from './rule-data.js';

const FIELDS = ['dtype', 'shape', 'elements', 'value', 'list'] as const;

/** Functions that the facts of operators may call. */
export function shapeFunction(name: string) {
  return SHAPE_FUNCTIONS.get(name) ?? BUILTINS.get(name);
}

export function* shapeFunctionNames(): Generator<string> {
  yield* SHAPE_FUNCTIONS.keys();
  yield* BUILTINS.keys();
}

/** The signature parses, and the facts use only its arguments and known functions. */
export function checkOperator(o: OperatorData, source: RuleSource, problems: Problems): void {
  let signature: Signature;
  try {
    signature = parseSignature(o.signature);
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    problems.found.push(...e.diagnostics.map((d) => ({ ...d, at: o.span })));
    return;
  }
  const place = source.places.get(o);
  if (place === undefined) return;
  const { file, kind, index } = place;
  const names = new Set(signature.args.map((a) => a.name));
  if (signature.varargs) names.add('rest');
  const scope: Scope = {
    names,
    functions: shapeFunction,
    functionNames: shapeFunctionNames,
    unbound: 'expr-unknown',
    types: new Map(signature.args.map((a) => [a.name, a.type])),
  };
  o.infer.forEach((fact, i) => {
    const at = [kind, index, 'infer', ...(o.infer.length > 1 ? [i] : [])];
    for (const field of FIELDS) {
      const text = fact[field];
      if (text !== undefined) problems.expression(file, [...at, field], text, scope);
    }
    if (fact.same !== undefined && !names.has(fact.same)) {
      problems.at(file, 'expr-unknown', [...at, 'same'], `${signature.op} has no argument \`${fact.same}\``);
    }
  });
}
