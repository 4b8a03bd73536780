import { type Type, typeName } from '../ir/type.js';
import { countVariants, isSelfContained, MAX_VARIANTS } from '../matcher/variants.js';
import { nearest } from '../schema/nearest.js';
import { resultIndex } from '../schema/result-index.js';
import type { BlockPattern, ItemsPattern, NodePattern, Pattern } from '../schema/rule.js';
import type { Arg, Signature } from '../schema/signature.js';
import { type Capture, CaptureChecker } from './check-captures.js';
import { fits, literalFits } from './type-fit.js';
import type { YamlPath } from './yaml-file.js';

/** The place that a pattern stands in: its type, and the arguments that it is of, one for each operator. */
interface Slot {
  readonly type: Type | undefined;
  readonly args: readonly Arg[];
}

const ANYWHERE: Slot = { type: undefined, args: [] };

/** Checks a pattern against the schemas of its operators, and gathers what it captures. */
export class PatternChecker extends CaptureChecker {
  signature(op: string, path: YamlPath): Signature | undefined {
    const signature = this.registry.get(op)?.signature;
    if (signature === undefined) {
      const help = this.registry.suggestion(op);
      this.problems.at(this.file, 'rule-unknown-operator', path, `no schema declares ${op}`, help);
    }
    return signature;
  }

  argument(s: Signature, arg: string, path: YamlPath): Arg | undefined {
    const found = s.args.find((a) => a.name === arg);
    if (found !== undefined) return found;
    const names = s.args.map((a) => a.name);
    const close = nearest(arg, names);
    this.problems.at(
      this.file,
      'rule-unknown-argument',
      path,
      `${s.op} has no argument \`${arg}\``,
      close === undefined ? `its arguments are: ${names.join(', ') || 'none'}` : `did you mean \`${close}\`?`,
      true,
    );
    return undefined;
  }

  /** A pattern with more combinations than are tried would be tried in part. */
  limit(p: Pattern, path: YamlPath): void {
    const count = countVariants(p);
    if (count <= MAX_VARIANTS) return;
    this.problems.at(
      this.file,
      'rule-limit',
      path,
      `\`${this.owner}\` has ${count} combinations of alternatives, more than ${MAX_VARIANTS}`,
      'write several rules, or alternatives that capture nothing, which do not count',
    );
  }

  node(p: NodePattern, path: YamlPath): Type | undefined {
    const signatures = p.ops.flatMap((op, i) => {
      const at = p.ops.length > 1 || this.file.has([...path, 'op', i]) ? [...path, 'op', i] : [...path, 'op'];
      return this.signature(op, at) ?? [];
    });
    for (const [arg, q] of p.in) {
      const at = [...path, 'in', arg];
      const args = this.arguments(signatures, arg, at);
      this.pattern(q, at, { type: common(args.map((a) => a.type)), args });
    }
    for (const arg of p.commutative ?? []) this.arguments(signatures, arg, [...path, 'commutative']);
    if (p.operands !== undefined) this.operands(p.operands, signatures, [...path, 'operands']);
    for (const s of signatures) this.results(p, s, path);
    p.as.forEach((name, i) => {
      const at = this.file.has([...path, 'as', i]) ? [...path, 'as', i] : [...path, 'as'];
      if (name !== null) this.bind(name, common(signatures.map((s) => s.results[i]?.type)), at);
    });
    p.blocks?.forEach((b, i) => {
      this.block(b, this.file.has([...path, 'blocks', i]) ? [...path, 'blocks', i] : [...path, 'blocks']);
    });
    this.tests(p.where, path, ['it']);
    if (new Set(signatures.map((s) => resultIndex(s.results, p.result))).size > 1)
      this.mistyped(
        [...path, 'result'],
        `\`${p.result}\` is not the same result of all the operators`,
        'write several patterns',
      );
    return common(signatures.map((s) => s.results[resultIndex(s.results, p.result)]?.type));
  }

  /** The argument of each of the operators; a name that several lack is told once. */
  private arguments(signatures: readonly Signature[], name: string, path: YamlPath): Arg[] {
    const lacking = signatures.find((s) => !s.args.some((a) => a.name === name));
    if (lacking !== undefined) this.argument(lacking, name, path);
    return signatures.flatMap((s) => s.args.find((a) => a.name === name) ?? []);
  }

  private operands(p: ItemsPattern, signatures: readonly Signature[], path: YamlPath): void {
    for (const s of signatures)
      if (!s.varargs) this.mistyped(path, `${s.op} takes no operands beyond its arguments`, 'match them by name: `in`');
    this.items(p, path, undefined);
  }

  /** The results that the pattern names are there. */
  private results(p: NodePattern, s: Signature, path: YamlPath): void {
    if (s.varresults) return;
    const count = s.results.length;
    this.result(p.result, s, [...path, 'result']);
    if (p.as.length > Math.max(1, count)) this.mistyped([...path, 'as'], `${s.op} has ${count} results`);
  }

  /** The operator has the result, by its number or name. */
  result(which: number | string, { op, results, varresults }: Signature, path: YamlPath): void {
    const index = resultIndex(results, which);
    if (which === 0 || varresults || (index >= 0 && index < results.length)) return;
    if (typeof which === 'number') {
      this.mistyped(path, `${op} has ${results.length} results: the first is 0`);
      return;
    }
    const names = results.flatMap(({ name }) => name ?? []);
    const close = nearest(which, names);
    const help =
      close === undefined ? `its results are: ${names.join(', ') || 'without names'}` : `did you mean \`${close}\`?`;
    this.mistyped(path, `${op} has no result \`${which}\``, help);
  }

  private tests(where: readonly string[], path: YamlPath, more: readonly string[]): void {
    where.forEach((text, i) => {
      const list = this.file.has([...path, 'where', i]);
      this.expression(list ? [...path, 'where', i] : [...path, 'where'], text, more, 'condition');
    });
  }

  pattern(p: Pattern, path: YamlPath, slot: Slot = ANYWHERE): void {
    const { type } = slot;
    switch (p.kind) {
      case 'capture':
        this.bind(p.name, type, path);
        break;
      case 'wildcard':
        break;
      case 'literal':
        if (type !== undefined && !literalFits(p.value, type))
          this.mistyped(path, `the argument is ${typeName(type)}, which is never ${String(p.value)}`);
        break;
      case 'default':
        this.defaulted(path, slot.args);
        break;
      case 'node': {
        const result = this.node(p, path);
        if (result !== undefined && type !== undefined && !fits(result, type) && !fits(type, result))
          this.mistyped(path, `${p.ops.join(', ')} gives ${typeName(result)}, but the argument is ${typeName(type)}`);
        break;
      }
      case 'list':
        this.list(p, path, type);
        break;
      case 'any':
        this.alternatives(p.of, [...path, 'any'], slot);
        // Those that capture nothing do not count outside.
        if (isSelfContained(p)) for (const [i, q] of p.of.entries()) this.limit(q, [...path, 'any', i]);
        break;
      case 'optional':
        if (type !== undefined && !literalFits(null, type))
          this.mistyped([...path, 'optional'], `the argument is ${typeName(type)}, which is never None`);
        this.optional(p.of, [...path, 'optional'], slot);
        break;
      case 'not':
        this.negation(() => this.pattern(p.of, [...path, 'not'], slot));
        this.limit(p.of, [...path, 'not']);
        break;
      case 'test':
        this.tested(p, path, slot);
        break;
    }
  }

  private tested(p: Pattern & { kind: 'test' }, path: YamlPath, slot: Slot): void {
    this.pattern(p.of, path, slot);
    if (p.as !== undefined) this.bind(p.as, slot.type, [...path, 'as']);
    const given = this.file.has([...path, 'const']) ? p.where.length - this.count([...path, 'where']) : 0;
    for (const text of p.where.slice(0, given)) this.expression([...path, 'const'], text, ['it']);
    this.tests(p.where.slice(given), path, ['it']);
  }

  /** How many expressions stand at a place: a list of them, one, or none. */
  private count(path: YamlPath): number {
    if (!this.file.has(path)) return 0;
    let n = 0;
    while (this.file.has([...path, n])) n += 1;
    return Math.max(1, n);
  }

  private defaulted(path: YamlPath, args: readonly Arg[]): void {
    if (args.length === 0) this.mistyped(path, '`default` stands for an argument: here is none');
    for (const arg of args)
      if (!('default' in arg)) this.mistyped(path, `the argument \`${arg.name}\` has no default`, 'write the constant');
  }

  private list(p: ItemsPattern, path: YamlPath, type: Type | undefined): void {
    const inner = type?.kind === 'optional' ? type.element : type;
    const known = inner !== undefined && inner.kind !== 'var' && inner.kind !== 'any' && inner.kind !== 'union';
    if (known && inner.kind !== 'list')
      this.mistyped(path, `the argument is ${typeName(inner)}, which is never a list`);
    const at = this.file.has([...path, 'list']) ? [...path, 'list'] : path;
    this.items(p, at, inner?.kind === 'list' ? inner.element : undefined);
  }

  /** Values in a row; a capture alone, in the place of a list, is all of them. */
  private items(p: ItemsPattern, path: YamlPath, element: Type | undefined): void {
    const { rest } = p;
    const at = (i: number) => (this.file.has([...path, i]) ? [...path, i] : path);
    const bindRest = () => {
      if (rest?.name === undefined) return;
      this.bind(rest.name, element === undefined ? undefined : { kind: 'list', element }, at(rest.at), true);
    };
    p.items.forEach((q, i) => {
      this.pattern(q, at(rest !== undefined && i >= rest.at ? i + 1 : i), { type: element, args: [] });
    });
    bindRest();
  }

  private block(p: BlockPattern, path: YamlPath): void {
    if (p.params !== undefined) this.items(p.params, [...path, 'params'], undefined);
    if (p.returns !== undefined) this.items(p.returns, [...path, 'returns'], undefined);
    p.contains.forEach(({ node, negated }, i) => {
      const at = [...path, 'contains', i];
      if (!negated) {
        this.node(node, at);
        return;
      }
      this.negation(() => this.node(node, [...at, 'not']));
      this.limit(node, [...at, 'not']);
    });
  }

  /** Captures of all alternatives are seen behind them, those of some only inside. */
  private alternatives(of: readonly Pattern[], path: YamlPath, slot: Slot): void {
    const before = new Set(this.captures.keys());
    const found: Map<string, Capture>[] = of.map((q, i) => {
      this.pattern(q, [...path, i], slot);
      const own = this.release(before);
      return own;
    });
    const [first = new Map<string, Capture>(), ...others] = found;
    for (const [name, capture] of first) {
      const everywhere = others.every((own) => own.has(name));
      if (!everywhere) continue;
      const uses = found.reduce((n, own) => n + (own.get(name)?.uses ?? 0), 0);
      this.captures.set(name, { ...capture, uses });
    }
    for (const own of found) {
      const local = new Map([...own].filter(([name]) => !this.captures.has(name)));
      for (const name of local.keys()) this.hidden.set(name, 'alternative');
      this.unused(local);
    }
  }

  private optional(of: Pattern, path: YamlPath, slot: Slot): void {
    const before = new Set(this.captures.keys());
    this.pattern(of, path, slot);
    for (const [name, c] of this.captures)
      if (!before.has(name) && c.many)
        this.mistyped(c.path, `\`${name}\` stands for several values, which an absent argument has not`);
  }

  private negation(check: () => unknown): void {
    const before = new Set(this.captures.keys());
    check();
    const local = this.release(before);
    for (const name of local.keys()) this.hidden.set(name, 'negation');
    this.unused(local);
  }

  /** Takes away the captures that were not there before. */
  private release(before: ReadonlySet<string>): Map<string, Capture> {
    const own = new Map([...this.captures].filter(([name]) => !before.has(name)));
    for (const name of own.keys()) this.captures.delete(name);
    return own;
  }

  private bind(name: string, type: Type | undefined, path: YamlPath, many = false): void {
    if (this.use(name)) {
      if (this.captures.get(name)?.many !== many)
        this.mistyped(path, `\`${name}\` stands for one value here and for several there`);
      return;
    }
    if (this.hidden.get(name) === 'negation') {
      this.problems.at(
        this.file,
        'rule-unbound',
        path,
        `\`${this.owner}\` binds \`${name}\` behind the negation that uses it, which then sees any value`,
        'put the argument that binds it first',
      );
    }
    this.captures.set(name, { type, path, many, uses: 0 });
  }
}

/** The type that alternatives of an operator agree on, or the union of theirs; undefined where one is not known. */
function common(types: readonly (Type | undefined)[]): Type | undefined {
  const members = new Map<string, Type>();
  for (const t of types) {
    if (t === undefined) return undefined;
    members.set(typeName(t), t);
  }
  const [first, ...more] = members.values();
  return first === undefined || more.length === 0 ? first : { kind: 'union', members: [first, ...more] };
}
