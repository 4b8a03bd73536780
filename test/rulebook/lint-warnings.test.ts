import { afterAll, expect, it } from 'vitest';
import { lintRules } from '../../src/rulebook/lint.js';
import { Project } from './pack-folder.js';

const project = new Project();
afterAll(() => project.remove());

const FACT = '{ dtype: x.dtype, shape: x.shape }';
const pair = (infer: string) =>
  `operators:\n  - schema: my::pair(Tensor x) -> (Tensor, Tensor)\n    infer: ${infer}\n  - schema: trt::my_f(Tensor x) -> Tensor\n`;
const recipes = (step = '{ op: TopK, in: [x, 1], out: [v, i] }') =>
  `recipes:\n  - op: my::pair\n    onnx: ${step}\n  - op: trt::my_f\n    onnx: { op: Abs, in: [x] }\n`;
const rule = (op: string) =>
  `rules:\n  - id: my-rule\n    why: A rule to test the warnings with.\n    match: { op: ${op}, in: { x: $x } }\n    where: $x.rank == 1\n    rewrite: $x\n`;
const BOTH = `[${FACT}, ${FACT}]`;

it.each<[what: string, files: Readonly<Record<string, string>>, codes: readonly string[]]>([
  ['nothing of a sound pack', { 'schemas/a.yaml': pair(BOTH), 'onnx/a.yaml': recipes() }, []],
  ['facts of one result', { 'schemas/a.yaml': pair(FACT), 'onnx/a.yaml': recipes() }, ['schema-untold']],
  [
    'a recipe of one result',
    { 'schemas/a.yaml': pair(BOTH), 'onnx/a.yaml': recipes('{ op: Abs, in: [x] }') },
    ['recipe-partial'],
  ],
  [
    'a lowering rule on what no model has',
    { 'schemas/a.yaml': pair(BOTH), 'onnx/a.yaml': recipes(), 'lowering/a.yaml': rule('trt::my_f') },
    ['rule-unreached', 'rule-untested'],
  ],
  [
    'rules in a folder of a misspelt name beside the right one',
    {
      'schemas/a.yaml': pair(BOTH),
      'onnx/a.yaml': recipes(),
      'translation/a.yaml': 'rules: []\n',
      'transation/a.yaml': rule('my::pair'),
    },
    ['pack-unread'],
  ],
  [
    'rules beside the folders',
    { 'schemas/a.yaml': pair(BOTH), 'onnx/a.yaml': recipes(), 'rules.yaml': rule('my::pair'), 'notes.yaml': 'a: 1\n' },
    ['pack-unread'],
  ],
])('tells %s', async (what, files, codes) => {
  const pack = what.replaceAll(' ', '-');
  project.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${pack}/${name}`, text])));
  const found = await lintRules({ packs: [project.path(pack)] });
  expect(found.map(({ code }) => code)).toEqual(codes);
});
