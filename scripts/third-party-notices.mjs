// Writes dist/THIRD-PARTY-NOTICES.txt: the licenses of the packages whose code the build puts into dist. Run by the build.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BUNDLED = ['yaml', 'ts-pattern', '@petamoriken/float16', 'ajv', 'fast-deep-equal'];

const notices = BUNDLED.map((name) => {
  const home = join('node_modules', name);
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const license = readdirSync(home).find((file) => /^licen[cs]e/i.test(file));
  if (license === undefined) throw new Error(`${home} has no license file`);
  return `${name} ${version}\n\n${readFileSync(join(home, license), 'utf8').trim()}\n`;
});
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
