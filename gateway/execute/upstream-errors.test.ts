// Each error stands with the null that it explains.
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { UpstreamErrors } from './upstream-errors.ts';

const error = (...path: (string | number)[]) => new GraphQLError('broken', { path });

test('an error is kept at the first null on its path, with the rest of the path', () => {
  const data = { user: { orders: [null, { total: null }] } };
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'orders', 0, 'lines', 'price'), data);
  errors.locate(error('user', 'orders', 1, 'total'), data);
  expect(errors.at(data.user.orders, 0)?.map(({ path }) => path)).toEqual([['lines', 'price']]);
  expect(errors.at(data.user.orders[1] as object, 'total')?.map(({ path }) => path)).toEqual([[]]);
  expect(errors.at(data.user, 'orders')).toBeUndefined();
  expect(errors.loose).toEqual([]);
});

test('several errors may explain one null', () => {
  const data = { user: null };
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'name'), data);
  errors.locate(error('user', 'tier'), data);
  expect(errors.at(data, 'user')).toHaveLength(2);
});

test('an error that explains no null has no path', () => {
  const errors = new UpstreamErrors();
  errors.locate(error('user', 'name', 'first'), { user: { name: 'Ada' } });
  errors.locate(new GraphQLError('nowhere'), {});
  expect(errors.loose.map(({ path }) => path)).toEqual([undefined, undefined]);
  expect(errors.some).toBe(true);
});
