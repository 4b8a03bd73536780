export { hasNumberForm, readNumbers, tensorFromNumbers as numbersTensor } from '../ir/half.js';
