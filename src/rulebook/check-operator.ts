import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { BUILTINS } from '../expr/builtins.js';
import { typeName } from '../ir/type.js';
import { nearest } from '../schema/nearest.js';
import { parseSignature } from '../schema/parse-signature.js';
import type { Signature } from '../schema/signature.js';
import { variableNames } from '../schema/type-variables.js';
import { SHAPE_FUNCTIONS } from '../shapes/functions/index.js';
import type { Problems, Scope } from './problems.js';
import type { Place, RuleSource } from './read-rules.js';
import type { OperatorData } from './rule-data.js';
import { literalFits } from './type-fit.js';
import type { YamlPath } from './yaml-file.js';

const FIELDS = ['dtype', 'shape', 'elements', 'value', 'list', 'quantized'] as const;

/** Functions that the facts of operators may call. */
export function shapeFunction(name: string) {
  return SHAPE_FUNCTIONS.get(name) ?? BUILTINS.get(name);
}

/** Names of all functions that facts may call, for suggestions. */
export function* shapeFunctionNames(): Generator<string> {
  yield* SHAPE_FUNCTIONS.keys();
  yield* BUILTINS.keys();
}

/** The signature parses and makes sense, and the facts use only its arguments and known functions. */
export function checkOperator(o: OperatorData, source: RuleSource, problems: Problems): void {
  const place = source.places.get(o);
  if (place === undefined) return;
  const { file, kind, index } = place;
  const part = (offset: number, length: number) => file.part(signaturePath(o, place), offset, length);
  let signature: Signature;
  try {
    signature = parseSignature(o.signature);
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    for (const d of e.diagnostics) {
      const at = d.at === undefined ? o.span : part(d.at.column - 1, d.at.length ?? 1);
      problems.add(d.code, at, d.message, d.help);
    }
    return;
  }
  const wrong = checkSignature(signature, o.signature);
  for (const { offset, length, message, help } of wrong)
    problems.add('schema-syntax', part(offset, length), message, help);
  if (wrong.length > 0) return;
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
      if (text !== undefined)
        problems.expression(file, [...at, field], text, scope, field === 'dtype' ? 'dtype' : undefined);
    }
    if (fact.same !== undefined && !names.has(fact.same)) {
      const close = nearest(fact.same, names);
      const help = close === undefined ? undefined : `did you mean \`${close}\`?`;
      problems.at(file, 'expr-unknown', [...at, 'same'], `${signature.op} has no argument \`${fact.same}\``, help);
    }
    if (i === signature.results.length && !signature.varresults) {
      const count = signature.results.length;
      problems.at(file, 'schema-syntax', at, `facts of ${o.infer.length} results, but ${signature.op} has ${count}`);
    }
  });
}

/** Where the signature stands: alone, or in a list of those that share facts. */
function signaturePath(o: OperatorData, { file, kind, index }: Place): YamlPath {
  const alone = [kind, index, 'schema'];
  if (file.has(alone)) return alone;
  for (let k = 0; file.has([kind, index, 'schemas', k]); k++) {
    const path = [kind, index, 'schemas', k];
    const { line, column } = file.span(path);
    if (line === o.span.line && column === o.span.column) return path;
  }
  return [kind, index];
}

interface Misfit {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly help?: string;
}

/** Words of types that a slip makes a type variable of. */
const TYPE_WORDS = ['int', 'float', 'bool', 'str', 'complex', 'number', 'Tensor', 'Scalar', 'Device'];

/** What parses and yet is wrong: a name given twice, a default of another type, a type that is misspelt. */
function checkSignature(signature: Signature, text: string): Misfit[] {
  const found: Misfit[] = [];
  const seen = new Set<string>();
  for (const arg of signature.args) {
    const name = [...text.matchAll(new RegExp(`\\b${arg.name}(?=\\s*[,)=])`, 'g'))][seen.has(arg.name) ? 1 : 0];
    const offset = name?.index ?? 0;
    if (seen.has(arg.name)) {
      const message = `${signature.op} has two arguments \`${arg.name}\``;
      found.push({ offset, length: arg.name.length, message, help: 'give each a name of its own' });
    }
    seen.add(arg.name);
    if (arg.default === undefined || literalFits(arg.default, arg.type)) continue;
    const value = /^\s*=\s*/.exec(text.slice(offset + arg.name.length))?.[0].length ?? 0;
    const message = `the default of \`${arg.name}\` is no ${typeName(arg.type)}`;
    found.push({ offset: offset + arg.name.length + value, length: 1, message });
  }
  for (const word of variableNames([...signature.args, ...signature.results].map((a) => a.type))) {
    // A type variable is a letter, or begins with t.
    if (/^[a-z]\d?$|^t[A-Z\d]\w*$/.test(word)) continue;
    const meant = nearest(word, TYPE_WORDS);
    const offset = Math.max(0, text.search(new RegExp(`\\b${word}\\b`)));
    const help = meant === undefined ? 'a type variable is a letter, e.g. t' : `did you mean ${meant}?`;
    found.push({ offset, length: word.length, message: `\`${word}\` is no type`, help });
  }
  const sets = new Set(signature.args.flatMap((a) => a.alias ?? []));
  for (const { alias = [] } of signature.results) {
    const [name] = alias;
    if (name === undefined || alias.some((set) => set === '*' || sets.has(set))) continue;
    const offset = Math.max(0, text.lastIndexOf(`(${name}`)) + 1;
    found.push({ offset, length: name.length, message: `no argument has the alias set \`${name}\` of the result` });
  }
  return found;
}
