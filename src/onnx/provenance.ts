import type { SourceLoc } from '../ir/graph.js';
import { byPass, makerText, type Pass, type Provenance, stepsOf } from '../ir/provenance.js';
import { innermostFirst, userFirst } from '../ir/source-loc.js';
import type { NodeSource, OnnxGraph, OnnxModel, OnnxNode } from './types.js';

/** Of a node: the operator of the graph that it was made for. */
export const OP_KEY = 'thaw.op';
/** Of a node: what that operator came from, `aten::view > view-literal`; absent for the user's own. */
export const RULES_KEY = 'thaw.rules';
/** Of a node: the innermost line of the user's source and the number of its frame, `bert.py:77 #12`. */
export const SOURCE_KEY = 'thaw.source';
/** Of the model: the frames of all call stacks as JSON, `{ files: [path], frames: [[file, line, caller?]] }`. */
export const FRAMES_KEY = 'thaw.frames';

const ARROW = ' > ';

/** Writes into the metadata of a model and its nodes why each node stands there. Call stacks share their frames. */
export function writeProvenance(model: OnnxModel): void {
  const frames = new FrameTable();
  for (const node of allNodes(model.graph)) {
    const { source } = node;
    if (source === undefined) continue;
    const metadata = new Map(node.metadata);
    if (source.op !== '') metadata.set(OP_KEY, source.op);
    const rules = rulesText(source.origin);
    if (rules !== '') metadata.set(RULES_KEY, rules);
    const [at] = source.loc;
    if (at !== undefined) metadata.set(SOURCE_KEY, `${baseName(at.file)}:${at.line} #${frames.index(source.loc)}`);
    node.metadata = metadata;
  }
  const table = frames.text();
  if (table !== undefined) model.metadata.set(FRAMES_KEY, table);
}

/** A file's name without its folders. */
function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '');
}

/** Every node, those of subgraphs behind the node that carries them. */
export function* allNodes(graph: OnnxGraph): Generator<OnnxNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const a of node.attributes.values()) if (a.kind === 'graph') yield* allNodes(a.value);
  }
}

/** Operators and what replaced them in turn: `aten::add_ > (functionalize) > aten::add.Tensor > add-scalar`. */
export function rulesText(origin: Provenance | undefined): string {
  return stepsOf(origin)
    .flatMap((step) => (step.replaced === undefined ? [makerText(step)] : [step.replaced, makerText(step)]))
    .join(ARROW);
}

/** Call stacks as a tree: a frame points to its caller, so that equal outer parts stand once. */
class FrameTable {
  private readonly files = new Map<string, number>();
  private readonly frames = new Map<string, number>();
  private readonly rows: (readonly number[])[] = [];
  private readonly known = new Map<SourceLoc, number>();

  /** The number of a stack's innermost frame. */
  index(loc: SourceLoc): number {
    const known = this.known.get(loc);
    if (known !== undefined) return known;
    let caller: number | undefined;
    for (const { file, line } of innermostFirst(loc).toReversed()) {
      const row = [this.file(file), line, ...(caller === undefined ? [] : [caller])];
      const key = row.join();
      caller = this.frames.get(key);
      if (caller !== undefined) continue;
      caller = this.rows.push(row) - 1;
      this.frames.set(key, caller);
    }
    const index = caller ?? 0;
    this.known.set(loc, index);
    return index;
  }

  private file(path: string): number {
    const index = this.files.get(path) ?? this.files.size;
    this.files.set(path, index);
    return index;
  }

  text(): string | undefined {
    return this.rows.length === 0 ? undefined : JSON.stringify({ files: [...this.files.keys()], frames: this.rows });
  }
}

/** Reads what `writeProvenance` has written, from files of other makers nothing. Sets `source` of each node. */
export function readProvenance(model: OnnxModel): void {
  const stack = stacksOf(model.metadata.get(FRAMES_KEY));
  for (const node of allNodes(model.graph)) {
    const { metadata } = node;
    if (metadata === undefined) continue;
    const op = metadata.get(OP_KEY) ?? '';
    const origin = originOf(metadata.get(RULES_KEY) ?? '');
    const loc = locOf(metadata.get(SOURCE_KEY), stack);
    if (op !== '' || origin !== undefined || loc.length > 0) node.source = { op, origin, loc } satisfies NodeSource;
  }
}

/** The chain that `rulesText` spelled. */
export function originOf(text: string): Provenance | undefined {
  let origin: Provenance | undefined;
  let op: string | undefined;
  for (const word of text.split(ARROW)) {
    if (word.includes('::')) op = word;
    else if (word !== '') {
      origin = linkOf(word, op, origin);
      op = undefined;
    }
  }
  return origin;
}

function linkOf(maker: string, replaced: string | undefined, parent: Provenance | undefined): Provenance {
  const pass = maker.startsWith('(');
  const by = pass ? maker.slice(1, -1) : maker;
  return { by, pass, replaced, parent, generation: (parent?.generation ?? 0) + (pass ? 0 : 1) };
}

/** `bert.py:77 #12`: the stack of frame 12; only the line where the table is gone. */
function locOf(text: string | undefined, stack: (frame: number) => SourceLoc): SourceLoc {
  const parts = /^(.*):(\d+)(?: #(\d+))?$/.exec(text ?? '');
  if (parts === null) return [];
  const [, file = '', line = '0', frame] = parts;
  const known = frame === undefined ? [] : stack(Number(frame));
  return known.length > 0 ? known : [{ file, line: Number(line), column: 1 }];
}

function stacksOf(table: string | undefined): (frame: number) => SourceLoc {
  const { files, frames } = readTable(table);
  return (frame) => {
    const loc: SourceLoc[number][] = [];
    // A caller stands before what it calls: numbers fall, so that a damaged table ends too.
    for (let at: number | undefined = frame; at !== undefined; ) {
      const [file, line, caller]: readonly number[] = frames[at] ?? [];
      const path = file === undefined ? undefined : files[file];
      if (path === undefined || line === undefined) break;
      loc.push({ file: path, line, column: 1 });
      at = caller !== undefined && caller < at ? caller : undefined;
    }
    return userFirst(loc);
  };
}

function readTable(text: string | undefined): { files: readonly string[]; frames: readonly (readonly number[])[] } {
  const none = { files: [], frames: [] };
  if (text === undefined) return none;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return none;
  }
  if (typeof data !== 'object' || data === null || !('files' in data) || !('frames' in data)) return none;
  const { files, frames } = data;
  if (!Array.isArray(files) || !Array.isArray(frames)) return none;
  return {
    files: files.map(String),
    frames: frames.map((row: unknown) => (Array.isArray(row) ? row.map(Number) : [])),
  };
}

/** The source of what a pass of the ONNX graph has made of a node. */
export function passedOn(source: NodeSource | undefined, pass: Pass): NodeSource | undefined {
  if (source === undefined) return undefined;
  const origin = byPass(pass, source);
  return { ...source, origin: source.op === '' ? { ...origin, replaced: undefined } : origin };
}
