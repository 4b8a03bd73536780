import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SHIPPED_RULES } from '../../rulebook/load.js';

/** The folder of package.json. */
export const PACKAGE_ROOT = dirname(SHIPPED_RULES);

/** Cases of the shipped rules, `<family>/<rule-id>.yaml`, and of the shipped recipes. */
export const SHIPPED_CASES: readonly string[] = ['test/rules', 'test/recipes']
  .map((folder) => join(PACKAGE_ROOT, folder))
  .filter((folder) => existsSync(folder));

/** Where the cases of a layer stand: `cases/` of a pack. */
export function caseFolders(dir: string, shipped: boolean): readonly string[] {
  return shipped ? SHIPPED_CASES : [join(dir, 'cases')];
}

export interface CasePlace {
  readonly path: string;
  /** The folder that the file stands in, below the folder of all cases; none directly in it. */
  readonly family: string | undefined;
}

/** The case files below folders by the id of the rule that they are about; those of recipes are left out. */
export function caseFiles(folders: readonly string[]): Map<string, CasePlace> {
  const found = new Map<string, CasePlace>();
  for (const dir of folders) {
    for (const path of yamlFiles(dir)) {
      const rule = /^rule:\s*['"]?([\w-]+)/m.exec(readFileSync(path, 'utf8'))?.[1];
      if (rule === undefined) continue;
      const folder = dirname(relative(dir, path)).replaceAll('\\', '/');
      found.set(rule, { path, family: folder === '.' ? undefined : folder });
    }
  }
  return found;
}

/** The YAML files below a folder, sorted; none where there is no such folder. */
export function yamlFiles(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}
