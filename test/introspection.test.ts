// Schemas of running services: `concierge introspect`, and `schema: { introspect: true }` with services that are up, down, slow
// and that send garbage.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buildClientSchema, buildSchema } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig, introspectSchemas } from '../gateway/index.ts';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';
import { listen } from './harness/listen.ts';
import { startProcess } from './harness/process.ts';
import { concierge } from './init/command.ts';
import { type RunningService, runService } from './init/running-service.ts';

const sdl = 'type Query { shop(first: Int = 5): Shop }\ntype Shop { id: ID! name: String @deprecated }\n';
const resolvers = { Query: { shop: () => ({ id: 's1', name: 'Corner' }) } };
const shop = () => runService(sdl, resolvers);

const html: RequestListener = (_request, response) => void response.end('<html>Sign in</html>');
const trickle = (response: ServerResponse) => {
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};
const silent: RequestListener = () => undefined;

describe('concierge introspect', () => {
  test('prints the SDL of a service, with the header fields that it needs, or the JSON of its introspection', async () => {
    const folder = temporaryFolder();
    const { url, requests } = await shop();
    const printed = await concierge(
      folder,
      'introspect',
      url,
      '-H',
      'X-Api-Key: 123',
      '--header',
      'authorization: Bearer a:b',
    );
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    const schema = buildSchema(printed.stdout);
    expect(schema.getQueryType()?.getFields().shop?.args[0]?.defaultValue).toBe(5);
    expect(printed.stdout).toContain('name: String @deprecated');
    for (const headers of requests) expect(headers).toMatchObject({ 'x-api-key': '123', authorization: 'Bearer a:b' });
    const json = await concierge(folder, 'introspect', url, '--json', '-o', 'made/shop.json');
    expect(json).toEqual({ status: 0, stdout: '', stderr: '' });
    const introspection = JSON.parse(readFileSync(join(folder, 'made/shop.json'), 'utf8'));
    expect(buildClientSchema(introspection).getType('Shop')).toBeDefined();
  });

  test('prints the SDL that a Federation subgraph serves, with its keys', async () => {
    const own = 'type Query { shop: Shop }\ntype Shop @key(fields: "id") { id: ID! }';
    const { url } = await runService(`${sdl} type _Service { sdl: String } extend type Query { _service: _Service }`, {
      Query: { _service: () => ({ sdl: own }) },
    });
    expect(await concierge(temporaryFolder(), 'introspect', url)).toEqual({
      status: 0,
      stdout: `${own}\n`,
      stderr: '',
    });
  });

  test('names what is wrong in one sentence', async () => {
    const folder = temporaryFolder();
    const service = await shop();
    const fails = async (...args: string[]) => {
      const { status, stdout, stderr } = await concierge(folder, 'introspect', ...args, '-o', 'shop.graphql');
      expect([stdout, existsSync(join(folder, 'shop.graphql'))]).toEqual(['', false]);
      return `${status}: ${stderr.replaceAll(service.url, 'URL')}`;
    };
    const wrong = [['shop.internal'], ['http://a:secret@shop.internal/'], [service.url, '-H', 'secret']];
    expect(await Promise.all([...wrong, [service.url, '-H', 'host: secret']].map((args) => fails(...args)))).toEqual([
      '2: the service is "shop.internal": give a URL such as http://127.0.0.1:4001/graphql\n',
      "2: the service has credentials in its URL: give them as a header, --header 'authorization: Basic …'\n",
      "2: --header: give a name and a value, such as --header 'x-api-key: 123'\n",
      '2: --header host: it cannot be set: the gateway writes it itself\n',
    ]);
    service.behave(html);
    expect(await fails(service.url)).toMatch(/^1: URL sent no usable response \(.*\)\.\n$/);
    service.behave((_request, response) => void response.writeHead(401).end());
    expect(await fails(service.url)).toBe(
      '1: URL rejected the request (HTTP status 401): it may need credentials in a header.\n',
    );
    service.behave((_request, response) => void response.end('{"errors":[{"message":"introspection is disabled"}]}'));
    expect(await fails(service.url)).toBe(
      '1: URL sent no schema, but errors: [{"message":"introspection is disabled"}]; it may need credentials in a header, or have introspection disabled.\n',
    );
    service.behave((_request, response) => void response.end('{"data":{"__schema":null}}'));
    expect(await fails(service.url)).toMatch(
      /^1: URL sent no usable schema: Invalid or incomplete introspection result/,
    );
    await service.stop();
    expect(await fails(service.url)).toMatch(/^1: URL is unavailable \(ECONNREFUSED/);
  });
});

/** A configuration file with one service whose schema is fetched. */
function projectOf({ url }: RunningService): string {
  return temporaryFolder({
    'gateway.config.ts': `export default {
  port: 0,
  subgraphs: { shop: { url: '${url}', schema: { introspect: true, timeout: '2s' }, headers: { 'x-api-key': '123' } } },
};\n`,
    'query.graphql': '{ shop { name } }',
  });
}

const copyOf = (folder: string) => join(folder, '.concierge/schemas/shop.graphql');

describe('a schema with { introspect: true }', () => {
  test('is fetched at start, and read from its copy while the service is down', async () => {
    const service = await shop();
    const folder = projectOf(service);
    const started = () => {
      const args = ['start', '--config', join(folder, 'gateway.config.ts')];
      const env = { PORT: '', CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
      const gateway = startProcess({ script: 'gateway/cli.ts', args, env });
      onTestFinished(async () => {
        await gateway.stop();
      });
      return gateway;
    };
    const query = async (url: unknown) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(String(url), { method: 'POST', headers, body: '{"query":"{ shop { name } }"}' });
      return response.json();
    };
    const first = started();
    const { url } = await first.line(({ msg }) => msg === 'listening');
    expect(await query(url)).toEqual({ data: { shop: { name: 'Corner' } } });
    expect(service.requests.every((headers) => headers['x-api-key'] === '123')).toBe(true);
    expect(first.lines().filter(({ level }) => Number(level) > 30)).toEqual([]);
    await first.stop();
    const [line = ''] = readFileSync(copyOf(folder), 'utf8').split('\n');
    const [, time] = / at (.*)$/.exec(line) ?? [];
    expect(Math.abs(Date.now() - Date.parse(time ?? ''))).toBeLessThan(600_000);
    await service.stop();
    const second = started();
    const { msg } = await second.line(({ level }) => level === 40);
    expect(msg).toMatch(/^subgraphs\.shop\.schema: the service is unavailable \(ECONNREFUSED/);
    expect(msg).toContain(`; the copy of its schema of ${time} is used (.concierge/schemas/shop.graphql)`);
    const { url: again } = await second.line((each) => each.msg === 'listening');
    expect(await query(again)).toMatchObject({
      data: { shop: null },
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
  });

  test('is read from its copy where the service is slow or sends garbage, and a start without one fails', async () => {
    const service = await shop();
    const folder = temporaryFolder();
    const config: GatewayConfig = {
      log: { level: 'silent' },
      subgraphs: {
        shop: { url: service.url, schema: { introspect: true, timeout: '600ms' }, maxResponseBytes: 200_000 },
      },
    };
    const warnings: string[] = [];
    const schemaNow = async () => {
      warnings.length = 0;
      const fetched = await introspectSchemas(config, { folder, warn: (warning) => warnings.push(warning) });
      const gateway = createGateway(fetched, folder);
      await gateway.stop();
      return gateway.graph.schema;
    };
    const failures: [RequestListener, RegExp][] = [
      [(_request, response) => void response.end(`{"a":"${'a'.repeat(200_000)}"}`), /longer than 200000 bytes/],
      // In pieces, each in time.
      [(_request, response) => trickle(response), /did not respond within 0\.6 s/],
      [silent, /did not respond within 0\.6 s/],
      [html, /sent no usable response \(/],
      [
        (_request, response) => void response.end('{"data":{"__schema":{"queryType":{"fields":7}}}}'),
        /sent no usable schema: /,
      ],
      [(_request, response) => void response.writeHead(503).end(), /is unavailable \(HTTP status 503/],
    ];
    for (const [behaviour, reason] of failures) {
      service.behave(behaviour);
      await expect(schemaNow()).rejects.toThrow(reason);
      await expect(schemaNow()).rejects.toThrow(
        'and there is no copy of its schema in .concierge/schemas/shop.graphql. Start the service, or give a file of its SDL',
      );
    }
    const other = await shop();
    config.subgraphs!.shop!.url = other.url;
    await schemaNow();
    expect(warnings).toEqual([]);
    for (const [behaviour, reason] of failures) {
      other.behave(behaviour);
      expect((await schemaNow()).getType('Shop')).toBeDefined();
      expect(warnings).toEqual([expect.stringMatching(reason)]);
      expect(warnings[0]).toContain('the copy of its schema of ');
    }
    // The copy of another service is none, and neither is a damaged one.
    config.subgraphs!.shop!.url = service.url;
    await expect(schemaNow()).rejects.toThrow(`the copy in .concierge/schemas/shop.graphql is of ${other.url}`);
    config.subgraphs!.shop!.url = other.url;
    writeFileSync(copyOf(folder), readFileSync(copyOf(folder), 'utf8').slice(0, -20));
    await expect(schemaNow()).rejects.toThrow('the copy of its schema in .concierge/schemas/shop.graphql is damaged');
  });

  test('is fetched under `concierge dev` from a service that it starts beside the gateway', async () => {
    const { origin, stop } = await listen(createServer());
    await stop();
    const url = `${origin}/graphql`;
    const folder = temporaryFolder({
      'service.mjs': `import { createServer } from 'node:http';
import { createSchema, createYoga } from '${root}node_modules/graphql-yoga/esm/index.js';
const schema = createSchema({ typeDefs: 'type Query { late: String }', resolvers: { Query: { late: () => 'but there' } } });
createServer(createYoga({ schema, logging: false })).listen(${new URL(url).port}, '127.0.0.1');\n`,
      'gateway.config.ts': `export default {
  subgraphs: { shop: { url: '${url}', schema: { introspect: true }, dev: { command: ['node', 'service.mjs'] } } },
};\n`,
    });
    const args = ['dev', '--config', join(folder, 'gateway.config.ts'), '--port', '0'];
    const env = { PORT: '', CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
    const dev = startProcess({ script: 'gateway/cli.ts', args, env });
    onTestFinished(async () => {
      await dev.stop();
    });
    const line = await dev.line(({ msg }) => msg === 'listening');
    const response = await fetch(`${line.url}?query={late}`, { headers: { 'graphql-client-name': 'test' } });
    expect(await response.json()).toEqual({ data: { late: 'but there' } });
  });

  test('is stored once a graph has been composed of it', async () => {
    const service = await shop();
    const folder = projectOf(service);
    mkdirSync(join(folder, 'schema'));
    writeFileSync(
      join(folder, 'gateway.config.ts'),
      readFileSync(join(folder, 'gateway.config.ts'), 'utf8').replace(
        'subgraphs: {',
        "subgraphs: { other: { url: 'http://127.0.0.1:1/', schema: 'type Query { shop: Int }' },",
      ),
    );
    const { status, stderr } = await concierge(folder, 'compose');
    expect([status, stderr]).toEqual([1, expect.stringContaining('Query.shop')]);
    expect(existsSync(copyOf(folder))).toBe(false);
  });

  test('is fetched by compose, check, explain and print, which read its copy where they are --offline', async () => {
    const service = await shop();
    const folder = projectOf(service);
    const missing = await concierge(folder, 'explain', 'query.graphql', '--offline');
    expect(missing).toMatchObject({ status: 1, stdout: '' });
    expect(missing.stderr).toContain(
      'subgraphs.shop.schema: there is no copy of its schema in .concierge/schemas/shop.graphql, and --offline sends no ' +
        'requests: run concierge compose while the service is up',
    );
    expect(service.requests).toEqual([]);
    const composed = await concierge(folder, 'compose');
    expect(composed).toMatchObject({ status: 0, stderr: '' });
    expect(composed.stdout).toMatch(/^shop: fetched from the service\nThe graph is in schema\/graph\.graphql/);
    const sent = service.requests.length;
    const offline = ['explain', 'check', 'print', 'compose'].map((name) =>
      concierge(folder, name, ...(name === 'explain' ? ['query.graphql'] : []), '--offline'),
    );
    const [explained, checked, printed, again] = await Promise.all(offline);
    for (const each of [explained, checked, printed, again]) expect(each).toMatchObject({ status: 0, stderr: '' });
    expect(explained?.stdout).toContain('1 request in 1 round');
    expect(checked?.stdout).toContain('The graph: nothing changes');
    expect(printed?.stdout).toContain('type Shop');
    expect(again?.stdout).toMatch(/^shop: the copy of its schema of \S+Z is used\n/);
    expect(service.requests.length).toBe(sent);
    await service.stop();
    const down = await concierge(folder, 'explain', 'query.graphql');
    expect(down).toMatchObject({ status: 0, stdout: explained?.stdout });
    expect(down.stderr).toMatch(/^warning: subgraphs\.shop\.schema: the service is unavailable .* is used/);
    const none = await concierge(folder, 'compose');
    expect(none).toMatchObject({ status: 1 });
    expect(none.stderr).toContain('no service could be reached');
  });

  test('joins the types of Federation subgraphs by the keys that they serve, also from the copies', async () => {
    const federated = (own: string, resolvers: object) =>
      runService(
        `${own.replaceAll(/@key\(.*?\)/g, '')} union _Entity = User scalar _Any type _Service { sdl: String }
         extend type Query { _service: _Service _entities(representations: [_Any!]!): [_Entity]! }`,
        { Query: { _service: () => ({ sdl: own }), ...resolvers } },
      );
    const users = await federated('type Query { me: User } type User @key(fields: "id") { id: ID! name: String }', {
      me: () => ({ id: 'u1', name: 'Ada' }),
      _entities: () => [],
    });
    const reviews = await federated('type Query { reviews: Int } type User @key(fields: "id") { id: ID! stars: Int }', {
      _entities: (_root: unknown, { representations }: { representations: { id: string }[] }) =>
        representations.map(({ id }) => ({ __typename: 'User', id, stars: 5 })),
    });
    const folder = temporaryFolder();
    const config: GatewayConfig = {
      log: { level: 'silent' },
      subgraphs: {
        users: { url: users.url, schema: { introspect: true } },
        reviews: { url: reviews.url, schema: { introspect: true } },
      },
    };
    const warnings: string[] = [];
    const sdlNow = async () => {
      const fetched = await introspectSchemas(config, { folder, warn: (warning) => warnings.push(warning) });
      await using gateway = createGateway(fetched, folder);
      const { json } = await gateway.inject({ query: '{ me { name stars } }' });
      return { sdl: gateway.graph.sdl, data: json() };
    };
    const up = await sdlNow();
    expect(up.data).toEqual({ data: { me: { name: 'Ada', stars: 5 } } });
    await Promise.all([users.stop(), reviews.stop()]);
    const down = await sdlNow();
    expect(down.sdl).toBe(up.sdl);
    expect(down.data).toMatchObject({ data: { me: null } });
    expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
      'subgraphs.users.schema',
      'subgraphs.reviews.schema',
    ]);
  });

  test('cannot be fetched of a mocked service that has no address', async () => {
    const config: GatewayConfig = { subgraphs: { shop: { schema: { introspect: true }, mocks: true } } };
    await expect(introspectSchemas(config, { folder: temporaryFolder() })).rejects.toThrow(
      'subgraphs.shop.schema: a service without a url has no schema to fetch: give a file of its SDL',
    );
  });

  test('is not fetched by createGateway, which names what fetches it', () => {
    const subgraphs = { shop: { url: 'http://127.0.0.1:1/', schema: { introspect: true as const } } };
    expect(() => createGateway({ subgraphs })).toThrow(
      'subgraphs.shop.schema: the schema has not been fetched: createGateway(await introspectSchemas(config)) fetches it first',
    );
  });
});
