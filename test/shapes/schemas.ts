import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { DEFAULT_LEGALITY, type OperatorSchema } from '../../src/schema/operator-schema.js';
import { parseSignature } from '../../src/schema/parse-signature.js';
import { OperatorRegistry, operatorOf } from '../../src/schema/registry.js';

type Entry = Partial<Omit<OperatorSchema, 'infer' | 'signature'>> & {
  schema?: string;
  schemas?: string[];
  infer?: OperatorSchema['infer'] | OperatorSchema['infer'][number];
};

/** The shipped schemas, read plainly: these tests are about the facts, not about the loader. */
export function shippedSchemas(): OperatorRegistry<OperatorSchema> {
  const registry = new OperatorRegistry<OperatorSchema>();
  const folder = new URL('../../rules/schemas/', import.meta.url);
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const document: { operators: Entry[] } = parse(readFileSync(new URL(file, folder), 'utf8'));
    for (const entry of document.operators) declare(registry, entry, file);
  }
  return registry;
}

function declare(registry: OperatorRegistry<OperatorSchema>, entry: Entry, file: string): void {
  const { schema, schemas, infer, legal, pure, role, structure } = entry;
  const facts = infer === undefined ? [] : [infer].flat();
  for (const text of schemas ?? [schema ?? '']) {
    registry.declare(operatorOf(text), () => ({
      signature: parseSignature(text),
      legal: legal ?? DEFAULT_LEGALITY,
      pure: pure ?? true,
      role,
      structure,
      infer: facts,
      span: { file, line: 1, column: 1 },
    }));
  }
}
