// What is denied, at every kind of place and whichever way in: null with its error, the rest as ever, and nothing of it asked
// of any service. What is allowed is as without directives.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardedPlaces } from './places.ts';
import { type Answered, type Asked, batch, codesOf, firstEvent, get, post, startWorld, type World } from './world.ts';

let world: World;
let short: string;
let yoga: string;
let plugged: string;
let open: string;

beforeAll(async () => {
  world = await startWorld();
  [short, yoga, plugged, open] = await Promise.all([
    world.start(),
    world.start({ shortLane: false }),
    world.start({ plugins: [{ onExecute() {} }] }),
    world.start({}, false),
  ]);
});
afterAll(() => world.stop());

const isMutation = ({ query }: Asked) => query.startsWith('mutation');
/** The operation with a field beside it whose key goes through an interface. */
const besideComputed = (query: string) =>
  query.startsWith('mutation')
    ? query.replace('{', '{ odd: touch { oddity }')
    : query.replace('{', '{ odd: user(id: "u1") { oddity }');

type Way = (asked: Asked) => Promise<Pick<Answered, 'status' | 'answer'>>;

const ways: [name: string, way: Way][] = [
  ['POST', (asked) => post(short, asked)],
  ['POST, for the GraphQL media type', (asked) => post(short, asked, 'application/graphql-response+json')],
  ['GET', (asked) => (isMutation(asked) ? post(short, asked) : get(short, asked))],
  ['POST through Yoga', (asked) => post(yoga, asked)],
  ['GET through Yoga', (asked) => (isMutation(asked) ? post(yoga, asked) : get(yoga, asked))],
  ['POST with a plugin', (asked) => post(plugged, asked)],
  ['server-sent events', (asked) => firstEvent(short, asked)],
  [
    'a batch',
    async ({ headers, ...asked }) => {
      const { status, answers } = await batch(short, [{ query: '{ __typename }' }, asked], headers);
      expect(answers[0]).toEqual({ data: { __typename: 'Query' } });
      return { status, answer: answers[1] as Answered['answer'] };
    },
  ],
];

async function headersFor(scopes: readonly string[] | undefined): Promise<Record<string, string>> {
  return scopes ? world.identities.signedIn('u9', ...scopes) : {};
}

describe.each(ways)('by %s, what is denied is null, and no service hears of it:', (_name, way) => {
  test.each(guardedPlaces.map((place) => [place.what, place] as const))('%s', async (_what, place) => {
    const { query, variables, scopes, data, errors, unheard, requests } = place;
    world.asked();
    const { status, answer } = await way({ query, ...(variables && { variables }), headers: await headersFor(scopes) });
    const asked = world.asked();
    expect(answer.data).toEqual(data);
    expect(codesOf(answer)).toEqual(errors);
    expect(status).toBe(200);
    if (unheard) expect(asked.join('\n')).not.toMatch(unheard);
    if (requests !== undefined) expect(asked).toHaveLength(requests);
  });
});

describe('beside a field that is computed from an interface', () => {
  // Where a denied root field takes all data with it, there is nothing left to plan or to decline.
  const places = guardedPlaces.filter(({ query }) => !query.includes('strictPin'));
  test.each(places.map((place) => [place.what, place] as const))('%s', async (_what, place) => {
    const { query, variables, scopes, data, errors, unheard } = place;
    world.asked();
    const asked = { query: besideComputed(query), ...(variables && { variables }), headers: await headersFor(scopes) };
    const { answer } = await post(short, asked);
    expect(world.gateways.get(short)!.engine.declined).toBe(0);
    expect(answer.data).toEqual(data && { odd: { oddity: 'has Rex' }, ...data });
    expect(codesOf(answer)).toEqual(errors);
    if (unheard) expect(world.asked().join('\n')).not.toMatch(unheard);
  });
});

describe.each(ways)('by %s, what is allowed is as without directives:', (_name, way) => {
  // No scope helps where a policy says no.
  const allowed = guardedPlaces.filter(({ query }) => !/things|broken/.test(query));
  test.each(allowed.map((place) => [place.what, place] as const))('%s', async (_what, { query, variables }) => {
    const headers = await world.identities.signedIn('u1', 'hr', 'read', 'admin', 'snakes', 'users:write');
    const asked = { query, ...(variables && { variables }), headers };
    const { status, answer } = await way(asked);
    expect(answer.errors).toBeUndefined();
    expect(answer).toEqual((await post(open, asked)).answer);
    expect(status).toBe(200);
  });
});
