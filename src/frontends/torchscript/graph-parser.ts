import { type Block, Graph, Node, type SourceLoc, type Value } from '../../ir/graph.js';
import { CONSTANT, DICT_CONSTRUCT } from '../../ir/primitives.js';
import type { Place } from '../../ir/source-loc.js';
import { ANY, NONE, TENSOR, type Type } from '../../ir/type.js';
import { blockProblem } from '../../ir/verify.js';
import { nearest } from '../../schema/nearest.js';
import { type CallSite, callArguments, dictEntries, openChunk } from './call-arguments.js';
import { chooseOverload, type GraphRegistry } from './choose-overload.js';
import { GraphLexer, GraphProblems, type GraphToken } from './graph-lexer.js';
import { GraphLiteralReader, type ReadLiteral } from './graph-literals.js';
import { ELIDED } from './graph-tensor-literal.js';
import { GraphTypeReader, OpenDims } from './graph-types.js';
import { DEFAULT_LIMITS, RAISE_NESTING, type ReadLimits } from './limits.js';

export type { GraphRegistry } from './choose-overload.js';

/**
 * Parses TorchScript's graph text: what `print(graph)` of PyTorch gives, what `torch._C.parse_ir` reads, and what
 * `printGraph` writes. With a registry, operators get their overload names (`aten::size.int`) by the types of their
 * operands, and omitted arguments the constants of their defaults; operators that the registry lacks stay as printed.
 * A constant whose values the text leaves out (`<Tensor>`) becomes a further input of the graph, after its own.
 * Open extents (`*`) become symbols of their own. A node without a source comment has its place in the text.
 *
 * Errors: `syntax-error` and `unsupported-syntax` at the first, `unknown-name`, `unknown-operator`, `no-overload`
 * gathered.
 */
export function parseGraph(
  text: string,
  file: string,
  registry?: GraphRegistry,
  limits: ReadLimits = DEFAULT_LIMITS,
): Graph {
  return new GraphParser(new GraphLexer(text, file, limits), registry, limits).graph();
}

/** A result as the text declares it. */
interface Declared {
  readonly name: string;
  readonly type: Type | undefined;
}

class GraphParser {
  private readonly result = new Graph();
  private nesting = 0;
  private readonly values = new Map<string, Value>();
  private readonly problems = new GraphProblems();
  private readonly types: GraphTypeReader;
  private readonly literals: GraphLiteralReader;
  private readonly made: Node[] = [];
  /** Stand for values that nothing defines. */
  private readonly unknowns = new Set<Value>();
  /** Names of the innermost block, and what they stood for before: they stand for it again at its end. */
  private scope: [name: string, before: Value | undefined][] = [];
  /** Values whose name the text gave to another one before. */
  private readonly shadowing: Value[] = [];

  constructor(
    private readonly lexer: GraphLexer,
    private readonly registry: GraphRegistry | undefined,
    private readonly limits: ReadLimits,
  ) {
    this.types = new GraphTypeReader(lexer, new OpenDims());
    this.literals = new GraphLiteralReader(lexer, this.types);
  }

  graph(): Graph {
    const { lexer, result } = this;
    lexer.accept('fn');
    lexer.expect('graph', 'at the start of a graph');
    for (const p of this.parameters(true)) this.define(p.name, result.addInput(p.name, p.type ?? TENSOR));
    lexer.expect(':', 'after the parameters');
    this.nodes(result.block);
    lexer.expect('return', 'at the end of the graph');
    for (const v of this.operands()) result.block.addReturn(v);
    if (lexer.at('with')) {
      lexer.fail(
        'unsupported-syntax',
        'the graph has subgraphs (`with ... = graph(...)`)',
        lexer.peek,
        'print the graph before it is optimized: of the module as it was loaded',
      );
    }
    if (lexer.peek.kind !== 'end') lexer.unexpected('the end of the graph');
    this.problems.raise();
    this.nameMade();
    return result;
  }

  private parameters(isInput: boolean): Declared[] {
    const { lexer } = this;
    const params: Declared[] = [];
    lexer.expect('(', 'before the parameters');
    while (!lexer.accept(')')) {
      params.push(this.declared(isInput));
      if (!lexer.at(')')) lexer.expect(',', 'between parameters');
    }
    return params;
  }

  /** `%x : Tensor`; the type may be left out. */
  private declared(isInput: boolean): Declared {
    const { lexer } = this;
    const token = lexer.peek;
    if (token.kind !== 'value') lexer.unexpected('a value (`%name`)');
    lexer.take();
    const name = token.text.slice(1);
    return { name, type: lexer.accept(':') ? this.types.typeOf(name, isInput) : undefined };
  }

  /** A name that is defined again stands for the later value from there on, as `torch._C.parse_ir` reads it. */
  private define(name: string, value: Value): void {
    const before = this.values.get(name);
    if (before !== undefined) this.shadowing.push(value);
    this.scope.push([name, before]);
    this.values.set(name, value);
    this.result.reserveName(name);
  }

  private nodes(block: Block): void {
    const { lexer } = this;
    while (!lexer.at('return') && !lexer.at('->')) {
      if (lexer.peek.kind === 'end') lexer.unexpected('`return`');
      this.node(block);
    }
  }

  private node(block: Block): void {
    const { lexer } = this;
    const start = lexer.peek;
    const outputs = this.outputs();
    if (lexer.at('^')) {
      lexer.fail('unsupported-syntax', 'the graph calls a Python function', lexer.peek, 'remove it from the model');
    }
    const node = new Node(lexer.word('an operator'));
    const literal = this.constant(node.op, outputs[0]?.type);
    if (literal !== undefined && literal !== ELIDED) node.attributes.set('value', literal.value);
    this.attributes(node);
    const operands = this.operands();
    node.place = this.placeOf(start);
    if (literal !== undefined && literal !== ELIDED && literal.type.kind === 'dict') {
      node.op = DICT_CONSTRUCT;
      node.attributes.clear();
      operands.push(...dictEntries(literal.value, literal.type, this.site(node.place, block)));
    }
    if (node.op === 'prim::ConstantChunk') {
      if (operands.length !== 1 || !node.attributes.has('chunks') || !node.attributes.has('dim'))
        lexer.fail('syntax-error', 'prim::ConstantChunk has the attributes chunks and dim, and one operand', start);
      operands.splice(0, 1, ...openChunk(node, operands, this.site(node.place, block)));
    }
    if (literal === ELIDED) {
      for (const { name, type } of outputs) this.define(name, this.result.addInput(name, type ?? TENSOR));
      return;
    }
    const results = this.complete(node, operands, outputs, block);
    while (lexer.peek.kind === 'word' && /^block\d+$/.test(lexer.peek.text)) this.block(node);
    outputs.forEach(({ name, type }, i) => {
      this.define(name, node.addOutput(name, literal?.type ?? type ?? results[i] ?? TENSOR));
    });
    const wrong = blockProblem(node);
    if (wrong !== undefined) this.problems.attempt(() => lexer.fail('invalid-graph', wrong, start));
  }

  private outputs(): Declared[] {
    const { lexer } = this;
    const outputs: Declared[] = [];
    if (lexer.peek.kind !== 'value') {
      lexer.accept('=');
      return outputs;
    }
    do outputs.push(this.declared(false));
    while (lexer.accept(','));
    lexer.expect('=', 'after the results');
    return outputs;
  }

  /** The value of a prim::Constant, up to what follows it; undefined for other nodes and constants without a value. */
  private constant(op: string, type: Type | undefined): ReadLiteral | typeof ELIDED | undefined {
    const { lexer } = this;
    if (op !== CONSTANT) return undefined;
    if (!lexer.at('[')) return { value: null, type: NONE };
    lexer.take();
    if (!lexer.at('value')) return undefined;
    lexer.take();
    lexer.expect('=', 'after the name of an attribute');
    const literal = this.literals.constant(type);
    lexer.accept(',');
    return literal;
  }

  /** `name="weight", n=1]`; the bracket may have been read. */
  private attributes(node: Node): void {
    const { lexer } = this;
    const opened = lexer.accept('[');
    if (!opened && lexer.at('(')) return;
    while (!lexer.accept(']')) {
      const name = lexer.word('the name of an attribute');
      lexer.expect('=', 'after the name of an attribute');
      node.attributes.set(name, this.literals.attribute(name));
      if (!lexer.at(']')) lexer.expect(',', 'between attributes');
    }
  }

  private operands(): Value[] {
    const { lexer } = this;
    const operands: Value[] = [];
    lexer.expect('(', 'before the operands');
    while (!lexer.accept(')')) {
      const token = lexer.peek;
      if (token.kind !== 'value') lexer.unexpected('a value (`%name`)');
      lexer.take();
      operands.push(this.values.get(token.text.slice(1)) ?? this.unknown(token));
      if (!lexer.at(')')) lexer.expect(',', 'between operands');
    }
    return operands;
  }

  /** Reports a name that nothing defines, once, and goes on with a value in its place. */
  private unknown(token: GraphToken): Value {
    const name = token.text.slice(1);
    const close = nearest(name, this.values.keys());
    const help = close === undefined ? 'define it before its first use' : `did you mean %${close}?`;
    this.problems.attempt(() =>
      this.lexer.fail('unknown-name', `nothing defines ${token.text} before this`, token, help),
    );
    const stand = new Graph().addInput(name, ANY);
    this.values.set(name, stand);
    this.unknowns.add(stand);
    return stand;
  }

  /** Chooses the overload, gives the node its operands and puts it into its block. Gives the results' types. */
  private complete(
    node: Node,
    operands: readonly Value[],
    outputs: readonly Declared[],
    block: Block,
  ): readonly Type[] {
    const typed = outputs.every((o) => o.type !== undefined);
    const isKnown = operands.every((v) => !this.unknowns.has(v));
    const found = this.problems.attempt(() =>
      isKnown && this.registry !== undefined ? chooseOverload(this.registry, node, operands, typed) : undefined,
    );
    node.op = found?.schema.signature.op ?? node.op;
    node.setInputs(found === undefined ? operands : callArguments(found, operands, this.site(node.place, block)));
    block.append(node);
    return found?.results ?? [];
  }

  private site(place: Place, block: Block): CallSite {
    return {
      place,
      insert: (made) => {
        block.append(made);
        this.made.push(made);
      },
      freshName: () => '',
    };
  }

  private block(node: Node): void {
    const { lexer } = this;
    this.nesting += 1;
    const most = this.limits.codeNesting;
    if (this.nesting > most)
      lexer.fail('unsupported-syntax', `blocks nest deeper than ${most} levels`, lexer.peek, RAISE_NESTING);
    const outer = this.scope;
    this.scope = [];
    const block = node.addBlock();
    lexer.take();
    for (const p of this.parameters(false)) this.define(p.name, block.addParam(p.name, p.type ?? TENSOR));
    lexer.expect(':', 'after the parameters of a block');
    this.nodes(block);
    lexer.expect('->', 'at the end of a block');
    for (const v of this.operands()) block.addReturn(v);
    for (const [name, before] of this.scope.reverse()) {
      if (before === undefined) this.values.delete(name);
      else this.values.set(name, before);
    }
    this.scope = outer;
    this.nesting -= 1;
  }

  /** The place in the user's program that a comment names, else the node's own place in the text. */
  private placeOf(start: GraphToken): SourceLoc {
    const m = /^(.*\S):(\d+):(\d+)$/.exec(this.lexer.trailer() ?? '');
    if (m === null) return [this.lexer.span(start)];
    return [{ file: m[1] ?? '', line: Number(m[2]), column: Number(m[3]) + 1 }];
  }

  /** Constants of omitted arguments, and values of a name that the text gave twice, get names that it has not. */
  private nameMade(): void {
    for (const node of this.made) for (const out of node.outputs) out.name = this.result.freshName();
    for (const value of this.shadowing) value.name = this.result.freshName(value.name);
  }
}
