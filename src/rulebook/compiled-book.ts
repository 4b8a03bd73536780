import type { Span } from '../diagnostics/diagnostic.js';
import type { OpName } from '../ir/graph.js';
import type { Legality, MemoryFacts, ResultFact, Role, Structure } from '../schema/operator-schema.js';
import type { Recipe } from '../schema/recipe.js';
import type { Rule } from '../schema/rule.js';
import type { Definitions } from './definitions.js';
import type { OperatorData, RecipeData, RuleData } from './rule-data.js';

type Place = readonly [file: number, line: number, column: number];

/**
 * The shipped rules as `dist/rulebook.json` holds them, small and quick to read: files and facts stand once and are
 * named by index, recipes are texts until an operator asks for them.
 */
export interface CompiledBook {
  readonly files: readonly string[];
  readonly facts: readonly (readonly ResultFact[])[];
  readonly operators: readonly CompiledOperator[];
  readonly lowering: readonly Rule[];
  readonly translation: readonly Rule[];
  readonly recipes: readonly (readonly [ops: readonly OpName[], json: string])[];
  /** For packs above; the rules of the book hold what they use of them. */
  readonly definitions?: Definitions;
}

type CompiledOperator = readonly [
  signature: string,
  facts: number,
  place: Place,
  legal: Legality,
  pure: boolean,
  role: Role | null,
  structure: Structure | null,
  memory: MemoryFacts | null,
  note: string | null,
];

/** `rename` gives the path that a file is told by. */
export function encodeBook(data: RuleData, rename: (file: string) => string): CompiledBook {
  const files = new Table<string>();
  const facts = new Table<readonly ResultFact[]>();
  const place = (s: Span): Place => [files.index(rename(s.file)), s.line, s.column];
  const short = (s: Span): Span => ({ file: rename(s.file), line: s.line, column: s.column });
  const rule = (r: Rule): Rule => ({ ...r, span: short(r.span) });
  const operators = data.operators.map(
    (o): CompiledOperator => [
      o.signature,
      facts.index(o.infer),
      place(o.span),
      o.legal,
      o.pure,
      o.role ?? null,
      o.structure ?? null,
      o.memory ?? null,
      o.note ?? null,
    ],
  );
  const recipes = data.recipes.map((r) => {
    const recipe = r.read();
    return [r.ops, JSON.stringify({ ...recipe, span: recipe.span && short(recipe.span) })] as const;
  });
  const { definitions } = data;
  return {
    definitions: definitions && {
      predicates: definitions.predicates.map((p) => ({ ...p, span: short(p.span) })),
      fragments: definitions.fragments.map((f) => ({ ...f, span: short(f.span) })),
    },
    files: files.items,
    facts: facts.items,
    operators,
    lowering: data.lowering.map(rule),
    translation: data.translation.map(rule),
    recipes,
  };
}

/** The layer that `encodeBook` has written; recipes are read when an operator first asks for them. */
export function decodeBook(book: CompiledBook): RuleData {
  const span = ([file, line, column]: Place): Span => ({ file: book.files[file] ?? '', line, column });
  return {
    operators: book.operators.map(
      ([signature, facts, place, legal, pure, role, structure, memory, note]): OperatorData => ({
        signature,
        infer: book.facts[facts] ?? [],
        span: span(place),
        legal,
        pure,
        role: role ?? undefined,
        structure: structure ?? undefined,
        memory: memory ?? undefined,
        note: note ?? undefined,
      }),
    ),
    definitions: book.definitions,
    lowering: book.lowering,
    translation: book.translation,
    recipes: book.recipes.map(([ops, json]): RecipeData => ({ ops, read: (): Recipe => JSON.parse(json) })),
  };
}

/** Values by index; equal ones (as JSON) share theirs. */
class Table<T> {
  readonly items: T[] = [];
  private readonly known = new Map<string, number>();

  index(item: T): number {
    const key = JSON.stringify(item);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.items.length);
    this.items.push(item);
    return this.items.length - 1;
  }
}
