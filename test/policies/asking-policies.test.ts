// Policies: functions of the configuration that say yes or no.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { batch, codesOf, post, policies as saying, startWorld, type World } from './world.ts';

let world: World;
let url: string;
const calls: { policy: string; requestId: string; subject: string | null }[] = [];

beforeAll(async () => {
  world = await startWorld();
  const policies = Object.fromEntries(
    Object.entries(saying).map(([policy, decide]) => [
      policy,
      (context: { requestId: string; identity: { subject: string } | null }) => {
        calls.push({ policy, requestId: context.requestId, subject: context.identity?.subject ?? null });
        return decide(context);
      },
    ]),
  );
  url = await world.start({ authorization: { policies } });
});
afterAll(() => world.stop());
beforeEach(() => void calls.splice(0));

test('a policy is answered once for a request, however many fields and operations want it', async () => {
  const query = '{ me { a: diary b: diary shelf } users { shelf diary friends { diary } } }';
  const headers = { ...(await world.identities.signedIn('u1')), 'x-request-id': 'one' };
  const { answers } = await batch(url, [{ query }, { query: '{ me { diary } }' }, { query }], headers);
  expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
  expect(calls.toSorted((one, other) => one.policy.localeCompare(other.policy))).toEqual([
    { policy: 'closed', requestId: 'one', subject: 'u1' },
    { policy: 'open', requestId: 'one', subject: 'u1' },
    { policy: 'owner', requestId: 'one', subject: 'u1' },
  ]);
});

test('another request asks again, and may get another answer', async () => {
  const query = '{ me { id diary } }';
  const mine = await post(url, { query, headers: await world.identities.signedIn('u1') });
  const theirs = await post(url, { query, headers: await world.identities.signedIn('u2') });
  expect(mine.answer).toEqual({ data: { me: { id: 'u1', diary: 'dear diary' } } });
  expect(theirs.answer.data).toEqual({ me: { id: 'u1', diary: null } });
  expect(codesOf(theirs.answer)).toEqual(['me.diary: FORBIDDEN']);
  expect(calls.filter(({ policy }) => policy === 'owner').map(({ subject }) => subject)).toEqual(['u1', 'u2']);
});

test('who has not signed in is asked about where nothing else is wanted', async () => {
  const { answer } = await post(url, { query: '{ me { shelf } }' });
  expect(answer).toEqual({ data: { me: { shelf: 'books' } } });
  expect(calls.map(({ policy, subject }) => [policy, subject])).toEqual([['open', null]]);
});

test('no policy is asked where a sign-in or a scope is lacking', async () => {
  expect(codesOf((await post(url, { query: '{ me { id slow review } }' })).answer)).toEqual([
    'me.review: UNAUTHENTICATED',
    'me.slow: UNAUTHENTICATED',
  ]);
  const headers = await world.identities.signedIn('u1', 'write');
  expect(codesOf((await post(url, { query: '{ me { id review } }', headers })).answer)).toEqual([
    'me.review: FORBIDDEN',
  ]);
  expect(calls).toEqual([]);
});

test('a policy may take its time', async () => {
  const headers = await world.identities.signedIn('u1', 'read');
  const { answer } = await post(url, { query: '{ me { slow review } }', headers });
  expect(answer).toEqual({ data: { me: { slow: 'slow', review: 'good' } } });
});

test('no policy is asked for what is skipped', async () => {
  const query = 'query ($no: Boolean!) { me { name diary @include(if: $no) ... @include(if: $no) { shelf } } }';
  const { answer } = await post(url, { query, variables: { no: false } });
  expect(answer).toEqual({ data: { me: { name: 'Ann' } } });
  expect(calls).toEqual([]);
});

test('a policy that throws is a no; the client learns nothing of why, the log does', async () => {
  const told: unknown[] = [];
  const gateway = world.gateways.get(url)!;
  const { error } = gateway.log;
  gateway.log.error = ((...line: unknown[]) => void told.push(line)) as typeof error;
  try {
    const { answer, text } = await post(url, { query: '{ me { id broken } }' });
    expect(codesOf(answer)).toEqual(['me.broken: UNAUTHENTICATED']);
    expect(text).not.toContain('table');
  } finally {
    gateway.log.error = error;
  }
  expect(told).toEqual([
    [
      { policy: 'throwing', err: expect.objectContaining({ message: 'no such table: secret' }) },
      'a policy failed; it counts as a no',
    ],
  ]);
});

test('a policy that the configuration does not have is a mistake in the graph, named with its place', () => {
  const folder = temporaryFolder({
    'a.graphql': `
      type Query { a: String @policy(policies: [["first", "toString"]]) b: B }
      type B @policy(policies: [["second"], ["second", "first"]]) { c: Int }`,
  });
  const start = () =>
    createGateway(
      {
        log: { level: 'silent' },
        subgraphs: { a: { url: 'http://127.0.0.1:9/graphql', schema: 'a.graphql' } },
        authorization: { policies: { first: () => true } },
      },
      folder,
    );
  expect(start).toThrow(
    [
      'The graph cannot be composed: 4 conflicts',
      '  Query.a: @policy names "toString"; add it to authorization.policies',
      '  Query.b: @policy names "second"; add it to authorization.policies',
      '  B.c: @policy names "second"; add it to authorization.policies',
      '  B: @policy names "second"; add it to authorization.policies',
    ].join('\n'),
  );
});
