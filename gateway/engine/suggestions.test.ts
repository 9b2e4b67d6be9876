// Suggestions ("Did you mean"): for typing errors, not for documents full of unknown names.
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { readDocument } from './read-document.ts';

const types = Array.from({ length: 1000 }, (_, number) => `type Type${number} { id: ID }`).join('\n');
const schema = buildSchema(`type Query { name: String  type: Type1 } ${types}`);

function messagesOf(text: string, hideSuggestions = false): string[] {
  return (readDocument(text, { schema, hideSuggestions }).errors ?? []).map(({ message }) => message);
}

const unknown = (count: number) =>
  `{ ${Array.from({ length: count }, (_, number) => `... on Typ${number} { __typename }`).join(' ')} }`;

test('a few unknown names are compared with those of the schema', () => {
  expect(messagesOf('{ nam }')).toEqual(['Cannot query field "nam" on type "Query". Did you mean "name"?']);
  expect(messagesOf(unknown(2)).every((message) => message.includes('Did you mean'))).toBe(true);
});

test('of many unknown names each has its error, without a suggestion', () => {
  const messages = messagesOf(unknown(50));
  expect(messages).toHaveLength(50);
  expect(messages.some((message) => message.includes('Did you mean'))).toBe(false);
});

test('none are made where they are hidden', () => {
  expect(messagesOf('{ nam }', true)).toEqual(['Cannot query field "nam" on type "Query".']);
});

test('errors of a document of many lines stand without locations', () => {
  const lines = (count: number) => readDocument(`${'\n'.repeat(count)}{ nam }`, { schema }).errors?.[0]?.locations;
  expect(lines(1000)).toEqual([{ line: 1001, column: 3 }]);
  expect(lines(10_000)).toBeUndefined();
});
