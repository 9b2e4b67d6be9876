// What was kept and what changes meet in tags.
import { expect, test } from 'vitest';
import { tagsForAnswer, tagsForChange, tagsForEntity } from './tags.ts';

const isVoided = (kept: string[], change: { type: string; id?: string }) =>
  tagsForChange(change).some((tag) => kept.includes(tag));

test.each([
  ['an object', tagsForEntity('Product', '1')],
  ['an answer with the object', tagsForAnswer(new Map([['Product', new Set(['0', '1'])]]))],
])('%s is void when that object changes or all of its type do, not when others do', (_, kept) => {
  expect(isVoided(kept, { type: 'Product', id: '1' })).toBe(true);
  expect(isVoided(kept, { type: 'Product' })).toBe(true);
  expect(isVoided(kept, { type: 'Product', id: '2' })).toBe(false);
  expect(isVoided(kept, { type: 'User', id: '1' })).toBe(false);
  expect(isVoided(kept, { type: 'User' })).toBe(false);
});

test.each([
  ['an object of unknown id', tagsForEntity('Product')],
  ['an answer with objects of unknown id', tagsForAnswer(new Map([['Product', null]]))],
  [
    'an answer with very many objects',
    tagsForAnswer(new Map([['Product', new Set(Array.from({ length: 1000 }, (_, index) => String(index)))]])),
  ],
])('%s is void with every change of the type', (_, kept) => {
  expect(kept).toHaveLength(1);
  expect(isVoided(kept, { type: 'Product', id: 'any' })).toBe(true);
  expect(isVoided(kept, { type: 'Product' })).toBe(true);
  expect(isVoided(kept, { type: 'User' })).toBe(false);
});
