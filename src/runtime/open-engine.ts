import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DiagnosticError, fail } from '../diagnostics/diagnostic.js';
import { fileReason } from '../diagnostics/file-reason.js';
import { type ModelOutline, readOutline } from '../onnx/read-outline.js';
import { type CacheEntry, defaultCacheFolder, ENGINE_FILE, ENGINES_FOLDER, openEntry } from './engine-cache.js';
import { describedEngine, type EngineDescription, sealEngineFile } from './engine-file.js';
import { type EngineKey, engineKey, machineOf, modelHash } from './engine-key.js';
import { failPartial, type ModelSource, type OpenedModel, openModel } from './open-model.js';
import type { OrtApi } from './ort-c-api.js';
import { checkProfile, type Profile, profileShapes } from './profile.js';
import { tensorRtRules } from './provider-rules.js';
import { keysOfRuns, profileKeys, tensorRtKeys } from './tensorrt-options.js';
import { keepTf32Out, type Tf32, tf32Here } from './tf32.js';

/** The operator of a model that holds a built engine. */
const ENGINE_NODE = 'EPContext';

/**
 * Opens a model with TensorRT: by an engine file, by the cache, or by building. Errors: as `openModel`; `option-invalid`,
 * `profile-missing`, `dim-unknown` and `dim-range` before anything is built; `engine-mismatch` for an engine file of
 * another machine; `output-write`.
 */
export async function openEngine(api: OrtApi, source: ModelSource, profile: Profile): Promise<OpenedModel> {
  const { model, options } = source;
  const { excludeOps = [] } = options.tensorrt ?? {};
  const chosen = tensorRtKeys({ ...options.tensorrt, excludeOps: [...tensorRtRules().keptOut, ...excludeOps] });
  const described = describedEngine(model);
  if (described !== undefined && options.engineFile !== undefined) {
    fail('option-invalid', 'the model is an engine file already', {
      help: 'build from the model that it was built of',
    });
  }
  if (described !== undefined) return openDescribed(api, source, described, chosen);
  const kept = options.engineCache !== false || options.engineFile !== undefined;
  const { outline, hash } = examined(model, kept);
  // An engine file of another program has its profile inside, and nothing is built.
  if (outline.operators.has(ENGINE_NODE)) return openModel(api, source, profile);
  checkProfile(outline.inputs, profile, true);
  // Values between nodes have shapes too: where the model is split, they are inputs of engines.
  const shapes = profileKeys(profileShapes([...outline.inputs, ...outline.values], profile));
  if (options.tensorrt?.cudaGraphs === true) checkOneSize(profile);
  const keys = { ...chosen, ...shapes };
  if (!kept) return openModel(api, source, profile, keys);
  const key = await engineKey(api, hash, profile, chosen, options);
  const root =
    options.engineCache === false
      ? mkdtempSync(join(tmpdir(), 'thaw-'))
      : (options.engineCache ?? defaultCacheFolder());
  try {
    let entry = openEntry(root, key);
    let opened = entry.hit ? await openEntryHit(api, source, profile, chosen, entry) : undefined;
    if (entry.hit && opened === undefined) {
      rmSync(entry.folder, { recursive: true, force: true });
      entry = { ...openEntry(root, key), because: `${entry.folder} did not open, so it is built again` };
    }
    opened ??= await buildEntry(api, source, profile, keys, { entry, key, root });
    if (options.engineFile !== undefined) writeEngineFile(entry.keep(), opened, options.engineFile);
    return opened;
  } finally {
    if (options.engineCache === false) rmSync(root, { recursive: true, force: true });
  }
}

/** A model's outline and, where its engine is kept, its hash: the file is read once for both. */
function examined(model: string | Uint8Array, kept: boolean): { outline: ModelOutline; hash: string } {
  const bytes = typeof model === 'string' ? readFileSync(model) : model;
  const outline = readOutline(bytes);
  const weights = typeof model === 'string' ? [...outline.externalFiles].map((file) => join(dirname(model), file)) : [];
  return { outline, hash: kept ? modelHash(bytes, weights) : '' };
}

/** An engine file, ours or the cache's. */
async function openDescribed(
  api: OrtApi,
  source: ModelSource,
  described: EngineDescription,
  chosen: Readonly<Record<string, string>>,
): Promise<OpenedModel> {
  const { options } = source;
  const here = await machineOf(api, options.device ?? 0);
  const compatible = described.key.options.includes('"trt_engine_hw_compatible":"true"');
  const parts = compatible ? (['tensorrt'] as const) : (['tensorrt', 'gpu'] as const);
  const differing = parts.filter((part) => described.key[part] !== here[part]);
  if (described.key.tf32 === 'kept out' && options.tf32 === undefined) keepTf32Out();
  if (described.key.tf32 !== tf32Here()) failTf32(described.key.tf32);
  if (differing.length > 0) {
    const what = differing.map((part) => `${part} ${described.key[part]}, here it is ${here[part]}`);
    fail('engine-mismatch', `the engine was built for another machine: ${what.join('; ')}`);
  }
  if (options.tensorrt?.cudaGraphs === true) checkOneSize(described.profile);
  const opened = await openModel(api, source, described.profile, keysOfRuns(chosen));
  const { inputs, outputs, unranked, profile, nodes } = described;
  const report = { ...opened.report, nodes: { tensorrt: nodes } };
  return { ...opened, inputs, outputs, unranked: new Set(unranked), profile, report };
}

function failTf32(built: Tf32): never {
  fail('engine-mismatch', `the engine was built with TF32 ${built}, and in this process it is ${tf32Here()}`, {
    help:
      built === 'allowed' ? 'open it in a process of its own, without NVIDIA_TF32_OVERRIDE=0' : 'leave tf32: true out',
  });
}

/** Undefined when ONNX Runtime does not take what the cache holds. */
async function openEntryHit(
  api: OrtApi,
  source: ModelSource,
  profile: Profile,
  chosen: Readonly<Record<string, string>>,
  entry: CacheEntry,
): Promise<OpenedModel | undefined> {
  try {
    return await openKept(api, source, profile, chosen, entry);
  } catch (error) {
    const damaged = error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'runtime-error');
    if (!damaged) throw error;
    return undefined;
  }
}

async function openKept(
  api: OrtApi,
  source: ModelSource,
  profile: Profile,
  chosen: Readonly<Record<string, string>>,
  entry: CacheEntry,
): Promise<OpenedModel | undefined> {
  const cache = { hit: true, because: entry.because };
  const file = join(entry.folder, ENGINE_FILE);
  if (existsSync(file)) {
    const described = describedEngine(file);
    if (described === undefined) return undefined;
    const opened = await openDescribed(api, { ...source, model: file }, described, chosen);
    return { ...opened, report: { ...opened.report, cache } };
  }
  // Engines of parts carry the shapes that they were built for: given again, ONNX Runtime would build them again.
  const parts = { trt_engine_cache_enable: '1', trt_engine_cache_path: join(entry.folder, ENGINES_FOLDER) };
  const opened = await openModel(api, source, profile, { ...chosen, ...parts });
  return { ...opened, report: { ...opened.report, cache } };
}

async function buildEntry(
  api: OrtApi,
  source: ModelSource,
  profile: Profile,
  keys: Readonly<Record<string, string>>,
  { entry, key, root }: { readonly entry: CacheEntry; readonly key: EngineKey; readonly root: string },
): Promise<OpenedModel> {
  const file = join(entry.folder, ENGINE_FILE);
  const timing: Record<string, string> =
    source.options.tensorrt?.timingCache === true ? { trt_timing_cache_path: root } : {};
  try {
    const opened = await openModel(api, source, profile, {
      ...keys,
      ...timing,
      trt_dump_ep_context_model: '1',
      trt_ep_context_file_path: file,
      trt_ep_context_embed_mode: '1',
      trt_engine_cache_enable: '1',
      // Seen from the file's folder.
      trt_engine_cache_path: ENGINES_FOLDER,
    });
    const { inputs, outputs, report } = opened;
    if (report.parts === 1 && report.left.length === 0 && existsSync(file)) {
      const unranked = [...opened.unranked];
      sealEngineFile(file, { key, profile, inputs, outputs, unranked, nodes: report.nodes.tensorrt ?? 0 });
      rmSync(join(entry.folder, ENGINES_FOLDER), { recursive: true, force: true });
    } else rmSync(file, { force: true });
    entry.keep();
    return { ...opened, report: { ...report, cache: { hit: false, because: entry.because } } };
  } catch (error) {
    entry.drop();
    throw error;
  }
}

/** Copies the entry's engine file to where the user wants it, whole or not at all. */
function writeEngineFile(folder: string, { native, report }: OpenedModel, path: string): void {
  const file = join(folder, ENGINE_FILE);
  if (!existsSync(file)) {
    native.handle.dispose();
    failPartial(report, 'an engine file holds a model whose every node TensorRT takes');
  }
  const part = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    copyFileSync(file, part);
    renameSync(part, path);
  } catch (error) {
    native.handle.dispose();
    rmSync(part, { force: true });
    fail('output-write', `cannot write ${path}: ${fileReason(error)}`);
  }
}

/** A CUDA graph is recorded once, for one size. */
function checkOneSize({ dims }: Profile): void {
  const varying = Object.entries(dims).filter(([, { min, max }]) => min !== max);
  if (varying.length === 0) return;
  fail('option-invalid', `cudaGraphs needs ranges of one size, but ${varying.map(([name]) => name).join(', ')} varies`);
}
