import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.js';

/** A temporary project; paths are seen from its folder. */
export class Project {
  readonly dir = mkdtempSync(join(tmpdir(), 'thaw-project-'));

  write(files: Readonly<Record<string, string>>): this {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true });
      writeFileSync(join(this.dir, path), text);
    }
    return this;
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}

/** What a promise fails with; empty when it does not. */
export async function problemsOf(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work;
    return [];
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
}

/** A lowering rule that makes relu of an operator of one argument `x`. */
export function reluRule(id: string, op: string): string {
  return `  - id: ${id}
    why: A rule to test the layers with.
    match: { op: ${op}, in: { x: $x } }
    rewrite: { op: aten::relu, in: { self: $x } }
`;
}

export function schemaOf(op: string): string {
  return `operators:\n  - schema: ${op}(Tensor x) -> Tensor\n    infer: { dtype: x.dtype, shape: x.shape }\n`;
}
