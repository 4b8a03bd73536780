import { type ConversionRules, GraphConverter } from '../../src/converters/graph-converter.js';
import { graphOutputs } from '../../src/converters/graph-outputs.js';
import { readNumbers } from '../../src/ir/half.js';
import { OnnxBuilder } from '../../src/onnx/builder.js';
import { modelBytes } from '../../src/onnx/serialize.js';
import { simplify } from '../../src/onnx/simplify/simplify.js';
import type { OnnxModel } from '../../src/onnx/types.js';
import { createSession, type Session } from '../../src/runtime/session.js';
import { undeclaredOperators } from '../recorded/undeclared.js';
import type { CallFeed, CallGraph, Sizes } from './call-graph.js';
import { type CaseResult, numberOf } from './case.js';

/** Converts a call that has been inferred, and rewritten where that is wanted. Errors: those of the converters. */
export function convertCall({ graph, feeds }: CallGraph, rules: ConversionRules, opset: number): OnnxModel {
  const builder = new OnnxBuilder({ opset });
  const converter = new GraphConverter(builder, opset, rules);
  for (const { name, value, dtype } of feeds) {
    const { type } = value;
    const shape = type.kind === 'tensor' ? type.shape : undefined;
    const pair = type.kind === 'tensor' && type.dtype !== dtype ? [2] : [];
    converter.bind(value, builder.input(name, dtype, shape === undefined ? undefined : [...shape, ...pair]));
  }
  converter.convert(graph);
  for (const o of graphOutputs(graph, converter)) builder.output(o.name, o.value);
  const model = builder.finish();
  const undeclared = undeclaredOperators(model.graph, rules.recipes);
  if (undeclared !== '') throw new Error(undeclared);
  return simplify(model);
}

export interface RunResult {
  readonly t: string;
  readonly s: readonly number[];
  readonly v: readonly number[];
}

/** A session that runs a converted call at several sizes. */
export class CallSession {
  private constructor(
    private readonly feeds: readonly CallFeed[],
    private readonly session: Session,
  ) {}

  static async open(feeds: readonly CallFeed[], model: OnnxModel): Promise<CallSession> {
    return new CallSession(feeds, await createSession(modelBytes(model), { logSeverity: 4, threads: 1 }));
  }

  /** `feeds`: of another call that is converted to the same model. */
  async run(sizes: Sizes, feeds: readonly CallFeed[] = this.feeds): Promise<RunResult[]> {
    const taken = new Set(this.session.inputs.map((i) => i.name));
    const fed = feeds.filter(({ name }) => taken.has(name)).map(({ name, at }) => [name, at(sizes)] as const);
    const results = await this.session.run(Object.fromEntries(fed));
    return this.session.outputs.map(({ name }) => {
      const data = results[name];
      if (data === undefined) throw new Error(`no output ${name}`);
      return { t: data.dtype, s: data.shape, v: readNumbers(data) };
    });
  }

  async close(): Promise<void> {
    await this.session.dispose();
  }
}

/** Relative and absolute tolerance of a dtype's last place after a few operations. */
const TOLERANCE: Readonly<Record<string, number>> = { float16: 4e-3, bfloat16: 2e-2, float32: 1e-4, float64: 1e-5 };

/** The first difference in words; undefined when the results agree. */
export function difference(
  found: RunResult,
  wanted: CaseResult,
  tol: number | undefined,
  random: boolean,
): string | undefined {
  if (found.t !== wanted.t) return `dtype ${found.t}, not ${wanted.t}`;
  if (found.s.join() !== wanted.s.join()) return `shape [${found.s}], not [${wanted.s}]`;
  if (random) return undefined;
  const limit = tol ?? TOLERANCE[found.t] ?? 0;
  for (let i = 0; i < wanted.v.length; i++) {
    const want = numberOf(wanted.v[i] ?? 0);
    const got = found.v[i * (wanted.n ?? 1)] ?? Number.NaN;
    if (Object.is(got, want) || got === want || (Number.isNaN(got) && Number.isNaN(want))) continue;
    if (!(Math.abs(got - want) <= limit * Math.max(1, Math.abs(want))))
      return `element ${i * (wanted.n ?? 1)} is ${got}, not ${want}`;
  }
  return undefined;
}
