import { parseSignature } from '../../src/schema/parse-signature.js';
import { OperatorRegistry, operatorOf } from '../../src/schema/registry.js';
import type { Signature } from '../../src/schema/signature.js';

/** A registry of the operators whose signatures stand in the lines of a text. */
export function registryOf(text: string): OperatorRegistry<{ readonly signature: Signature }> {
  const registry = new OperatorRegistry<{ readonly signature: Signature }>();
  for (const line of text.trim().split('\n')) {
    registry.declare(operatorOf(line), () => ({ signature: parseSignature(line) }));
  }
  return registry;
}
