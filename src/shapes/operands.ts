import { type ExprValue, Float, type Operand, TensorRef, UNKNOWN } from '../expr/value.js';
import type { Content } from '../ir/content.js';
import type { Dim } from '../ir/dim.js';
import { isFloating } from '../ir/dtype.js';
import type { TensorType, Type } from '../ir/type.js';
import { constantNumbers } from './constant-numbers.js';

/** How expressions see an operand: by its content where there is one, by its type otherwise. */
export function operandValue(operand: Operand): ExprValue {
  return contentValue(operand.content, operand.type, operand);
}

function contentValue(content: Content | undefined, type: Type, operand: Operand | undefined): ExprValue {
  if (content === undefined) return typeValue(type, operand);
  switch (content.kind) {
    case 'int':
    case 'bool':
    case 'str':
    case 'device':
      return content.value;
    case 'float':
      return new Float(content.value);
    case 'none':
      return null;
    case 'complex':
      return UNKNOWN;
    case 'tensor': {
      const { data } = content;
      const source = operand ?? { type, content };
      if (isFloating(data.dtype)) {
        const only = data.elementCount === 1 ? constantNumbers(data)?.[0] : undefined;
        const floats = only === undefined ? undefined : [new Float(only)];
        return new TensorRef(data.dtype, data.shape, undefined, source, floats);
      }
      const numbers = data.shape.length > 1 ? undefined : constantNumbers(data);
      return new TensorRef(data.dtype, data.shape, numbers, source);
    }
    case 'quantized':
      return tensorValue(tensorOf(type), undefined, operand ?? { type, content });
    case 'elements':
      return tensorValue(tensorOf(type), content.values, operand ?? { type, content });
    case 'list': {
      const element = elementType(type);
      const { items, types } = content;
      return items.map((item, i) => {
        const itemType = types?.[i] ?? element;
        return contentValue(item, itemType, { type: itemType, content: item });
      });
    }
  }
}

function typeValue(type: Type, operand: Operand | undefined): ExprValue {
  switch (type.kind) {
    case 'tensor':
      return tensorValue(type, undefined, operand ?? { type, content: undefined });
    case 'float':
      return new Float(undefined);
    case 'none':
      return null;
    default:
      return UNKNOWN;
  }
}

function tensorValue(type: TensorType, elements: readonly Dim[] | undefined, operand: Operand): TensorRef {
  return new TensorRef(type.dtype, type.shape, elements, operand);
}

function tensorOf(type: Type): TensorType {
  if (type.kind === 'tensor') return type;
  return type.kind === 'optional' && type.element.kind === 'tensor' ? type.element : { kind: 'tensor' };
}

/** The element type of a list type, seen through an optional. */
export function elementType(type: Type): Type {
  if (type.kind === 'list') return type.element;
  return type.kind === 'optional' ? elementType(type.element) : { kind: 'any' };
}
