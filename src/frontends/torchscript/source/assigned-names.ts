import type { Expr, Statement } from './ast.js';

/** Names of variables that statements assign, those of blocks within included. */
export function assignedNames(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  collect(statements, names);
  return names;
}

function collect(statements: readonly Statement[], names: Set<string>): void {
  for (const s of statements) {
    switch (s.kind) {
      case 'assign':
        if (s.value !== undefined) for (const t of s.targets) target(t, names);
        break;
      case 'augmented':
        target(s.target, names);
        break;
      case 'if':
        collect(s.body, names);
        collect(s.orelse, names);
        break;
      case 'for':
        target(s.target, names);
        collect(s.body, names);
        break;
      case 'with':
        for (const i of s.items) if (i.target !== undefined) target(i.target, names);
        collect(s.body, names);
        break;
      case 'while':
        collect(s.body, names);
        break;
    }
  }
}

function target(e: Expr, names: Set<string>): void {
  if (e.kind === 'name') names.add(e.id);
  else if (e.kind === 'starred') target(e.value, names);
  else if (e.kind === 'tuple' || e.kind === 'list') for (const i of e.items) target(i, names);
}
