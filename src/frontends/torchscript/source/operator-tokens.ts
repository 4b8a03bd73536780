import type { BinaryOperator, CompareOperator, UnaryOperator } from './ast.js';

/** How strongly binary operators bind. */
export const BINARY_LEVELS: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
};

export const BINARY: Readonly<Record<string, BinaryOperator>> = {
  '|': '|',
  '^': '^',
  '&': '&',
  '<<': '<<',
  '>>': '>>',
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '//': '//',
  '%': '%',
  '@': '@',
  '**': '**',
};

export const COMPARE: Readonly<Record<string, CompareOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  in: 'in',
};

export const UNARY: Readonly<Record<string, UnaryOperator>> = { '-': '-', '+': '+', '~': '~' };

export const KEYWORDS = new Set(
  'and as assert break class continue def del elif else for if import in is not or pass raise return while with lambda yield'.split(
    ' ',
  ),
);

/** The operator of `+=` and its like; undefined for other tokens. */
export function augmentedOperator(text: string): BinaryOperator | undefined {
  return text.length > 1 && text.endsWith('=') ? BINARY[text.slice(0, -1)] : undefined;
}
