// Errors of subgraphs: each stands at the place that it is about, and none is lost.
import { expect, test } from 'vitest';
import { FieldError, type Key } from './field-error.ts';
import { UpstreamErrors } from './upstream-errors.ts';

const error = (...path: Key[]) => new FieldError('broken', { code: 'BROKEN' }, path);

test('an error is located at the first null on its path, with the rest of the path', () => {
  const data = { user: { orders: [null, { total: null }] } };
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'orders', 0, 'lines', 'price'), data);
  errors.locate(error('user', 'orders', 1, 'total'), data);
  expect(errors.at(data.user.orders, 0)?.map(({ path }) => path)).toEqual([['lines', 'price']]);
  expect(errors.at(data.user.orders[1] as object, 'total')?.map(({ path }) => path)).toEqual([[]]);
  expect(errors.at(data.user, 'orders')).toBeUndefined();
  expect(errors.atValues).toBe(false);
});

test('several errors may explain one null', () => {
  const data = { user: null };
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'name'), data);
  errors.locate(error('user', 'tier'), data);
  expect(errors.at(data, 'user')).toHaveLength(2);
});

test('an index that is text is one all the same', () => {
  const data = { items: [{}, null] };
  const errors = new UpstreamErrors();
  errors.locate(error('items', '1', 'name'), data);
  expect(errors.at(data.items, 1)?.map(({ path }) => path)).toEqual([['name']]);
});

test('an error whose path leads to a value is located there, and one whose path goes on below it', () => {
  const data = { user: { name: 'Ada' } };
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'name', 'first'), data);
  errors.locate(error('user'), data);
  expect(errors.at(data.user, 'name')?.map(({ path }) => path)).toEqual([['first']]);
  expect(errors.at(data, 'user')?.map(({ path }) => path)).toEqual([[]]);
  expect(errors.atValues).toBe(true);
});

test.each(['__proto__', 'constructor'])('a path through %s leads nowhere', (key) => {
  const errors = new UpstreamErrors();
  errors.locate(error(key, 'name'), {});
  expect(errors.unreported).toHaveLength(1);
});

test('an error is reported once any copy of it is', () => {
  const errors = new UpstreamErrors();
  errors.locate(new FieldError('nowhere', {}), {});
  const elsewhere = error('user');
  errors.locate(elsewhere, { user: null });
  elsewhere.at(['somewhere']).at(undefined).markReported();
  expect(errors.unreported.map(({ message }) => message)).toEqual(['nowhere']);
});
