/**
 * The operators of the IR itself, which every pass may name: constants, control flow, and what builds and opens
 * containers. All that is known of other operators is declared in YAML (rules/schemas).
 */

/** Its attribute `value` is what it gives. */
export const CONSTANT = 'prim::Constant';

/** `(condition)`: two blocks without parameters, one return each result. */
export const IF = 'prim::If';
/** `(most rounds, condition, carried...)`: a body `(round, carried...) -> (condition, carried...)`. */
export const LOOP = 'prim::Loop';
/** Stops the run. */
export const RAISE = 'prim::RaiseException';
/** What an early return, a break or a raise leaves behind on the other paths: a value that no run reads. */
export const UNINITIALIZED = 'prim::Uninitialized';

/** `(items...)`. */
export const LIST_CONSTRUCT = 'prim::ListConstruct';
/** `(items...)`. */
export const TUPLE_CONSTRUCT = 'prim::TupleConstruct';
/** `(key, value, key, value...)`. */
export const DICT_CONSTRUCT = 'prim::DictConstruct';
/** `(list)`: one result an item. */
export const LIST_UNPACK = 'prim::ListUnpack';
/** `(tuple)`: one result an element. */
export const TUPLE_UNPACK = 'prim::TupleUnpack';
/** `(tuple, index)`. */
export const TUPLE_INDEX = 'prim::TupleIndex';
