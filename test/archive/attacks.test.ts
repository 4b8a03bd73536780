import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { check, loadModel } from '../../src/compiler.js';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.js';
import { archiveFromBytes } from '../../src/frontends/torchscript/archive/archive.js';
import { unpickle } from '../../src/frontends/torchscript/archive/unpickler.js';
import { DEFAULT_LIMITS, type ReadLimits } from '../../src/frontends/torchscript/limits.js';
import { memorySource } from '../../src/ir/tensor-data.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { codeOf } from './diagnostic-code.js';
import { type Part, writeZip } from './zip-writer.js';

const rules = await RuleBook.load();

/** Far below what an attack would take, far above what its refusal takes. */
const MAX_CPU_MS = 2000;
const MAX_BYTES = 512 * 2 ** 20;

/** Pickle bytes: strings stand for themselves in latin1, numbers for one byte. */
function pickle(...parts: (string | number)[]): Buffer {
  const body = parts.map((p) => (typeof p === 'number' ? Buffer.from([p]) : Buffer.from(p, 'latin1')));
  return Buffer.concat([Buffer.from([0x80, 2]), ...body]);
}

const u32 = (n: number) => String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
const text = (s: string) => `X${u32(s.length)}${s}`;
const read = (...parts: (string | number)[]) => unpickle(pickle(...parts), { label: 'x.pkl' });

const OBJECT = pickle('c__torch__.m\nM\n)\x81}b.');

/** The records of a model of one class `M` of the source. */
function model(source: string, more: readonly Part[] = []): Part[] {
  const own: Part[] = [
    { name: 'm/data.pkl', bytes: OBJECT },
    { name: 'm/code/__torch__/m.py', bytes: Buffer.from(source) },
    { name: 'm/version', bytes: Buffer.from('3\n') },
  ];
  return [...own.filter((p) => !more.some((q) => q.name === p.name)), ...more];
}

const forward = (body: string, more = '') =>
  `class M(Module):\n  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:\n${body}\n${more}`;
const PLAIN = forward('    return torch.relu(x)');

/** The codes of a file's refusal, at a cost that no attack may exceed; `fine` when it is checked without one. */
async function endingOf(bytes: Uint8Array | string, limits?: Partial<ReadLimits>): Promise<string> {
  const before = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS;
  let ending = 'fine';
  try {
    const loaded = await loadModel(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { rules, limits });
    await check(loaded, { rules, inputs: [{ name: 'x', type: { kind: 'tensor', dtype: 'float32', dims: ['N', 3] } }] });
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    ending = [...new Set(error.diagnostics.map((d) => d.code))].join(' ');
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(MAX_CPU_MS);
  expect((process.resourceUsage().maxRSS - peak) * 1024).toBeLessThan(MAX_BYTES);
  return ending;
}

test('the model that the attacks are made of is read', async () => {
  expect(await endingOf(writeZip(model(PLAIN)))).toBe('fine');
});

describe('pickles that ask for code', () => {
  const call = (how: string) => [how];
  test.each([
    ['REDUCE of os.system', 'cos\nsystem\n', text('ls'), '\x85R.'],
    ['REDUCE of builtins.eval', 'cbuiltins\neval\n', text('1'), '\x85R.'],
    ['REDUCE of subprocess.Popen', 'csubprocess\nPopen\n', text('ls'), '\x85R.'],
    ['REDUCE of getattr', 'cbuiltins\ngetattr\n(.'],
    ['INST', '(', text('ls'), 'ios\nsystem\n.'],
    ['OBJ', '(cos\nsystem\n', text('ls'), 'o.'],
    ['STACK_GLOBAL', text('os'), text('system'), '\x93', text('ls'), '\x85R.'],
    ['STACK_GLOBAL of a nested name', text('torch'), text('serialization.os.system'), '\x93.'],
    ['NEWOBJ', 'cos\nsystem\n', text('ls'), '\x85\x81.'],
    ['NEWOBJ_EX', 'cos\nsystem\n)}\x92.'],
    ['BUILD of a foreign object', 'ctorch\nTensor\n)\x81}b.'],
    ['a class by the name of a property', 'c__proto__\nconstructor\n.'],
    ['torch.load', 'ctorch\nload\n', text('x'), '\x85R.'],
    ['torch.jit._pickle.restore of more', 'ctorch.jit._pickle\nbuild_anything\n]\x85R.'],
    ['EXT1', '\x82\x01.'],
    ['a next buffer', '\x97.'],
  ])('%s', (_, ...parts) => {
    expect(codeOf(() => read(...call(parts[0] ?? ''), ...parts.slice(1)))).toBe('pickle-forbidden');
  });

  test.each([
    ['BUILD of a number', 'K\x01}b.'],
    ['NEWOBJ with arguments', 'c__torch__.m\nM\nK\x01\x85\x81.'],
    ['a call of a text', text('os.system'), ')R.'],
  ])('%s', (_, ...parts) => {
    expect(codeOf(() => read(...parts))).toBe('archive-corrupt');
  });
});

describe('bombs in pickles', () => {
  test('memo bombs: each value holds the one before twice or ten times', () => {
    const doubled = [')', '2\x86'.repeat(60), '.'];
    expect(codeOf(() => read(...doubled))).toBe('archive-limit');
    const tenfold = Array.from(
      { length: 20 },
      (_, i) => `(${`h${String.fromCharCode(i)}`.repeat(10)}tq${String.fromCharCode(i + 1)}0`,
    );
    expect(codeOf(() => read(')q\x000', ...tenfold, 'h\x14.'))).toBe('archive-limit');
  });

  test('a memo number of four thousand million takes no memory', () => {
    expect(codeOf(() => read('Nr\xff\xff\xff\xff.'))).toBe('archive-limit');
  });

  test('texts, integers and frames that are longer than the file', () => {
    expect(codeOf(() => read('X\xff\xff\xff\x7fa.'))).toBe('archive-corrupt');
    expect(codeOf(() => read('\x8d\xff\xff\xff\xff\xff\xff\x0f\x00a.'))).toBe('archive-corrupt');
    expect(codeOf(() => read('\x8b\xff\xff\xff\x7fa.'))).toBe('archive-corrupt');
  });

  test('100,000 containers in each other', () => {
    expect(codeOf(() => read(']'.repeat(100_000), 'a'.repeat(99_999), '.'))).toBe('archive-limit');
    expect(codeOf(() => read(')', '\x85'.repeat(100_000), '.'))).toBe('archive-limit');
  });

  test('a limit that is raised lets more in', () => {
    const nested = pickle(']'.repeat(2000), 'a'.repeat(1999), '.');
    const options = { label: 'x', limits: { ...DEFAULT_LIMITS, valueNesting: 5000 } };
    expect(codeOf(() => unpickle(nested, options))).toBeUndefined();
  });
});

describe('tensors that lie', () => {
  const int = (n: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(n);
    return `\x8a\x08${bytes.toString('latin1')}`;
  };
  const tensor = (count: bigint, offset: bigint, size: bigint, stride: bigint) =>
    pickle(
      ...['ctorch._utils\n_rebuild_tensor_v2\n((', text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu')],
      ...[int(count), 'tQ', int(offset), int(size), '\x85', int(stride), '\x85\x89ccollections\nOrderedDict\n)RtR.'],
    );
  const codeOfTensor = (...numbers: [bigint, bigint, bigint, bigint]) =>
    codeOf(() => unpickle(tensor(...numbers), { label: 'x', storage: () => memorySource(new Uint8Array(16)) }));

  test.each<[string, [bigint, bigint, bigint, bigint], string | undefined]>([
    ['one that is sound', [4n, 0n, 4n, 1n], undefined],
    ['a negative stride', [4n, 3n, 4n, -1n], 'archive-corrupt'],
    ['a negative offset', [4n, -1n, 4n, 1n], 'archive-corrupt'],
    ['a negative size', [4n, 0n, -4n, 1n], 'archive-corrupt'],
    ['an offset beyond the storage', [4n, 4n, 1n, 1n], 'archive-corrupt'],
    ['a stride beyond the storage', [4n, 0n, 2n, 4n], 'archive-corrupt'],
    ['sizes whose product wraps around', [4n, 0n, 2n ** 62n, 4n], 'archive-corrupt'],
    ['a broadcast of a petabyte', [4n, 0n, 2n ** 48n, 0n], 'archive-limit'],
    ['a negative storage', [-4n, 0n, 4n, 1n], 'archive-corrupt'],
  ])('%s', (_, numbers, code) => {
    expect(codeOfTensor(...numbers)).toBe(code);
  });

  test('a storage that is declared larger than its record', () => {
    const parts = model(PLAIN, [
      { name: 'm/data.pkl', bytes: tensor(2n ** 40n, 0n, 4n, 1n) },
      { name: 'm/data/0', bytes: Buffer.alloc(16) },
    ]);
    expect(codeOf(() => archiveFromBytes(writeZip(parts)).dataPickle)).toBe('archive-corrupt');
  });
});

describe('zip bombs', () => {
  test('a record that unpacks to a gigabyte', async () => {
    const zeros = Buffer.alloc(300 * 2 ** 20);
    const bomb = writeZip(model(PLAIN, [{ name: 'm/code/__torch__/m.py', bytes: zeros, deflate: true }]));
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(await endingOf(bomb)).toBe('archive-limit');
    // As a weight, which has a limit of its own.
    const weight = archiveFromBytes(writeZip(model(PLAIN, [{ name: 'm/data/0', bytes: zeros, deflate: true }])));
    expect(codeOf(() => weight.readEntry('data/0'))).toBe('archive-limit');
  });

  test('archives in archives are never opened', async () => {
    const inner = writeZip([{ name: 'm/data.pkl', bytes: deflateRawSync(Buffer.alloc(1000)) }]);
    expect(await endingOf(writeZip(model(PLAIN, [{ name: 'm/inner.zip', bytes: inner }])))).toBe('fine');
    expect(await endingOf(writeZip([{ name: 'm/inner.zip', bytes: inner }]))).toBe('not-a-model');
  });

  test('sizes that lie in either direction', async () => {
    const packed = { name: 'm/code/__torch__/m.py', bytes: Buffer.from(PLAIN), deflate: true };
    for (const claim of [0, 1, PLAIN.length - 1, PLAIN.length + 1, 2 ** 31]) {
      expect(await endingOf(writeZip(model(PLAIN, [{ ...packed, claim }])))).toBe('archive-corrupt');
    }
  });

  test('entries that overlap', async () => {
    const zip = writeZip(model(PLAIN, [{ name: 'm/data/0', bytes: Buffer.alloc(4096) }]));
    const entry = zip.lastIndexOf('m/data/0') - 46;
    const first = zip.lastIndexOf('m/data.pkl') - 46;
    const quoted = Buffer.concat([zip.subarray(0, zip.length)]);
    quoted.writeUInt32LE(zip.length - 100, entry + 20);
    quoted.writeUInt32LE(zip.length - 100, entry + 24);
    quoted.writeUInt32LE(zip.readUInt32LE(first + 42), entry + 42);
    expect(await endingOf(quoted)).toBe('archive-corrupt');
  });

  test('tables of more entries than any model has, and more than they hold', async () => {
    const many = writeZip(
      model(
        PLAIN,
        Array.from({ length: 300 }, (_, i) => ({ name: `m/data/${i}`, bytes: Buffer.alloc(0) })),
      ),
    );
    expect(await endingOf(many)).toBe('fine');
    expect(await endingOf(many, { entries: 200 })).toBe('archive-limit');
    many.writeUInt16LE(65_535, many.length - 12);
    expect(await endingOf(many)).toBe('archive-corrupt');
  });
});

test('names that lead out of the archive stay names', async () => {
  const names = ['../../etc/passwd', '/etc/passwd', 'm/../../x', 'C:\\x', 'm/code/../../../x.py', 'm/data/../../0'];
  const parts = model(
    PLAIN,
    names.map((name) => ({ name, bytes: Buffer.from('root') })),
  );
  expect(await endingOf(writeZip(parts))).toBe('fine');
  // A class whose name asks for a file beside the code finds none.
  const asked = pickle('c__torch__..................etc.passwd\nM\n)\x81}b.');
  expect(await endingOf(writeZip(model(PLAIN, [{ name: 'm/data.pkl', bytes: asked }])))).not.toBe('fine');
});

describe('bombs in the source', () => {
  const library = (count: number, body: (i: number) => string, last: string) =>
    Array.from(
      { length: count },
      (_, i) => `def f${i}(x: Tensor) -> Tensor:\n${i === count - 1 ? last : body(i)}\n`,
    ).join('');
  const callBoth = (i: number) => `  return __torch__.m.f${i + 1}(__torch__.m.f${i + 1}(x, ), )`;
  const body = '    return __torch__.m.f0(x, )';

  test('calls that double at each level, with and without operations at the end', async () => {
    expect(await endingOf(writeZip(model(forward(body, library(60, callBoth, '  return torch.relu(x)')))))).toBe(
      'archive-limit',
    );
    expect(await endingOf(writeZip(model(forward(body, library(60, callBoth, '  return x')))))).toBe('archive-limit');
  });

  test('functions and classes that lead to themselves', async () => {
    const itself = forward(body, 'def f0(x: Tensor) -> Tensor:\n  return __torch__.m.f0(x, )\n');
    expect(await endingOf(writeZip(model(itself)))).toBe('unsupported-syntax');
    const mutual =
      'def f0(x: Tensor) -> Tensor:\n  return __torch__.m.f1(x, )\ndef f1(x: Tensor) -> Tensor:\n  return __torch__.m.f0(x, )\n';
    expect(await endingOf(writeZip(model(forward(body, mutual))))).toBe('unsupported-syntax');
    const own = `class M(Module):\n  m : __torch__.m.M\n  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:\n    return (self.m).forward(x, )\n`;
    const state = pickle('c__torch__.m\nM\n)\x81q\x00}', text('m'), 'h\x00sb.');
    expect(await endingOf(writeZip(model(own, [{ name: 'm/data.pkl', bytes: state }])))).toBe('pickle-forbidden');
    const base = 'class M(__torch__.m.M):\n  def forward(self: __torch__.m.M, x: Tensor) -> Tensor:\n    return x\n';
    expect(await endingOf(writeZip(model(base)))).toMatch(/^(fine|unsupported-syntax|syntax-error)$/);
  });

  test.each([
    ['brackets', '(', 'x', ')'],
    ['lists', '[', 'x', ']'],
    ['calls', 'torch.neg(', 'x', ')'],
    ['signs', '-', 'x', ''],
    ['sums', 'x + ', 'x', ''],
    ['attributes', '', 'x', '.a'],
    ['subscripts', '', 'x', '[0]'],
    ['calls of calls', '', 'x', '()'],
    ['conditions', 'x if x else ', 'x', ''],
    ['powers', 'x ** ', 'x', ''],
    ['not', 'not ', 'x', ''],
  ])('100,000-deep %s', async (_, open, middle, close) => {
    const deep = `    return ${open.repeat(100_000)}${middle}${close.repeat(100_000)}`;
    expect(await endingOf(writeZip(model(forward(deep))))).toMatch(/^(syntax-error|archive-limit)$/);
  });

  test.each([
    ['types', (n: number) => `    y : ${'List['.repeat(n)}int${']'.repeat(n)} = x\n    return x`],
    [
      'blocks',
      (n: number) =>
        `${Array.from({ length: Math.min(n, 2000) }, (_, i) => `${' '.repeat(4 + i)}if True:\n`).join('')}${' '.repeat(2100)}return x`,
    ],
    ['else-ifs', (n: number) => `    if True:\n      pass\n${'    elif True:\n      pass\n'.repeat(n)}    return x`],
    ['tuples to unpack', (n: number) => `    ${'('.repeat(n)}a${', )'.repeat(n)} = x\n    return x`],
  ])('deep %s', async (_, code) => {
    expect(await endingOf(writeZip(model(forward(code(100_000)))))).toMatch(/^(syntax-error|archive-limit)$/);
  });

  test('constants that grow tenfold a line', async () => {
    const laughs = Array.from({ length: 12 }, (_, i) => `    a${i + 1} = [${`a${i}, `.repeat(10)}]\n`).join('');
    const ending = await endingOf(writeZip(model(forward(`    a0 = [1, 2]\n${laughs}    return x`))));
    expect(ending).toMatch(/^(fine|archive-limit|unsupported-syntax|type-mismatch)$/);
    const strings = Array.from({ length: 40 }, (_, i) => `    s${i + 1} = torch.add(s${i}, s${i})\n`).join('');
    expect(await endingOf(writeZip(model(forward(`    s0 = "0123456789"\n${strings}    return x`))))).not.toBe('');
    const lists = Array.from({ length: 40 }, (_, i) => `    l${i + 1} = torch.add(l${i}, l${i})\n`).join('');
    const sum = `    l0 = [1, 2]\n${lists}    return torch.add(x, torch.len(l40))`;
    expect(await endingOf(writeZip(model(forward(sum))))).not.toBe('');
    const times = `    l = torch.mul([1], 100000000)\n    return torch.add(x, torch.len(l))`;
    expect(await endingOf(writeZip(model(forward(times))))).not.toBe('');
  });

  test('named tuples of themselves, and of two of the one before', async () => {
    const self = 'class T(NamedTuple):\n  a : __torch__.m.T\n  b : Tensor\n';
    const use = (n: string) => `    y = annotate(Optional[__torch__.m.${n}], None)\n    return x`;
    expect(await endingOf(writeZip(model(forward(use('T'), self))))).toBe('fine');
    const pairs = Array.from(
      { length: 60 },
      (_, i) => `class T${i + 1}(NamedTuple):\n  a : __torch__.m.T${i}\n  b : __torch__.m.T${i}\n`,
    );
    const first = 'class T0(NamedTuple):\n  a : Tensor\n  b : Tensor\n';
    expect(await endingOf(writeZip(model(forward(use('T60'), first + pairs.join('')))))).toBe('fine');
  });

  test('tuples of two of the one before, dropped, compared and returned', async () => {
    const pairs = Array.from({ length: 60 }, (_, i) => `    t${i + 1} = (t${i}, t${i}, )\n`).join('');
    for (const last of ['x', 't60', 'torch.add(x, torch.len(t60))', 'annotate(Any, t60)', '[t60, t60]']) {
      expect(await endingOf(writeZip(model(forward(`    t0 = x\n${pairs}    return ${last}`))))).not.toBe('');
    }
  });

  test('long lines, names and texts take linear time', async () => {
    const sum = `    return ${'x + '.repeat(200)}x`;
    expect(await endingOf(writeZip(model(forward(sum))))).toBe('fine');
    expect(await endingOf(writeZip(model(forward(`    return ${'a'.repeat(5_000_000)}`))))).toBe('unknown-name');
    expect(await endingOf(writeZip(model(forward(`    y = "${'\\\\'.repeat(2_000_000)}"\n    return x`))))).toBe(
      'fine',
    );
    expect(await endingOf(writeZip(model(forward(`    y = "${'a'.repeat(5_000_000)}\n    return x`))))).toBe(
      'syntax-error',
    );
    expect(await endingOf(writeZip(model(`${' '.repeat(3_000_000)}\n#${'#'.repeat(3_000_000)}\n${PLAIN}`)))).toBe(
      'fine',
    );
  });

  test('loops without end', async () => {
    const body = '    i = 0\n    y = x\n    while True:\n      y = torch.relu(y)\n    return y';
    expect(await endingOf(writeZip(model(forward(body))))).toMatch(/unsupported-control-flow|unsupported-syntax/);
    const many = '    y = x\n    for i in range(9223372036854775807):\n      y = torch.relu(y)\n    return y';
    expect(await endingOf(writeZip(model(forward(many))))).toBe('unsupported-control-flow');
  });
});

describe('graph text', () => {
  test.each([
    ['brackets in types', `graph(%x : ${'('.repeat(100_000)}Tensor${')'.repeat(100_000)}):\n  return (%x)\n`],
    ['lists in types', `graph(%x : Tensor${'[]'.repeat(100_000)}):\n  return (%x)\n`],
    ['dicts in types', `graph(%x : ${'Dict(str, '.repeat(100_000)}int${')'.repeat(100_000)}):\n  return (%x)\n`],
    [
      'lists in attributes',
      `graph():\n  %c : int[] = prim::Constant[value=${'['.repeat(100_000)}1${']'.repeat(100_000)}]()\n  return (%c)\n`,
    ],
    ['graphs in attributes', `graph():\n  %c = prim::A[g=${'graph(): '.repeat(100_000)}]()\n  return (%c)\n`],
    ['a value of 5 million letters', `graph(%${'x'.repeat(5_000_000)} : Tensor):\n  return (%y)\n`],
    ['a text without end', `graph():\n  %c : str = prim::Constant[value="${'a'.repeat(5_000_000)}\n  return (%c)\n`],
  ])('%s', async (_, graph) => {
    expect(await endingOf(graph)).not.toBe('fine');
  });
});
