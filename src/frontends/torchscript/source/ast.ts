/** A half-open range of character offsets in a serialized source file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface NameExpr extends Range {
  readonly kind: 'name';
  readonly id: string;
}

export interface StringExpr extends Range {
  readonly kind: 'str';
  readonly value: string;
}

export interface AttributeExpr extends Range {
  readonly kind: 'attribute';
  readonly object: Expr;
  readonly name: string;
}

export interface CallExpr extends Range {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly keywords: readonly Keyword[];
}

export interface Keyword extends Range {
  readonly name: string;
  readonly value: Expr;
}

export interface SliceExpr extends Range {
  readonly kind: 'slice';
  readonly lower: Expr | undefined;
  readonly upper: Expr | undefined;
  readonly step: Expr | undefined;
}

export interface SubscriptExpr extends Range {
  readonly kind: 'subscript';
  readonly object: Expr;
  readonly index: Expr;
}

export interface TupleExpr extends Range {
  readonly kind: 'tuple';
  readonly items: readonly Expr[];
}

export interface ListExpr extends Range {
  readonly kind: 'list';
  readonly items: readonly Expr[];
}

export interface DictExpr extends Range {
  readonly kind: 'dict';
  readonly entries: readonly (readonly [key: Expr, value: Expr])[];
}

export interface CompareExpr extends Range {
  readonly kind: 'compare';
  readonly op: CompareOperator;
  readonly left: Expr;
  readonly right: Expr;
}

export interface LogicalExpr extends Range {
  readonly kind: 'logical';
  readonly op: 'and' | 'or';
  readonly left: Expr;
  readonly right: Expr;
}

/** `body if test else orelse` */
export interface ConditionalExpr extends Range {
  readonly kind: 'conditional';
  readonly test: Expr;
  readonly body: Expr;
  readonly orelse: Expr;
}

export type UnaryOperator = '-' | '+' | '~' | 'not';
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '&' | '|' | '^' | '<<' | '>>';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'is' | 'is not' | 'in' | 'not in';

/** An expression of TorchScript's serialized form. */
export type Expr =
  | NameExpr
  | StringExpr
  | AttributeExpr
  | CallExpr
  | SliceExpr
  | SubscriptExpr
  | TupleExpr
  | ListExpr
  | DictExpr
  | CompareExpr
  | LogicalExpr
  | ConditionalExpr
  /** Integers beyond 2^53 are bigint. */
  | (Range & { readonly kind: 'int'; readonly value: number | bigint })
  | (Range & { readonly kind: 'float'; readonly value: number })
  /** `3j` */
  | (Range & { readonly kind: 'imaginary'; readonly value: number })
  | (Range & { readonly kind: 'bool'; readonly value: boolean })
  | (Range & { readonly kind: 'none' })
  | (Range & { readonly kind: 'ellipsis' })
  | (Range & { readonly kind: 'unary'; readonly op: UnaryOperator; readonly operand: Expr })
  | (Range & { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expr; readonly right: Expr })
  | (Range & { readonly kind: 'starred'; readonly value: Expr });

export interface AssignStatement extends Range {
  readonly kind: 'assign';
  /** More than one in `a = b = value`. */
  readonly targets: readonly Expr[];
  readonly annotation: Expr | undefined;
  /** Absent in `name : type`. */
  readonly value: Expr | undefined;
}

export interface IfStatement extends Range {
  readonly kind: 'if';
  readonly test: Expr;
  readonly body: readonly Statement[];
  /** Empty without an else; an elif is an `if` alone in it. */
  readonly orelse: readonly Statement[];
}

export interface ForStatement extends Range {
  readonly kind: 'for';
  readonly target: Expr;
  readonly iterable: Expr;
  readonly body: readonly Statement[];
}

export interface WhileStatement extends Range {
  readonly kind: 'while';
  readonly test: Expr;
  readonly body: readonly Statement[];
}

export interface WithItem {
  readonly context: Expr;
  readonly target: Expr | undefined;
}

export interface WithStatement extends Range {
  readonly kind: 'with';
  readonly items: readonly WithItem[];
  readonly body: readonly Statement[];
}

export interface Parameter extends Range {
  readonly name: string;
  readonly annotation: Expr | undefined;
  readonly default: Expr | undefined;
}

export interface FunctionDef extends Range {
  readonly kind: 'def';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Expr | undefined;
  readonly body: readonly Statement[];
}

export interface ClassDef extends Range {
  readonly kind: 'class';
  readonly name: string;
  /** `Module`, `NamedTuple`, `Enum`, `Interface`, `ModuleInterface`; undefined for a plain class. */
  readonly base: string | undefined;
  readonly body: readonly Statement[];
}

export type Statement =
  | AssignStatement
  | IfStatement
  | ForStatement
  | WhileStatement
  | WithStatement
  | FunctionDef
  | ClassDef
  | (Range & { readonly kind: 'augmented'; readonly target: Expr; readonly op: BinaryOperator; readonly value: Expr })
  | (Range & { readonly kind: 'expr'; readonly value: Expr })
  | (Range & { readonly kind: 'return'; readonly value: Expr | undefined })
  | (Range & { readonly kind: 'raise'; readonly value: Expr | undefined })
  | (Range & { readonly kind: 'assert'; readonly test: Expr; readonly message: Expr | undefined })
  | (Range & { readonly kind: 'delete'; readonly targets: readonly Expr[] })
  | (Range & { readonly kind: 'import' | 'pass' | 'break' | 'continue' });
