import { ATTENTION } from './attention.js';
import { CONVOLUTIONS } from './conv.js';
import type { Converter } from './define-converter.js';
import { DYNAMIC } from './dynamic.js';
import { FUSED } from './fused.js';
import { INDEXING } from './indexing.js';
import { INTERPOLATE } from './interpolate.js';
import { LISTS } from './lists.js';
import { PADDING } from './padding.js';
import { POOLING } from './pooling.js';
import { RECURRENT } from './recurrent.js';
import { SCANS } from './scan.js';
import { STRUCTURAL } from './structural.js';
import { UNFOLD } from './unfold.js';

/** Every conversion in TypeScript, by operator. Recipes (rules/onnx) come first where both exist. */
export const CONVERTERS: ReadonlyMap<string, Converter> = new Map(
  [
    ...STRUCTURAL,
    ...LISTS,
    ...INDEXING,
    ...ATTENTION,
    ...CONVOLUTIONS,
    ...INTERPOLATE,
    ...PADDING,
    ...POOLING,
    ...DYNAMIC,
    ...FUSED,
    ...RECURRENT,
    ...UNFOLD,
    ...SCANS,
  ].flatMap((c) => c.ops.map((op) => [op, c] as const)),
);
