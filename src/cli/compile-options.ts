import { type CompileOptions, DEFAULT_OPSET, MAX_OPSET, MIN_OPSET } from '../compiler-options.js';
import { parseConst } from '../declaration/parse-const.js';
import { parseDim } from '../declaration/parse-dim.js';
import { parseInput } from '../declaration/parse-input.js';
import { fail } from '../diagnostics/diagnostic.js';
import { type CommandLine, parseEach } from './command-line.js';

/** The options of a compilation that a command line asks for. Errors: those of the parsers, `usage`, `opset-range`. */
export function compileOptions(
  line: Pick<CommandLine, 'input' | 'const' | 'dim' | 'opset' | 'no-provenance'>,
): CompileOptions {
  const inputs = parseEach('input', line.input, parseInput);
  const consts = parseEach('const', line.const, parseConst);
  const baked = new Set(consts.map(({ name }) => name));
  const both = inputs.find(({ name }) => baked.has(name));
  if (both !== undefined) fail('usage', `${both.name} is declared by --input and baked in by --const`);
  const dims = parseEach('dim', line.dim, parseDim);
  return {
    inputs,
    consts,
    dims: Object.fromEntries(dims.map(({ name, range }) => [name, range])),
    opset: parseOpset(line.opset),
    provenance: !line['no-provenance'],
  };
}

function parseOpset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const opset = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (opset >= MIN_OPSET && opset <= MAX_OPSET) return opset;
  fail('opset-range', `--opset ${text} is not supported`, {
    help: `choose ${MIN_OPSET} to ${MAX_OPSET}; ${DEFAULT_OPSET} is the default`,
  });
}
