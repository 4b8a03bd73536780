import { DiagnosticError, fail } from '../../diagnostics/diagnostic.js';
import type { Graph } from '../../ir/graph.js';
import type { Type } from '../../ir/type.js';
import type { Literal } from '../../schema/signature.js';
import { Archive } from './archive/archive.js';
import { type ByteReader, bytesReader, openFile } from './archive/byte-reader.js';
import { sniff } from './archive/sniff.js';
import { type GraphRegistry, parseGraph } from './graph-parser.js';
import { DEFAULT_LIMITS, limitsOf, NESTING_LIMITS, type ReadLimits } from './limits.js';
import { openParameters } from './open-parameters.js';
import { type BuildOptions, buildGraph } from './source/build-graph.js';

/** A model that was read: its graph, inlined, and the file that lazy weights are read from. */
export interface LoadedModel {
  readonly kind: 'archive' | 'text';
  readonly graph: Graph;
  /** The method's arguments without self, in the order of the graph's inputs. */
  readonly inputs: readonly { readonly name: string; readonly type: Type; readonly default?: Literal }[];
  /** Closes the file; constants can no longer be read. */
  close(): void;
}

export type LoadOptions = BuildOptions;

/**
 * Reads a model by path or from bytes: a TorchScript archive or graph text, told apart by content. Errors: those of the
 * archive reader, of the source builder and of the graph parser.
 */
export function load(source: string | Uint8Array, registry: GraphRegistry, options: LoadOptions = {}): LoadedModel {
  const file = typeof source === 'string' ? openFile(source) : bytesReader(source);
  try {
    return read(file, registry, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

function read(file: ByteReader, registry: GraphRegistry, options: LoadOptions): LoadedModel {
  const limits = limitsOf(options.limits);
  try {
    if (sniff(file, limits) === 'archive') return loadArchive(file, registry, options, limits);
    const asked = options.method ?? options.module;
    if (asked === undefined) return loadText(file, registry, limits);
  } catch (error) {
    throw outOfStack(error, file.label, limits) ?? error;
  }
  return fail('usage', `${file.label} is the text of one graph: it has no methods and submodules to choose from`);
}

/** The machine's own limit of nesting shows where those of this reader were raised beyond it. */
function outOfStack(error: unknown, label: string, limits: ReadLimits): DiagnosticError | undefined {
  const raised = NESTING_LIMITS.some((name) => limits[name] > DEFAULT_LIMITS[name]);
  if (!raised || !(error instanceof RangeError)) return undefined;
  return new DiagnosticError({
    code: 'archive-limit',
    severity: 'error',
    message: `${label} nests deeper than the stack of this process`,
    help: 'run node with a larger --stack-size',
  });
}

function loadArchive(file: ByteReader, registry: GraphRegistry, options: LoadOptions, limits: ReadLimits): LoadedModel {
  const archive = new Archive(file, limits);
  const { graph, inputs } = buildGraph(archive, registry, options);
  return { kind: 'archive', graph, inputs, close: () => archive.close() };
}

function loadText(file: ByteReader, registry: GraphRegistry, limits: ReadLimits): LoadedModel {
  const text = new TextDecoder().decode(file.read(0, file.size));
  const graph = parseGraph(text, file.label, registry, limits);
  openParameters(graph);
  file.close();
  const inputs = graph.inputs.map((v) => ({ name: v.name, type: v.type }));
  return { kind: 'text', graph, inputs, close() {} };
}
