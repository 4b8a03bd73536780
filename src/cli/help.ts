import { DEFAULT_LIMITS, limitFlag, limitNames } from '../compiler-options.js';

export const COMMANDS = ['compile', 'check', 'run', 'build', 'doctor', 'setup', 'demo'] as const;

export type CommandName = (typeof COMMANDS)[number];

/** True for the name of a command. */
export function isCommand(word: string): word is CommandName {
  return COMMANDS.some((command) => command === word);
}

const INPUT = `  --input NAME=DTYPE[DIM,...]    declares an input; once for each. DIM: a size, a symbol (the same symbol is the
                                 same size) or ? (a size of its own). x=float32[] is 0-d. Containers:
                                 boxes=(float32[N,4],int64[N])   xs=[float32[a,3],float32[b,3]]
                                 batch={image: float32[N,3,H,W], mask: bool[N,H,W]}   or item by item:
                                 batch.image=float32[N,3,H,W]    xs.0=float32[a,3]`;
const CONST = `  --const NAME=VALUE             bakes an input in: FILE.npy, or a literal (3, 0.5, True, None, [1, 2], "text")`;
const DIM = `  --dim SYMBOL=MIN:OPT:MAX       the range of a symbol`;
const RULES = `  --rules PACK                   a rule pack over the shipped rules, a folder or an npm package; may be repeated
  --config FILE                  the project's configuration; thaw.config.yaml, here or above, by default
  --no-config                    without the project's configuration`;
/** `entries=262144, table-bytes=67108864, ...` in lines. */
const LIMITS = limitNames()
  .map((name) => `${limitFlag(name)}=${DEFAULT_LIMITS[name]}`)
  .join(', ')
  .replace(/(.{60,80}), /g, `$1,\n${' '.repeat(35)}`);
const MODEL = `  --method NAME                  compiles this method; forward by default
  --module PATH                  compiles this submodule: encoder.layer.0
  --limit NAME=N                 raises a limit of what the file may ask for, if you trust it; may be repeated. NAME, and what
                                 holds without it:
                                   ${LIMITS}`;
const JSON_TEXT = `  --json                         results and problems on standard output, as JSON`;

const SESSION = `  --provider NAME                cpu (the default), cuda, tensorrt, or auto: the best that this machine has
  --device N                     the GPU; 0 by default
  --require-provider             fails unless the provider takes every node
  --profile FILE.yaml            ranges of symbols from a file; one engine each where it is repeated
  --on-out-of-range WHAT         fail (the default), or rebuild the engine for wider ranges
  --trt NAME[=VALUE]             an option of TensorRT: fp16, optimization-level=3, ...; may be repeated
  --engine-cache DIR             where built engines are kept; --no-engine-cache keeps none
  --no-tf32                      keeps float32 arithmetic on the GPU exact`;

const USAGE: Readonly<Record<CommandName, string>> = {
  compile: `thaw compile MODEL -o OUT.onnx [options]

Compiles a TorchScript archive (torch.jit.save), or the text of a graph, to ONNX.

  -o, --out OUT.onnx             the file to write, whole or not at all
${INPUT}
${CONST}
${DIM}
  --opset N                      ONNX opset, 17 to 21; 20 by default
  --no-provenance                leaves out of the file which rules and lines of source each node comes from
${MODEL}
${RULES}
${JSON_TEXT}`,
  check: `thaw check MODEL [options]

Rewrites a model for varying sizes without converting it: what became dynamic, and what cannot.

${INPUT}
${CONST}
${DIM}
${MODEL}
${RULES}
${JSON_TEXT}`,
  run: `thaw run MODEL --input NAME=FILE.npy... [options]

Runs a TorchScript model or an ONNX file (.onnx) once.

  --input NAME=FILE.npy          an input's array; items of containers are NAME.0, NAME.1, ...
${CONST}
  -o, --out DIR                  writes each output to DIR/NAME.npy
${DIM}, of an ONNX file
${SESSION}
${MODEL}
${RULES}
${JSON_TEXT}`,
  build: `thaw build MODEL -o OUT.onnx [options]

Builds TensorRT's engine of a TorchScript model or an ONNX file (.onnx), for the ranges of --dim. The file that it
writes opens on this kind of GPU without building.

  -o, --out OUT.onnx             the file to write, whole or not at all
${INPUT}
${CONST}
${DIM}
  --opset N                      ONNX opset, 17 to 21; 20 by default
${SESSION}
${MODEL}
${RULES}
${JSON_TEXT}`,
  doctor: `thaw doctor [--json]

Tells what this machine has for the providers cuda and tensorrt, and the next step for what it lacks.

${JSON_TEXT}`,
  setup: `thaw setup gpu [--from FILE.tgz]

Puts ONNX Runtime's provider libraries for CUDA and TensorRT beside its own library, from the npm registry. Each
download is checked against the checksum that Thaw knows.

  --from FILE.tgz                takes the package from a file, under the same checksum
${JSON_TEXT}`,
  demo: `thaw demo

Compiles a small GPT-2 whose batch and sequence length vary, and compares it with PyTorch's recorded results.`,
};

/** The text of `thaw --help`, or of one command's. */
export function helpText(command?: CommandName): string {
  if (command !== undefined) return `usage: ${USAGE[command]}`;
  return `thaw: TorchScript models with varying shapes, compiled to ONNX by rules

  thaw compile MODEL -o OUT.onnx --input 'x=float32[batch,3,height,width]' --dim batch=1:8:32
  thaw check   MODEL --input 'x=float32[batch,3,height,width]'
  thaw run     MODEL --input x=photo.npy --out results/
  thaw build   MODEL -o ENGINE.onnx     thaw doctor     thaw setup gpu
  thaw rules   list | show | explain | lint | test | new | docs | schema
  thaw demo

thaw COMMAND --help tells a command's options; thaw --version the version.
Exit code 0: done. 1: the model cannot be compiled or run. 2: wrong usage.`;
}
