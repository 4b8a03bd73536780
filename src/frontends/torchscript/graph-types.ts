import { type Dim, symbol } from '../../ir/dim.js';
import { dtypeFromWord } from '../../ir/dtype-word.js';
import { listOf, optionalOf, type Type, tensorType, tupleOf } from '../../ir/type.js';
import { nearest } from '../../schema/nearest.js';
import { GENERIC_TYPES, genericType, namedTypes, typeNamed } from '../../schema/type-names.js';
import type { GraphLexer } from './graph-lexer.js';

/** Names for the extents that a text leaves open (`*`): every one is a symbol of its own. */
export class OpenDims {
  private readonly taken = new Set<string>();
  /** Extents that the text numbers, `SS(-2)`: equal numbers are equal extents. */
  private readonly numbered = new Map<string, Dim>();

  /** The open extent of one axis of a value. An input's size is at least 1; nothing is assumed of other values'. */
  open(value: string, axis: number, isInput: boolean): Dim {
    const word = value.replace(/\W/g, '_');
    const base = `${isInput ? word.replace(/^(?![A-Za-z])/, 'x') : `_${word}`}_dim${axis}`;
    let name = base;
    for (let n = 1; this.taken.has(name); n++) name = `${base}_${n}`;
    this.taken.add(name);
    return symbol(name);
  }

  /** The extent that the text called `id` before, else `own`. */
  sameAs(id: string, own: Dim): Dim {
    const known = this.numbered.get(id) ?? own;
    this.numbered.set(id, known);
    return known;
  }
}

/** Reads the types of graph text; `value` and `isInput` say whose type, to name its open extents. */
export class GraphTypeReader {
  private value = '';
  private isInput = false;
  private axis = 0;

  constructor(
    private readonly lexer: GraphLexer,
    private readonly dims: OpenDims,
  ) {}

  typeOf(value: string, isInput: boolean): Type {
    this.value = value;
    this.isInput = isInput;
    this.axis = 0;
    return this.type();
  }

  /** A type with what follows it: `?`, `[]`, `[2]`. */
  type(): Type {
    return this.lexer.nested(() => this.suffixed());
  }

  private suffixed(): Type {
    const { lexer } = this;
    let type = this.primary();
    for (let lists = 0; ; ) {
      if (lexer.accept('?')) type = optionalOf(type);
      else if (lexer.accept('[')) {
        // `Tensor[Undefined]` is a tensor that is known to be absent; `int[2]` a list of a schema.
        if (!lexer.accept('Undefined')) {
          if (lexer.peek.kind === 'number') lexer.take();
          type = listOf(type);
          lists += 1;
          lexer.checkNesting(lists);
        }
        lexer.expect(']', 'after the item type of a list');
      } else return type;
    }
  }

  private primary(): Type {
    const { lexer } = this;
    if (lexer.at('(')) return tupleOf(this.typeList('(', ')'));
    const at = lexer.peek;
    const word = lexer.word('a type');
    if (word === 'NamedTuple') return this.namedTuple();
    if (word === 'Enum' || word === 'InterfaceType') return this.inAngles();
    const dtype = dtypeFromWord(word);
    if (dtype !== undefined && lexer.at('(')) return tensorType(dtype, this.extents() ?? []);
    const unranked = word.endsWith('Tensor') ? dtypeFromWord(word.slice(0, -'Tensor'.length)) : undefined;
    if (word === 'Tensor' || unranked !== undefined) {
      return tensorType(unranked, lexer.at('(') ? this.extents() : undefined);
    }
    if (GENERIC_TYPES.has(word)) {
      const [first, ...more] = lexer.at('[') ? this.typeList('[', ']') : this.typeList('(', ')');
      if (first === undefined) return word === 'Tuple' ? tupleOf([]) : lexer.unexpected('a type');
      return genericType(word, [first, ...more]);
    }
    const close = nearest(word, namedTypes());
    return (
      typeNamed(word) ??
      lexer.fail(
        'syntax-error',
        `\`${word}\` is no type`,
        at,
        close === undefined ? undefined : `did you mean ${close}?`,
      )
    );
  }

  private typeList(open: string, close: string): Type[] {
    const { lexer } = this;
    const types: Type[] = [];
    lexer.expect(open, 'before the types');
    // `Tuple[()]` holds nothing.
    if (open === '[' && lexer.accept('(')) lexer.expect(')', 'of the empty tuple');
    while (!lexer.accept(close)) {
      types.push(this.type());
      if (!lexer.at(close)) lexer.expect(',', 'between types');
    }
    return types;
  }

  private namedTuple(): Type {
    const { lexer } = this;
    const fields: string[] = [];
    const elements: Type[] = [];
    lexer.expect('(', 'before the fields');
    while (!lexer.accept(')')) {
      fields.push(lexer.word('the name of a field'));
      lexer.expect(':', 'after the name of a field');
      elements.push(this.type());
      if (!lexer.at(')')) lexer.expect(',', 'between fields');
    }
    return tupleOf(elements, undefined, fields);
  }

  private inAngles(): Type {
    this.lexer.expect('<', 'before the name of the class');
    const name = this.lexer.word('the name of a class');
    this.lexer.expect('>', 'after the name of the class');
    return { kind: 'class', name };
  }

  /**
   * What stands in a tensor type's brackets: extents, then strides, requires_grad and device, which do not matter here.
   * Undefined when these stand alone: `Float(device=cpu)` is 0-d but `Tensor(device=cpu)` says nothing of the rank.
   */
  private extents(): Dim[] | undefined {
    const { lexer } = this;
    const dims: Dim[] = [];
    let properties = 0;
    lexer.expect('(', 'before the extents');
    while (!lexer.accept(')')) {
      if (lexer.peek.kind === 'word' && !lexer.at('SS')) {
        this.property();
        properties += 1;
      } else dims.push(this.extent());
      if (!lexer.at(')')) lexer.expect(',', 'between extents');
    }
    return dims.length === 0 && properties > 0 ? undefined : dims;
  }

  private extent(): Dim {
    const { lexer } = this;
    if (lexer.accept('*') || lexer.accept('?')) return this.open();
    if (lexer.accept('SS')) {
      lexer.expect('(', 'before the number of an extent');
      const id = lexer.take().text;
      lexer.expect(')', 'after the number of an extent');
      const own = this.open();
      return this.dims.sameAs(id, own);
    }
    if (lexer.peek.kind !== 'number') lexer.unexpected('an extent');
    const token = lexer.take();
    const size = Number(token.text);
    if (!Number.isSafeInteger(size) || size < 0) lexer.fail('syntax-error', `\`${token.text}\` is no extent`, token);
    // The old form `2:3` says the stride too.
    if (lexer.accept(':')) lexer.take();
    this.axis += 1;
    return size;
  }

  private open(): Dim {
    this.axis += 1;
    return this.dims.open(this.value, this.axis - 1, this.isInput);
  }

  private property(): void {
    const { lexer } = this;
    lexer.word('a property');
    lexer.expect('=', 'after the name of a property');
    if (lexer.accept('[')) {
      while (lexer.peek.kind === 'number' || lexer.at(',') || lexer.at('*')) lexer.take();
      lexer.expect(']', 'after the strides');
      return;
    }
    lexer.take();
    if (lexer.accept(':')) lexer.take();
  }
}
