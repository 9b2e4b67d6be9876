// Unauthorized fields, at every kind of location and by every transport: null with an error, the rest as ever, and not
// fetched from any service. Allowed fields are as without directives.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  batch,
  codesOf,
  type Fixtures,
  firstEvent,
  get,
  post,
  type Received,
  type Requested,
  startFixtures,
} from './fixtures.ts';
import { guardedPlaces } from './guarded-fields.ts';

let fixtures: Fixtures;
let short: string;
let yoga: string;
let plugged: string;
let open: string;

beforeAll(async () => {
  fixtures = await startFixtures();
  [short, yoga, plugged, open] = await Promise.all([
    fixtures.start(),
    fixtures.start({ fastPath: false }),
    fixtures.start({ plugins: [{ onExecute() {} }] }),
    fixtures.start({}, false),
  ]);
});
afterAll(() => fixtures.stop());

const isMutation = ({ query }: Requested) => query.startsWith('mutation');
/** The operation with a field beside it whose key goes through an interface. */
const nextToComputed = (query: string) =>
  query.startsWith('mutation')
    ? query.replace('{', '{ odd: touch { oddity }')
    : query.replace('{', '{ odd: user(id: "u1") { oddity }');

type Way = (requested: Requested) => Promise<Pick<Received, 'status' | 'response'>>;

const ways: [name: string, way: Way][] = [
  ['POST', (requested) => post(short, requested)],
  ['POST, for the GraphQL media type', (requested) => post(short, requested, 'application/graphql-response+json')],
  ['GET', (requested) => (isMutation(requested) ? post(short, requested) : get(short, requested))],
  ['POST through Yoga', (requested) => post(yoga, requested)],
  ['GET through Yoga', (requested) => (isMutation(requested) ? post(yoga, requested) : get(yoga, requested))],
  ['POST with a plugin', (requested) => post(plugged, requested)],
  ['server-sent events', (requested) => firstEvent(short, requested)],
  [
    'a batch',
    async ({ headers, ...requested }) => {
      const { status, responses } = await batch(short, [{ query: '{ __typename }' }, requested], headers);
      expect(responses[0]).toEqual({ data: { __typename: 'Query' } });
      return { status, response: responses[1] as Received['response'] };
    },
  ],
];

async function headersFor(scopes: readonly string[] | undefined): Promise<Record<string, string>> {
  return scopes ? fixtures.identities.signedIn('u9', ...scopes) : {};
}

describe.each(ways)('by %s, a denied field is null, and is not fetched:', (_name, way) => {
  test.each(guardedPlaces.map((place) => [place.what, place] as const))('%s', async (_what, place) => {
    const { query, variables, scopes, data, errors, unheard, requests } = place;
    fixtures.requested();
    const { status, response } = await way({
      query,
      ...(variables && { variables }),
      headers: await headersFor(scopes),
    });
    const requested = fixtures.requested();
    expect(response.data).toEqual(data);
    expect(codesOf(response)).toEqual(errors);
    expect(status).toBe(200);
    if (unheard) expect(requested.join('\n')).not.toMatch(unheard);
    if (requests !== undefined) expect(requested).toHaveLength(requests);
  });
});

describe('beside a field that is computed from an interface', () => {
  // Where a denied root field takes all data with it, there is nothing left to plan or to decline.
  const places = guardedPlaces.filter(({ query }) => !query.includes('strictPin'));
  test.each(places.map((place) => [place.what, place] as const))('%s', async (_what, place) => {
    const { query, variables, scopes, data, errors, unheard } = place;
    fixtures.requested();
    const requested = {
      query: nextToComputed(query),
      ...(variables && { variables }),
      headers: await headersFor(scopes),
    };
    const { response } = await post(short, requested);
    expect(response.data).toEqual(data && { odd: { oddity: 'has Rex' }, ...data });
    expect(codesOf(response)).toEqual(errors);
    if (unheard) expect(fixtures.requested().join('\n')).not.toMatch(unheard);
  });
});

describe.each(ways)('by %s, an allowed field is as without directives:', (_name, way) => {
  // No scope helps where a policy denies.
  const allowed = guardedPlaces.filter(({ query }) => !/things|broken/.test(query));
  test.each(allowed.map((place) => [place.what, place] as const))('%s', async (_what, { query, variables }) => {
    const headers = await fixtures.identities.signedIn('u1', 'hr', 'read', 'admin', 'snakes', 'users:write');
    const requested = { query, ...(variables && { variables }), headers };
    const { status, response } = await way(requested);
    expect(response.errors).toBeUndefined();
    expect(response).toEqual((await post(open, requested)).response);
    expect(status).toBe(200);
  });
});
