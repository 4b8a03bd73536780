import type { Dim } from '../../ir/dim.js';
import type { InferRule, InferTable } from './context.js';

/** RNN, GRU and LSTM: all hidden states, the last one, and LSTM's last cell. `layout` 1 puts the batch first. */
const recurrent: InferRule = (c) => {
  const x = c.shape(0);
  const directions = c.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const recurrence = c.shape(2)?.[2];
  const hidden: Dim = c.hasAttribute('hidden_size') ? c.int('hidden_size') : (recurrence ?? c.fresh());
  const batchFirst = c.int('layout') !== 0;
  const batch = x?.[batchFirst ? 0 : 1] ?? c.fresh();
  const length = x?.[batchFirst ? 1 : 0] ?? c.fresh();
  const all = batchFirst ? [batch, length, directions, hidden] : [length, directions, batch, hidden];
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [{ shape: all }, { shape: last }, { shape: last }];
};

export const RECURRENT: InferTable = { RNN: recurrent, GRU: recurrent, LSTM: recurrent };
