import { describe, expect, it } from 'vitest';
import { seededRandom, Worklist } from '../../src/engine/worklist.js';
import { Node } from '../../src/ir/graph.js';

const nodes = (...names: string[]): Node[] => names.map((name) => new Node(name));

function drain(list: Worklist): string[] {
  const out: string[] = [];
  for (let n = list.pop(); n !== undefined; n = list.pop()) out.push(n.op);
  return out;
}

describe('Worklist', () => {
  it('gives what was touched before what it was filled with, each once', () => {
    const list = new Worklist();
    const [a, b, c, d] = nodes('a', 'b', 'c', 'd') as [Node, Node, Node, Node];
    for (const n of [a, b, c, a]) list.fill(n);
    expect(list.pop()).toBe(a);
    list.push(d);
    list.push(c);
    list.push(d);
    // `c` waits already, where it was.
    expect(list.size).toBe(3);
    expect(drain(list)).toEqual(['d', 'b', 'c']);
    expect(list.size).toBe(0);
  });

  it('takes a node again once it was given', () => {
    const list = new Worklist();
    const [a] = nodes('a') as [Node];
    list.push(a);
    expect(list.pop()).toBe(a);
    list.push(a);
    expect(drain(list)).toEqual(['a']);
  });

  it('does not mistake the marks of another list, or of a run that stopped, for its own', () => {
    const [a] = nodes('a') as [Node];
    new Worklist().push(a);
    const list = new Worklist();
    list.fill(a);
    expect(drain(list)).toEqual(['a']);
  });

  it('gives every node once in an order that the seed decides', () => {
    const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
    const run = (seed: number) => {
      const list = new Worklist(seededRandom(seed));
      for (const n of nodes(...names)) list.fill(n);
      return drain(list);
    };
    expect([...run(1)].sort()).toEqual([...names].sort());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});
