import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { examine } from '../../src/runtime/doctor.js';
import { installProviders, type ProviderPackage } from '../../src/runtime/install-providers.js';
import { loadOrtApi } from '../../src/runtime/ort-c-api.js';
import { parseProfile } from '../../src/runtime/profile-file.js';
import { tarPieces } from '../../src/runtime/tar-entries.js';

const root = mkdtempSync(join(tmpdir(), 'thaw-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A tar archive of regular files, and of a folder that nobody wants. */
function tar(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const header = (name: string, size: number, type: string) => {
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    block.write(type, 156);
    return block;
  };
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  return Buffer.concat([
    header('package/', 0, '5'),
    ...Object.entries(files).flatMap(([name, bytes]) => [header(name, bytes.length, '0'), padded(bytes)]),
    Buffer.alloc(1024),
  ]);
}

const files = {
  'package/lib/one.so': Buffer.alloc(3000, 'one'),
  'package/readme': Buffer.from('text'),
  'package/lib/none.so': Buffer.alloc(0),
  'package/lib/two.so': Buffer.from('two'),
};

test('a tar archive reads in pieces of any size', async () => {
  const bytes = tar(files);
  for (const step of [1, 100, 512, 4096, bytes.length]) {
    const found: Record<string, string> = {};
    async function* stream() {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    }
    for await (const piece of tarPieces(stream())) {
      found[piece.path] = (found[piece.path] ?? '') + Buffer.from(piece.bytes).toString();
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(files).map(([path, b]) => [path, b.toString()])));
  }
});

describe('the set-up of provider libraries', async () => {
  const archive = gzipSync(tar(files));
  const wanted: ProviderPackage = {
    name: 'fake.gpu',
    version: '1.0.0',
    sha512: createHash('sha512').update(archive).digest('base64'),
    onnxruntime: (await loadOrtApi()).version,
    files: ['package/lib/one.so', 'package/lib/two.so', 'package/lib/none.so'],
  };
  const server = createServer((request, response) => {
    if (request.url === '/fake.gpu/-/fake.gpu-1.0.0.tgz') response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const registry = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const emptyFolder = (name: string) => {
    mkdirSync(join(root, name));
    return join(root, name);
  };

  test('fetches the package, checks it, and installs its files', async () => {
    const folder = emptyFolder('installed');
    const result = await installProviders({ registry, package: wanted, folder });
    expect([...result.files].sort()).toEqual(['none.so', 'one.so', 'two.so']);
    expect(readdirSync(folder).sort()).toEqual(['none.so', 'one.so', 'two.so']);
    expect(readFileSync(join(folder, 'one.so'))).toEqual(files['package/lib/one.so']);
  });

  test.each<[string, Partial<ProviderPackage>, RegExp]>([
    ['another checksum', { sha512: 'AAAA' }, /not the package that Thaw knows/],
    [
      'a file that the package lacks',
      { files: ['package/lib/one.so', 'package/lib/three.so'] },
      /lacks package\/lib\/three/,
    ],
    ['a package that the registry lacks', { version: '2.0.0' }, /status 404/],
    ['another ONNX Runtime', { onnxruntime: '1.0.0' }, /belong to ONNX Runtime 1\.0\.0/],
  ])('installs nothing for %s', async (name, change, message) => {
    const folder = emptyFolder(name.replaceAll(' ', '-'));
    await expect(installProviders({ registry, package: { ...wanted, ...change }, folder })).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('takes a file in the place of the registry, damaged or not', async () => {
    const file = join(root, 'package.tgz');
    writeFileSync(file, archive);
    const folder = emptyFolder('from-file');
    await installProviders({ from: file, package: wanted, folder });
    expect(readdirSync(folder).length).toBe(3);
    const cut = archive.subarray(0, archive.length - 30);
    writeFileSync(file, cut);
    const sha512 = createHash('sha512').update(cut).digest('base64');
    const damaged = installProviders({ from: file, package: { ...wanted, sha512 }, folder: emptyFolder('damaged') });
    await expect(damaged).rejects.toThrow(/setup-failed.*damaged/);
  });
});

test('the examination tells what is there, and a next step for all that is not', async () => {
  const findings = await examine();
  expect(findings.find(({ what }) => what === 'ONNX Runtime')?.state).toBe('ok');
  for (const { state, next } of findings) expect(state === 'ok' || next !== undefined).toBe(true);
  expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['NVIDIA driver', 'cuDNN 9', 'TensorRT 10']));
});

describe("a profile's file", () => {
  test('has ranges in three forms', () => {
    const text = 'name: decode\ndims:\n  batch: 1:8:32\n  past: { min: 0, opt: 512, max: 2048 }\n  heads: 12\n';
    expect(parseProfile(text, 'a/b.yaml')).toEqual({
      name: 'decode',
      dims: {
        batch: { min: 1, opt: 8, max: 32 },
        past: { min: 0, opt: 512, max: 2048 },
        heads: { min: 12, opt: 12, max: 12 },
      },
    });
    expect(parseProfile('dims: {}', 'a/prefill.yaml').name).toBe('prefill');
  });

  test.each([
    ['dims:\n  n: 3:2:1\n', 2, /range of n/],
    ['dims:\n  n: 1:2\n', 2, /range of n/],
    ['dims:\n  n: { min: 1, max: 2 }\n', 2, /range of n/],
    ['dim:\n  n: 1\n', 1, /dim is nothing/],
    ['- 1\n', 1, /no mapping/],
    ['dims: [\n', 2, /./],
  ])('%j is refused with its place', (text, line, message) => {
    let caught: unknown;
    try {
      parseProfile(text, 'p.yaml');
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ diagnostics: [{ code: 'profile-syntax', at: { file: 'p.yaml', line } }] });
    expect(String(caught)).toMatch(message);
  });
});
