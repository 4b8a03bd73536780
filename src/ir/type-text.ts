import type { Dim } from './dim.js';
import { dtypeWord } from './dtype-word.js';
import type { TensorData } from './tensor-data.js';
import type { TensorType, Type } from './type.js';

/** The attribute of `prim::isinstance` that holds the texts of types. */
export const TYPES = 'types';

/**
 * A type as graph text spells it: `Float(2, *, 3)`, `Tensor?[]`, `Dict(str, int)`. An extent that is no number is `*`.
 */
export function typeText(t: Type): string {
  switch (t.kind) {
    case 'tensor':
      return tensorText(t);
    case 'list':
      return `${typeText(t.element)}[]`;
    case 'optional':
      return `${typeText(t.element)}?`;
    case 'future':
      return `Future(${typeText(t.element)})`;
    case 'tuple': {
      const { fields } = t;
      const elements = t.elements.map((e, i) => (fields === undefined ? typeText(e) : `${fields[i]} : ${typeText(e)}`));
      return `${fields === undefined ? '' : 'NamedTuple'}(${elements.join(', ')})`;
    }
    case 'dict':
      return `Dict(${typeText(t.key)}, ${typeText(t.value)})`;
    case 'union':
      return `Union(${t.members.map(typeText).join(', ')})`;
    case 'class':
    case 'var':
      return t.name;
    case 'number':
      return 'Scalar';
    case 'none':
      return 'NoneType';
    case 'device':
      return 'Device';
    case 'any':
      return 'Any';
    case 'generator':
      return 'Generator';
    case 'int':
    case 'float':
    case 'bool':
    case 'complex':
    case 'str':
      return t.kind;
  }
}

/** Rank and dtype may be unknown each for itself: `Float(2)`, `FloatTensor`, `Tensor(2)`, `Tensor`. */
function tensorText(t: TensorType): string {
  const word = t.dtype === undefined ? undefined : dtypeWord(t.dtype);
  if (t.shape === undefined) return word === undefined ? 'Tensor' : `${word}Tensor`;
  return `${word ?? 'Tensor'}(${t.shape.map(dimText).join(', ')})`;
}

function dimText(d: Dim): string {
  return typeof d === 'number' ? String(d) : '*';
}

/** The whole type of a constant tensor, as `torch._C.parse_ir` asks for it. */
export function tensorDataTypeText(data: TensorData): string {
  const parts = data.shape.map(String);
  if (data.shape.length > 0) parts.push(`strides=[${data.strides.join(', ')}]`);
  return `${dtypeWord(data.dtype)}(${[...parts, 'requires_grad=0', 'device=cpu'].join(', ')})`;
}

/** A type as Python annotates it: `List[Optional[Tensor]]`. */
export function annotationText(t: Type): string {
  switch (t.kind) {
    case 'tensor':
      return 'Tensor';
    case 'list':
      return `List[${annotationText(t.element)}]`;
    case 'optional':
      return `Optional[${annotationText(t.element)}]`;
    case 'future':
      return `Future[${annotationText(t.element)}]`;
    case 'tuple':
      return `Tuple[${t.elements.length === 0 ? '()' : t.elements.map(annotationText).join(', ')}]`;
    case 'dict':
      return `Dict[${annotationText(t.key)}, ${annotationText(t.value)}]`;
    case 'union':
      return `Union[${t.members.map(annotationText).join(', ')}]`;
    case 'number':
      return 'number';
    default:
      return typeText(t);
  }
}
