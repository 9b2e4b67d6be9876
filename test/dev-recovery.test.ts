// `concierge dev` stays up: errors in the configuration, the SDL and the services are reported while they last, the last
// valid state is served meanwhile, and a save interrupts nothing that runs.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryFolder } from './harness/folder.ts';
import { concierge } from './harness/gateway.ts';
import { listen } from './harness/listen.ts';
import { freePorts } from './harness/ports.ts';
import type { TestProcess } from './harness/process.ts';
import { send } from './harness/subgraphs.ts';

/** A service without a library, so that it starts at once. It ends when a request is for `/die`, and at once while there is `full`. */
const service = `
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const end = () => { console.error('out of memory'); process.exit(3); };
if (existsSync('full')) end();
const respond = (request, response) => {
  if (request.url === '/die') end();
  response.setHeader('content-type', 'application/json');
  response.end('{"data":{"__typename":"Query","name":"shop"}}');
};
createServer(respond).listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

const config = (port: number, servicePort: number, held: string) => `
export default {
  port: ${port},
  subgraphs: {
    shop: {
      url: 'http://127.0.0.1:${servicePort}/graphql',
      schema: 'shop.graphql',
      dev: { command: ['node', 'service.mjs', '${servicePort}'] },
    },
  },
  fields: {
    schema: 'own.graphql',
    resolvers: {
      Query: { slow: async () => (await fetch('${held}')).text() },
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: 1 };
            await fetch('${held}');
            yield { ticks: 2 };
          },
        },
      },
    },
  },
};
`;

/** Milliseconds: machines that test are busy. */
const patience = { timeout: 60_000 };

interface Project {
  folder: string;
  origin: string;
  url: string;
  servicePort: number;
  config: string;
  /** Responses that are held until the test ends them. */
  held: ServerResponse[];
  save(file: string, text: string): void;
}

const own = 'type Query { slow: String }\ntype Subscription { ticks: Int }\n';

async function createProject(files: Record<string, string> = {}): Promise<Project> {
  const held: ServerResponse[] = [];
  const holding = await listen(createServer((_request, response) => held.push(response)));
  onTestFinished(() => holding.stop());
  const [port, servicePort] = (await freePorts(2)) as [number, number];
  const text = config(port, servicePort, `${holding.origin}/`);
  const folder = temporaryFolder({
    'service.mjs': service,
    'shop.graphql': 'type Query { name: String }\n',
    'own.graphql': own,
    'gateway.config.mjs': text,
    ...files,
  });
  const origin = `http://127.0.0.1:${port}`;
  const save = (file: string, content: string) => writeFileSync(`${folder}/${file}`, content);
  return { folder, origin, url: `${origin}/graphql`, servicePort, config: text, held, save };
}

function startDev({ folder }: Project): TestProcess {
  const process = concierge(['dev', '--config', `${folder}/gateway.config.mjs`]);
  onTestFinished(async () => {
    await process.stop();
  });
  return process;
}

/** Resolves with the output after `from` once it contains this. */
async function untilPrinted(process: TestProcess, text: string, from = 0): Promise<string> {
  await process.until(() => process.output().slice(from).includes(text));
  return process.output().slice(from);
}

async function problemsOf({ origin }: Project): Promise<{ subject: string; message: string }[]> {
  const response = await fetch(`${origin}/development/problems`, {
    headers: { 'x-concierge-development': 'problems', connection: 'close' },
  });
  return ((await response.json()) as { problems: { subject: string; message: string }[] }).problems;
}

test('an error at the first start waits for a mend, on a page and in responses; what dies later is named and starts again', async () => {
  const project = await createProject();
  project.save('gateway.config.mjs', project.config.replace('subgraphs', 'prot: 1,\n  subgraphs'));
  const process = startDev(project);
  await untilPrinted(process, 'Nothing can be served yet; the next change is tried.');
  await expect
    .poll(
      () =>
        fetch(project.url).then(
          ({ status }) => status,
          () => 0,
        ),
      patience,
    )
    .toBe(503);

  const page = await fetch(project.url, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toMatch(/<h1>Concierge cannot start<\/h1>[\s\S]*prot/);
  const rejected = await send(project.url, '{ name }');
  expect(rejected).toMatchObject({ errors: [{ extensions: { code: 'NOT_READY' } }] });
  expect(rejected.errors?.[0]?.message).toContain('prot');
  const remote = await fetch(project.url, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(await remote.text()).not.toContain('prot');

  project.save('gateway.config.mjs', project.config);
  const ready = await untilPrinted(process, 'Concierge is ready');
  expect(ready).toContain('gateway is running again');
  expect(await send(project.url, '{ name }')).toEqual({ data: { name: 'shop' } });
  expect(await problemsOf(project)).toEqual([]);

  const before = process.output().length;
  project.save('full', '');
  await fetch(`http://127.0.0.1:${project.servicePort}/die`).catch(() => {});
  const died = await untilPrinted(process, 'out of memory', before);
  expect(died).toContain('shop ended (exit code 3) and starts again in 0.5 s. Its last output:');
  await expect
    .poll(() => problemsOf(project), patience)
    .toEqual([{ subject: 'shop', message: expect.stringContaining('exit code 3') }]);
  rmSync(`${project.folder}/full`);
  await untilPrinted(process, 'shop is running again', before);
  await expect.poll(() => problemsOf(project), patience).toEqual([]);

  const middle = process.output().length;
  for (const pid of gatewaysOf(process.pid)) globalThis.process.kill(pid, 'SIGKILL');
  await untilPrinted(process, 'The gateway ended (by a signal) and starts again in 0.5 s.', middle);
  await untilPrinted(process, 'gateway is running again', middle);
  expect(await send(project.url, '{ name }')).toEqual({ data: { name: 'shop' } });
  expect(await process.stop()).toBe(0);
});

test('without a configuration file there is nothing to wait for', async () => {
  const process = concierge(['dev', '--config', 'missing.config.mjs']);
  expect(await process.exit).toBe(1);
  expect(process.output()).toContain('There is no configuration file missing.config.mjs');
});

test('an invalid save leaves the last valid state in service, a valid one replaces it, requests that run go on, and subscribers move', async () => {
  const project = await createProject();
  const process = startDev(project);
  await untilPrinted(process, 'Concierge is ready');

  const cases: [file: string, text: string, reason: string][] = [
    ['own.graphql', 'type Query {', 'own.graphql:1:13: Syntax Error'],
    ['gateway.config.mjs', 'export default {\n', 'cannot be loaded'],
  ];
  for (const [file, text, reason] of cases) {
    const before = process.output().length;
    project.save(file, text);
    const printed = await untilPrinted(process, 'The last valid state is served on', before);
    expect(printed).toContain(reason);
    expect(await send(project.url, '{ name }')).toEqual({ data: { name: 'shop' } });
    await expect
      .poll(() => problemsOf(project), patience)
      .toEqual([{ subject: 'gateway', message: expect.stringContaining(reason) }]);
  }
  const broken = process.output().length;
  project.save('own.graphql', own);
  project.save('gateway.config.mjs', project.config);
  await untilPrinted(process, 'Ready at', broken);
  await expect.poll(() => problemsOf(project), patience).toEqual([]);

  const client = createClient({
    url: project.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
  });
  const closed = new Promise<number>((resolve) => {
    client.on('closed', (event) => resolve((event as { code: number }).code));
  });
  const ticks = client.iterate<{ ticks: number }>({ query: 'subscription { ticks }' });
  expect((await ticks.next()).value).toEqual({ data: { ticks: 1 } });
  const stream = await fetch(project.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: '{"query":"subscription { ticks }"}',
  });
  const slow = send(project.url, '{ slow }');
  await expect.poll(() => project.held.length, patience).toBe(3);

  const before = process.output().length;
  project.save('own.graphql', `${own}extend type Query { motto: String }\n`);
  // New connections all the while.
  const outcomes: unknown[] = [];
  while (!process.output().slice(before).includes('Ready at')) {
    const response = await fetch(`${project.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: '{"query":"{ name }"}',
    });
    outcomes.push(await response.json());
  }
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(new Set(['{"data":{"name":"shop"}}']));
  expect(await send(project.url, '{ motto }')).toEqual({ data: { motto: null } });

  for (const response of project.held) response.end('done');
  expect(await slow).toEqual({ data: { slow: 'done' } });
  // The previous gateway ends both in the way on which clients connect again.
  await expect(ticks.next()).rejects.toMatchObject({ code: 1001 });
  expect(await closed).toBe(1001);
  const events = await stream.text();
  expect(events).toContain('"ticks":1');
  expect(events).not.toContain('event: complete');
  expect(await process.stop()).toBe(0);
});

/** Process ids of the gateways that `concierge dev` with this id has started. */
function gatewaysOf(pid: number): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return all
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => parent === String(pid) && args.includes('--development'))
    .map(([id]) => Number(id));
}
