import { EDGES } from './numbers.js';
import type { Random } from './random.js';

/** One opcode with its operand: what the mutations move as a whole. */
type Step = Buffer;

/** How long an operand is: a number of bytes, a length field of so many bytes before the text, or lines. */
const OPERANDS: ReadonlyMap<number, number | { readonly field: number } | { readonly lines: number }> = new Map<
  number,
  number | { readonly field: number } | { readonly lines: number }
>([
  [0x80, 1],
  [0x95, 8],
  [0x4b, 1],
  [0x4d, 2],
  [0x4a, 4],
  [0x47, 8],
  [0x68, 1],
  [0x6a, 4],
  [0x71, 1],
  [0x72, 4],
  [0x82, 1],
  [0x8a, { field: 1 }],
  [0x8b, { field: 4 }],
  [0x58, { field: 4 }],
  [0x8c, { field: 1 }],
  [0x8d, { field: 8 }],
  [0x63, { lines: 2 }],
  [0x69, { lines: 2 }],
]);

const GLOBALS = [
  'os\nsystem\n',
  'builtins\neval\n',
  '__torch__\nA\n',
  'torch._utils\n_rebuild_tensor_v2\n',
  'torch._utils\n_rebuild_parameter\n',
  'torch._utils\n_rebuild_qtensor\n',
  'torch\nFloatStorage\n',
  'torch\nLongStorage\n',
  'torch\ndevice\n',
  'collections\nOrderedDict\n',
  'torch.jit._pickle\nbuild_intlist\n',
  'torch.jit._pickle\nbuild_tensorlist\n',
  'torch.jit._pickle\nrestore_type_tag\n',
  'builtins\ncomplex\n',
  'constructor\nprototype\n',
  '\n\n',
];

/** Every opcode of protocols 0 to 5 without operands, and a few that are none. */
const PLAIN_OPCODES = Buffer.from(
  '().0125NQRabdelopstu]}\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98\xff',
  'latin1',
);

const DEEP = 1500;

type PickleMutation = (steps: Step[], random: Random) => void;

const MUTATIONS: readonly PickleMutation[] = [
  (steps, random) => void steps.splice(at(steps, random), random.count(4)),
  (steps, random) => steps.splice(at(steps, random), 0, ...span(steps, random, 8)),
  swap,
  swap,
  (steps, random) => steps.splice(at(steps, random), 1, Buffer.from([random.pick([...PLAIN_OPCODES])])),
  (steps, random) => steps.splice(at(steps, random), random.below(2), Buffer.from(`c${random.pick(GLOBALS)}`)),
  (steps, random) => steps.splice(at(steps, random), random.below(2), integer(random)),
  (steps, random) => steps.splice(at(steps, random), 1, ...span(steps, random, 1)),
  operand,
  operand,
  text,
  text,
  memo,
  (steps, random) => steps.splice(at(steps, random), 0, ...repeated(random.pick([']', ')', '}', '(', 'N']), random)),
  (steps, random) => steps.splice(at(steps, random), 0, ...repeated(random.pick(['\x85', 'a', '0', '2', 't']), random)),
  (steps, random) => void steps.splice(random.chance(0.2) ? at(steps, random) : steps.length),
];

/** Changes a pickle opcode by opcode, so that most mutants are still well formed up to the change. */
export function mutatePickle(pickle: Uint8Array, random: Random): Uint8Array {
  const steps = stepsOf(Buffer.from(pickle));
  for (let n = random.count(6); n > 0 && steps.length > 0; n--) random.pick(MUTATIONS)(steps, random);
  return Buffer.concat(steps);
}

/** The opcodes of a pickle; whatever follows the first that is unknown stays one piece. */
export function stepsOf(bytes: Buffer): Step[] {
  const steps: Step[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + operandBytes(bytes, start);
    steps.push(bytes.subarray(start, end));
    start = end;
  }
  return steps;
}

function operandBytes(bytes: Buffer, start: number): number {
  const form = OPERANDS.get(bytes[start] ?? 0) ?? 0;
  if (typeof form === 'number') return form;
  if ('field' in form) {
    const width = Math.min(form.field, 6);
    return start + 1 + width > bytes.length ? form.field : form.field + bytes.readUIntLE(start + 1, width);
  }
  let end = start + 1;
  for (let n = form.lines; n > 0; n--) end = bytes.indexOf(10, end) + 1 || bytes.length;
  return end - start - 1;
}

function at(steps: readonly Step[], random: Random): number {
  return random.below(steps.length);
}

function span(steps: readonly Step[], random: Random, most: number): Step[] {
  const start = at(steps, random);
  return steps.slice(start, start + 1 + random.below(most));
}

function swap(steps: Step[], random: Random): void {
  const a = at(steps, random);
  const b = random.chance(0.5) ? Math.min(a + 1, steps.length - 1) : at(steps, random);
  const [first, second] = [steps[a], steps[b]];
  if (first === undefined || second === undefined) return;
  steps[a] = second;
  steps[b] = first;
}

function integer(random: Random): Step {
  const value = BigInt(random.pick(EDGES)) * (random.chance(0.3) ? -1n : 1n);
  const step = Buffer.alloc(10);
  step.writeUInt8(0x8a, 0);
  step.writeUInt8(8, 1);
  step.writeBigInt64LE(BigInt.asIntN(64, value), 2);
  return step;
}

/** Another byte in an operand: a size, an index, a letter. */
function operand(steps: Step[], random: Random): void {
  const i = at(steps, random);
  const step = Buffer.from(steps[i] ?? []);
  if (step.length < 2) return;
  step[1 + random.below(step.length - 1)] = random.pick([0, 1, 10, 127, 128, 255, random.below(256)]);
  steps[i] = step;
}

/** One text in the place of another: a name of an attribute or class, a key of a storage. */
function text(steps: Step[], random: Random): void {
  const texts = [...steps.keys()].filter((i) => steps[i]?.[0] === 0x58);
  if (texts.length === 0) return;
  const i = random.pick(texts);
  const other = steps[random.pick(texts)];
  if (other !== undefined && random.chance(0.7)) {
    steps[i] = other;
    return;
  }
  const odd = Buffer.from(
    random.pick(['', '../../etc/passwd', '__proto__', 'constructor', 'a'.repeat(5000), '\ud800', 'a.b']),
  );
  const head = Buffer.alloc(5);
  head.writeUInt8(0x58, 0);
  head.writeUInt32LE(odd.length, 1);
  steps[i] = Buffer.concat([head, odd]);
}

/** A shared value in another place, or stored under another number. */
function memo(steps: Step[], random: Random): void {
  const number = random.below(40);
  const opcode = random.pick([0x68, 0x71]);
  steps.splice(at(steps, random), random.below(2), Buffer.from([opcode, number]));
}

function repeated(opcode: string, random: Random): Step[] {
  return [Buffer.from(opcode.repeat(random.pick([1, 3, DEEP])), 'latin1')];
}
