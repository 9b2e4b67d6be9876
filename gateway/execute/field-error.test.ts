// Errors of a response: bounded, counted, and made without stacks.
import { expect, test } from 'vitest';
import { ErrorList, FieldError } from './field-error.ts';

test('the first errors are shown, and one that counts the others', () => {
  const list = new ErrorList(2);
  for (const index of [1, 2, 3]) list.add(new FieldError(`error ${index}`, { code: 'OWN' }, ['items', index]));
  list.omit(4);
  expect(list.toGraphQLErrors().map((error) => error.toJSON())).toEqual([
    { message: 'error 1', path: ['items', 1], extensions: { code: 'OWN' } },
    { message: 'error 2', path: ['items', 2], extensions: { code: 'OWN' } },
    { message: '5 more errors are not shown.', extensions: { code: 'ERRORS_OMITTED', omitted: 5 } },
  ]);
});

test('they have no stack; errors made afterwards have one', () => {
  const list = new ErrorList(1);
  list.add(new FieldError('broken', { code: 'OWN' }));
  expect(list.toGraphQLErrors()[0]?.stack).not.toContain('\n');
  expect(new Error('another').stack).toContain('\n');
});
