import type { ReadLimits } from '../limits.js';
import type { ClassDef, Expr, FunctionDef, Statement } from './ast.js';
import { type CodeArchive, CodeUnit } from './code-unit.js';
import { parseSource } from './parser.js';

/** A function or method of the archive. */
export interface FunctionInfo {
  readonly kind: 'function';
  /** Qualified: `__torch__.torch.nn.functional.relu`. */
  readonly name: string;
  readonly def: FunctionDef;
  readonly unit: CodeUnit;
}

/** A class of the archive: a module, a plain class, a NamedTuple, an Enum or an interface. */
export interface ClassInfo {
  readonly kind: 'class';
  readonly name: string;
  readonly base: string | undefined;
  readonly def: ClassDef;
  readonly unit: CodeUnit;
  readonly methods: ReadonlyMap<string, FunctionInfo>;
  /** Declared types of attributes, in order. */
  readonly fields: ReadonlyMap<string, Expr>;
  /** Values of class constants and enum members. */
  readonly constants: ReadonlyMap<string, Expr>;
}

export type Definition = FunctionInfo | ClassInfo;

/** The archive's code by qualified name. A file is parsed when something in it is first asked for. */
export class CodeLibrary {
  private readonly units = new Map<string, ReadonlyMap<string, Definition>>();
  private readonly found = new Map<string, Definition | undefined>();

  constructor(
    private readonly archive: CodeArchive,
    private readonly limits?: ReadLimits,
  ) {}

  /** Errors: `syntax-error` of the file that should define the name. */
  find(name: string): Definition | undefined {
    let definition = this.found.get(name);
    if (definition === undefined && !this.found.has(name)) {
      const dot = name.lastIndexOf('.');
      definition = dot < 0 ? undefined : this.unit(name.slice(0, dot)).get(name.slice(dot + 1));
      this.found.set(name, definition);
    }
    return definition;
  }

  private unit(qualifier: string): ReadonlyMap<string, Definition> {
    const known = this.units.get(qualifier);
    if (known !== undefined) return known;
    const definitions = new Map<string, Definition>();
    if (this.archive.hasSource(qualifier)) {
      const unit = new CodeUnit(this.archive, qualifier, this.archive.readSource(qualifier));
      for (const s of parseSource(unit.source, unit.file, this.limits)) {
        if (s.kind === 'def') definitions.set(s.name, functionInfo(s, qualifier, unit));
        if (s.kind === 'class') definitions.set(s.name, classInfo(s, qualifier, unit));
      }
    }
    this.units.set(qualifier, definitions);
    return definitions;
  }
}

function functionInfo(def: FunctionDef, scope: string, unit: CodeUnit): FunctionInfo {
  return { kind: 'function', name: `${scope}.${def.name}`, def, unit };
}

function classInfo(def: ClassDef, scope: string, unit: CodeUnit): ClassInfo {
  const name = `${scope}.${def.name}`;
  const methods = new Map<string, FunctionInfo>();
  const fields = new Map<string, Expr>();
  const constants = new Map<string, Expr>();
  for (const s of def.body) {
    if (s.kind === 'def') methods.set(s.name, functionInfo(s, name, unit));
    else if (s.kind === 'assign') classAttribute(s, fields, constants);
  }
  return { kind: 'class', name, base: def.base, def, unit, methods, fields, constants };
}

/** `name : type`, `name : Final[type] = value`, `member = value`, `__annotations__["0"] = type`. */
function classAttribute(
  s: Statement & { kind: 'assign' },
  fields: Map<string, Expr>,
  constants: Map<string, Expr>,
): void {
  const [target] = s.targets;
  if (target?.kind === 'name') {
    if (s.annotation !== undefined) fields.set(target.id, s.annotation);
    if (s.value !== undefined) constants.set(target.id, s.value);
  } else if (target?.kind === 'subscript' && target.index.kind === 'str' && s.value !== undefined) {
    fields.set(target.index.value, s.value);
  }
}
