import { quote } from '../../../ir/quote.js';
import { type Type, typeName } from '../../../ir/type.js';
import type { Arg, Literal, Signature } from '../../../schema/signature.js';

export type Extents = readonly (number | string)[];

/** The graph of one call, and the extents of its inputs. */
export interface CallText {
  readonly graph: string;
  readonly dims: Readonly<Record<string, Extents>>;
}

/** Extents of made-up tensors, the likeliest first; where there are any, one varies. */
export const EXTENTS: readonly Extents[] = [['N', 3], ['N', 3, 8, 8], ['N', 3, 8], ['N'], ['N', 3, 8, 8, 8], []];

/**
 * A graph of one call of an operator. Tensors are inputs; numbers are constants, but for those of `open`, which come
 * from tensor inputs through the cast. Undefined for arguments of which no value can be made up.
 */
export function callText(
  signature: Signature,
  open: readonly Arg[],
  cast: string,
  extents: Extents,
): CallText | undefined {
  const inputs: string[] = [];
  const lines: string[] = [];
  const dims: Record<string, Extents> = {};
  const tensor = (name: string) => {
    inputs.push(`%${name} : Float(${extents.map((n) => (typeof n === 'number' ? n : '*')).join(', ')})`);
    if (extents.length > 0) dims[name] = extents;
  };
  for (const arg of signature.args) {
    const { name, type } = arg;
    if (open.includes(arg)) {
      const plain = type.kind === 'optional' ? type.element : type;
      const item = plain.kind === 'list' ? plain.element : plain;
      inputs.push(
        `%${name}_tensor : ${item.kind === 'float' ? 'Double' : 'Long'}(${plain.kind === 'list' ? LIST_LENGTH : ''})`,
      );
      lines.push(`%${name} : ${typeName(item.kind === 'number' ? { kind: 'int' } : plain)} = ${cast}(%${name}_tensor)`);
    } else if (type.kind === 'tensor') {
      tensor(name);
    } else if (type.kind === 'list' && type.element.kind === 'tensor') {
      const items = Array.from({ length: type.size ?? LIST_LENGTH }, (_, i) => `${name}_${i}`);
      for (const item of items) tensor(item);
      lines.push(`%${name} : Tensor[] = prim::ListConstruct(${items.map((item) => `%${item}`).join(', ')})`);
    } else {
      const constant = constantText(arg);
      if (constant === undefined) return undefined;
      lines.push(`%${name} : ${constant}`);
    }
  }
  const results = signature.results.map((r, i) => ({
    name: signature.results.length === 1 ? 'r' : `r${i}`,
    type: r.type,
  }));
  const defined = results.map((r) => `%${r.name} : ${typeName(r.type)}`).join(', ');
  const operands = signature.args.map(({ name }) => `%${name}`).join(', ');
  lines.push(`${defined} = ${signature.op}(${operands})`, `return (${results.map((r) => `%${r.name}`).join(', ')})`);
  return {
    graph: [`graph(${inputs.join(', ')}):`, ...lines.map((line) => `  ${line}`)].join('\n'),
    dims,
  };
}

/** Of made-up lists of numbers. */
const LIST_LENGTH = 2;

/** `int = prim::Constant[value=1]()`, of the argument's default or a value that is right by its type. */
function constantText(arg: Arg): string | undefined {
  const { type } = arg;
  const value = arg.default === undefined ? madeUp(type) : arg.default;
  if (value === undefined) return undefined;
  if (value === null) return 'NoneType = prim::Constant()';
  const plain = type.kind === 'optional' ? type.element : type;
  const known: Type = plain.kind === 'number' ? { kind: Number.isInteger(value) ? 'int' : 'float' } : plain;
  const items: Literal =
    known.kind === 'list' && !Array.isArray(value) ? new Array<Literal>(known.size ?? LIST_LENGTH).fill(value) : value;
  return `${typeName(known)} = prim::Constant[value=${literal(items, known)}]()`;
}

function madeUp(type: Type): Literal | undefined {
  switch (type.kind) {
    case 'optional':
      return null;
    case 'int':
    case 'number':
      return 1;
    case 'float':
      return 0.5;
    case 'bool':
      return false;
    case 'list': {
      const item = madeUp(type.element);
      return item === undefined ? undefined : new Array<Literal>(type.size ?? LIST_LENGTH).fill(item);
    }
    default:
      return undefined;
  }
}

function literal(value: Literal, type: Type): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return type.kind === 'float' && Number.isInteger(value) ? `${value}.` : String(value);
  const item: Type = type.kind === 'list' ? type.element : type;
  return `[${value.map((v) => literal(v, item)).join(', ')}]`;
}
