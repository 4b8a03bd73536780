import type { AssignedGroup } from './node-assignment.js';
import { PROVIDERS, type Provider, RUNTIME_NAME } from './providers.js';

/** Nodes of one operator that stayed outside the provider, and why. */
export interface LeftNodes {
  readonly provider: Provider | string;
  readonly op: string;
  readonly nodes: readonly string[];
  /** Undefined where Thaw's rules say nothing: the provider itself gives no reason. */
  readonly reason?: string;
}

/** Which provider took what of a model. */
export interface ProviderReport {
  readonly provider: Provider;
  /** Why it is this one. */
  readonly because: string;
  /** Nodes after ONNX Runtime's basic optimizations, by provider. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Parts that the provider took as a whole: engines, for TensorRT. One is best. */
  readonly parts: number;
  readonly left: readonly LeftNodes[];
  /** Of TensorRT's engine cache; undefined for other providers. */
  readonly cache?: { readonly hit: boolean; readonly because: string };
}

/** What a provider leaves to others by Thaw's rules: a reason by operator. */
export type KeptOut = ReadonlyMap<string, string>;

/** Sums an assignment up for a provider. */
export function providerReport(
  groups: readonly AssignedGroup[],
  { provider, because }: { readonly provider: Provider; readonly because: string },
  keptOut: KeptOut = new Map(),
): ProviderReport {
  const nodes: Record<string, number> = {};
  const left = new Map<string, { provider: string; op: string; nodes: string[] }>();
  let parts = 0;
  for (const group of groups) {
    const name = shortName(group.provider);
    nodes[name] = (nodes[name] ?? 0) + group.nodes.length;
    if (group.provider === RUNTIME_NAME[provider]) {
      parts++;
      continue;
    }
    for (const node of group.nodes) {
      const op = node.domain === '' ? node.op : `${node.domain}::${node.op}`;
      const entry = left.get(`${name} ${op}`) ?? { provider: name, op, nodes: [] };
      entry.nodes.push(node.name);
      left.set(`${name} ${op}`, entry);
    }
  }
  const leftNodes = [...left.values()].map((entry) => ({ ...entry, reason: keptOut.get(entry.op) }));
  return { provider, because, nodes, parts: provider === 'tensorrt' ? parts : Math.min(parts, 1), left: leftNodes };
}

function shortName(runtimeName: string): string {
  return PROVIDERS.find((provider) => RUNTIME_NAME[provider] === runtimeName) ?? runtimeName;
}

/** The report as lines of text. */
export function reportLines(report: ProviderReport): string[] {
  const counts = Object.entries(report.nodes).map(([provider, count]) => `${provider} ${count}`);
  const lines = [`provider ${report.provider} (${report.because}); nodes: ${counts.join(', ') || 'none'}`];
  if (report.provider === 'tensorrt') lines.push(`engines: ${report.parts}`);
  if (report.cache !== undefined)
    lines.push(`engine cache: ${report.cache.hit ? 'hit' : 'miss'}, ${report.cache.because}`);
  for (const { provider, op, nodes, reason } of report.left) {
    lines.push(
      `on ${provider}: ${nodes.length} ${op}${reason === undefined ? '' : ` (${reason})`}, first ${nodes[0] || 'without a name'}`,
    );
  }
  return lines;
}
