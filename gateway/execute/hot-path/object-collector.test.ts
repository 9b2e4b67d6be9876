// Object collector: the objects at a place of a response.
import { expect, test } from 'vitest';
import type { EntityPath } from '../../query-plan/plan.ts';
import { compileCollector, type ResponseObject } from './index.ts';

const at = (path: EntityPath['path'], more: Partial<EntityPath> = {}): EntityPath => ({
  id: 0,
  fetch: 0,
  entityFetch: null,
  path,
  type: null,
  identityFields: null,
  ...more,
});
const step = (property: string, types: string[] | null = null) => ({ property, types });

test('objects are found through lists of lists and past nulls', () => {
  const data = { rows: [[{ cell: { id: 1 } }, null], null, [{ cell: null }, { cell: { id: 2 } }]] };
  const state = compileCollector(at([step('rows'), step('cell')]))([data]);
  expect(state).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a step is taken only from objects of its types, and only objects of one type are collected', () => {
  const data = {
    items: [
      { __typename: 'A', of: { __typename: 'X', id: 1 } },
      { __typename: 'B', of: { __typename: 'X', id: 2 } },
      { __typename: 'A', of: { __typename: 'Y', id: 3 } },
    ],
  };
  const collect = compileCollector(at([step('items'), step('of', ['A'])], { type: 'X' }));
  expect(collect([data]).map(({ id }) => id)).toEqual([1]);
});

test('equal objects become one, wherever they stand; one with a null stays alone', () => {
  const data: Record<string, ResponseObject[]> = {
    users: [
      { id: 1, name: 'a' },
      { id: 2, name: 'a' },
      { id: 1, name: 'a' },
      { id: 1, name: null },
      { id: 1, name: null },
    ],
  };
  const state = compileCollector(at([step('users')], { identityFields: ['id', 'name'] }))([data]);
  expect(state).toHaveLength(4);
  expect(data.users?.[2]).toBe(data.users?.[0]);
  expect(data.users?.[4]).not.toBe(data.users?.[3]);
});

test('values of different kinds that look the same are not equal', () => {
  const data = { users: [{ id: 1 }, { id: '1' }, { id: true }, { id: 'true' }] };
  expect(compileCollector(at([step('users')], { identityFields: ['id'] }))([data])).toHaveLength(4);
});
