// `concierge dev`: a project's folder becomes a running gateway with its services, and what changes is restarted.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, root, startGatewayProcess } from './harness/gateway.ts';
import { freePorts } from './harness/ports.ts';
import type { TestProcess } from './harness/process.ts';
import { send, subgraphNames } from './harness/subgraphs.ts';

interface DevProject {
  folder: string;
  file: string;
  servicePorts: number[];
  notificationsPort: number;
  paymentsPort: number;
}

/** The demo in a folder of its own, its services on free ports. @param products schema of that service. */
async function demoProject(products: unknown = 'schema/products.graphql'): Promise<DevProject> {
  const [paymentsPort = 0, notificationsPort = 0, ...servicePorts] = await freePorts(2 + subgraphNames.length);
  const subgraphs = Object.fromEntries(
    subgraphNames.map((name, index) => [
      name,
      {
        url: `http://127.0.0.1:${servicePorts[index]}/graphql`,
        schema: name === 'products' ? products : `schema/${name}.graphql`,
        dev: {
          command: ['node', `${root}subgraphs/start.ts`, name, '--port', String(servicePorts[index])],
          watch: [`schema/${name}.graphql`],
        },
      },
    ]),
  );
  const payments = {
    ...{ grpc: `127.0.0.1:${paymentsPort}`, descriptors: `${root}schema/payments.binpb` },
    schema: `${root}schema/subgraphs/payments.graphql`,
    dev: { command: ['node', `${root}subgraphs/start.ts`, 'payments', '--port', String(paymentsPort)] },
  };
  const schema = readFileSync(`${root}schema/subgraphs/notifications.graphql`, 'utf8');
  const notifications = {
    // Its address is in its schema.
    schema: 'schema/notifications.graphql',
    dev: { command: ['node', `${root}subgraphs/start.ts`, 'notifications', '--port', String(notificationsPort)] },
  };
  const folder = temporaryFolder({
    'schema/notifications.graphql': schema.replace('127.0.0.1:4004', `127.0.0.1:${notificationsPort}`),
    ...Object.fromEntries(
      subgraphNames.map((name) => [
        `schema/${name}.graphql`,
        readFileSync(`${root}schema/subgraphs/${name}.graphql`, 'utf8'),
      ]),
    ),
    'schema/gateway.graphql': readFileSync(`${root}schema/gateway.graphql`, 'utf8'),
    'gateway.config.mjs': [
      `import demo from ${JSON.stringify(`${root}gateway.config.ts`)};`,
      `export default { ...demo, port: 0, subgraphs: ${JSON.stringify({ ...subgraphs, notifications, payments })} };`,
    ].join('\n'),
  });
  return { folder, file: `${folder}/gateway.config.mjs`, servicePorts, notificationsPort, paymentsPort };
}

function startDev({ file }: DevProject, ...args: string[]): TestProcess {
  const process = concierge(['dev', '--config', file, ...args]);
  onTestFinished(async () => {
    await process.stop();
  });
  return process;
}

/** Resolves with the whole output once it contains this. */
async function untilPrinted(process: TestProcess, reported: string | RegExp): Promise<string> {
  const found = (text: string) => (typeof reported === 'string' ? text.includes(reported) : reported.test(text));
  await process.until(() => found(process.output()));
  return process.output();
}

async function responses(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/health`);
    return true;
  } catch {
    // No server there.
    return false;
  }
}

test('dev starts the services and the gateway, shows a command that works, restarts what changes, and ends it all', async () => {
  // A schema that is fetched from its service, for which the gateway then waits.
  const project = await demoProject({ introspect: true });
  const process = startDev(project);
  const shown = await untilPrinted(process, /^curl .*$/m);
  expect(shown).toContain('Starting users, orders, products, notifications, payments …');
  expect(shown).toMatch(/Sign in +in GraphiQL as Julien, customer; Tariq, customer; Élise, order desk/);
  expect(shown).toMatch(/GraphiQL +http:\/\/127\.0\.0\.1:\d+\/graphql in a browser/);
  const [consoleUrl] = /http\S+\/console(?= in a browser)/.exec(shown) ?? [];
  const opened = await fetch(`${consoleUrl}/stream`);
  expect(opened.status).toBe(200);
  await opened.body?.cancel();
  for (const port of project.servicePorts) expect(shown).toContain(`http://127.0.0.1:${port}/graphql`);
  expect(shown).toContain(`notifications  http://127.0.0.1:${project.notificationsPort}/ (REST)`);
  expect(shown).toContain(`payments       127.0.0.1:${project.paymentsPort} (gRPC)`);

  const commands = /^TOKEN=.*\ncurl .*$/m.exec(shown)?.[0] ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-c', commands.replace('\ncurl', '\ncurl --silent')], {
    cwd: root,
  });
  const { data, errors } = JSON.parse(stdout);
  expect(errors).toBeUndefined();
  expect(data.profile).toMatchObject({ id: 'u1', name: 'Julien Mercier', recommendations: [{}, {}, {}] });
  expect(data.profile.unreadNotifications).toBe(3);
  expect(data.profile.orders.nodes).toMatchObject([{ payment: { status: 'CAPTURED' } }, { payment: {} }]);

  // The schema is the gateway's as well as the service's.
  const users = `${project.folder}/schema/users.graphql`;
  writeFileSync(users, `${readFileSync(users, 'utf8')}# a remark\n`);
  const restarted = await untilPrinted(process, /Ready at \S+/);
  expect(restarted).toContain('schema/users.graphql changed: restarting users');
  expect(restarted).toContain('schema/users.graphql changed: restarting the gateway');
  // The address is the same, with a port that was free at the first start.
  expect(/Ready at (\S+)/.exec(restarted)?.[1]).toBe(/GraphQL +(\S+)/.exec(shown)?.[1]);

  expect(await process.stop()).toBe(0);
  for (const port of [...project.servicePorts, project.notificationsPort, project.paymentsPort])
    expect(await responses(port)).toBe(false);
  expect(childrenOf(process.pid)).toEqual([]);
});

test('ended while a service restarts, dev leaves no service behind', async () => {
  const project = await demoProject();
  const process = startDev(project);
  await untilPrinted(process, /^curl .*$/m);
  const schema = `${project.folder}/schema/users.graphql`;
  writeFileSync(schema, `${readFileSync(schema, 'utf8')}# a remark\n`);
  await untilPrinted(process, 'schema/users.graphql changed: restarting users');
  expect(await process.stop()).toBe(0);
  const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  for (const port of project.servicePorts) expect(commands).not.toContain(`--port ${port}`);
});

test('only dev accepts development tokens: start rejects them, and start --development is not for production', async () => {
  const { file } = await demoProject();
  const token = concierge(['token', '--sub', 'u1', '--config', file]);
  expect(await token.exit).toBe(0);
  const headers = { authorization: `Bearer ${token.output().trim()}` };
  const { url, origin, process } = await startGatewayProcess(file);
  onTestFinished(async () => {
    await process.stop();
  });
  expect(await send(url, '{ profile { id } }', { headers })).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  for (const path of ['/development/token', '/.well-known/jwks.json']) {
    expect((await fetch(`${origin}${path}`)).status).toBe(404);
  }

  const production = concierge(['start', '--development', '--config', file], { NODE_ENV: 'production' });
  expect(await production.exit).toBe(1);
  expect(production.output()).toContain('Development tokens are not accepted where NODE_ENV is "production"');
});

/** Process ids of what the process has started and not ended. */
function childrenOf(pid: number): string[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return all.split('\n').filter((line) => line.trim().split(/\s+/)[1] === String(pid));
}
