import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Archive, archiveFromBytes, openArchive } from '../../src/frontends/torchscript/archive/archive.js';
import { bytesReader } from '../../src/frontends/torchscript/archive/byte-reader.js';
import { objectAttributes, type PickleValue } from '../../src/frontends/torchscript/archive/pickle-value.js';
import { sniff } from '../../src/frontends/torchscript/archive/sniff.js';
import { ZipReader } from '../../src/frontends/torchscript/archive/zip-reader.js';
import { readBigInts, readNumbers } from '../../src/ir/half.js';
import type { TensorData } from '../../src/ir/tensor-data.js';
import { codeOf } from './diagnostic-code.js';
import { type Part, writeZip } from './zip-writer.js';

const NONE: PickleValue = { kind: 'none' };
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

function attributes(value: PickleValue): Map<string, PickleValue> {
  const found = value.kind === 'object' ? objectAttributes(value) : undefined;
  if (found === undefined) throw new Error(`no object with attributes: ${value.kind}`);
  return found;
}

function tensor(value: PickleValue | undefined): TensorData {
  if (value?.kind !== 'tensor') throw new Error(`no tensor: ${value?.kind}`);
  return value.data;
}

/** Entries of a fixture, changed. */
function rebuilt(name: string, change: (part: Part) => Part | undefined): Archive {
  const zip = new ZipReader(bytesReader(readFileSync(fixture(name))));
  const parts = zip.names.map((n) => change({ name: n, bytes: zip.read(n) })).filter((p) => p !== undefined);
  return archiveFromBytes(writeZip(parts), 'changed.pt');
}

describe('a scripted module', () => {
  const archive = openArchive(fixture('scripted.pt'));
  const root = attributes(archive.dataPickle);

  test('records stand below a folder of any name', () => {
    expect(archive.hasEntry('data.pkl')).toBe(true);
    expect(archive.version).toBeGreaterThanOrEqual(3);
    expect(archive.sourceFiles()).toEqual(['__torch__.tiny']);
    expect(archive.readSource('__torch__.tiny')).toMatch(/^class Tiny\(Module\):/);
    const moved = rebuilt('scripted.pt', (p) => ({ ...p, name: p.name.replace(/^scripted\//, 'other name/') }));
    expect(moved.sourceFiles()).toEqual(['__torch__.tiny']);
    expect(readNumbers(tensor(attributes(moved.dataPickle).get('scalar')))).toEqual([3.25]);
  });

  test('ints, floats, containers and objects keep their kinds', () => {
    expect(root.get('counts')).toMatchObject({
      kind: 'list',
      typeTag: 'List[int]',
      items: [1, -70000, 2 ** 40, -(2n ** 63n)].map((value) => ({ kind: 'int', value })),
    });
    expect(root.get('names')).toMatchObject({
      kind: 'dict',
      typeTag: 'Dict[str, int]',
      entries: [
        [{ value: 'a' }, { value: 1 }],
        [{ value: 'été' }, { value: 2 }],
      ],
    });
    expect(root.get('pair')).toEqual({
      kind: 'tuple',
      items: [
        { kind: 'int', value: 7 },
        { kind: 'float', value: 1 },
      ],
    });
    expect(root.get('maybe')).toEqual({ kind: 'none' });
    expect(root.get('mixed')).toMatchObject({
      typeTag: 'List[Optional[int]]',
      items: [{ value: 1 }, { kind: 'none' }],
    });
    expect(root.get('ratios')).toMatchObject({ typeTag: 'List[float]', items: [{ value: 0.25 }, { value: Infinity }] });
    expect(root.get('switches')).toMatchObject({ typeTag: 'List[bool]' });
    expect(root.get('tensors')).toMatchObject({ typeTag: 'List[Tensor]', items: [{ kind: 'tensor' }] });
    expect(root.get('point')).toEqual({ kind: 'complex', re: 1.5, im: -2.5 });
    expect(root.get('device')).toEqual({ kind: 'device', value: 'cuda:0' });
    expect(root.get('mode')).toMatchObject({
      kind: 'enum',
      className: '__torch__.tiny.Mode',
      value: { value: 'slow' },
    });
    expect(root.get('big')).toEqual({ kind: 'int', value: 2n ** 60n + 1n });
  });

  test('tensors of every dtype and layout read as PyTorch has them', () => {
    const numbers = (name: string) => readNumbers(tensor(root.get(name)));
    expect(numbers('grid')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers('turned')).toEqual([0, 3, 1, 4, 2, 5]);
    expect(numbers('tail')).toEqual([4, 5]);
    expect(numbers('half_floats')).toEqual([1.5, -2, 65504]);
    expect(numbers('brain')).toEqual([1, -3.140625]);
    expect(numbers('flags')).toEqual([1, 0]);
    expect(readBigInts(tensor(root.get('large')))).toEqual([2n ** 62n + 1n, -5n]);
    expect(tensor(root.get('wide')).dtype).toBe('complex64');
    expect(numbers('scalar')).toEqual([3.25]);
    expect(tensor(root.get('empty')).shape).toEqual([0, 4]);
    expect(tensor(root.get('turned')).source.identity).toBe(tensor(root.get('grid')).source.identity);
    const inner = attributes(root.get('inner') ?? NONE).get('scale');
    const again = attributes(root.get('again') ?? NONE).get('scale');
    expect(inner).toMatchObject({ requiresGrad: true });
    expect(tensor(inner).source.identity).toBe(tensor(again).source.identity);
  });

  test('serialized source leads back to the place in Python', () => {
    const source = archive.readSource('__torch__.tiny');
    const ranges = archive.debugRanges('__torch__.tiny');
    expect(ranges?.at(source.indexOf('torch.add'))).toEqual([
      {
        file: expect.stringMatching(/tiny\.py$/),
        line: 71,
        column: 17,
        length: 13,
        text: '            y = y + self.grid  # ä comment',
      },
    ]);
    expect(ranges?.at(source.indexOf('torch.mul'))[0]).toMatchObject({
      line: 19,
      text: '        return torch.relu(x * self.scale)',
    });
    expect(ranges?.at(0)).toEqual([]);
  });

  test('weights of a big-endian archive are swapped', () => {
    const swapped = rebuilt('scripted.pt', (p) => {
      if (p.name.endsWith('byteorder')) return { ...p, bytes: Buffer.from('big') };
      // The storage of `large`, the only one of two int64.
      return /data\/\d+$/.test(p.name) && p.bytes.length === 16 ? { ...p, bytes: Buffer.from(p.bytes).swap64() } : p;
    });
    expect(readBigInts(tensor(attributes(swapped.dataPickle).get('large')))).toEqual([2n ** 62n + 1n, -5n]);
  });

  test('a missing or short weight is corrupt', () => {
    const missing = rebuilt('scripted.pt', (p) => (p.name.endsWith('/data/0') ? undefined : p));
    expect(codeOf(() => missing.dataPickle)).toBe('archive-corrupt');
    const short = rebuilt('scripted.pt', (p) =>
      p.name.endsWith('/data/0') ? { ...p, bytes: p.bytes.subarray(1) } : p,
    );
    expect(codeOf(() => short.dataPickle)).toBe('archive-corrupt');
  });
});

test('a quantized tensor is its integers, with a scale and a zero point', () => {
  const archive = openArchive(fixture('quantized.pt'));
  const weight = attributes(archive.dataPickle).get('w');
  expect(weight).toMatchObject({ kind: 'tensor', quantizer: { kind: 'tensor', scale: 0.1, zeroPoint: 0 } });
  expect(tensor(weight)).toMatchObject({ dtype: 'int8', shape: [2] });
  expect([...tensor(weight).read()]).toEqual([10, 10]);
  archive.close();
});

test('ranges are read when they are asked for, of a closed archive too', () => {
  const archive = openArchive(fixture('traced.pt'));
  const [qualifier = ''] = archive.sourceFiles();
  const offset = archive.readSource(qualifier).indexOf('torch.relu');
  const ranges = archive.debugRanges(qualifier);
  archive.close();
  expect(ranges?.at(offset)).toHaveLength(1);
  const damaged = rebuilt('scripted.pt', (p) =>
    p.name.endsWith('.debug_pkl') ? { ...p, bytes: Buffer.from([0x80, 2, 0x4e, 0x2e]) } : p,
  );
  expect(codeOf(() => damaged.debugRanges('__torch__.tiny'))).toBeUndefined();
  expect(codeOf(() => damaged.debugRanges('__torch__.tiny')?.at(9))).toBe('archive-corrupt');
});

test('a traced module gives the call stack, without the frames of PyTorch itself', () => {
  const archive = openArchive(fixture('traced.pt'));
  const [qualifier = ''] = archive.sourceFiles();
  const source = archive.readSource(qualifier);
  const stack = archive.debugRanges(qualifier)?.at(source.indexOf('torch.relu'));
  expect(stack).toEqual([{ file: expect.stringMatching(/tiny\.py$/), line: 19, column: 1 }]);
  archive.close();
});

describe('what is no TorchScript archive', () => {
  const open = (bytes: Uint8Array) => {
    const file = bytesReader(bytes, 'model');
    return sniff(file) === 'archive' ? archiveFromBytes(bytes) : 'text';
  };

  test.each([
    ['checkpoint.pt', 'unsupported-format'],
    ['legacy.pt', 'unsupported-format'],
  ])('%s is refused by name', (name, code) => {
    expect(
      codeOf(() => open(readFileSync(fixture(name))) instanceof Object && openArchive(fixture(name)).dataPickle),
    ).toBe(code);
  });

  const text = (s: string) => Buffer.from(s);
  const zip = (...names: string[]) => writeZip(names.map((name) => ({ name, bytes: text('{}') })));
  const cases: [string, Buffer, string | undefined][] = [
    ['graph text', text('# made by hand\n\ngraph(%x : Tensor):\n  return (%x)\n'), undefined],
    ['prose', text('hello world'), 'not-a-model'],
    ['nothing', text(''), 'not-a-model'],
    ['noise', Buffer.from([1, 2, 3, 0, 255]), 'not-a-model'],
    ['safetensors', Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), text('{}')]), 'unsupported-format'],
    ['ONNX', Buffer.from([8, 8, 0x12, 4, 0x74, 0x68, 0x61, 0x77]), 'unsupported-format'],
    ['a flatbuffer for mobiles', Buffer.concat([Buffer.alloc(4), text('PTMF')]), 'unsupported-format'],
    ['a program of torch.export', zip('p/archive_format', 'p/models/model.json'), 'unsupported-format'],
    ['mobile bytecode', zip('m/bytecode.pkl', 'm/data.pkl'), 'unsupported-format'],
    ['some other zip', zip('readme.txt'), 'not-a-model'],
    ['a truncated archive', readFileSync(fixture('scripted.pt')).subarray(0, 3000), 'archive-corrupt'],
  ];
  test.each(cases)('%s', (_, bytes, code) => {
    expect(codeOf(() => open(bytes))).toBe(code);
  });

  test('missing files and directories', () => {
    expect(codeOf(() => openArchive(fixture('none.pt')))).toBe('file-not-found');
    expect(codeOf(() => openArchive(fixture('.')))).toBe('file-not-found');
  });
});
