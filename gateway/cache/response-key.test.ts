// Response keys: two requests share a response when, and only when, everything that it depends on is equal.
import { expect, test } from 'vitest';
import { isPrivateKey, type ResponseKeyParts, responseKey } from './response-key.ts';

const keyParts: ResponseKeyParts = {
  graph: 'g1',
  view: null,
  document: '{ me { name } }',
  operationName: null,
  variables: { first: 1, filter: { name: 'a', tags: ['x', 'y'] } },
  plan: '',
  identity: null,
  headers: { 'accept-language': 'de' },
};

test('the order in which fields are written makes no difference', () => {
  const variables = { filter: { tags: ['x', 'y'], name: 'a' }, first: 1 };
  expect(responseKey({ ...keyParts, variables })).toBe(responseKey(keyParts));
});

test.each<[string, Partial<ResponseKeyParts>]>([
  ['the graph', { graph: 'g2' }],
  ['the view', { view: 'web' }],
  ['the document', { document: '{ me { id } }' }],
  ['the operation', { operationName: 'Me' }],
  ['the plan', { plan: 'skip' }],
  ['the caller', { identity: 'issuer:u1' }],
  ['a header', { headers: { 'accept-language': 'en' } }],
  ['a variable', { variables: { ...keyParts.variables, first: 2 } }],
  ['the type of a variable', { variables: { ...keyParts.variables, first: '1' } }],
  ['the order of a list', { variables: { ...keyParts.variables, filter: { name: 'a', tags: ['y', 'x'] } } }],
  ['a variable that is null', { variables: { ...keyParts.variables, more: null } }],
  ['a field named __proto__', { variables: { ...keyParts.variables, more: JSON.parse('{"__proto__":1}') } }],
])('%s is part of the key', (_, other) => {
  expect(responseKey({ ...keyParts, ...other })).not.toBe(responseKey(keyParts));
});

test('parts cannot be shifted into one another', () => {
  expect(responseKey({ ...keyParts, view: 'a', document: 'b' })).not.toBe(
    responseKey({ ...keyParts, view: 'ab', document: '' }),
  );
});

test('a key shows whether it is for one identity alone', () => {
  expect(isPrivateKey(responseKey(keyParts)!)).toBe(false);
  expect(isPrivateKey(responseKey({ ...keyParts, identity: 'issuer:u1' })!)).toBe(true);
});

test('variables nested without end have no key, and no other effect', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(responseKey({ ...keyParts, variables: { deep } })).toBeNull();
});
