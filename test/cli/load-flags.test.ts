import { expect, test } from 'vitest';
import { helpText } from '../../src/cli/help.js';
import { loadOptions } from '../../src/cli/load-flags.js';
import { limitFlag, limitNames } from '../../src/compiler-options.js';
import { load } from '../../src/frontends/torchscript/load.js';
import { RuleBook } from '../../src/rulebook/load.js';

const SCRIPTED = 'test/archive/fixtures/scripted.pt';

test('limits are raised by the names that the help tells', () => {
  expect(loadOptions({ limit: ['code-nesting=500', 'entries=9'] }).limits).toEqual({ codeNesting: 500, entries: 9 });
  for (const name of limitNames()) expect(helpText('compile')).toContain(`${limitFlag(name)}=`);
  expect(() => loadOptions({ limit: ['code-nesting'] })).toThrow(/NAME=N/);
  expect(() => loadOptions({ limit: ['depth=3'] })).toThrow(/no limit depth/);
});

test('methods and submodules that do not exist are answered with those that do', async () => {
  const { registry } = await RuleBook.load();
  const help = (options: Parameters<typeof load>[2]) => {
    try {
      load(SCRIPTED, registry, options).close();
      return 'loaded';
    } catch (error) {
      return JSON.stringify(error);
    }
  };
  expect(help({ module: 'inner' })).toBe('loaded');
  expect(help({ module: 'iner' })).toMatch(/did you mean inner\? it has inner, again/);
  expect(help({ method: 'encode' })).toMatch(/it has forward/);
});
