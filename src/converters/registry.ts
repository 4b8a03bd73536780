import { ATTENTION } from './attention.js';
import type { Converter } from './define-converter.js';
import { DYNAMIC } from './dynamic.js';
import { FUSED } from './fused.js';
import { INDEXING } from './indexing.js';
import { INTERPOLATE } from './interpolate.js';
import { LISTS } from './lists.js';
import { RECURRENT } from './recurrent.js';
import { SCANS } from './scan.js';
import { SEQUENCES } from './sequences.js';
import { STRUCTURAL } from './structural.js';

/** Every conversion in TypeScript, by operator. Recipes (rules/onnx) come first where both exist. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map(
  [
    ...STRUCTURAL,
    ...LISTS,
    ...SEQUENCES,
    ...INDEXING,
    ...ATTENTION,
    ...INTERPOLATE,
    ...DYNAMIC,
    ...FUSED,
    ...RECURRENT,
    ...SCANS,
  ].flatMap((c) => c.ops.map((op) => [op, c] as const)),
);
