/** Syntax tree of an expression; `offset` is the first character of the construct. */
export type Ast =
  | {
      readonly kind: 'literal';
      readonly value: number | string | boolean | null;
      readonly float?: boolean;
      readonly offset: number;
    }
  | { readonly kind: 'name'; readonly name: string; readonly offset: number }
  | { readonly kind: 'list'; readonly items: readonly Ast[]; readonly offset: number }
  | {
      readonly kind: 'comprehension';
      readonly body: Ast;
      readonly name: string;
      readonly source: Ast;
      readonly filter?: Ast;
      readonly offset: number;
    }
  | { readonly kind: 'field'; readonly of: Ast; readonly field: string; readonly offset: number }
  | { readonly kind: 'index'; readonly of: Ast; readonly index: Ast; readonly offset: number }
  | { readonly kind: 'slice'; readonly of: Ast; readonly from?: Ast; readonly to?: Ast; readonly offset: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Ast[]; readonly offset: number }
  | { readonly kind: 'unary'; readonly op: '-' | 'not'; readonly operand: Ast; readonly offset: number }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Ast; readonly right: Ast; readonly offset: number }
  | { readonly kind: 'if'; readonly test: Ast; readonly yes: Ast; readonly no: Ast; readonly offset: number };

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '**'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | 'in'
  | 'not in';
