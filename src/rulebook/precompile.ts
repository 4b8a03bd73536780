import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiagnosticError, type Span } from '../diagnostics/diagnostic.js';
import { checkRules } from './check.js';
import { COMPILED_RULES, RuleBook, SHIPPED_RULES } from './load.js';
import { readRules } from './read-rules.js';
import type { RuleData } from './rule-data.js';

/** Reads and checks the shipped YAML, and writes it as JSON for a fast start-up. Run by the build. */
export function precompile(): void {
  const source = readRules(SHIPPED_RULES);
  checkRules(source, new RuleBook([source.data]));
  writeFileSync(COMPILED_RULES, JSON.stringify(compact(source.data)));
}

/** Places keep file and line; source text is not needed once the rules are checked. */
function compact(data: RuleData): RuleData {
  const place = (s: Span): Span => ({ file: relative(`${SHIPPED_RULES}/..`, s.file), line: s.line, column: s.column });
  return {
    operators: data.operators.map((o) => ({ ...o, span: place(o.span) })),
    lowering: data.lowering.map((r) => ({ ...r, span: place(r.span) })),
    translation: data.translation.map((r) => ({ ...r, span: place(r.span) })),
    recipes: data.recipes.map((r) => ({ ...r, span: r.span && place(r.span) })),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    precompile();
  } catch (e) {
    if (!(e instanceof DiagnosticError)) throw e;
    for (const d of e.diagnostics) {
      console.error(
        `${d.severity}[${d.code}]: ${d.message}\n  --> ${d.at?.file}:${d.at?.line}:${d.at?.column}${d.help === undefined ? '' : `\n  help: ${d.help}`}`,
      );
    }
    process.exitCode = 1;
  }
}
