import type { DType } from '../ir/dtype.js';
import { CONTRIB_TABLE } from './contrib-table.js';
import { dtypeFromLetter } from './dtype-code.js';
import { OPSET_TABLE } from './opset-table.js';
import type { OnnxAttribute } from './types.js';

/** A formal input or output of an operator. */
export interface OpParam {
  readonly name: string;
  /** Name of the type constraint (`T`); '' when the type is fixed. */
  readonly typeVar: string;
  /** The dtype of a parameter whose type is fixed. */
  readonly dtype: DType | undefined;
  readonly sequence: boolean;
  readonly optional: boolean;
  readonly variadic: boolean;
  /** Of a variadic parameter: all arguments have one type. */
  readonly homogeneous: boolean;
}

export type AttributeDefault = number | string | readonly number[] | readonly string[];

export interface OpAttribute {
  readonly name: string;
  readonly kind: OnnxAttribute['kind'];
  readonly required: boolean;
  readonly default: AttributeDefault | undefined;
}

/** The signature of one operator at one opset. */
export interface OpSpec {
  readonly op: string;
  /** '' is ONNX's own. */
  readonly domain: string;
  /** The opset that brought this version. */
  readonly since: number;
  readonly inputs: readonly OpParam[];
  readonly outputs: readonly OpParam[];
  readonly minInputs: number;
  readonly maxInputs: number;
  readonly minOutputs: number;
  readonly maxOutputs: number;
  readonly attributes: ReadonlyMap<string, OpAttribute>;
  /** Type letters that a constraint allows (dtype-code.ts); `*` for anything. */
  readonly types: ReadonlyMap<string, string>;
}

const KINDS: Record<string, OnnxAttribute['kind']> = {
  i: 'int',
  f: 'float',
  s: 'string',
  t: 'tensor',
  g: 'graph',
  is: 'ints',
  fs: 'floats',
  ss: 'strings',
};

/** Lines of the table by operator, oldest first; parsed lines by text. */
let lines: Map<string, { since: number; text: string }[]> | undefined;
const parsed = new Map<string, OpSpec>();

/**
 * The signature of an operator in force at `opset`: of ONNX's own domain, or of onnxruntime's `com.microsoft`, whose
 * opset does not matter. Undefined when there is none, and for all other domains.
 */
export function opSpec(op: string, opset: number, domain = ''): OpSpec | undefined {
  lines ??= indexTable();
  let best: string | undefined;
  const name = domain === '' ? op : `${domain}::${op}`;
  for (const v of lines.get(name) ?? []) if (v.since <= opset) best = v.text;
  if (best === undefined) return undefined;
  let spec = parsed.get(best);
  if (spec === undefined) {
    spec = parseSpec(best);
    parsed.set(best, spec);
  }
  return spec;
}

/** Operators by name that have a signature at some opset up to `opset`, ONNX's own or those of a domain. */
export function opNames(opset: number, domain = ''): string[] {
  lines ??= indexTable();
  const prefix = domain === '' ? '' : `${domain}::`;
  return [...lines]
    .filter(([name, versions]) => {
      const own = domain === '' ? !name.includes('::') : name.startsWith(prefix);
      return own && versions.some((v) => v.since <= opset);
    })
    .map(([name]) => name.slice(prefix.length));
}

function indexTable(): Map<string, { since: number; text: string }[]> {
  const index = new Map<string, { since: number; text: string }[]>();
  for (const text of [...OPSET_TABLE, ...CONTRIB_TABLE]) {
    const [op = '', since = ''] = text.split(' ', 2);
    const list = index.get(op);
    const entry = { since: Number(since), text };
    if (list === undefined) index.set(op, [entry]);
    else list.push(entry);
  }
  return index;
}

function parseSpec(text: string): OpSpec {
  const [head = '', ins = '', outs = '', attrs = '', types = ''] = text.split(' | ');
  const [name = '', since = ''] = head.split(' ');
  const colons = name.indexOf('::');
  const inputs = words(ins).map(parseParam);
  const outputs = words(outs).map(parseParam);
  const ranges = { inputs: arity(words(ins), inputs), outputs: arity(words(outs), outputs) };
  const attributes = words(attrs)
    .map(parseAttribute)
    .map((a) => [a.name, a] as const);
  return {
    op: colons < 0 ? name : name.slice(colons + 2),
    domain: colons < 0 ? '' : name.slice(0, colons),
    since: Number(since),
    inputs,
    outputs,
    minInputs: ranges.inputs.min,
    maxInputs: ranges.inputs.max,
    minOutputs: ranges.outputs.min,
    maxOutputs: ranges.outputs.max,
    attributes: new Map(attributes),
    types: new Map(words(types).map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)] as const)),
  };
}

function words(text: string): string[] {
  return text.split(' ').filter((w) => w !== '');
}

function parseParam(text: string): OpParam {
  const [, name = '', fixed, type = '', suffix = ''] = /^(\w+):(=?)([\w[\]?]*?)(\?|\*\d!?)?$/.exec(text) ?? [];
  const sequence = fixed === '=' && type.startsWith('[');
  return {
    name,
    typeVar: fixed === '=' ? '' : type,
    dtype: fixed === '=' ? dtypeFromLetter(sequence ? type.slice(1, -1) : type) : undefined,
    sequence,
    optional: suffix === '?',
    variadic: suffix.startsWith('*'),
    homogeneous: !suffix.endsWith('!'),
  };
}

function arity(texts: readonly string[], params: readonly OpParam[]): { min: number; max: number } {
  const last = params[params.length - 1];
  if (last?.variadic) {
    const least = Number(/\*(\d)!?$/.exec(texts[texts.length - 1] ?? '')?.[1] ?? 0);
    return { min: params.length - 1 + least, max: Number.POSITIVE_INFINITY };
  }
  let min = 0;
  params.forEach((p, i) => {
    if (!p.optional) min = i + 1;
  });
  return { min, max: params.length };
}

function parseAttribute(text: string): OpAttribute {
  const [, name = '', kind = '', required, value] = /^(\w+):(\w+)(!)?(?:=(.*))?$/.exec(text) ?? [];
  const known = KINDS[kind];
  if (known === undefined) throw new Error(`opset-table.ts: attribute ${text}`);
  const parsedDefault: AttributeDefault | undefined = value === undefined ? undefined : JSON.parse(value);
  return { name, kind: known, required: required === '!', default: parsedDefault };
}
