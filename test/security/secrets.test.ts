// Secrets: what the configuration reads from the environment and from files is in no output: not of commands, right or
// wrong, not in the log of a gateway at its lowest level, not in responses, nor in diagnostics.
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge, root } from '../harness/gateway.ts';
import { createCertificate } from '../http/certificate.ts';

/** Of at least 32 characters, and different for each place. */
const mark = (place: string) => `MARK-${place}-${'0123456789abcdef'.repeat(2)}`;

/** Secrets in the environment, and in files that it names. */
const variables = {
  TLS_PASSPHRASE: mark('passphrase'),
  ADMIN_TOKEN: mark('admin'),
  JWT_SECRET: mark('jwt'),
  SHOP_KEY: mark('header'),
  SHOP_PASSWORD: mark('password'),
  HMAC_SECRET: mark('hmac'),
  AWS_SECRET_ACCESS_KEY: mark('aws'),
  AWS_SESSION_TOKEN: mark('session'),
};
const files = {
  PURGE_TOKEN_FILE: mark('purge'),
  IDENTITY_SECRET_FILE: mark('identity'),
  REDIS_URL_FILE: `redis://:${mark('redis')}@127.0.0.1:9`,
};

const subgraph = (name: string, rest: string) =>
  `${name}: { url: 'http://127.0.0.1:9/graphql', schema: 'type Query { ${name}: Int }', ${rest} }`;

const right = `
  import { env, file } from '${root}gateway/index.ts';
  export default {
    port: 0, log: { level: 'trace' }, explain: { roles: ['support'] },
    tls: { cert: 'cert.pem', key: 'key.pem', passphrase: env('TLS_PASSPHRASE') },
    admin: { port: 0, token: env('ADMIN_TOKEN') },
    cache: { purge: { token: env('PURGE_TOKEN') } },
    authentication: {
      jwt: [{ issuer: 'test', secret: env('JWT_SECRET') }],
      introspection: { url: 'http://127.0.0.1:9/', clientId: 'gateway', clientSecret: file('client-secret') },
    },
    forward: { signed: { secret: env('IDENTITY_SECRET') } },
    subgraphs: {
      ${subgraph('one', "headers: { 'x-api-key': env('SHOP_KEY') }, sign: { hmac: { secret: env('HMAC_SECRET') } }")},
      ${subgraph('two', "sign: { aws: { region: 'us-east-1', service: 'lambda', credentials: { accessKeyId: 'AKID', secretAccessKey: env('AWS_SECRET_ACCESS_KEY'), sessionToken: env('AWS_SESSION_TOKEN') } } }")},
      three: { url: \`http://gateway:\${env('SHOP_PASSWORD')}@127.0.0.1:9/graphql\`, schema: 'type Query { three: Int }', forward: {} },
      ${subgraph('four', "sign: { aws: { region: 'us-east-1', service: 'lambda', credentials: { file: 'credentials' } } }")},
    },
  };`;

/** Values in wrong places and of wrong forms, not read by `env`. */
const wrong: Record<string, string> = {
  short: `subgraphs: { one: { url: 'http://a/', schema: 'a', sign: { hmac: { secret: 'MARK-short-01' } } } }, admin: { port: 1, token: 'MARK-admin-0' }`,
  place: `subgraphs: { one: { url: 'ftp://u:MARK-password-02@a/', schema: 'a', sign: 'MARK-sign-03', headers: { 'x-api-key': 'MARK-header\\n-04', cookie: 5 } } }, admin: 'MARK-admin-05', redis: 'redis://:MARK-redis-06@a', forward: { signed: 'MARK-signed-07' }`,
  credentials: `subgraphs: { one: { url: ['http://u:MARK-password-08@a/', 7], schema: 'a', sign: { aws: { region: 1, credentials: 'MARK-aws-09' } } } }, authentication: { jwt: 'MARK-jwt-10', introspection: 'MARK-introspection-11' }, cache: { purge: 'MARK-purge-12' }`,
  both: `subgraphs: { one: { url: 'http://a/', schema: 'a', sign: { hmac: { secret: 'MARK-hmac-${'x'.repeat(32)}', key: 'MARK-key-13' }, aws: { region: 'a', service: 'b', credentials: { secretAccessKey: 'MARK-aws-14', token: 'MARK-token-15' } } } } }`,
};

const found = (text: string) =>
  [...new Set([text, decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25')), fromBase64(text)])].flatMap(
    (form) => form.match(/.{0,60}MARK-.{0,20}/g) ?? [],
  );

/** With what looks like base64 decoded, such as credentials of `Authorization: Basic`. */
function fromBase64(text: string): string {
  return text.replace(/[\w+/]{24,}={0,2}/g, (part) => Buffer.from(part, 'base64').toString('latin1'));
}

function project(): { folder: string; env: Record<string, string> } {
  const folder = temporaryFolder({ 'client-secret': `${mark('client')}\n`, 'q.graphql': '{ one two three four }' });
  writeFileSync(
    join(folder, 'credentials'),
    `[default]\naws_access_key_id = AKID\naws_secret_access_key = ${mark('shared')}\n`,
  );
  const { cert, key } = createCertificate();
  const encrypted = {
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: variables.TLS_PASSPHRASE,
  } as const;
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), createPrivateKey(key).export(encrypted));
  writeFileSync(join(folder, 'gateway.config.mjs'), right);
  for (const [name, text] of Object.entries(wrong))
    writeFileSync(join(folder, `${name}.mjs`), `export default { ${text} };`);
  writeFileSync(
    join(folder, 'throws.mjs'),
    `import { env } from '${root}gateway/index.ts'; throw new Error(\`cannot use \${env('ADMIN_TOKEN')}\`);`,
  );
  const env: Record<string, string> = { ...variables };
  for (const [name, text] of Object.entries(files)) {
    env[name] = join(folder, name);
    writeFileSync(join(folder, name), `${text}\n`);
  }
  return { folder, env };
}

/** Runs commands one after the other, in one process; returns all that they print. */
async function run(folder: string, env: Record<string, string>, commands: readonly string[][]): Promise<string> {
  const script = `
    import { runCommand } from '${root}gateway/command-line.ts';
    for (const args of JSON.parse(process.argv[1])) {
      console.log('>', args.join(' '));
      await runCommand(args);
    }`;
  const args = ['--input-type=module', '-e', script, JSON.stringify(commands)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } }, (_, output, errors) =>
      resolve(`${output}\n${errors}`),
    );
  });
}

test('no command prints a secret, whether it succeeds or fails', async () => {
  const { folder, env } = project();
  const commands = [
    ['validate', '--offline'],
    ['validate', '--json'],
    ['print'],
    ['print', '--supergraph', 'none.graphql'],
    ['compose', '--offline'],
    ['check'],
    ['explain', 'q.graphql'],
    ['cost', 'q.graphql'],
    ['usage'],
    ['usage', '--keys'],
    ['documents'],
    ['introspect', 'http://user:MARK-command-line@127.0.0.1:9/'],
    ['init', 'new', '--from', 'http://user:MARK-command-line@127.0.0.1:9/'],
    ['init', 'new', '--from', 'a=http://127.0.0.1:9/', '--header', 'x-api-key: MARK\u0000MARK-command-line'],
    ...['throws', ...Object.keys(wrong)].flatMap((name) => [
      ['validate', '--config', `${name}.mjs`],
      ['validate', '--json', '--config', `${name}.mjs`],
      ['start', '--single-process', '--config', `${name}.mjs`],
    ]),
  ];
  // These wait for their services.
  const waiting = [['compose'], ['introspect', 'http://127.0.0.1:9/', '--header', 'x-api-key: MARK-command-line']];
  const outputs = await Promise.all([commands, ...waiting.map((one) => [one])].map((all) => run(folder, env, all)));
  const output = outputs.join('\n');
  for (const args of [...commands, ...waiting]) expect(output).toContain(`> ${args.join(' ')}`);
  expect(output).toContain('type Query');
  expect(output).toContain('subgraphs.one.sign is ***');
  const own = output.split('\n').filter((line) => !line.startsWith('> ') && line !== '');
  expect(own.flatMap(found)).toEqual([]);
});

test('a running gateway has no secret in its log, in responses and in diagnostics', async () => {
  const { folder, env } = project();
  const process = concierge(['start', '--config', join(folder, 'gateway.config.mjs')], {
    ...env,
    NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
  });
  onTestFinished(async () => void (await process.stop()));
  const url = (message: string) => process.line(({ msg }) => msg === message).then((line) => String(line.url));
  const [graphql, admin] = await Promise.all([url('listening'), url('listening for admin')]);
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(folder, 'cert.pem')) } });
  onTestFinished(() => dispatcher.close());
  const texts: string[] = [];
  const send = async (to: string, headers: Record<string, string>, body?: string) => {
    const method = body === undefined ? 'GET' : 'POST';
    const response = await request(to, {
      dispatcher,
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body ?? null,
    });
    texts.push(JSON.stringify(response.headers), await response.body.text());
    return response.statusCode;
  };
  const query = JSON.stringify({ query: '{ one two three four }' });
  const { origin } = new URL(graphql);
  expect(await send(graphql, {}, query)).toBe(200);
  expect(await send(graphql, { 'x-concierge-explain': '1', cookie: 'session=MARK-cookie' }, query)).toBe(200);
  expect(await send(graphql, { authorization: 'Bearer MARK-opaque-token' }, query)).toBe(503);
  expect(await send(graphql, { authorization: 'Bearer e30.MARK-e30.x' }, query)).toBe(503);
  expect(await send(graphql, { authorization: 'Basic TUFSSy11c2VyOk1BUkstcGFzc3dvcmQ=' }, query)).toBe(401);
  expect(await send(graphql, {}, '{"query":"{ one }","extensions":{"secret":"MARK-extension"},')).toBe(400);
  expect(await send(`${origin}/admin/invalidate`, { authorization: 'Bearer MARK-wrong-token' }, '{}')).toBe(401);
  expect(await send(`${admin}/admin/diagnostics`, { authorization: `Bearer ${variables.ADMIN_TOKEN}` })).toBe(200);
  expect(await send(`${admin}/admin/diagnostics`, { authorization: 'Bearer MARK-wrong-token' })).toBe(401);
  expect(await send(`${admin}/metrics`, { authorization: `Bearer ${variables.ADMIN_TOKEN}` })).toBe(200);
  await process.line(({ msg }) => msg === 'Redis unavailable');
  await process.stop();
  expect(texts.join('\n')).toContain('SUBGRAPH_UNAVAILABLE');
  const log = process.lines().map((line) => JSON.stringify(line));
  expect(log.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(5);
  expect([...texts, ...log, process.output()].flatMap(found)).toEqual([]);
});
