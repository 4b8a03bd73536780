/**
 * Whole-process time and peak memory of compiling a traced ResNet-50 (batch, height and width dynamic), side by side
 * with PyTorch's TorchScript exporter. Needs a Python with torch, torchvision and onnx:
 *
 *   PYTHON=python3 npm run bench:compile -- [rounds]
 *
 * Prints the medians and the two ratios. Linux only: memory is VmHWM of /proc.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PYTHON = process.env.PYTHON ?? 'python3';
const ROUNDS = Number(process.argv[2] ?? 5);
const POLL_MS = 5;
const dir = join(tmpdir(), 'thaw-bench-compile');
const model = join(dir, 'resnet50.pt');
const cli = resolve('dist/cli/main.js');

interface Measured {
  readonly seconds: number;
  readonly peakMB: number;
}

function peak(pid: number): number {
  try {
    const m = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return m === null ? 0 : Number(m[1]) / 1024;
  } catch {
    return 0;
  }
}

function measure(command: string, args: readonly string[]): Promise<Measured> {
  return new Promise((done, failed) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    let most = 0;
    const timer = setInterval(() => {
      if (child.pid !== undefined) most = Math.max(most, peak(child.pid));
    }, POLL_MS);
    child.on('error', failed);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code !== 0) return failed(new Error(`${command} ${args.join(' ')} exited with ${code}`));
      done({ seconds: Number(process.hrtime.bigint() - start) / 1e9, peakMB: most });
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const EXPORT = `
import torch, warnings
warnings.filterwarnings('ignore')
m = torch.jit.load('${model}')
torch.onnx.export(m, (torch.zeros(2, 3, 224, 224),), '${join(dir, 'torch.onnx')}', dynamo=False, opset_version=20,
  input_names=['x'], dynamic_axes={'x': {0: 'batch', 2: 'height', 3: 'width'}})
`;
const MAKE = `
import torch, torchvision
torch.manual_seed(0)
m = torchvision.models.resnet50(weights=None).eval()
torch.jit.save(torch.jit.trace(m, torch.rand(2, 3, 224, 224)), '${model}')
`;

mkdirSync(dir, { recursive: true });
if (!existsSync(model)) await measure(PYTHON, ['-c', MAKE]);
const thaw: Measured[] = [];
const torch: Measured[] = [];
const compile = [cli, 'compile', model, '-o', join(dir, 'thaw.onnx'), '--input', 'x=float32[batch,3,height,width]'];
for (let i = 0; i < ROUNDS; i++) {
  thaw.push(await measure(process.execPath, compile));
  torch.push(await measure(PYTHON, ['-c', EXPORT]));
}
const row = (name: string, runs: readonly Measured[]): string =>
  `${name.padEnd(12)} ${median(runs.map((r) => r.seconds)).toFixed(2)} s   ${median(runs.map((r) => r.peakMB)).toFixed(0)} MB`;
console.log(row('thaw', thaw));
console.log(row('torch.onnx', torch));
const times = median(torch.map((r) => r.seconds)) / median(thaw.map((r) => r.seconds));
const memory = median(thaw.map((r) => r.peakMB)) / median(torch.map((r) => r.peakMB));
console.log(`${times.toFixed(1)} times faster, ${(100 * memory).toFixed(0)} % of the memory`);
