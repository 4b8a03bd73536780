import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/frontends/torchscript/archive/archive.js';
import { buildGraph } from '../../src/frontends/torchscript/source/build-graph.js';
import { verify } from '../../src/ir/verify.js';
import { RuleBook } from '../../src/rulebook/load.js';

const MODELS = join(import.meta.dirname, '../models');
const names = readdirSync(MODELS).filter((name) => existsSync(join(MODELS, name, 'model.pt')));
let rules: RuleBook;
beforeAll(async () => {
  rules = await RuleBook.load();
});

describe('archives of real models', () => {
  it.each(names)('%s becomes a sound graph whose nodes know their Python', (name) => {
    const archive = openArchive(join(MODELS, name, 'model.pt'));
    try {
      const { graph } = buildGraph(archive, rules.registry);
      expect(verify(graph)).toEqual([]);
      const nodes = [...graph.allNodes()].filter((n) => n.op !== 'prim::Constant' && n.inputs.length > 0);
      const lost = nodes.filter((n) => n.loc.length === 0 && n.origin?.by !== 'load').map((n) => n.op);
      expect(lost.filter((op) => !/Construct$/.test(op))).toEqual([]);
      for (const n of nodes) if (n.op.startsWith('aten::')) expect(rules.registry.has(n.op)).toBe(true);
    } finally {
      archive.close();
    }
  });
});
