export { hasNumberForm, numbersTensor, readNumbers, toInt64 } from '../ir/number-codec.js';
