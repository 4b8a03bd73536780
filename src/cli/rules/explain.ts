import { fail } from '../../diagnostics/diagnostic.js';
import { toJson } from '../../diagnostics/render.js';
import type { Explanation } from '../../index.js';
import { compileOptions } from '../compile-options.js';
import { loadBook } from '../load-book.js';
import { EXIT_DONE } from '../report.js';
import type { Terminal } from '../terminal.js';
import { COMMON_OPTIONS, oneWord, readRulesLine } from './options.js';

const SELECTORS = {
  node: { type: 'string' },
  op: { type: 'string' },
  line: { type: 'string' },
  rule: { type: 'string' },
} as const;

const OPTIONS = {
  ...COMMON_OPTIONS,
  ...SELECTORS,
  input: { type: 'string', multiple: true },
  const: { type: 'string', multiple: true },
  dim: { type: 'string', multiple: true },
  opset: { type: 'string' },
} as const;

/** `thaw rules explain MODEL`: the answer is given also where the model does not compile. */
export async function explainCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, values } = readRulesLine('explain', argv, OPTIONS);
  const path = oneWord('explain', 'MODEL', words);
  const { input = [], const: consts = [], dim = [], opset, node, op, line, rule } = values;
  const selectors = { node, op, line, rule };
  const isOnnx = path.endsWith('.onnx');
  if (isOnnx && input.length + consts.length + dim.length > 0) {
    fail('usage', 'an ONNX file is explained from its metadata: --input, --const and --dim are of no use');
  }
  const options = compileOptions({ input, const: consts, dim, opset, 'no-provenance': false });
  const thaw = await import('../../index.js');
  const { book, config } = await loadBook(values);
  let explanation: Explanation;
  if (isOnnx) explanation = await thaw.explainOnnx(path, { ...selectors, rules: book });
  else {
    const model = await thaw.loadModel(path, { rules: book });
    try {
      explanation = await thaw.explain(model, { ...options, ...selectors, rules: book, config });
    } finally {
      model.close();
    }
  }
  print(explanation, values.json ?? false, terminal, thaw.renderExplanation);
  return EXIT_DONE;
}

function print(
  explanation: Explanation,
  json: boolean,
  terminal: Terminal,
  render: (explanation: Explanation) => string[],
): void {
  const { problems, stopped } = explanation;
  if (json) {
    terminal.out(JSON.stringify({ ok: true, ...explanation, problems: problems.map(toJson) }, null, 2));
    return;
  }
  for (const row of render(explanation)) terminal.out(row);
  if (problems.length === 0) return;
  terminal.error(`\nthe compilation stops after \`${stopped ?? 'load'}\` (thaw check tells the problems in full)`);
  for (const { severity, code, message, at } of problems) {
    terminal.error(`  ${severity}[${code}]: ${message}${at === undefined ? '' : `, at ${at.file}:${at.line}`}`);
  }
}
