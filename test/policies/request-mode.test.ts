// `authorization.mode: 'request'`: one denied field rejects the whole request, before any service receives one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  batch,
  type Fixtures,
  firstEvent,
  get,
  post,
  type Received,
  type Requested,
  startFixtures,
} from './fixtures.ts';

let fixtures: Fixtures;
let short: string;
let yoga: string;

beforeAll(async () => {
  fixtures = await startFixtures();
  const authorization = { mode: 'request' } as const;
  [short, yoga] = await Promise.all([
    fixtures.start({ authorization }),
    fixtures.start({ authorization, fastPath: false }),
  ]);
});
afterAll(() => fixtures.stop());

const unauthenticated = {
  errors: [
    {
      message: 'Authentication required: the request has no valid credentials.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
};

const ways: [name: string, send: (requested: Requested) => Promise<Received>][] = [
  ['POST', (requested) => post(short, requested)],
  ['POST, for the GraphQL media type', (requested) => post(short, requested, 'application/graphql-response+json')],
  ['GET', (requested) => get(short, requested)],
  ['POST through Yoga', (requested) => post(yoga, requested)],
  ['GET through Yoga', (requested) => get(yoga, requested)],
];

const query = 'query ($yes: Boolean!) { hello me { name ...more @include(if: $yes) } } fragment more on User { email }';

test.each(ways)('by %s, an anonymous caller gets UNAUTHENTICATED', async (_name, send) => {
  fixtures.requested();
  const { status, headers, response, text } = await send({ query, variables: { yes: true } });
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="graphql"');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(response).toEqual(unauthenticated);
  expect(text).not.toContain('http');
  expect(fixtures.requested()).toEqual([]);
});

test.each(ways)('by %s, an authenticated caller without the scope gets FORBIDDEN', async (_name, send) => {
  fixtures.requested();
  const headers = await fixtures.identities.signedIn('u1', 'read');
  const rejected = await send({ query: '{ me { name wage } hello }', headers });
  expect(rejected.status).toBe(403);
  expect(rejected.headers.has('www-authenticate')).toBe(false);
  expect(rejected.response.data).toBeUndefined();
  expect(rejected.response.errors).toEqual([
    {
      message: 'Not authorized to access this field: it requires the scope hr and read, or admin.',
      extensions: { code: 'FORBIDDEN' },
    },
  ]);
  expect(fixtures.requested()).toEqual([]);
});

test.each(ways)('by %s, an operation without denied fields is executed', async (_name, send) => {
  const { status, response } = await send({ query, variables: { yes: false } });
  expect([status, response]).toEqual([200, { data: { hello: 'hello', me: { name: 'Ann' } } }]);
  const headers = await fixtures.identities.signedIn('u1', 'read', 'hr');
  const { response: allowed } = await send({ query: '{ me { email wage } }', headers });
  expect(allowed).toEqual({ data: { me: { email: 'u1@example.com', wage: 70 } } });
});

test('a possible type of a field rejects the request, whether the object has that type or not', async () => {
  const { status } = await post(short, { query: '{ pets { name } }' });
  expect(status).toBe(401);
});

test('of several reasons, missing authentication comes first', async () => {
  const { status, response } = await post(short, { query: '{ me { email wage diary } pin }' });
  expect(status).toBe(401);
  expect(response.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
});

test('a subscription is rejected as a whole, and none is opened at the service', async () => {
  fixtures.requested();
  const { status, response } = await firstEvent(short, { query: 'subscription { ticks { number whisper } }' });
  expect(response).toEqual(unauthenticated);
  expect(status).toBe(401);
  expect(fixtures.requested()).toEqual([]);
});

test('in a batch, each operation is rejected or executed separately', async () => {
  fixtures.requested();
  const { responses } = await batch(short, [{ query: '{ hello }' }, { query: '{ me { name email } }' }]);
  expect(responses[0]).toEqual({ data: { hello: 'hello' } });
  expect(responses[1]?.data).toBeUndefined();
  expect(responses[1]?.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  expect(JSON.stringify(responses)).not.toContain('"http"');
  expect(fixtures.requested()).toEqual([]);
});
