// Policy functions: they allow a field by `true`, and deny it by anything else.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { batch, codesOf, policies as decisions, type Fixtures, post, startFixtures } from './fixtures.ts';

let fixtures: Fixtures;
let url: string;
const calls: { policy: string; requestId: string; subject: string | null }[] = [];

beforeAll(async () => {
  fixtures = await startFixtures();
  const policies = Object.fromEntries(
    Object.entries(decisions).map(([policy, decide]) => [
      policy,
      (context: { requestId: string; identity: { subject: string } | null }) => {
        calls.push({ policy, requestId: context.requestId, subject: context.identity?.subject ?? null });
        return decide(context);
      },
    ]),
  );
  url = await fixtures.start({ authorization: { policies } });
});
afterAll(() => fixtures.stop());
beforeEach(() => void calls.splice(0));

test('a policy is called once for a request, however many fields and operations require it', async () => {
  const query = '{ me { a: diary b: diary shelf } users { shelf diary friends { diary } } }';
  const headers = { ...(await fixtures.identities.signedIn('u1')), 'x-request-id': 'one' };
  const { responses } = await batch(url, [{ query }, { query: '{ me { diary } }' }, { query }], headers);
  expect(responses.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
  expect(calls.toSorted((one, other) => one.policy.localeCompare(other.policy))).toEqual([
    { policy: 'closed', requestId: 'one', subject: 'u1' },
    { policy: 'open', requestId: 'one', subject: 'u1' },
    { policy: 'owner', requestId: 'one', subject: 'u1' },
  ]);
});

test('each request calls the policy again, and may get another decision', async () => {
  const query = '{ me { id diary } }';
  const mine = await post(url, { query, headers: await fixtures.identities.signedIn('u1') });
  const otherCaller = await post(url, { query, headers: await fixtures.identities.signedIn('u2') });
  expect(mine.response).toEqual({ data: { me: { id: 'u1', diary: 'dear diary' } } });
  expect(otherCaller.response.data).toEqual({ me: { id: 'u1', diary: null } });
  expect(codesOf(otherCaller.response)).toEqual(['me.diary: FORBIDDEN']);
  expect(calls.filter(({ policy }) => policy === 'owner').map(({ subject }) => subject)).toEqual(['u1', 'u2']);
});

test('a policy is called for anonymous callers where nothing else is required', async () => {
  const { response } = await post(url, { query: '{ me { shelf } }' });
  expect(response).toEqual({ data: { me: { shelf: 'books' } } });
  expect(calls.map(({ policy, subject }) => [policy, subject])).toEqual([['open', null]]);
});

test('no policy is called where authentication or a scope is missing', async () => {
  expect(codesOf((await post(url, { query: '{ me { id slow review } }' })).response)).toEqual([
    'me.review: UNAUTHENTICATED',
    'me.slow: UNAUTHENTICATED',
  ]);
  const headers = await fixtures.identities.signedIn('u1', 'write');
  expect(codesOf((await post(url, { query: '{ me { id review } }', headers })).response)).toEqual([
    'me.review: FORBIDDEN',
  ]);
  expect(calls).toEqual([]);
});

test('a policy may be asynchronous', async () => {
  const headers = await fixtures.identities.signedIn('u1', 'read');
  const { response } = await post(url, { query: '{ me { slow review } }', headers });
  expect(response).toEqual({ data: { me: { slow: 'slow', review: 'good' } } });
});

test('no policy is called for a skipped field', async () => {
  const query = 'query ($no: Boolean!) { me { name diary @include(if: $no) ... @include(if: $no) { shelf } } }';
  const { response } = await post(url, { query, variables: { no: false } });
  expect(response).toEqual({ data: { me: { name: 'Ann' } } });
  expect(calls).toEqual([]);
});

test('a policy that throws denies; the reason is in the log, not in the response', async () => {
  const reported: unknown[] = [];
  const gateway = fixtures.gateways.get(url)!;
  const { error } = gateway.log;
  gateway.log.error = ((...line: unknown[]) => void reported.push(line)) as typeof error;
  try {
    const { response, text } = await post(url, { query: '{ me { id broken } }' });
    expect(codesOf(response)).toEqual(['me.broken: UNAUTHENTICATED']);
    expect(text).not.toContain('table');
  } finally {
    gateway.log.error = error;
  }
  expect(reported).toEqual([
    [
      { policy: 'throwing', err: expect.objectContaining({ message: 'no such table: secret' }) },
      'policy threw; treated as denied',
    ],
  ]);
});

test('a policy that the configuration does not have is an error of composition, named with its coordinate', () => {
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
