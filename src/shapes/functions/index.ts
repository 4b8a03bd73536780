import type { ExprFunction } from '../../expr/value.js';
import { CONV_FUNCTIONS } from './conv.js';
import { DTYPE_FUNCTIONS } from './dtypes.js';
import { ELEMENT_FUNCTIONS } from './elements.js';
import { FACTORY_FUNCTIONS } from './factory.js';
import { FOURIER_FUNCTIONS } from './fourier.js';
import { INDEX_FUNCTIONS } from './indexing.js';
import { MATMUL_FUNCTIONS } from './matmul.js';
import { PIECE_FUNCTIONS } from './pieces.js';
import { QUANTIZE_FUNCTIONS } from './quantize.js';
import { SCALAR_FUNCTIONS } from './scalars.js';
import { TEXT_FUNCTIONS } from './texts.js';
import { VIEW_FUNCTIONS } from './view.js';

/** The shape functions: what facts may call beside the builtins of the language. */
export const SHAPE_FUNCTIONS: ReadonlyMap<string, ExprFunction> = new Map(
  [
    DTYPE_FUNCTIONS,
    VIEW_FUNCTIONS,
    INDEX_FUNCTIONS,
    PIECE_FUNCTIONS,
    MATMUL_FUNCTIONS,
    CONV_FUNCTIONS,
    FACTORY_FUNCTIONS,
    ELEMENT_FUNCTIONS,
    SCALAR_FUNCTIONS,
    TEXT_FUNCTIONS,
    FOURIER_FUNCTIONS,
    QUANTIZE_FUNCTIONS,
  ].flatMap((table) => Object.entries(table)),
);
