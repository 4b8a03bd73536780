import { type Type, typeName } from '../ir/type.js';
import { nearest } from '../schema/nearest.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import { resultIndex } from '../schema/result-index.js';
import type { NodeTemplate, OperandTemplate, Rule, Template } from '../schema/rule.js';
import type { Signature } from '../schema/signature.js';
import type { PatternChecker } from './check-pattern.js';
import { closest, usesName } from './close-name.js';
import type { Problems } from './problems.js';
import { fits, literalFits } from './type-fit.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** What of a rule the checks of its templates look at. */
export type CheckedRule = Pick<Rule, 'id' | 'match' | 'let' | 'rewrite' | 'each'>;

/** A value that `let` makes. */
interface Made {
  readonly type: Type | undefined;
  readonly op: string | undefined;
  readonly path: YamlPath;
  uses: number;
}

/** Checks what a rule makes against its captures and the schemas of the operators. */
export class TemplateChecker {
  private readonly made = new Map<string, Made>();
  /** Blocks of the matched node that the rule has moved. */
  private readonly moved = new Set<number | 'all'>();

  constructor(
    private readonly rule: CheckedRule,
    private readonly pattern: PatternChecker,
    private readonly file: YamlFile,
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly problems: Problems,
  ) {}

  /** Checks `let` and the rewrite of the rule at `path`. */
  check(path: YamlPath): void {
    for (const [name, t] of this.rule.let) this.bind(name, t, [...path, 'let', name]);
    this.rewrite([...path, 'rewrite']);
    for (const [name, { uses, path: at }] of this.made) {
      if (uses > 0) continue;
      const message = `\`${this.rule.id}\` makes \`${name}\`, which nothing uses`;
      this.problems.at(this.file, 'rule-unused', at, message, 'remove it, or use it in the rewrite', true);
    }
  }

  private bind(name: string, t: Template, path: YamlPath): void {
    const type = this.template(t, path, undefined);
    if (this.pattern.captures.has(name)) {
      const message = `\`${this.rule.id}\` makes \`${name}\`, which its match binds already`;
      this.problems.at(this.file, 'rule-duplicate', path, message, 'give it another name', true);
    }
    this.made.set(name, { type, op: t.kind === 'node' ? t.op : undefined, path, uses: 0 });
  }

  private rewrite(path: YamlPath): void {
    const { rewrite, each } = this.rule;
    switch (rewrite.kind) {
      case 'results':
        this.results(rewrite.of, [...path, 'results']);
        break;
      case 'inline':
        this.move(rewrite.block, [...path, 'inline']);
        this.operands(rewrite.with, [...path, 'with'], undefined);
        break;
      default:
        this.whole(rewrite, each ? [...path, 'each'] : path);
    }
  }

  /** One template for all results: as many, of the same kind or tensors for numbers. */
  private whole(rewrite: Template, path: YamlPath): void {
    const { each } = this.rule;
    const type = this.template(rewrite, path, undefined);
    for (const matched of this.matched()) {
      const [first] = matched.results;
      if (rewrite.kind === 'literal' && first !== undefined && !literalFits(rewrite.value, first.type)) {
        const value = rewrite.value === null ? 'None' : JSON.stringify(rewrite.value);
        this.pattern.mistyped(path, `the rewrite gives ${value} for the ${typeName(first.type)} of ${matched.op}`);
        return;
      }
      if (!each && first !== undefined) this.stands(type, first.type, matched, path);
      if (each || matched.varresults) continue;
      const given = rewrite.kind === 'node' ? this.registry.get(rewrite.op)?.signature : undefined;
      if (given?.varresults === true) continue;
      const count = given?.results.length ?? 1;
      if (count >= matched.results.length) continue;
      const what = given?.op ?? 'the rewrite';
      this.pattern.mistyped(path, `${what} has ${count} results, but ${matched.op} has ${matched.results.length}`);
      return;
    }
  }

  private results(of: readonly (Template | null)[], path: YamlPath): void {
    const matched = this.matched();
    const types = of.map((t, i) => (t === null ? undefined : this.template(t, [...path, i], this.resultType(i))));
    for (const s of matched) {
      if (s.varresults) continue;
      if (s.results.length !== of.length) {
        const help = 'give each result; `_` for one that nothing may use';
        this.pattern.mistyped(path, `${of.length} results stand for the ${s.results.length} of ${s.op}`, help);
        return;
      }
      s.results.forEach((r, i) => {
        this.stands(types[i], r.type, s, [...path, i]);
      });
    }
  }

  private resultType(index: number): Type | undefined {
    return this.matched()[0]?.results[index]?.type;
  }

  private matched(): Signature[] {
    return this.rule.match.ops.flatMap((op) => this.registry.get(op)?.signature ?? []);
  }

  private stands(given: Type | undefined, wanted: Type, { op }: Signature, path: YamlPath): void {
    if (given === undefined || given.kind === 'tensor' || fits(given, wanted)) return;
    this.pattern.mistyped(path, `the rewrite gives ${typeName(given)} for the ${typeName(wanted)} of ${op}`);
  }

  /** Checks a template in a place of the type; its own type, where it is known. */
  template(t: Template, path: YamlPath, wanted: Type | undefined): Type | undefined {
    switch (t.kind) {
      case 'capture':
        return this.value(t.name, path, wanted);
      case 'tensor':
        this.tensor(t.name, [...path, 'tensor']);
        return { kind: 'tensor' };
      case 'literal':
        if (wanted !== undefined && !literalFits(t.value, wanted))
          this.pattern.mistyped(path, `the argument is ${typeName(wanted)}, not ${JSON.stringify(t.value)}`);
        return undefined;
      case 'compute':
        this.pattern.expression([...path, 'compute'], t.text);
        return undefined;
      case 'list': {
        const inner = wanted?.kind === 'optional' ? wanted.element : wanted;
        const element = inner?.kind === 'list' ? inner.element : undefined;
        this.operands(t.items, path, element);
        return element === undefined ? undefined : { kind: 'list', element };
      }
      case 'result':
        return this.result(t, path);
      case 'node':
        return this.nodeTemplate(t, path);
    }
  }

  /** A result of a made node by its number. */
  private result(t: Template & { kind: 'result' }, path: YamlPath): Type | undefined {
    const { of, index } = t;
    const op = of.kind === 'node' ? of.op : this.made.get(of.name)?.op;
    if (of.kind === 'node') this.nodeTemplate(of, [...path, 'of']);
    else if (this.made.has(of.name)) this.value(of.name, [...path, 'of']);
    else this.unbound(of.name, [...path, 'of'], [...this.made.keys()], 'makes');
    const signature = op === undefined ? undefined : this.registry.get(op)?.signature;
    if (signature === undefined) {
      if (this.made.has(of.kind === 'node' ? '' : of.name))
        this.pattern.mistyped([...path, 'of'], 'only a node has results: this is another value');
      return undefined;
    }
    this.pattern.result(index, signature, [...path, 'result']);
    return signature.results[resultIndex(signature.results, index)]?.type;
  }

  private nodeTemplate(t: NodeTemplate, path: YamlPath): Type | undefined {
    const signature = this.pattern.signature(t.op, [...path, 'op']);
    for (const [arg, value] of t.in) {
      const at = [...path, 'in', arg];
      const wanted = signature === undefined ? undefined : this.pattern.argument(signature, arg, at)?.type;
      this.fitting(this.template(value, at, wanted), wanted, value, at, `the argument \`${arg}\` of ${t.op} is`);
    }
    this.operands(t.operands, [...path, 'operands'], undefined);
    if (signature?.varargs === false && t.operands.length > 0)
      this.pattern.mistyped([...path, 'operands'], `${t.op} takes no operands beyond its arguments`);
    this.blocks(t, [...path, 'blocks']);
    if (signature === undefined) return undefined;
    const given = new Set(t.in.map(([arg]) => arg));
    const missing = signature.args.filter((a) => !given.has(a.name) && !('default' in a)).map((a) => `\`${a.name}\``);
    if (missing.length > 0) {
      const message = `\`${this.rule.id}\` leaves out ${missing.join(', ')} of ${t.op}`;
      const help = 'give each argument that has no default';
      this.problems.at(this.file, 'rule-missing-argument', [...path, 'op'], message, help);
    }
    return signature.results[0]?.type;
  }

  private fitting(
    given: Type | undefined,
    wanted: Type | undefined,
    value: Template,
    path: YamlPath,
    place: string,
  ): void {
    if (given === undefined || wanted === undefined || fits(given, wanted)) return;
    const name = value.kind === 'capture' && wanted.kind === 'tensor' ? value.name : undefined;
    this.pattern.mistyped(
      path,
      `${place} ${typeName(wanted)}, not ${typeName(given)}`,
      name === undefined ? undefined : `write { tensor: ${name} } for the tensor behind it`,
    );
  }

  /** Values in a row, of a list (with `element`) or beyond the arguments of an operator. */
  private operands(list: readonly OperandTemplate[], path: YamlPath, element: Type | undefined): void {
    list.forEach((o, i) => {
      const at = this.file.has([...path, i]) ? [...path, i] : path;
      if (o.kind === 'value') this.fitting(this.template(o.of, at, element), element, o.of, at, 'an item is');
      else if (o.tensors) this.tensor(o.name, [...at, 'tensor']);
      else this.values(o.name, at);
    });
  }

  private blocks(t: NodeTemplate, path: YamlPath): void {
    if (typeof t.blocks === 'string') this.move('all', path);
    if (typeof t.blocks !== 'object') return;
    t.blocks.forEach((b, i) => {
      if (b.move !== undefined) this.move(b.move, [...path, i, 'move']);
      b.returns?.forEach((r, k) => {
        this.template(r, [...path, i, 'returns', k], undefined);
      });
    });
  }

  /** A block moves once, and the pattern must not say that it is not there. */
  private move(block: number | 'all', path: YamlPath): void {
    const { moved } = this;
    const { match, each } = this.rule;
    const count = match.blocks?.length;
    const what = block === 'all' ? 'the blocks' : `block ${block}`;
    if (each || moved.has('all') || moved.has(block) || (block === 'all' && moved.size > 0))
      this.pattern.mistyped(path, `${what} of the matched node would move twice`, 'move each block to one place');
    else if (block !== 'all' && count !== undefined && block >= count)
      this.pattern.mistyped(path, `the pattern has ${count} blocks: the first is 0`);
    moved.add(block);
  }

  /** A name in the place of one value; its type. */
  private value(name: string, path: YamlPath, wanted?: Type): Type | undefined {
    const made = this.made.get(name);
    if (made !== undefined) {
      made.uses += 1;
      return made.type;
    }
    if (!this.values(name, path, wanted)) return undefined;
    const { many, type } = this.pattern.captures.get(name) ?? {};
    if (many === true) {
      this.pattern.mistyped(path, `\`${name}\` stands for several values`, `write [ ...${name} ] for a list of them`);
      return undefined;
    }
    return type;
  }

  private tensor(name: string, path: YamlPath): void {
    if (!this.made.has(name)) this.values(name, path);
    else this.pattern.mistyped(path, '`tensor` takes a capture: this is made by the rule itself');
  }

  /** A name in the place of any number of values. */
  private values(name: string, path: YamlPath, wanted?: Type): boolean {
    if (this.rule.match.as.includes(name)) {
      const message = `\`${name}\` is the matched operator's own result, which the rewrite replaces`;
      this.pattern.mistyped(path, message, 'rewrite to a new node of the operator');
      this.pattern.use(name);
      return false;
    }
    const made = this.made.get(name);
    if (made !== undefined) {
      made.uses += 1;
      return true;
    }
    if (this.pattern.use(name)) return true;
    this.unbound(name, path, this.likely(wanted), 'rewrites with');
    return false;
  }

  /** The names of values: those first that fit the place, and of these what the rule does not rewrite with yet. */
  private likely(wanted: Type | undefined): readonly string[] {
    const { captures } = this.pattern;
    const used = JSON.stringify([this.rule.let, this.rule.rewrite]);
    const fitting = (name: string) => {
      const type = captures.get(name)?.type ?? this.made.get(name)?.type;
      return wanted === undefined || type === undefined || fits(type, wanted);
    };
    return closest([...captures.keys(), ...this.made.keys()], [fitting, (name) => !usesName(used, name)]);
  }

  private unbound(name: string, path: YamlPath, names: readonly string[], verb: string): void {
    const hidden = this.pattern.hiddenBy(name);
    const close = nearest(name, names);
    const known = close === undefined ? `bound here: ${names.join(', ') || 'nothing'}` : `did you mean \`${close}\`?`;
    const why = {
      alternative: 'only some of the alternatives bind it: bind it in each',
      negation: 'what a negation binds is seen only inside it',
    };
    const what = verb === 'makes' ? 'which `let` does not make' : 'which its match does not bind';
    this.problems.at(
      this.file,
      'rule-unbound',
      this.file.argument(path, name),
      `\`${this.rule.id}\` rewrites with \`${name}\`, ${what}`,
      hidden === undefined ? known : why[hidden],
    );
  }
}
