import type { Frame } from './frame.js';
import type { Item } from './item.js';
import type { ScriptObject } from './script-object.js';

/** What a branch or loop body changed: the new items of variables and attributes. */
export interface Changes {
  readonly variables: ReadonlyMap<string, Item>;
  readonly attributes: ReadonlyMap<ScriptObject, ReadonlyMap<string, Item>>;
}

interface Scope {
  readonly frame: Frame;
  /** Objects with this serial or a higher one were made in the scope: nothing of them needs putting back. */
  readonly firstSerial: number;
  /** Items before the scope wrote them. */
  readonly variables: Map<string, Item | undefined>;
  readonly attributes: Map<ScriptObject, Map<string, Item | undefined>>;
}

/**
 * Writes variables and attributes. Inside a scope (a branch, a loop body) the old items are kept, so that `close` can
 * give the changes and put everything back.
 */
export class State {
  private readonly scopes: Scope[] = [];

  setVariable(frame: Frame, name: string, item: Item): void {
    const scope = this.scopes[this.scopes.length - 1];
    if (scope !== undefined && scope.frame === frame && !scope.variables.has(name)) {
      scope.variables.set(name, frame.variables.get(name));
    }
    frame.variables.set(name, item);
  }

  setAttribute(object: ScriptObject, name: string, item: Item): void {
    const scope = this.scopes[this.scopes.length - 1];
    if (scope !== undefined && object.serial < scope.firstSerial) {
      let kept = scope.attributes.get(object);
      if (kept === undefined) {
        kept = new Map();
        scope.attributes.set(object, kept);
      }
      if (!kept.has(name)) kept.set(name, object.attributes.get(name));
    }
    object.attributes.set(name, item);
  }

  open(frame: Frame, firstSerial: number): void {
    this.scopes.push({ frame, firstSerial, variables: new Map(), attributes: new Map() });
  }

  close(): Changes {
    const scope = this.scopes.pop();
    const variables = new Map<string, Item>();
    const attributes = new Map<ScriptObject, Map<string, Item>>();
    if (scope === undefined) return { variables, attributes };
    for (const [name, old] of scope.variables) takeBack(scope.frame.variables, name, old, variables);
    for (const [object, kept] of scope.attributes) {
      const changed = new Map<string, Item>();
      for (const [name, old] of kept) takeBack(object.attributes, name, old, changed);
      attributes.set(object, changed);
    }
    return { variables, attributes };
  }
}

function takeBack(from: Map<string, Item>, name: string, old: Item | undefined, changed: Map<string, Item>): void {
  const now = from.get(name);
  if (now !== undefined) changed.set(name, now);
  if (old === undefined) from.delete(name);
  else from.set(name, old);
}
