import type { Dim, SymbolicDim } from '../ir/dim.js';
import type { OnnxBuilder } from '../onnx/builder.js';
import type { OnnxValue } from '../onnx/types.js';
import { addOne } from './one-output.js';

/** Builds int64 arithmetic that computes a symbolic extent at run time. `read` gives the 0-d tensor of a symbol. */
export function buildExtent(builder: OnnxBuilder, dim: SymbolicDim, read: (symbol: string) => OnnxValue): OnnxValue {
  const binary = (op: string, a: OnnxValue, b: OnnxValue): OnnxValue => addOne(builder, op, [a, b]);
  const build = (d: Dim): OnnxValue => {
    if (typeof d === 'number') return builder.scalar(d, 'int64');
    let total: OnnxValue | undefined;
    for (const term of d.terms) {
      let product: OnnxValue | undefined =
        term.coefficient === 1 && term.atoms.length > 0 ? undefined : builder.scalar(term.coefficient, 'int64');
      for (const atom of term.atoms) {
        const factor = atom.kind === 'symbol' ? read(atom.name) : func(atom.kind, build(atom.a), build(atom.b));
        product = product === undefined ? factor : binary('Mul', product, factor);
      }
      if (product === undefined) throw new Error('an empty term');
      total = total === undefined ? product : binary('Add', total, product);
    }
    return total ?? builder.scalar(0, 'int64');
  };
  /** Floor division: ONNX Div truncates, so the remainder (sign of the divisor) is taken off first. */
  const func = (kind: 'floordiv' | 'mod' | 'min' | 'max' | 'mul', a: OnnxValue, b: OnnxValue): OnnxValue => {
    switch (kind) {
      case 'mul':
        return binary('Mul', a, b);
      case 'min':
        return binary('Min', a, b);
      case 'max':
        return binary('Max', a, b);
      case 'mod':
        return binary('Mod', a, b);
      case 'floordiv':
        return binary('Div', binary('Sub', a, binary('Mod', a, b)), b);
    }
  };
  return build(dim);
}
