import { type Type, typeName } from '../ir/type.js';
import { visitTemplate } from '../matcher/compile.js';
import { RULE_NAMES, ruleFunction, ruleFunctionNames } from '../matcher/rule-env.js';
import { nearest } from '../schema/nearest.js';
import type { OperatorSchema } from '../schema/operator-schema.js';
import type { OperatorRegistry } from '../schema/registry.js';
import type { NodePattern, NodeTemplate, Pattern, Rule, Template } from '../schema/rule.js';
import type { Signature } from '../schema/signature.js';
import type { Problems } from './problems.js';
import type { RuleSource } from './read-rules.js';
import { fits, literalFits } from './type-fit.js';
import type { YamlFile, YamlPath } from './yaml-file.js';

/** What is known of a capture: the types of its places, and how often the rule names it. */
interface Capture {
  readonly type: Type | undefined;
  readonly path: YamlPath;
  uses: number;
}

/** Checks one rule against the schemas of its operators. */
export function checkRule(
  rule: Rule,
  source: RuleSource,
  registry: OperatorRegistry<OperatorSchema>,
  problems: Problems,
): void {
  const place = source.places.get(rule);
  if (place === undefined) return;
  new RuleChecker(rule, place.file, [place.kind, place.index], registry, problems).check();
}

class RuleChecker {
  private readonly captures = new Map<string, Capture>();

  constructor(
    private readonly rule: Rule,
    private readonly file: YamlFile,
    private readonly path: YamlPath,
    private readonly registry: OperatorRegistry<OperatorSchema>,
    private readonly problems: Problems,
  ) {}

  check(): void {
    const { rule, file } = this;
    this.nodePattern(rule.match, [...this.path, 'match']);
    const scope = {
      names: new Set([...this.captures.keys(), ...RULE_NAMES]),
      functions: ruleFunction,
      functionNames: ruleFunctionNames,
      unbound: 'rule-unbound' as const,
    };
    const expression = (path: YamlPath, text: string) => {
      const expr = this.problems.expression(file, path, text, scope);
      for (const name of expr?.names ?? []) this.use(name);
    };
    rule.where.forEach((text, i) => {
      const list = file.has([...this.path, 'where', i]);
      expression(list ? [...this.path, 'where', i] : [...this.path, 'where'], text);
    });
    const rewrite = [...this.path, 'rewrite', ...(rule.each ? ['each'] : [])];
    this.rewrite(rewrite);
    visitTemplate(rule.rewrite, (t) => {
      if (t.kind === 'compute') expression(this.templatePaths.get(t) ?? rewrite, t.text);
    });
    for (const [name, c] of this.captures) {
      if (c.uses > 0) continue;
      this.problems.at(
        file,
        'rule-unused',
        c.path,
        `\`${rule.id}\` binds \`${name}\`, which nothing uses`,
        'leave the argument out of the pattern: it may then be anything',
      );
    }
  }

  private readonly templatePaths = new Map<Template, YamlPath>();

  private use(name: string): boolean {
    const c = this.captures.get(name);
    if (c === undefined) return false;
    c.uses += 1;
    return true;
  }

  private bind(name: string, type: Type | undefined, path: YamlPath): void {
    if (!this.use(name)) this.captures.set(name, { type, path, uses: 0 });
  }

  private signature(op: string, path: YamlPath): Signature | undefined {
    const signature = this.registry.get(op)?.signature;
    if (signature === undefined) {
      this.problems.at(
        this.file,
        'rule-unknown-operator',
        path,
        `no schema declares ${op}`,
        this.registry.suggestion(op),
      );
    }
    return signature;
  }

  private nodePattern(p: NodePattern, path: YamlPath): Type | undefined {
    const signatures = p.ops.flatMap((op, i) => {
      const at = p.ops.length > 1 || this.file.has([...path, 'op', i]) ? [...path, 'op', i] : [...path, 'op'];
      return this.signature(op, at) ?? [];
    });
    for (const [arg, q] of p.in) {
      const types = signatures.flatMap((s) => this.argument(s, arg, [...path, 'in', arg]) ?? []);
      this.pattern(q, [...path, 'in', arg], types.length === 1 ? types[0] : common(types));
    }
    for (const arg of p.commutative ?? []) for (const s of signatures) this.argument(s, arg, [...path, 'commutative']);
    const result = signatures.length === 1 ? signatures[0]?.results[0]?.type : undefined;
    if (p.operands !== undefined) this.bind(p.operands, undefined, [...path, 'operands']);
    if (p.as !== undefined) this.bind(p.as, result, [...path, 'as']);
    return result;
  }

  private argument(s: Signature, arg: string, path: YamlPath): Type | undefined {
    const found = s.args.find((a) => a.name === arg);
    if (found !== undefined) return found.type;
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

  private pattern(p: Pattern, path: YamlPath, type: Type | undefined): void {
    switch (p.kind) {
      case 'capture':
        this.bind(p.name, type, path);
        break;
      case 'literal':
        if (type !== undefined && !literalFits(p.value, type))
          this.mistyped(path, `the argument is ${typeName(type)}, which is never ${String(p.value)}`);
        break;
      case 'node': {
        const result = this.nodePattern(p, path);
        if (result !== undefined && type !== undefined && !fits(result, type) && !fits(type, result))
          this.mistyped(path, `${p.ops.join(', ')} gives ${typeName(result)}, but the argument is ${typeName(type)}`);
        break;
      }
      case 'any':
        p.of.forEach((q, i) => {
          this.pattern(q, [...path, 'any', i], type);
        });
        break;
      case 'list': {
        const element = type?.kind === 'list' ? type.element : undefined;
        p.items.forEach((q, i) => {
          this.pattern(q, [...path, 'list', i], element);
        });
        if (p.rest !== undefined) this.bind(p.rest, type, [...path, 'list', p.items.length]);
        break;
      }
    }
  }

  private mistyped(path: YamlPath, message: string, help?: string): void {
    this.problems.at(this.file, 'rule-type', path, `\`${this.rule.id}\`: ${message}`, help);
  }

  /** The rewrite's results stand for those of the matched operator: as many, of the same kind or tensors for numbers. */
  private rewrite(path: YamlPath): void {
    const { rewrite, match, each } = this.rule;
    const type = this.template(rewrite, path, undefined);
    const [op] = match.ops;
    const matched = op === undefined ? undefined : this.registry.get(op)?.signature;
    if (matched === undefined) return;
    const [first] = matched.results;
    if (type !== undefined && first !== undefined && !each && !fits(type, first.type) && type.kind !== 'tensor') {
      this.mistyped(path, `the rewrite gives ${typeName(type)} for the ${typeName(first.type)} of ${matched.op}`);
    }
    if (rewrite.kind !== 'node' || each || matched.varresults) return;
    const given = this.registry.get(rewrite.op)?.signature;
    if (given !== undefined && !given.varresults && given.results.length < matched.results.length) {
      this.mistyped(
        path,
        `${given.op} has ${given.results.length} results, but ${matched.op} has ${matched.results.length}`,
      );
    }
  }

  private template(t: Template, path: YamlPath, wanted: Type | undefined): Type | undefined {
    this.templatePaths.set(t, t.kind === 'compute' ? [...path, 'compute'] : path);
    switch (t.kind) {
      case 'capture': {
        this.captureUse(t.name, path);
        return this.captures.get(t.name)?.type;
      }
      case 'tensor':
        this.captureUse(t.name, [...path, 'tensor']);
        return { kind: 'tensor' };
      case 'literal':
        if (wanted !== undefined && !literalFits(t.value, wanted))
          this.mistyped(path, `the argument is ${typeName(wanted)}, not ${JSON.stringify(t.value)}`);
        return undefined;
      case 'compute':
        return undefined;
      case 'node':
        return this.nodeTemplate(t, path);
    }
  }

  private nodeTemplate(t: NodeTemplate, path: YamlPath): Type | undefined {
    const signature = this.signature(t.op, [...path, 'op']);
    for (const [arg, value] of t.in) {
      const at = [...path, 'in', arg];
      const wanted = signature === undefined ? undefined : this.argument(signature, arg, at);
      const given = this.template(value, at, wanted);
      if (given === undefined || wanted === undefined || fits(given, wanted)) continue;
      const name = value.kind === 'capture' && wanted.kind === 'tensor' ? value.name : undefined;
      this.mistyped(
        at,
        `the argument \`${arg}\` of ${t.op} is ${typeName(wanted)}, not ${typeName(given)}`,
        name === undefined ? undefined : `write { tensor: ${name} } for the tensor behind it`,
      );
    }
    t.operands.forEach((o, i) => {
      this.captureUse(o.name, o.tensors ? [...path, 'operands', i, 'tensor'] : [...path, 'operands', i]);
    });
    if (signature === undefined) return undefined;
    const given = new Set(t.in.map(([arg]) => arg));
    const missing = signature.args.filter((a) => !given.has(a.name) && !('default' in a)).map((a) => `\`${a.name}\``);
    if (missing.length > 0) {
      this.problems.at(
        this.file,
        'rule-missing-argument',
        [...path, 'op'],
        `\`${this.rule.id}\` leaves out ${missing.join(', ')} of ${t.op}`,
        'give each argument that has no default',
      );
    }
    return signature.results[0]?.type;
  }

  private captureUse(name: string, path: YamlPath): void {
    if (this.use(name)) return;
    const names = [...this.captures.keys()];
    const close = nearest(name, names);
    this.problems.at(
      this.file,
      'rule-unbound',
      path,
      `\`${this.rule.id}\` rewrites with \`${name}\`, which its match does not bind`,
      close === undefined ? `bound here: ${names.join(', ') || 'nothing'}` : `did you mean \`${close}\`?`,
    );
  }
}

/** The type that alternatives of an operator agree on. */
function common(types: readonly Type[]): Type | undefined {
  const [first] = types;
  return first !== undefined && types.every((t) => typeName(t) === typeName(first)) ? first : undefined;
}
