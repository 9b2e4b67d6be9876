// Covering subgraphs: the choice for a whole selection.
import { expect, test } from 'vitest';
import { coveringSubgraphs } from './covering-subgraphs.ts';

test.each<[choices: string[][], covering: string[]]>([
  [[['a', 'b']], []],
  [[['a'], ['b']], []],
  [[['a', 'b'], ['b']], ['b']],
  [
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    ['b'],
  ],
  [
    [['a', 'b'], ['c', 'b'], ['d'], []],
    ['d', 'b'],
  ],
  [
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    ['a', 'c'],
  ],
])('of %j', (choices, covering) => {
  expect([...coveringSubgraphs(choices)]).toEqual(covering);
});
