import { createHash } from 'node:crypto';
import { closeSync, createReadStream, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { loadOrtApi } from './ort-c-api.js';
import { ortFolder } from './ort-library.js';
import { tarPieces } from './tar-entries.js';

/** A package that holds provider libraries. */
export interface ProviderPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the package's .tgz, in base64, as the npm registry tells it. */
  readonly sha512: string;
  /** The ONNX Runtime that the libraries belong to: others refuse them. */
  readonly onnxruntime: string;
  /** Files to install: their paths in the package. */
  readonly files: readonly string[];
}

const FOLDER = 'package/Plugins/Linux/x64';

/** By platform and architecture. CUDA 13, TensorRT 10. */
const PACKAGES: Readonly<Record<string, ProviderPackage>> = {
  'linux-x64': {
    name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
    version: '0.4.9',
    sha512: 'FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
    onnxruntime: '1.29.0',
    files: ['shared', 'cuda', 'tensorrt'].map((part) => `${FOLDER}/libonnxruntime_providers_${part}.so`),
  },
};

export interface InstallOptions {
  /** A package's .tgz on this machine, in the place of the registry. */
  readonly from?: string;
  readonly registry?: string;
  readonly package?: ProviderPackage;
  readonly folder?: string;
}

/**
 * Puts provider libraries beside ONNX Runtime's own. Nothing is installed unless the package's checksum is right and all
 * files are in it. Errors: `setup-failed`, `output-write`.
 */
export async function installProviders(
  options: InstallOptions = {},
): Promise<{ readonly folder: string; readonly files: readonly string[]; readonly source: string }> {
  const wanted = options.package ?? packageHere();
  const { version } = await loadOrtApi();
  if (version !== wanted.onnxruntime) {
    fail(
      'setup-failed',
      `the provider libraries belong to ONNX Runtime ${wanted.onnxruntime}, but this is ${version}`,
      {
        help: `npm install onnxruntime-node@${wanted.onnxruntime}`,
      },
    );
  }
  const folder = options.folder ?? ortFolder();
  const work = mkdtempSync(join(tmpdir(), 'thaw-setup-'));
  try {
    const source = options.from ?? tarballUrl(wanted, options.registry);
    const archive = options.from ?? (await download(source, join(work, 'package.tgz')));
    const found = await sha512(archive);
    if (found !== wanted.sha512) {
      fail(
        'setup-failed',
        `${source} is not the package that Thaw knows: its SHA-512 is ${found}, not ${wanted.sha512}`,
      );
    }
    const files = await unpack(archive, wanted.files, folder);
    return { folder, files, source };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function packageHere(): ProviderPackage {
  const machine = `${process.platform}-${process.arch}`;
  const found = PACKAGES[machine];
  if (found !== undefined) return found;
  fail('setup-failed', `there are no provider libraries for ${machine}`, {
    help: `they exist for ${Object.keys(PACKAGES).join(', ')}`,
  });
}

function tarballUrl({ name, version }: ProviderPackage, registry = process.env.npm_config_registry): string {
  const base = (registry ?? 'https://registry.npmjs.org').replace(/\/$/, '');
  return `${base}/${name}/-/${basename(name)}-${version}.tgz`;
}

async function download(url: string, to: string): Promise<string> {
  const response = await fetch(url).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return fail('setup-failed', `${url} cannot be fetched: ${cause}`, {
      help: 'fetch the package on another machine, and give it with --from',
    });
  });
  if (!response.ok || response.body === null)
    fail('setup-failed', `${url} cannot be fetched: status ${response.status}`);
  const file = openSync(to, 'w');
  try {
    for await (const chunk of response.body) writeSync(file, chunk);
  } finally {
    closeSync(file);
  }
  return to;
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (error) {
    fail('file-not-found', `cannot read ${file}: ${fileReason(error)}`);
  }
  return hash.digest('base64');
}

/** Writes the wanted files under names that end in `.part`, and renames them when all are there. */
async function unpack(archive: string, wanted: readonly string[], folder: string): Promise<string[]> {
  const partOf = (path: string) => join(folder, `${basename(path)}.part`);
  const done: string[] = [];
  let open: { readonly path: string; readonly file: number } | undefined;
  try {
    for await (const { path, bytes, last } of tarPieces(createReadStream(archive).pipe(createGunzip()))) {
      if (!wanted.includes(path)) continue;
      open ??= { path, file: openSync(partOf(path), 'w', 0o755) };
      writeSync(open.file, bytes);
      if (!last) continue;
      closeSync(open.file);
      open = undefined;
      done.push(path);
    }
    const missing = wanted.filter((path) => !done.includes(path));
    if (missing.length > 0) fail('setup-failed', `the package lacks ${missing.join(', ')}`);
    for (const path of done) renameSync(partOf(path), join(folder, basename(path)));
    return done.map((path) => basename(path));
  } catch (error) {
    if (open !== undefined) closeSync(open.file);
    for (const path of wanted) rmSync(partOf(path), { force: true });
    if (error instanceof RangeError || isDecompression(error))
      fail('setup-failed', `the package is damaged: ${error.message}`);
    if (error instanceof Error && 'code' in error)
      fail('output-write', `cannot write into ${folder}: ${fileReason(error)}`);
    throw error;
  }
}

function isDecompression(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}
