import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';
import { reportLines } from '../runtime/provider-report.js';
import { type CommandLine, modelOf } from './command-line.js';
import { writeModel } from './compile.js';
import { compileOptions } from './compile-options.js';
import { EXIT_DONE } from './report.js';
import { sessionOptions } from './session-flags.js';
import type { Terminal } from './terminal.js';
import { withModel } from './with-model.js';

/** `thaw build MODEL -o OUT.onnx` */
export async function buildCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  const path = modelOf('build', line);
  const { out } = line;
  if (out === undefined) fail('usage', 'thaw build needs -o OUT.onnx', { help: 'see thaw build --help' });
  if (resolve(out) === resolve(path)) {
    fail('usage', `-o ${out} would replace the model itself`, { help: 'give the engine file another name' });
  }
  const options = { ...(await sessionOptions(line)), engineFile: out };
  if (options.provider !== undefined && options.provider !== 'tensorrt') {
    fail('usage', `thaw build makes an engine of TensorRT, not of the provider ${options.provider}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'thaw-'));
  try {
    const onnx = /\.onnx$/i.test(path);
    const file = onnx ? path : join(folder, 'model.onnx');
    if (!onnx) await compileTo(file, path, line);
    const { createSession } = await import('../runtime/session.js');
    // The ranges of a model that is compiled here are in its file.
    const dims = onnx ? options.dims : undefined;
    const session = await createSession(file, { ...options, dims, provider: 'tensorrt' });
    const { reports } = session;
    await session.dispose();
    if (line.json) terminal.out(JSON.stringify({ ok: true, out, reports }, null, 2));
    else for (const text of [out, ...reports.flatMap(reportLines)]) terminal.out(text);
    return EXIT_DONE;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compileTo(file: string, path: string, line: CommandLine): Promise<void> {
  const options = compileOptions(line);
  await withModel(path, line, async ({ model, rules, config, thaw }) => {
    const { onnx } = await thaw.compile(model, { ...options, rules, config });
    writeModel(onnx, file, thaw.serializeModel);
  });
}
