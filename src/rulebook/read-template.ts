import type { BlockTemplate, NodeTemplate, OperandTemplate, Rewrite, Template } from '../schema/rule.js';
import { type Data, items, record } from './data.js';
import { isCapture, isRest, scalar } from './read-pattern.js';

/** A use of a named template: `{ use: name, with: { $x: template } }`. */
export interface TemplateUse {
  readonly name: string;
  readonly with: ReadonlyMap<string, Template>;
}

/** Expands what is used by name. */
export interface TemplateExpander {
  /** The template of a fragment, its arguments put in. */
  template(use: TemplateUse): Template;
  /** An expression, its predicates expanded. */
  expression(text: string): string;
}

/** Reads templates of validated YAML. */
export class TemplateReader {
  constructor(private readonly names: TemplateExpander) {}

  /** A template, `{ results: [...] }` or `{ inline: block }`. */
  rewrite(v: unknown): Rewrite {
    const data = record(v);
    if ('results' in data)
      return { kind: 'results', of: items(data.results).map((t) => (t === '_' ? null : this.template(t))) };
    if ('inline' in data)
      return { kind: 'inline', block: Number(data.inline), with: items(data.with).map((t) => this.item(t)) };
    return this.template(v);
  }

  /** `$x`, a constant, a list, or a mapping. */
  template(v: unknown): Template {
    if (isCapture(v)) return { kind: 'capture', name: v };
    if (Array.isArray(v)) {
      const constant = v.every((one) => typeof one !== 'object' && !isCapture(one) && !isRest(one));
      return constant ? { kind: 'literal', value: v.map(scalar) } : { kind: 'list', items: v.map((t) => this.item(t)) };
    }
    const data = record(v);
    if ('tensor' in data) return { kind: 'tensor', name: String(data.tensor) };
    if ('compute' in data) return { kind: 'compute', text: this.names.expression(String(data.compute)) };
    if ('op' in data) return this.node(data);
    if ('use' in data) {
      const given = Object.entries(record(data.with)).map(([name, t]) => [name, this.template(t)] as const);
      return this.names.template({ name: String(data.use), with: new Map(given) });
    }
    if ('of' in data) {
      const of = isCapture(data.of) ? ({ kind: 'capture', name: data.of } as const) : this.node(record(data.of));
      return { kind: 'result', index: typeof data.result === 'string' ? data.result : Number(data.result), of };
    }
    return { kind: 'literal', value: scalar(v) };
  }

  private node(data: Data): NodeTemplate {
    return {
      kind: 'node',
      op: String(data.op),
      in: Object.entries(record(data.in)).map(([arg, t]) => [arg, this.template(t)] as const),
      operands: items(data.operands).map((t) => this.operand(t)),
      blocks: this.blocks(data.blocks),
    };
  }

  private blocks(v: unknown): NodeTemplate['blocks'] {
    if (v === undefined || v === 'keep' || v === 'as-tensors') return v;
    return items(v).map((b): BlockTemplate => {
      const data = record(b);
      const returns = data.returns === undefined ? undefined : items(data.returns).map((t) => this.template(t));
      return data.move === undefined ? { returns: returns ?? [] } : { move: Number(data.move), returns };
    });
  }

  /** An item of a list: `...$xs` for all values of a capture. */
  private item(v: unknown): OperandTemplate {
    return isRest(v) ? { kind: 'values', name: v.slice(3), tensors: false } : { kind: 'value', of: this.template(v) };
  }

  /** An operand of a variadic operator: a capture, as it is or as tensors, stands for all of its values. */
  private operand(v: unknown): OperandTemplate {
    if (isCapture(v)) return { kind: 'values', name: v, tensors: false };
    if (isRest(v)) return this.item(v);
    const data = record(v);
    if ('tensor' in data) return { kind: 'values', name: String(data.tensor), tensors: true };
    return { kind: 'value', of: this.template(v) };
  }
}
