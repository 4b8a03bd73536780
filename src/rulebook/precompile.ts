import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiagnosticError } from '../diagnostics/diagnostic.js';
import { checkFolder } from './check-folder.js';
import { encodeBook } from './compiled-book.js';
import { COMPILED_RULES, SHIPPED_RULES } from './load.js';
import { COMPILED_VALIDATORS, validatorCode } from './validators.js';

/**
 * Reads and checks the shipped YAML, and writes it as JSON, and the JSON Schemas as code, for a fast start-up. Run by the
 * build.
 */
function precompile(): void {
  writeFileSync(COMPILED_VALIDATORS, validatorCode());
  const { source } = checkFolder(SHIPPED_RULES);
  writeFileSync(
    COMPILED_RULES,
    JSON.stringify(encodeBook(source.data, (file) => relative(`${SHIPPED_RULES}/..`, file))),
  );
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
