import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { type Dim, dimSymbols } from '../../src/ir/dim.js';
import type { Type } from '../../src/ir/type.js';
import { dimAt } from '../../src/testing/case-graph.js';
import type { Sizes } from './call-graph.js';
import { CallSession, difference } from './call-session.js';
import type { CaseResult, OperatorCase } from './case.js';
import type { ShippedRules } from './rules.js';
import { type CompiledCase, compileCase, type Mode } from './run-operator.js';

/** Why a case fails in a mode; undefined when it passes at every size. */
export async function failureOf(
  rules: ShippedRules,
  c: OperatorCase,
  mode: Mode,
  opset: number,
): Promise<string | undefined> {
  const runs = mode === 'static' ? c.sizes.map((s) => [s]) : [c.sizes];
  try {
    for (const [i, sizes] of runs.entries()) {
      const compiled = compileCase(rules, c, mode, sizes[0] ?? {}, opset);
      const results = mode === 'static' ? [c.results[i] ?? []] : c.results;
      const wrong = inferenceError(compiled, results, sizes, mode);
      if (wrong !== undefined) return wrong;
      const session = await CallSession.open(compiled.feeds, compiled.model);
      try {
        for (const [k, s] of sizes.entries()) {
          const found = await session.run(s);
          const wanted = results[k] ?? [];
          if (found.length < wanted.length) return `${found.length} outputs, not ${wanted.length}`;
          for (const [j, w] of wanted.entries()) {
            const f = found[j];
            const d = f === undefined ? 'no output' : difference(f, w, c.tol, c.random === true);
            if (d !== undefined) return `${at(s)}output ${j}: ${d}`;
          }
        }
      } finally {
        await session.close();
      }
    }
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics.map((d) => `[${d.code}] ${d.message}`).join('; ');
    return e instanceof Error
      ? (e.stack ?? e.message)
          .split('\n')
          .slice(0, process.env.TRACE === undefined ? 1 : 9)
          .join('\n')
      : String(e);
  }
  return undefined;
}

function at(sizes: Sizes): string {
  const text = Object.entries(sizes)
    .map(([k, v]) => `${k}=${v}`)
    .join(' ');
  return text === '' ? '' : `at ${text}: `;
}

/** What inference or the ONNX graph says of a result and PyTorch contradicts. */
function inferenceError(
  compiled: CompiledCase,
  results: readonly (readonly CaseResult[])[],
  sizes: readonly Sizes[],
  mode: Mode,
): string | undefined {
  const outputs = compiled.model.graph.outputs;
  for (const [k, wanted] of results.entries()) {
    for (const [j, w] of wanted.entries()) {
      const inferred: Type | undefined = compiled.inferred.length === wanted.length ? compiled.inferred[j] : undefined;
      const told = [
        inferred?.kind === 'tensor' && inferred.dtype?.startsWith('complex') !== true
          ? { what: 'inference', dtype: inferred.dtype, shape: inferred.shape }
          : undefined,
        { what: 'ONNX', dtype: outputs[j]?.dtype, shape: outputs[j]?.shape },
      ];
      for (const t of told) {
        if (t === undefined) continue;
        if (t.dtype !== undefined && t.dtype !== w.t) return `${t.what} says ${t.dtype} of output ${j}, not ${w.t}`;
        if (t.shape === undefined) continue;
        const bad =
          t.shape.length !== w.s.length || t.shape.some((d, a) => contradicts(d, w.s[a] ?? 0, sizes[k] ?? {}, mode));
        if (bad) return `${t.what} says [${t.shape.map(String)}] of output ${j}, not [${w.s}]`;
      }
    }
  }
  return undefined;
}

function contradicts(d: Dim, size: number, sizes: Sizes, mode: Mode): boolean {
  if (typeof d === 'number') return d !== size;
  if (mode === 'fresh') return false;
  return [...dimSymbols(d)].every((s) => sizes[s] !== undefined) && dimAt(d, sizes) !== size;
}
