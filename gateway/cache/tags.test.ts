// Tags: those of cached entries, and those that changes invalidate.
import { expect, test } from 'vitest';
import { tagsForChange, tagsForEntity, tagsForResponse } from './tags.ts';

const isVoided = (retained: string[], change: { type: string; id?: string }) =>
  tagsForChange(change).some((tag) => retained.includes(tag));

test.each([
  ['an object', tagsForEntity('Product', '1')],
  ['a response with the object', tagsForResponse(new Map([['Product', new Set(['0', '1'])]]))],
])('%s is invalidated by a change of that object or of all of its type, not of others', (_, retained) => {
  expect(isVoided(retained, { type: 'Product', id: '1' })).toBe(true);
  expect(isVoided(retained, { type: 'Product' })).toBe(true);
  expect(isVoided(retained, { type: 'Product', id: '2' })).toBe(false);
  expect(isVoided(retained, { type: 'User', id: '1' })).toBe(false);
  expect(isVoided(retained, { type: 'User' })).toBe(false);
});

test.each([
  ['an object of unknown id', tagsForEntity('Product')],
  ['a response with objects of unknown id', tagsForResponse(new Map([['Product', null]]))],
  [
    'a response with very many objects',
    tagsForResponse(new Map([['Product', new Set(Array.from({ length: 1000 }, (_, index) => String(index)))]])),
  ],
])('%s is invalidated by every change of the type', (_, retained) => {
  expect(retained).toHaveLength(1);
  expect(isVoided(retained, { type: 'Product', id: 'any' })).toBe(true);
  expect(isVoided(retained, { type: 'Product' })).toBe(true);
  expect(isVoided(retained, { type: 'User' })).toBe(false);
});
