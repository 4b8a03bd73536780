import type { RuleBook } from '../../src/rulebook/load.js';
import type { Recipe } from '../../src/schema/recipe.js';

/** Notes each recipe of a book whose steps are made from now on: those that apply, and are not just asked. */
export function watchRecipes(book: RuleBook): ReadonlySet<Recipe> {
  const used = new Set<Recipe>();
  const watched = new Map<Recipe, Recipe>();
  const plain = book.recipes.bind(book);
  book.recipes = (op) =>
    plain(op).map((recipe) => {
      let w = watched.get(recipe);
      if (w === undefined) {
        w = new Proxy(recipe, {
          get(target, key) {
            if (key === 'steps') used.add(target);
            return Reflect.get(target, key);
          },
        });
        watched.set(recipe, w);
      }
      return w;
    });
  return used;
}
