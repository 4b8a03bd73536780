import type { Graph } from '../../ir/graph.js';
import type { Type } from '../../ir/type.js';
import type { Literal } from '../../schema/signature.js';
import { Archive } from './archive/archive.js';
import { type ByteReader, bytesReader, openFile } from './archive/byte-reader.js';
import { sniff } from './archive/sniff.js';
import { type GraphRegistry, parseGraph } from './graph-parser.js';
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
    return sniff(file) === 'archive' ? loadArchive(file, registry, options) : loadText(file, registry);
  } catch (error) {
    file.close();
    throw error;
  }
}

function loadArchive(file: ByteReader, registry: GraphRegistry, options: LoadOptions): LoadedModel {
  const archive = new Archive(file);
  const { graph, inputs } = buildGraph(archive, registry, options);
  return { kind: 'archive', graph, inputs, close: () => archive.close() };
}

function loadText(file: ByteReader, registry: GraphRegistry): LoadedModel {
  const text = new TextDecoder().decode(file.read(0, file.size));
  const graph = parseGraph(text, file.label, registry);
  openParameters(graph);
  file.close();
  const inputs = graph.inputs.map((v) => ({ name: v.name, type: v.type }));
  return { kind: 'text', graph, inputs, close() {} };
}
