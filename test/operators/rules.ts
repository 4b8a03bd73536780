import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ConversionRules } from '../../src/converters/graph-converter.js';
import { CONVERTERS } from '../../src/converters/registry.js';
import { normalizeRecipe } from '../../src/rulebook/normalize-recipe.js';
import type { OperatorSchema } from '../../src/schema/operator-schema.js';
import type { Recipe } from '../../src/schema/recipe.js';
import type { OperatorRegistry } from '../../src/schema/registry.js';
import { shippedSchemas } from '../shapes/schemas.js';

/** The shipped recipes by operator, read plainly: these tests are about what the recipes say. */
export function shippedRecipes(): Map<string, Recipe[]> {
  const byOp = new Map<string, Recipe[]>();
  const folder = new URL('../../rules/onnx/', import.meta.url);
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const document: { recipes: unknown[] } = parse(readFileSync(new URL(file, folder), 'utf8'));
    for (const entry of document.recipes) {
      const recipe = normalizeRecipe(entry, { file, line: 1, column: 1 });
      for (const op of recipe.ops) byOp.set(op, [...(byOp.get(op) ?? []), recipe]);
    }
  }
  return byOp;
}

export interface ShippedRules extends ConversionRules {
  readonly schemas: OperatorRegistry<OperatorSchema>;
}

export function shippedRules(): ShippedRules {
  const schemas = shippedSchemas();
  const recipes = shippedRecipes();
  return {
    schemas,
    schema: (op) => schemas.get(op),
    recipes: (op) => recipes.get(op) ?? [],
    converter: (op) => CONVERTERS.get(op),
  };
}
