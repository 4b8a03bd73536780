import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { crc32 } from 'node:zlib';

const CLI = resolve('dist/cli/main.js');

/**
 * Writes an archive of square linear layers one after another, `size` wide, their weights all zeros that take no place on
 * the disk. `turned`: the weights are transposed views.
 */
export function writeLinearStack(path: string, layers: number, size: number, turned: boolean): void {
  const numbers = Array.from({ length: layers }, (_, i) => i);
  const lines = numbers.map((i) => `    y${i + 1} = torch.linear(y${i}, self.w${i}, None)\n`);
  const fields = numbers.map((i) => `  w${i} : Tensor\n`).join('');
  const source =
    `class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n${fields}` +
    `  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n    y0 = x\n${lines.join('')}    return y${layers}\n`;
  const file = new SparseZip(path);
  file.add('m/data.pkl', pickleOf(layers, size, turned));
  file.add('m/code/__torch__.py', Buffer.from(source));
  file.add('m/version', Buffer.from('3\n'));
  for (const i of numbers) file.hole(`m/data/${i}`, size * size * 4);
  file.end();
}

/** Peak memory in MB of a process that compiles the archive. */
export function peakOfCompile(path: string, size: number, out: string): number {
  const script = `
    process.on('exit', () => {
      const m = /VmHWM:\\s+(\\d+) kB/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'));
      console.error('peak ' + m[1]);
    });
    process.argv.splice(1, 0, ${JSON.stringify(CLI)});
    import(${JSON.stringify(CLI)});`;
  const args = ['-e', script, '--', 'compile', path, '-o', out, '--input', `x=float32[N,${size}]`];
  const text = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', process.execPath, ...args], { encoding: 'utf8' });
  const peak = /peak (\d+)/.exec(text)?.[1];
  if (peak === undefined) throw new Error(text);
  return Number(peak) / 1024;
}

function pickleOf(layers: number, size: number, turned: boolean): Buffer {
  const text = (s: string) => `X${u32(s.length)}${s}`;
  const int = (n: number) => `J${u32(n)}`;
  const strides = turned ? int(1) + int(size) : int(size) + int(1);
  const weights = Array.from(
    { length: layers },
    (_, i) =>
      `${text(`w${i}`)}ctorch._utils\n_rebuild_tensor_v2\n((${text('storage')}ctorch\nFloatStorage\n${text(String(i))}` +
      `${text('cpu')}${int(size * size)}tQK\x00${int(size)}${int(size)}\x86${strides}\x86\x89ccollections\nOrderedDict\n)RtR`,
  );
  return Buffer.from(`\x80\x02c__torch__\nM\n)\x81}(${weights.join('')}ub.`, 'latin1');
}

function u32(n: number): string {
  return String.fromCharCode(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
}

/** A zip whose large entries are holes of a sparse file. */
class SparseZip {
  private readonly fd: number;
  private readonly table: Buffer[] = [];
  private at = 0;

  constructor(path: string) {
    this.fd = openSync(path, 'w');
  }

  add(name: string, bytes: Buffer): void {
    this.header(name, bytes.length, crc32(bytes));
    this.write(bytes);
  }

  /** Zeros; the checksum of weights is not read. */
  hole(name: string, length: number): void {
    this.header(name, length, 0);
    this.at += length;
  }

  end(): void {
    const start = this.at;
    for (const entry of this.table) this.write(entry);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.table.length, 8);
    end.writeUInt16LE(this.table.length, 10);
    end.writeUInt32LE(this.at - start, 12);
    end.writeUInt32LE(start, 16);
    this.write(end);
    ftruncateSync(this.fd, this.at);
    closeSync(this.fd);
  }

  private header(name: string, size: number, checksum: number): void {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(checksum, 14);
    local.writeUInt32LE(size, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(checksum, 16);
    entry.writeUInt32LE(size, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(this.at, 42);
    this.table.push(Buffer.concat([entry, Buffer.from(name)]));
    this.write(Buffer.concat([local, Buffer.from(name)]));
  }

  private write(bytes: Buffer): void {
    writeSync(this.fd, bytes, 0, bytes.length, this.at);
    this.at += bytes.length;
  }
}
