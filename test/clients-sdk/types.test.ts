// Types of a generated SDK: these tests fail in `npm run typecheck`.
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { expectTypeOf, test } from 'vitest';
import type { OrderStatus, ProfileQuery, Tier } from '../../clients/web/generated/operations.ts';
import { createClient, OrderDocument, ProfileDocument, type Result } from '../../clients/web/generated/sdk.ts';

const client = createClient({ url: 'http://127.0.0.1:9/graphql', fetch: async () => new Response('{"data":null}') });

test('a result has the data that its operation selects, all of which may be missing', async () => {
  const { data, errors } = await client.profile();
  expectTypeOf(data).toEqualTypeOf<ProfileQuery | null>();
  expectTypeOf(errors[0]).toEqualTypeOf<Result<unknown>['errors'][number] | undefined>();
  const profile = data?.profile;
  expectTypeOf(profile?.tier).toEqualTypeOf<Tier | null | undefined>();
  expectTypeOf(profile?.orders?.nodes[0]?.status).toEqualTypeOf<OrderStatus | undefined>();
  expectTypeOf(profile?.recommendations?.[0]?.price?.amount).toEqualTypeOf<number | undefined>();
  // @ts-expect-error It was not selected.
  profile?.email;
});

test('variables are those of the operation, left out where they may be', async () => {
  await client.profile({ orders: 2 }, { signal: AbortSignal.timeout(1_000) });
  await client.order({ id: 'o1' });
  await client.products({ category: 'AUDIO', search: null });
  // @ts-expect-error An order has an id.
  await client.order();
  // @ts-expect-error An id is a text.
  await client.order({ id: 1 });
  // @ts-expect-error There is no such variable.
  await client.profile({ first: 2 });
  // @ts-expect-error There is no such category.
  await client.products({ category: 'CARS' });
});

test('documents carry their types, for this client and for others', async () => {
  expectTypeOf(await client.request(ProfileDocument, {})).toEqualTypeOf<Result<ProfileQuery>>();
  expectTypeOf<ResultOf<typeof ProfileDocument>>().toEqualTypeOf<ProfileQuery>();
  expectTypeOf<VariablesOf<typeof OrderDocument>['id']>().toEqualTypeOf<string>();
  // @ts-expect-error It is another operation's variable.
  await client.request(OrderDocument, { orders: 2 });
});
