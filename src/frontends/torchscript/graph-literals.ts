import type { Attribute } from '../../ir/graph.js';
import { unquote } from '../../ir/quote.js';
import { TensorData } from '../../ir/tensor-data.js';
import {
  ANY,
  BOOL,
  COMPLEX,
  FLOAT,
  INT,
  listOf,
  NONE,
  STR,
  type Type,
  tensorType,
  tupleOf,
  typeName,
} from '../../ir/type.js';
import { TYPES, typeText } from '../../ir/type-text.js';
import type { GraphLexer } from './graph-lexer.js';
import { ELIDED, numberOf, readTensorLiteral } from './graph-tensor-literal.js';
import type { GraphTypeReader } from './graph-types.js';

/** A literal with its type: the declared one where it says enough, else the literal's own. */
export interface ReadLiteral {
  readonly value: Attribute;
  readonly type: Type;
}

/** Reads the values of attributes. */
export class GraphLiteralReader {
  constructor(
    private readonly lexer: GraphLexer,
    private readonly types: GraphTypeReader,
  ) {}

  /** The value of a prim::Constant whose output is declared as `type`. A `<Tensor>` and an `object(0x5f)` are ELIDED. */
  constant(type: Type | undefined): ReadLiteral | typeof ELIDED {
    const { lexer } = this;
    const wanted = type?.kind === 'optional' ? type.element : type;
    if (lexer.accept('object')) {
      lexer.expect('(', 'before the address of an object');
      while (!lexer.accept(')') && lexer.peek.kind !== 'end') lexer.take();
      return ELIDED;
    }
    if (wanted?.kind === 'tensor' || (wanted === undefined && (lexer.at('{') || lexer.at('<')))) {
      const data = readTensorLiteral(lexer, wanted ?? tensorType());
      if (data === ELIDED) return ELIDED;
      if (data !== undefined) return { value: data, type: tensorType(data.dtype, data.shape) };
      return this.literal(ANY);
    }
    return this.literal(wanted ?? ANY);
  }

  /** The value of an attribute called `name`. Types, as `prim::isinstance` holds them, are their texts. */
  attribute(name: string): Attribute {
    const { lexer } = this;
    if (name !== TYPES) return this.literal(ANY).value;
    const types: string[] = [];
    lexer.expect('[', 'before the types');
    while (!lexer.accept(']')) {
      const isBare = lexer.at('list') || lexer.at('tuple');
      types.push(isBare ? lexer.take().text : typeText(this.types.type()));
      if (!lexer.at(']')) lexer.expect(',', 'between types');
    }
    return types;
  }

  literal(type: Type): ReadLiteral {
    return this.lexer.nested(() => this.anyLiteral(type));
  }

  private anyLiteral(type: Type): ReadLiteral {
    const { lexer } = this;
    const wanted = type.kind === 'optional' ? type.element : type;
    if (wanted.kind === 'tensor') return this.tensorItem(wanted);
    const token = lexer.peek;
    switch (token.kind) {
      case 'string':
        this.check(wanted, ['str', 'device'], 'a string');
        return { value: unquote(lexer.take().text), type: wanted.kind === 'device' ? wanted : STR };
      case 'number':
        return this.number(wanted);
      case 'complex':
        this.check(wanted, ['complex', 'number'], 'a complex number');
        return { value: complexParts(lexer.take().text), type: COMPLEX };
      case 'word':
        return this.word(wanted);
      default:
        break;
    }
    if (lexer.at('[')) return this.list(wanted);
    if (lexer.at('(')) return this.tuple(wanted);
    if (lexer.at('{')) return this.dict(wanted);
    return lexer.unexpected('a value');
  }

  private tensorItem(type: Type): ReadLiteral {
    if (this.lexer.accept('None')) return { value: null, type: NONE };
    const data = type.kind === 'tensor' ? readTensorLiteral(this.lexer, type) : undefined;
    if (data instanceof TensorData) return { value: data, type: tensorType(data.dtype, data.shape) };
    return this.lexer.fail(
      'unsupported-syntax',
      'the values of a tensor inside a constant list are not in the text',
      this.lexer.peek,
      'compile the saved archive instead of the printed graph',
    );
  }

  private number(wanted: Type): ReadLiteral {
    const { lexer } = this;
    this.check(wanted, ['int', 'float', 'bool', 'number', 'complex'], 'a number');
    const token = lexer.take();
    const value = numberOf(token.text) ?? lexer.fail('syntax-error', `\`${token.text}\` is no number`, token);
    const integral = /^-?\d+$/.test(token.text);
    if (integral && Math.abs(value) >= 2 ** 64)
      lexer.fail('syntax-error', 'the integer does not fit into 64 bits', token);
    switch (wanted.kind) {
      case 'bool':
        return { value: value !== 0, type: BOOL };
      case 'float':
        return { value, type: FLOAT };
      case 'complex':
        return { value: [value, 0], type: COMPLEX };
      default:
        // As `torch._C.parse_ir` reads it: a fraction makes a float of what the text calls an int.
        return { value, type: integral ? INT : FLOAT };
    }
  }

  private word(wanted: Type): ReadLiteral {
    const { lexer } = this;
    if (lexer.accept('None')) return { value: null, type: NONE };
    if (lexer.at('True') || lexer.at('False')) {
      this.check(wanted, ['bool', 'number'], 'a bool');
      return { value: lexer.take().text === 'True', type: BOOL };
    }
    if (lexer.accept('annotate')) {
      lexer.expect('(', 'after `annotate`');
      const type = this.types.type();
      lexer.expect(',', 'after the type');
      const { value } = this.literal(type);
      lexer.expect(')', 'after the annotated value');
      return { value, type };
    }
    // A member of an enum class, by its dotted name.
    if (wanted.kind === 'class') return { value: lexer.take().text, type: wanted };
    return lexer.fail(
      'unsupported-syntax',
      `\`${lexer.peek.text}\` is no constant that Thaw reads: numbers, strings, None, tensors and lists of these are`,
    );
  }

  private list(wanted: Type): ReadLiteral {
    this.check(wanted, ['list'], 'a list');
    const declared = wanted.kind === 'list' ? wanted.element : ANY;
    const items = this.items('[', ']', () => declared);
    const own = items[0]?.type ?? ANY;
    return {
      value: items.map((item) => item.value),
      type: wanted.kind === 'list' && declared.kind !== 'any' ? wanted : listOf(own),
    };
  }

  private tuple(wanted: Type): ReadLiteral {
    this.check(wanted, ['tuple'], 'a tuple');
    const declared = wanted.kind === 'tuple' ? wanted.elements : [];
    const items = this.items('(', ')', (i) => declared[i] ?? ANY);
    const type = wanted.kind === 'tuple' ? wanted : tupleOf(items.map((item) => item.type));
    return { value: items.map((item) => item.value), type };
  }

  private items(open: string, close: string, typeOf: (index: number) => Type): ReadLiteral[] {
    const { lexer } = this;
    const items: ReadLiteral[] = [];
    lexer.expect(open, 'before the items');
    while (!lexer.accept(close)) {
      items.push(this.literal(typeOf(items.length)));
      if (!lexer.at(close)) lexer.expect(',', 'between items');
    }
    return items;
  }

  /** A dict is a list of its entries, each a key and a value. */
  private dict(wanted: Type): ReadLiteral {
    const { lexer } = this;
    this.check(wanted, ['dict'], 'a dict');
    const [keyType, valueType] = wanted.kind === 'dict' ? [wanted.key, wanted.value] : [ANY, ANY];
    const entries: Attribute[] = [];
    let own: Type = { kind: 'dict', key: keyType, value: valueType };
    lexer.expect('{', 'before the entries');
    while (!lexer.accept('}')) {
      const key = this.literal(keyType);
      lexer.expect(':', 'after a key');
      const value = this.literal(valueType);
      if (wanted.kind !== 'dict') own = { kind: 'dict', key: key.type, value: value.type };
      entries.push([key.value, value.value]);
      if (!lexer.at('}')) lexer.expect(',', 'between entries');
    }
    return { value: entries, type: own };
  }

  private check(wanted: Type, kinds: readonly Type['kind'][], what: string): void {
    if (wanted.kind === 'any' || wanted.kind === 'union' || kinds.includes(wanted.kind)) return;
    this.lexer.fail('type-mismatch', `${what} stands where the type says ${typeName(wanted)}`);
  }
}

/** Real and imaginary part of `2.+3.j`. */
function complexParts(text: string): readonly [number, number] {
  const m = /^(?:(.*[^eE+-])(?=[+-]))?([+-]?[^+-]*(?:[eE][+-]?\d+)?)j$/.exec(text);
  return [numberOf(m?.[1] ?? '0') ?? 0, numberOf((m?.[2] ?? '0').replace(/^\+/, '')) ?? 0];
}
