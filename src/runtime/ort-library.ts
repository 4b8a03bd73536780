import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fail } from '../diagnostics/diagnostic.js';

/** The library's file by platform; its version is part of the name on some. */
const LIBRARY_NAME: Readonly<Record<string, RegExp>> = {
  linux: /^libonnxruntime\.so(\.\d+)*$/,
  darwin: /^libonnxruntime[\d.]*\.dylib$/,
  win32: /^onnxruntime\.dll$/,
};

/**
 * The folder of onnxruntime-node's native files for this machine. Provider libraries are looked for in it too, so
 * this is where they are installed. Errors: `provider-unavailable` where onnxruntime-node has none for this machine.
 */
export function ortFolder(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const bin = join(root, 'bin');
  const [api] = entries(bin).filter((name) => name.startsWith('napi-v'));
  const folder = join(bin, api ?? '', process.platform, process.arch);
  if (api === undefined || entries(folder).length === 0) {
    fail('provider-unavailable', `onnxruntime-node has no library for ${process.platform} ${process.arch}`, {
      notes: [{ message: `looked in ${folder}` }],
    });
  }
  return folder;
}

/** The path of ONNX Runtime's own library. Errors: `provider-unavailable`. */
export function ortLibrary(): string {
  const folder = ortFolder();
  const pattern = LIBRARY_NAME[process.platform];
  const file = entries(folder).find((name) => pattern?.test(name));
  if (file === undefined) fail('provider-unavailable', `there is no ONNX Runtime library in ${folder}`);
  return join(folder, file);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
