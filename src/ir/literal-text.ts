import { isFloating } from './dtype.js';
import { dtypeWord } from './dtype-word.js';
import type { Attribute } from './graph.js';
import { hasNumberForm, readBigInts, readNumbers } from './half.js';
import { quote } from './quote.js';
import { saturateInt64, TensorData } from './tensor-data.js';
import type { Type } from './type.js';
import { annotationText } from './type-text.js';

/** Tensors of more elements print as `<Tensor>`: PyTorch's own limit (torch/csrc/jit/ir/ir.cpp). */
const MAX_PRINTED_ELEMENTS = 10;

/** A float that reads back as the same float: the shortest digits, with a dot or an exponent. */
export function floatText(v: number): string {
  if (Number.isNaN(v)) return 'nan';
  if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf';
  const text = Object.is(v, -0) ? '-0' : String(v);
  return /[.e]/.test(text) ? text : `${text}.`;
}

/** An int; what PyTorch's int64 does not hold saturates, as it was read. */
function intText(v: number | bigint): string {
  return Number.isSafeInteger(v) ? String(v) : String(typeof v === 'bigint' ? v : saturateInt64(Math.trunc(v)));
}

/** The value of an attribute in graph text; `type` tells ints from floats, and what an empty list holds. */
export function attributeText(value: Attribute, type: Type): string {
  if (value instanceof TensorData) return tensorText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (Array.isArray(value) && value.length === 0 && type.kind === 'list')
    return `annotate(${annotationText(type)}, [])`;
  return itemText(value, type);
}

function itemText(value: Attribute, type: Type): string {
  const t = type.kind === 'optional' ? type.element : type;
  if (value === null) return 'None';
  if (value instanceof TensorData) return tensorText(value);
  switch (typeof value) {
    case 'string':
      return t.kind === 'class' ? value : quote(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return intText(value);
    case 'number':
      return t.kind === 'float' || !Number.isInteger(value) ? floatText(value) : intText(value);
    default:
      return listText(value, t);
  }
}

function listText(items: readonly Attribute[], type: Type): string {
  switch (type.kind) {
    case 'complex': {
      const [re, im] = items.map((v) => floatText(Number(v)));
      return `${re}${im?.startsWith('-') ? '' : '+'}${im}j`;
    }
    case 'tuple': {
      const elements = items.map((v, i) => itemText(v, type.elements[i] ?? { kind: 'any' }));
      return elements.length === 1 ? `(${elements[0]},)` : `(${elements.join(', ')})`;
    }
    case 'dict': {
      const entries = items.map((entry) => {
        const [key, value] = Array.isArray(entry) ? entry : [];
        return `${itemText(key ?? null, type.key)}: ${itemText(value ?? null, type.value)}`;
      });
      return `{${entries.join(', ')}}`;
    }
    default: {
      const element: Type = type.kind === 'list' ? type.element : { kind: 'any' };
      return `[${items.map((v) => itemText(v, element)).join(', ')}]`;
    }
  }
}

/** Small tensors in PyTorch's layout, but with all their digits. */
function tensorText(data: TensorData): string {
  const count = data.elementCount;
  if (count > MAX_PRINTED_ELEMENTS || !hasNumberForm(data.dtype)) return '<Tensor>';
  const elements = isFloating(data.dtype)
    ? readNumbers(data).map((v) => floatText(v))
    : readBigInts(data).map((v) => String(v));
  if (count === 1) return `{${elements[0]}}`;
  const values = elements.map((e) => ` ${e} `).join('');
  return `${values}[ CPU${dtypeWord(data.dtype)}Type{${data.shape.join(',')}} ]`;
}
