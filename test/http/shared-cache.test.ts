// A shared cache between (RFC 9111, undici's) for callers, pages, languages, addresses and codings: it never gives one
// of them the response of another.
import { gunzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { Agent, type Dispatcher, interceptors, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { serveGraph } from '../values/served-graph.ts';

const secret = 'a secret that is long enough for HS256';
const padding = ' '.repeat(2000);

const services = {
  shop: 'type Query { open: String @cacheControl(maxAge: 60) language: String @cacheControl(maxAge: 60) }',
  people: 'type Query { mine: String @cacheControl(maxAge: 60, scope: PRIVATE) }',
  places: 'type Query { address: String @cacheControl(maxAge: 60) }',
};

const token = (subject: string, expiry: string) =>
  new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer('test').setSubject(subject).setExpirationTime(expiry);

async function bearer(subject: string, expiry = '1h'): Promise<string> {
  return `Bearer ${await token(subject, expiry).sign(Buffer.from(secret))}`;
}

/** Each combination of one value of every list. */
function combinations(lists: readonly (readonly unknown[])[]): unknown[][] {
  return lists.reduce<unknown[][]>((all, list) => all.flatMap((one) => list.map((value) => [...one, value])), [[]]);
}

async function get(url: string, headers: Record<string, string>, dispatcher: Dispatcher) {
  const response = await request(url, { dispatcher, headers });
  const body = Buffer.from(await response.body.arrayBuffer());
  const coding = response.headers['content-encoding'];
  return {
    /** The same for a response that the cache has stored. */
    id: response.headers['x-request-id'],
    got: {
      body: String(coding === 'gzip' ? gunzipSync(body) : body),
      status: response.statusCode,
      coding,
      type: response.headers['content-type'],
      allowed: response.headers['access-control-allow-origin'],
    },
  };
}

test('each request gets the response that it would get without the cache', async () => {
  const graph = await serveGraph({
    services,
    settings: {
      shop: { forward: { headers: ['accept-language'] } },
      people: { forward: { claims: { 'x-user': 'sub' } } },
      places: { forward: { clientAddress: 'x-client-ip' } },
    },
    config: {
      trustedProxies: ['loopback'],
      cors: { origin: ['https://a.example', 'https://b.example'], credentials: true },
      authentication: { jwt: [{ issuer: 'test', secret, onInvalidToken: 'anonymous' }] },
    },
  });
  for (const service of Object.values(graph.services)) {
    service.returns = ({ query, headers }) => {
      const user = headers['x-user'];
      const fields = { open: 'all', mine: user, language: headers['accept-language'], address: headers['x-client-ip'] };
      const selected = Object.entries(fields).filter(([name]) => query.includes(name));
      return { data: Object.fromEntries(selected.map(([name, value]) => [name, value ? `${value}${padding}` : null])) };
    };
  }
  const all = combinations([
    ['open', 'mine', 'language', 'address'],
    [undefined, await bearer('ann'), await bearer('bob'), await bearer('ann', '-1h')],
    [undefined, 'https://a.example', 'https://evil.example'],
    [undefined, 'de'],
    ['192.0.2.1', '192.0.2.2'],
    [undefined, 'gzip'],
  ]);
  for (const origin of graph.origins) {
    const [direct, cache] = [new Agent(), new Agent()];
    onTestFinished(async () => {
      await Promise.all([direct.close(), cache.close()]);
    });
    const cached = cache.compose(interceptors.cache({ type: 'shared', methods: ['GET'] }));
    const ids = new Set<unknown>();
    // In an order in which neighbours differ in everything, and all of them twice.
    for (let index = 0; index < 2 * all.length; index++) {
      const [field, authorization, page, language, address, coding] = all[(index * 149) % all.length] as string[];
      const headers = {
        ...{ authorization, origin: page, 'accept-language': language, 'accept-encoding': coding },
        ...{ accept: 'application/json', 'x-forwarded-for': address },
      };
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
      const url = `${origin}/graphql?query={${field}}`;
      const [through, without] = await Promise.all(
        [cached, direct].map((dispatcher) => get(url, sent as Record<string, string>, dispatcher)),
      );
      expect([field, sent, through?.got]).toEqual([field, sent, without?.got]);
      ids.add(through?.id);
    }
    // What anonymous callers share was not requested again.
    expect(ids.size).toBeLessThan(2 * all.length - 10);
  }
});
