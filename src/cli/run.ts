import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentScanner, scanName } from '../declaration/argument-scanner.js';
import { parseConst } from '../declaration/parse-const.js';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { hasNumberForm, readNumbers } from '../ir/half.js';
import type { TensorData } from '../ir/tensor-data.js';
import { readNpy } from '../npy/read-npy.js';
import { npyChunks } from '../npy/write-npy.js';
import { type ProviderReport, reportLines } from '../runtime/provider-report.js';
import { type CommandLine, modelOf, parseEach } from './command-line.js';
import { writeModel } from './compile.js';
import { inputsOfArrays, type NamedArray } from './inputs-of-arrays.js';
import { EXIT_DONE } from './report.js';
import { sessionOptions } from './session-flags.js';
import type { Terminal } from './terminal.js';
import { withModel } from './with-model.js';
import { writeOutputs } from './write-output.js';

const FORM = 'NAME=FILE.npy, for example x=photo.npy';

/** Elements that are printed of an output that goes to no file. */
const PREVIEW = 6;

/** `thaw run MODEL --input NAME=FILE.npy... --out DIR` */
export async function runCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  const path = modelOf('run', line);
  const arrays = parseEach('input', line.input, parseArray);
  const { results, reports } = /\.onnx$/i.test(path)
    ? await runOnnx(path, arrays, line)
    : await runTorchScript(path, arrays, line);
  const files = line.out === undefined ? undefined : writeArrays(line.out, results);
  if (line.json) {
    const outputs = results.map(({ name, data }, i) => ({
      name,
      dtype: data.dtype,
      shape: data.shape,
      file: files?.[i],
    }));
    terminal.out(JSON.stringify({ ok: true, outputs, reports }, null, 2));
    return EXIT_DONE;
  }
  if (line.provider !== undefined) for (const text of reports.flatMap(reportLines)) terminal.error(text);
  for (const [i, { name, data }] of results.entries()) {
    terminal.out(`${name}  ${data.dtype}[${data.shape.join(',')}]  ${files?.[i] ?? preview(data)}`);
  }
  return EXIT_DONE;
}

function parseArray(text: string): NamedArray {
  const scanner = new ArgumentScanner('--input', text, 'input-syntax');
  const name = scanName(scanner, FORM);
  const from = scanner.position;
  const file = scanner.rest();
  if (!file.endsWith('.npy')) {
    scanner.fail('thaw run takes arrays in .npy files', { from, length: file.length, help: `the form is ${FORM}` });
  }
  return { name, data: readNpy(file) };
}

interface Ran {
  readonly results: readonly NamedArray[];
  readonly reports: readonly ProviderReport[];
}

/** Compiles for the very sizes of the arrays: this one run needs no other. */
async function runTorchScript(path: string, arrays: readonly NamedArray[], line: CommandLine): Promise<Ran> {
  const consts = parseEach('const', line.const, parseConst);
  if (line.dim.length > 0 || line.profile.length > 0) {
    fail('usage', 'thaw run takes a TorchScript model for the sizes of its arrays, so ranges are of no use', {
      help: 'compile the model first, with --dim, and run the ONNX file',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'thaw-'));
  try {
    const file = join(folder, 'model.onnx');
    await withModel(path, line, async ({ model, rules, config, thaw }) => {
      const inputs = inputsOfArrays(arrays);
      const { onnx } = await thaw.compile(model, { inputs, consts, rules, config });
      writeModel(onnx, file, thaw.serializeModel);
    });
    return await runOnnx(file, arrays, line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOnnx(path: string, arrays: readonly NamedArray[], line: CommandLine): Promise<Ran> {
  const options = await sessionOptions(line);
  const { createSession } = await import('../runtime/session.js');
  const session = await createSession(path, options);
  try {
    const results = await session.run(Object.fromEntries(arrays.map(({ name, data }) => [name, data])));
    return { results: Object.entries(results).map(([name, data]) => ({ name, data })), reports: session.reports };
  } finally {
    await session.dispose();
  }
}

/** One file for each output. Names come from a model, so whatever could leave the folder is replaced. */
function writeArrays(folder: string, results: readonly NamedArray[]): string[] {
  const taken = new Set<string>();
  const paths = results.map(({ name }) => {
    const plain = name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_') || '_';
    let unique = plain;
    for (let i = 2; taken.has(unique.toLowerCase()); i++) unique = `${plain}-${i}`;
    taken.add(unique.toLowerCase());
    return join(folder, `${unique}.npy`);
  });
  makeFolder(folder);
  return writeOutputs(paths, (open) => {
    for (const [i, { data }] of results.entries()) {
      const file = open(paths[i] ?? folder);
      for (const chunk of npyChunks(data)) file.write(chunk);
    }
    return paths;
  });
}

/** The folder itself, not those above it: a mistyped path is an error. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder);
  } catch (error) {
    fail('output-write', `cannot make the folder ${folder}: ${fileReason(error)}`, {
      help: 'create the folders above it first',
    });
  }
}

function preview(data: TensorData): string {
  if (!hasNumberForm(data.dtype)) return '';
  const numbers = readNumbers(data);
  const shown = numbers.slice(0, PREVIEW).map((v) => (data.dtype === 'bool' ? v === 1 : Number(v.toPrecision(6))));
  return `${shown.join(' ')}${numbers.length > PREVIEW ? ' ...' : ''}`;
}
