import type { Ast } from '../expr/ast.js';
import { isDType } from '../ir/dtype.js';
import type { Type } from '../ir/type.js';

/** What an expression gives, as far as its form tells. `none` for what may be left out is not told. */
export type ExpressionKind = 'number' | 'whole' | 'text' | 'dtype' | 'list' | 'tensor';

/** Undefined where the form of the expression does not tell. */
export function expressionKind(ast: Ast, types: ReadonlyMap<string, Type | undefined>): ExpressionKind | undefined {
  switch (ast.kind) {
    case 'literal':
      if (typeof ast.value === 'string') return isDType(ast.value) ? 'dtype' : 'text';
      if (typeof ast.value === 'number') return ast.float === true ? 'number' : 'whole';
      return typeof ast.value === 'boolean' ? 'whole' : undefined;
    case 'name':
      return types.has(ast.name) ? kindOfType(types.get(ast.name)) : isDType(ast.name) ? 'dtype' : undefined;
    case 'list':
    case 'comprehension':
    case 'slice':
      return 'list';
    case 'field':
      if (ast.field === 'dtype') return 'dtype';
      return ast.field === 'rank' ? 'whole' : 'list';
    case 'unary':
      return ast.op === 'not' ? 'whole' : expressionKind(ast.operand, types);
    case 'binary':
      return binaryKind(ast, types);
    case 'if': {
      const yes = expressionKind(ast.yes, types);
      return yes === expressionKind(ast.no, types) ? yes : undefined;
    }
    case 'index':
    case 'call':
      return undefined;
  }
}

function binaryKind(
  ast: Ast & { kind: 'binary' },
  types: ReadonlyMap<string, Type | undefined>,
): ExpressionKind | undefined {
  switch (ast.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case 'not in':
      return 'whole';
    case 'and':
    case 'or':
      return undefined;
    default: {
      const [left, right] = [expressionKind(ast.left, types), expressionKind(ast.right, types)];
      if (left === 'list' || right === 'list') return 'list';
      if (left === undefined || right === undefined) return undefined;
      return left === 'whole' && right === 'whole' && ast.op !== '/' && ast.op !== '**' ? 'whole' : 'number';
    }
  }
}

function kindOfType(type: Type | undefined): ExpressionKind | undefined {
  switch (type?.kind) {
    case 'int':
    case 'bool':
      return 'whole';
    case 'float':
      return 'number';
    case 'str':
      return 'text';
    case 'list':
      return type.element.kind === 'tensor' ? 'tensor' : 'list';
    case 'tensor':
      return 'tensor';
    case 'optional':
      return kindOfType(type.element);
    default:
      return undefined;
  }
}
