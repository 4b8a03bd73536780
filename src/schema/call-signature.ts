import { TENSOR, type Type, typeName } from '../ir/type.js';

/** An operand of a call: its type, and its keyword where it has one. */
interface GivenOperand {
  readonly type: Type;
  readonly keyword?: string;
}

/**
 * The command that starts an operator which nothing declares, with the signature that one call of it shows: the types of
 * its operands, keywords, and results where they are known. Names of positional arguments are made up.
 */
export function startCommand(op: string, operands: readonly GivenOperand[], results?: readonly Type[]): string {
  const words = op.replace(/^\w+::/, '').toLowerCase();
  const id = words.split(/[^a-z0-9]+/).filter((part) => part !== '');
  return `thaw rules new ${id.join('-') || 'mine'} --op ${op} --schema '${callSignature(op, operands, results)}' --pack mypack`;
}

function callSignature(op: string, operands: readonly GivenOperand[], results: readonly Type[] | undefined): string {
  let tensors = 0;
  const positional = operands.filter(({ keyword }) => keyword === undefined);
  const args = positional.map(({ type }, i) => {
    const isTensor = type.kind === 'tensor';
    if (isTensor) tensors += 1;
    return `${argumentType(type)} ${isTensor && tensors === 1 ? 'self' : `arg${i}`}`;
  });
  const named = operands.flatMap(({ type, keyword }) =>
    keyword === undefined ? [] : [`${argumentType(type)} ${keyword}`],
  );
  const given = [...args, ...(named.length > 0 ? ['*', ...named] : [])].join(', ');
  const made = (results ?? [TENSOR]).map(argumentType);
  return `${op}(${given}) -> ${made.length === 1 ? made[0] : `(${made.join(', ')})`}`;
}

/** None tells nothing of its argument's type; a tensor that may be left out is the likeliest. */
function argumentType(type: Type): string {
  return type.kind === 'none' ? 'Tensor?' : typeName(type);
}
