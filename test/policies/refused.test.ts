// `authorization.mode: 'request'`: one denied field refuses the whole request, before any service is asked.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answered, type Asked, batch, firstEvent, get, post, startWorld, type World } from './world.ts';

let world: World;
let short: string;
let yoga: string;

beforeAll(async () => {
  world = await startWorld();
  const authorization = { mode: 'request' } as const;
  [short, yoga] = await Promise.all([world.start({ authorization }), world.start({ authorization, shortLane: false })]);
});
afterAll(() => world.stop());

const unauthenticated = {
  errors: [
    {
      message: 'Authentication required: the request has no credentials.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
};

const ways: [name: string, ask: (asked: Asked) => Promise<Answered>][] = [
  ['POST', (asked) => post(short, asked)],
  ['POST, for the GraphQL media type', (asked) => post(short, asked, 'application/graphql-response+json')],
  ['GET', (asked) => get(short, asked)],
  ['POST through Yoga', (asked) => post(yoga, asked)],
  ['GET through Yoga', (asked) => get(yoga, asked)],
];

const query = 'query ($yes: Boolean!) { hello me { name ...more @include(if: $yes) } } fragment more on User { email }';

test.each(ways)('by %s, who has not signed in is asked to', async (_name, ask) => {
  world.asked();
  const { status, headers, answer, text } = await ask({ query, variables: { yes: true } });
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="graphql"');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(answer).toEqual(unauthenticated);
  expect(text).not.toContain('http');
  expect(world.asked()).toEqual([]);
});

test.each(ways)('by %s, who has signed in and lacks a scope is refused', async (_name, ask) => {
  world.asked();
  const headers = await world.identities.signedIn('u1', 'read');
  const refused = await ask({ query: '{ me { name wage } hello }', headers });
  expect(refused.status).toBe(403);
  expect(refused.headers.has('www-authenticate')).toBe(false);
  expect(refused.answer.data).toBeUndefined();
  expect(refused.answer.errors).toEqual([
    {
      message: 'You may not have this: it wants the scope hr and read, or admin.',
      extensions: { code: 'FORBIDDEN' },
    },
  ]);
  expect(world.asked()).toEqual([]);
});

test.each(ways)('by %s, what is not denied is answered', async (_name, ask) => {
  const { status, answer } = await ask({ query, variables: { yes: false } });
  expect([status, answer]).toEqual([200, { data: { hello: 'hello', me: { name: 'Ann' } } }]);
  const headers = await world.identities.signedIn('u1', 'read', 'hr');
  const { answer: allowed } = await ask({ query: '{ me { email wage } }', headers });
  expect(allowed).toEqual({ data: { me: { email: 'u1@example.com', wage: 70 } } });
});

test('a type that may stand at a place refuses the request, whether it stands there or not', async () => {
  const { status } = await post(short, { query: '{ pets { name } }' });
  expect(status).toBe(401);
});

test('of several reasons, the sign-in comes first', async () => {
  const { status, answer } = await post(short, { query: '{ me { email wage diary } pin }' });
  expect(status).toBe(401);
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
});

test('a subscription is refused as a whole, and nobody subscribes to the service', async () => {
  world.asked();
  const { status, answer } = await firstEvent(short, { query: 'subscription { ticks { number whisper } }' });
  expect(answer).toEqual(unauthenticated);
  expect(status).toBe(401);
  expect(world.asked()).toEqual([]);
});

test('in a batch, each operation is refused or answered for itself', async () => {
  world.asked();
  const { answers } = await batch(short, [{ query: '{ hello }' }, { query: '{ me { name email } }' }]);
  expect(answers[0]).toEqual({ data: { hello: 'hello' } });
  expect(answers[1]?.data).toBeUndefined();
  expect(answers[1]?.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  expect(JSON.stringify(answers)).not.toContain('"http"');
  expect(world.asked()).toEqual([]);
});
