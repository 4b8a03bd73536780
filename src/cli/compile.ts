import { basename, resolve } from 'node:path';
import { counted } from '../diagnostics/counted.js';
import { fail } from '../diagnostics/diagnostic.js';
import { type Dim, dimKey } from '../ir/dim.js';
import type { OnnxModel, OnnxValueInfo } from '../onnx/types.js';
import { type CommandLine, modelOf } from './command-line.js';
import { compileOptions } from './compile-options.js';
import { EXIT_DONE } from './report.js';
import type { Terminal } from './terminal.js';
import { tellUnset, unsetInputs } from './unset-inputs.js';
import { withModel } from './with-model.js';
import { writeOutputs } from './write-output.js';

/** `thaw compile MODEL -o OUT.onnx` */
export async function compileCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  const path = modelOf('compile', line);
  const { out } = line;
  if (out === undefined) fail('usage', 'thaw compile needs -o OUT.onnx', { help: 'see thaw compile --help' });
  if (resolve(out) === resolve(path)) {
    fail('usage', `-o ${out} would replace the model itself`, { help: 'give the ONNX file another name' });
  }
  const options = compileOptions(line);
  const written = await withModel(path, line, async ({ model, rules, config, thaw }) => {
    const unset = unsetInputs(model, options);
    const { onnx } = await thaw.compile(model, { ...options, rules, config });
    return { onnx, unset, file: config.file, ...writeModel(onnx, out, thaw.serializeModel) };
  });
  const { onnx, unset, file, byteLength, external } = written;
  if (line.json) {
    const values = (list: readonly OnnxValueInfo[]) =>
      list.map((v) => ({ name: v.name, dtype: v.dtype, dims: dimsOf(v) }));
    const { inputs, outputs, nodes } = onnx.graph;
    const summary = {
      ok: true,
      config: file,
      out,
      external,
      byteLength,
      opset: onnx.opset,
      nodes: nodes.length,
      unset,
    };
    terminal.out(JSON.stringify({ ...summary, inputs: values(inputs), outputs: values(outputs) }, null, 2));
  } else {
    terminal.out(`${out}: ${counted(onnx.graph.nodes.length, 'node')}, opset ${onnx.opset}, ${sizeText(byteLength)}`);
    if (external !== undefined) terminal.out(`  weights  ${external}`);
    if (file !== undefined) terminal.out(`  config   ${file}`);
    for (const value of onnx.graph.inputs) terminal.out(`  input    ${spell(value)}`);
    for (const value of onnx.graph.outputs) terminal.out(`  output   ${spell(value)}`);
    tellUnset(unset, terminal);
  }
  return EXIT_DONE;
}

type Serialize = typeof import('../onnx/serialize.js').serializeModel;

/** Writes a model; weights that do not fit into one file go beside it. */
export function writeModel(
  onnx: OnnxModel,
  out: string,
  serialize: Serialize,
): { readonly byteLength: number; readonly external: string | undefined } {
  const weights = `${out}.data`;
  return writeOutputs([out, weights], (open) => {
    const file = open(out);
    const externalData = {
      location: basename(weights),
      write: (chunk: Uint8Array) => open(weights).write(chunk),
    };
    const { byteLength, external } = serialize(onnx, file, { externalData });
    return { byteLength, external: external ? weights : undefined };
  });
}

/** `x=float32[batch,3]`, the form of `--input`. */
function spell(value: OnnxValueInfo): string {
  return `${value.name}=${value.dtype}[${dimsOf(value)?.join(',') ?? '...'}]`;
}

function dimsOf({ shape }: OnnxValueInfo): (number | string)[] | undefined {
  return shape?.map((dim: Dim) => (typeof dim === 'number' ? dim : dimKey(dim)));
}

function sizeText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
