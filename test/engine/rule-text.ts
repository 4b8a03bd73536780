import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseGraph } from '../../src/frontends/torchscript/graph-parser.js';
import type { Graph } from '../../src/ir/graph.js';
import { RuleBook } from '../../src/rulebook/load.js';
import { readRules } from '../../src/rulebook/read-rules.js';
import { inferBlock } from '../../src/shapes/blocks.js';
import { Inference } from '../../src/shapes/infer.js';

/** Operators that the rules of these tests are about: numbers, tensors, several results, blocks. */
const SCHEMAS = `operators:
  - schema: my::cast(Tensor self) -> t
    role: cast
    legal: always
    infer: { value: 'self.elements[0]' }
  - schema: my::tensor(int value) -> Tensor
    role: freeze
    infer: { dtype: int64, shape: '[]', elements: '[value]' }
  - schema: my::size(Tensor x) -> int
    infer: { value: 'x.shape[0]' }
  - schema: my::extents(Tensor x) -> int[]
    infer: { list: x.shape }
  - schema: my::size_dyn(Tensor x) -> Tensor
    infer: { dtype: int64, shape: '[]', elements: '[x.shape[0]]' }
  - schema: my::add(int a, int b) -> int
    infer: { value: a + b }
  - schema: my::add_dyn(Tensor a, Tensor b) -> Tensor
    infer: { dtype: int64, shape: '[]' }
  - schemas:
      - my::f(Tensor x) -> Tensor
      - my::g(Tensor x) -> Tensor
      - my::h(Tensor x) -> Tensor
      - my::join(Tensor a, Tensor b) -> Tensor
      - my::scale(Tensor x, float by=1., *, int times=1) -> Tensor
      - my::all(...) -> Tensor
      - my::each1(Tensor[] list) -> Tensor
      - my::biased(Tensor x, Tensor? bias=None) -> Tensor
      - my::pool(Tensor x, int[2] kernel, int[2] stride=1) -> Tensor
    infer: {}
  - schemas:
      - my::two(Tensor x) -> (Tensor a, Tensor b)
      - my::pair(Tensor x) -> (Tensor, Tensor)
      - my::sizes(Tensor x) -> (int, Tensor, int)
      - my::not(bool c) -> bool
      - my::choose(bool c, Tensor a, Tensor b) -> Tensor
      - my::cat(Tensor[] list) -> Tensor
  - schema: my::print(Tensor x) -> Tensor
    pure: false
  - schema: my::take(Tensor x, int n) -> Tensor
  - schema: my::take_dyn(Tensor x, Tensor n) -> Tensor
  - schemas: ['my::branch_dyn(Tensor condition) -> ...', 'my::branch(bool cond) -> ...']
    legal: always
  - schema: my::each(Tensor[] list) -> ...
  - schema: prim::ListConstruct(...) -> ...
    legal: always
    role: list
  - schemas:
      - prim::Constant() -> t
      - prim::If(bool cond) -> ...
      - prim::Loop(int max_trip_count, bool cond, ...) -> ...
    legal: always
`;

/**
 * A rule book of these operators and the rules of a text, each beginning with \`- id:\`. Without checks, patterns may
 * capture what nothing uses.
 */
export async function bookOf(rules: string, options: { check?: boolean } = {}): Promise<RuleBook> {
  const dir = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    };
    write('schemas/my.yaml', SCHEMAS);
    write('translation-map.yaml', `rules:\n${rules}`);
    if (options.check === false) return new RuleBook([readRules(dir).data]);
    return await RuleBook.load({ base: dir });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** One rule in YAML. */
export function rule(id: string, match: string, rewrite: string, where = ''): string {
  return `  - id: ${id}\n    why: A rule of the tests.\n    match: ${match}\n${where === '' ? '' : `    where: [${where}]\n`}    rewrite: ${rewrite}\n`;
}

/** The graph of a text, inferred. */
export function graphOf(book: RuleBook, text: string): { graph: Graph; inference: Inference } {
  const graph = parseGraph(text, 'test', book.registry);
  const inference = new Inference(book.registry);
  inferBlock(graph.block, inference);
  return { graph, inference };
}
