import type { ExprFunction } from '../expr/value.js';
import { expandLiteral } from '../shapes/expand-literal.js';
import { define, type FunctionTable, shape } from '../shapes/functions/define.js';
import { reshapeLiteral } from '../shapes/reshape-literal.js';

const TABLE: FunctionTable = {
  reshape_literal: define(
    'target of a reshape as constants: 0 copies an extent, one -1 is inferred; none where that cannot say it',
    [shape, shape],
    (_, from, to) => reshapeLiteral(from, to) ?? null,
  ),
  expand_literal: define(
    'target of an expand as constants: 1 keeps an extent; none where a new extent is known only at run time',
    [shape, shape],
    (_, from, to) => expandLiteral(from, to) ?? null,
  ),
};

/** Functions that only rules need, beside the shape functions and the language's own. */
export const PREDICATES: ReadonlyMap<string, ExprFunction> = new Map(Object.entries(TABLE));
