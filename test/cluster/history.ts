// Shows that no worker gives a stale response after a mutation or a purge, while workers are killed:
//   node test/cluster/history.ts [--count 20000] [--workers 4] [--concurrency 16] [--kills 5]
// Exit code 1 where a response was stale, or a request had neither a response nor an error. `shared-state.test.ts` has a short form within one process.
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { startService } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { History } from '../harness/history.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    workers: { type: 'string', default: '4' },
    concurrency: { type: 'string', default: '16' },
    kills: { type: 'string', default: '5' },
  },
});
const [count, concurrency, kills] = [Number(values.count), Number(values.concurrency), Number(values.kills)];

const PATIENCE_MS = 10_000;

const sdl = `
  type Query { product(id: ID!): Product @cacheControl(maxAge: 60) }
  type Mutation { rename(id: ID!, name: String!): Product }
  type Product @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! name: String! }
`;
const names = new Map<string, string>();
const service = await startService({
  name: 'catalog',
  sdl,
  resolvers: {
    Query: { product: (_: unknown, { id }: { id: string }) => ({ id }) },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => {
        names.set(id, name);
        return { id };
      },
    },
    Product: { name: ({ id }: { id: string }) => names.get(id) ?? '0' },
  },
});
const undo: (() => void)[] = [];
const token = 'purge-token-of-this-script';
const configuration = `export default {
  port: 0, overload: false, workers: ${values.workers}, cache: { entities: true, purge: { token: '${token}' } },
  subgraphs: { catalog: { url: '${service.url}', schema: 'catalog.graphql' } },
  fields: { schema: 'own.graphql', resolvers: { Query: { servedBy: () => String(process.pid) } } },
};`;
const folder = temporaryFolder(
  { 'gateway.config.mjs': configuration, 'catalog.graphql': sdl, 'own.graphql': 'type Query { servedBy: String }' },
  (later) => undo.push(later),
);
const gateway = concierge(['start', '--config', `${folder}/gateway.config.mjs`]);
const { url } = (await gateway.line(({ msg }) => msg === 'listening')) as { url: string };

/** On a connection of its own: the workers get them in turn. @throws Error where there is no response. */
async function post(
  to: string,
  body: object,
  authorization: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: Record<string, unknown> }>();
  const headers = { 'content-type': 'application/json', connection: 'close', ...authorization };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const sent = httpRequest(to, { method: 'POST', headers, agent: false, signal }, (response) => {
    text(response).then((all) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(all) }), reject);
  });
  sent.once('error', reject).end(JSON.stringify(body));
  return promise;
}

function expect({ status, body }: { status: number; body: object }, expected: number): void {
  if (status !== expected || 'errors' in body) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

const query = (document: string) => post(url, { query: document });
const history = new History();
const objects = Array.from({ length: 10 }, (_, id) => ({ id: String(id), isChanging: false, version: 0 }));
let failed = 0;
let hung = 0;
/** Null for a request that got no response, as its worker was killed. */
const lost = ({ code }: NodeJS.ErrnoException) => {
  failed += 1;
  if (code === 'ABORT_ERR') hung += 1;
  return null;
};

async function read(id: string): Promise<void> {
  await history.read(id, async () => {
    const response = await query(`{ product(id: "${id}") { name } }`).catch(lost);
    const { data } = (response?.body ?? {}) as { data?: { product?: { name?: string } } };
    if (response && data?.product?.name === undefined) throw new Error(JSON.stringify(response));
    return data?.product?.name === undefined ? null : Number(data.product.name);
  });
}

async function change(object: (typeof objects)[number], isMutation: boolean): Promise<void> {
  if (object.isChanging) return;
  object.isChanging = true;
  object.version += 1;
  const { id, version } = object;
  const work = async () => expect(await query(`mutation { rename(id: "${id}", name: "${version}") { id } }`), 200);
  try {
    // A mutation invalidates before its response.
    if (isMutation) await history.write(id, version, work).then(() => history.invalidate([id], () => {}));
    else {
      await history.write(id, version, () => void names.set(id, String(version)));
      await history.invalidate([id], async () => {
        const authorization = { authorization: `Bearer ${token}` };
        expect(await post(new URL('/admin/purge', url).href, { type: 'Product', id }, authorization), 202);
      });
    }
  } catch (error) {
    lost(error as NodeJS.ErrnoException);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNRESET') console.log(message);
  }
  object.isChanging = false;
}

async function servedBy(): Promise<number> {
  const { body } = await query('{ servedBy }');
  return Number((body as { data: { servedBy: string } }).data.servedBy);
}

/** Until every worker has served. */
async function allServe(): Promise<void> {
  const seen = new Set<number>();
  while (seen.size < Number(values.workers)) seen.add(await servedBy());
}

async function kill(): Promise<void> {
  await allServe();
  process.kill(await servedBy(), 'SIGKILL');
}

await allServe();
let sent = 0;
const next = async () => {
  while (sent < count) {
    sent += 1;
    const object = objects[Math.floor(Math.random() * objects.length)] as (typeof objects)[number];
    const kind = Math.random();
    if (kills > 0 && sent % Math.ceil(count / kills) === 0) await kill().catch(lost);
    else if (kind < 0.05) await change(object, kind < 0.025);
    else await read(object.id);
  }
};
await Promise.all(Array.from({ length: concurrency }, next));
const changes = objects.reduce((sum, { version }) => sum + version, 0);
const hits = history.reads - service.requested.length;
console.log(
  `${history.reads} reads, at least ${hits} of them cached; ${changes} changes; ${failed} without a response, ${hung} of them without an error`,
);
for (const violation of history.violations) console.log(violation);
console.log(history.violations.length === 0 ? 'no response was stale' : 'some responses were stale');
process.exitCode = history.violations.length + hung === 0 ? 0 : 1;
await gateway.stop();
await service.stop();
for (const each of undo) each();
