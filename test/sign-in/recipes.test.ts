// The recipes of docs/authentication.md, as the page has them, each against an issuer whose keys and tokens have the
// shape of the provider's.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../gateway/config/context.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { startAuthenticator } from '../authentication/authenticator.ts';
import { type IssuerKey, makeKey, signWith } from '../authentication/issuer.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { serve, statusOf } from './served.ts';

const page = readFileSync(join(root, 'docs/authentication.md'), 'utf8');

type Recipe = Pick<GatewayConfig, 'forward' | 'authorization' | 'trustedProxies'> & {
  authentication: NonNullable<GatewayConfig['authentication']>;
};

/** The code below a heading of the page, with these texts in place of others. */
async function recipe(heading: string, replaced: Record<string, string>): Promise<Recipe> {
  const block = new RegExp(`^### ${heading}\\n\\n\`\`\`ts\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1];
  if (block === undefined) throw new Error(`The page has no recipe "${heading}".`);
  let code = block;
  for (const [from, to] of Object.entries(replaced)) {
    expect(code).toContain(from);
    code = code.replaceAll(from, to);
  }
  const folder = temporaryFolder({ 'recipe.mjs': `export default {\n${code}};\n` });
  return (await import(pathToFileURL(join(folder, 'recipe.mjs')).href)).default;
}

interface Provider {
  origin: string;
  key: IssuerKey;
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

/**
 * Starts a provider that serves its RSA key at one path.
 * @param shape the key as the provider's document has it; by default with `alg` and `use`.
 */
async function provider(
  path: string,
  shape: (jwk: Record<string, unknown>) => Record<string, unknown>[] = (jwk) => [{ ...jwk, alg: 'RS256', use: 'sig' }],
): Promise<Provider> {
  const key = makeKey('key-1', 'RS256');
  const server = createServer((request, response) => {
    const isThere = request.url === path;
    response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' });
    const jwk = { ...key.publicKey.export({ format: 'jwk' }), kid: key.kid };
    response.end(JSON.stringify(isThere ? { keys: shape(jwk) } : {}));
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  return { origin, key, sign: (claims, header) => signWith(key, claims, header) };
}

/** The identity of a token's bearer by every transport, or the message of its rejection. */
async function bearerOf(config: Recipe, token: string): Promise<Identity | string> {
  const headers = { authorization: `Bearer ${token}` };
  const served = await serve(config);
  const outcomes = await served.everywhere(headers, '{ closed }');
  const status = statusOf(outcomes);
  const { authenticator } = startAuthenticator(config.authentication);
  if (status === 401) return outcomes[0]?.message ?? '';
  expect(status).toBe(200);
  expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ closed: 'to some' })));
  const found = await authenticator.authenticate({ headers, fromTrustedProxy: false });
  if (!found) throw new Error('The bearer is anonymous.');
  return found.identity;
}

describe('Auth0', () => {
  const open = async () => {
    const auth0 = await provider('/.well-known/jwks.json');
    return { auth0, config: await recipe('Auth0', { 'https://shop.eu.auth0.com': auth0.origin }) };
  };

  test.each([
    [
      'a user',
      { sub: 'auth0|123456', scope: 'openid profile read', permissions: ['orders:read'] },
      { subject: 'auth0|123456', scopes: ['openid', 'profile', 'read', 'orders:read'], roles: ['admin'] },
    ],
    [
      'a machine',
      { sub: 'awZfdIir8YFd@clients', gty: 'client-credentials', scope: 'read' },
      { subject: 'awZfdIir8YFd@clients', scopes: ['read'], roles: ['admin'] },
    ],
  ])('an access token of %s', async (_whose, claims, identity) => {
    const { auth0, config } = await open();
    const common = {
      iss: `${auth0.origin}/`,
      aud: ['https://api.shop.example', `${auth0.origin}/userinfo`],
      azp: 'my_client_id',
      'https://shop.example/roles': ['admin'],
    };
    const issuer = `${auth0.origin}/`;
    expect(await bearerOf(config, await auth0.sign({ ...common, ...claims }))).toMatchObject({ issuer, ...identity });
    const { azp, ...rfc9068 } = { ...common, ...claims, client_id: common.azp, jti: '73WakrfVbNJB' };
    expect(await bearerOf(config, await auth0.sign(rfc9068, { typ: 'at+jwt' }))).toMatchObject(identity);
  });

  test('an ID token, whose audience is the client, is rejected', async () => {
    const { auth0, config } = await open();
    const token = await auth0.sign({ iss: `${auth0.origin}/`, sub: 'auth0|1', aud: 'my_client_id', nonce: 'n' });
    expect(await bearerOf(config, token)).toMatch(/audience/);
  });
});

describe('Amazon Cognito', () => {
  const pool = '/eu-central-1_Shop12345';
  const open = async () => {
    const cognito = await provider(`${pool}/.well-known/jwks.json`);
    const config = await recipe('Amazon Cognito', {
      'https://cognito-idp.eu-central-1.amazonaws.com': cognito.origin,
    });
    return { cognito, config, iss: `${cognito.origin}${pool}` };
  };

  test.each([
    [
      'a user',
      { client_id: '3n4b5shopweb', username: 'ann', 'cognito:groups': ['staff'], scope: 'openid shop/orders.read' },
      { roles: ['staff'], scopes: ['openid', 'shop/orders.read'] },
    ],
    [
      'a machine',
      { client_id: '7q8r9shopjobs', scope: 'shop/orders.read' },
      { roles: [], scopes: ['shop/orders.read'] },
    ],
  ])('an access token of %s', async (_whose, claims, identity) => {
    const { cognito, config, iss } = await open();
    const sub = 'username' in claims ? 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' : claims.client_id;
    const common = { iss, sub, version: 2, token_use: 'access', jti: 'j', origin_jti: 'o', event_id: 'e' };
    const token = await cognito.sign({ ...common, ...claims });
    expect(await bearerOf(config, token)).toMatchObject({ subject: sub, issuer: iss, ...identity });
  });

  test.each([
    ['of another app client', { client_id: 'other', token_use: 'access' }],
    ['that is an ID token', { aud: '3n4b5shopweb', token_use: 'id', 'cognito:username': 'ann' }],
  ])('a token %s is rejected', async (_which, claims) => {
    const { cognito, config, iss } = await open();
    expect(await bearerOf(config, await cognito.sign({ iss, sub: 's', ...claims }))).toEqual(expect.any(String));
  });
});

describe('Microsoft Entra ID', () => {
  const tenant = '9f6e1b64-0c1d-4a6e-8a2b-5d0c7f3e1a11';
  const audience = '5b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9';
  const open = async () => {
    // Its keys have no `alg`.
    const entra = await provider('/common/discovery/v2.0/keys', (jwk) => [
      { ...jwk, use: 'sig', x5t: jwk.kid, issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
    ]);
    const config = await recipe('Microsoft Entra ID, many tenants', {
      'https://login.microsoftonline.com': entra.origin,
    });
    return { entra, config };
  };
  const claimsOf = (origin: string, tid: string) => ({
    ...{ iss: `${origin}/${tid}/v2.0`, aud: audience, tid, ver: '2.0' },
    ...{ sub: 'pairwise', oid: 'f1e2d3c4-0000-4000-8000-000000000001', azp: 'a client', azpacr: '1' },
  });

  test.each([
    ['a user', { scp: 'orders.read read' }, { scopes: ['orders.read', 'read'], roles: [] }],
    ['an application', { roles: ['Orders.Read.All'], idtyp: 'app' }, { scopes: [], roles: ['Orders.Read.All'] }],
  ])('an access token of %s', async (_whose, more, identity) => {
    const { entra, config } = await open();
    const claims = claimsOf(entra.origin, tenant);
    expect(await bearerOf(config, await entra.sign({ ...claims, ...more }))).toMatchObject({
      ...{ subject: claims.oid, issuer: claims.iss, claims: { tenant } },
      ...identity,
    });
  });

  test('users of two tenants are two callers, and services get the tenant', async () => {
    const { entra, config } = await open();
    const other = 'c0a8f2d1-7b3e-4f5a-9c6d-2e1f0a9b8c77';
    const [first, second] = await Promise.all(
      [tenant, other].map(async (tid) => bearerOf(config, await entra.sign(claimsOf(entra.origin, tid)))),
    );
    expect((first as Identity).key).not.toBe((second as Identity).key);
    const served = await serve(config);
    const authorization = `Bearer ${await entra.sign(claimsOf(entra.origin, other))}`;
    expect((await served.post({ authorization }, '{ user }')).data).toEqual({
      user: 'f1e2d3c4-0000-4000-8000-000000000001',
    });
    expect(config.forward?.claims).toMatchObject({ 'x-tenant': 'tenant' });
  });

  test.each([
    ['of a tenant that is not listed', { tid: '00000000-0000-4000-8000-000000000000' }, {}],
    ['for another application', { tid: tenant }, { aud: 'api://other' }],
  ])('a token %s is rejected', async (_which, { tid }, more) => {
    const { entra, config } = await open();
    const token = await entra.sign({ ...claimsOf(entra.origin, tid), ...more });
    expect(await bearerOf(config, token)).toEqual(expect.any(String));
  });
});

describe('Keycloak', () => {
  const open = async () => {
    // It has a key for encryption beside the one for signatures.
    const keycloak = await provider('/realms/shop/protocol/openid-connect/certs', (jwk) => [
      { ...makeKey('enc', 'RS256').publicKey.export({ format: 'jwk' }), kid: 'enc', alg: 'RSA-OAEP', use: 'enc' },
      { ...jwk, alg: 'RS256', use: 'sig' },
    ]);
    const config = await recipe('Keycloak', { 'https://login.shop.example': keycloak.origin });
    return { keycloak, config, iss: `${keycloak.origin}/realms/shop` };
  };

  test('an access token has the roles of the realm and of the client', async () => {
    const { keycloak, config, iss } = await open();
    const token = await keycloak.sign({
      ...{ iss, sub: '7ddaf89f-69eb-4ecf-a9ca-aba111211986', aud: ['shop-api', 'account'], typ: 'Bearer' },
      ...{ azp: 'shop-web', scope: 'openid email read', preferred_username: 'ann', email_verified: true },
      realm_access: { roles: ['offline_access', 'staff'] },
      resource_access: { 'shop-api': { roles: ['support'] }, account: { roles: ['manage-account'] } },
    });
    expect(await bearerOf(config, token)).toMatchObject({
      ...{ subject: '7ddaf89f-69eb-4ecf-a9ca-aba111211986', issuer: iss },
      ...{ scopes: ['openid', 'email', 'read'], roles: ['offline_access', 'staff', 'support'] },
    });
  });

  test.each([
    ['an ID token', { aud: 'shop-web', typ: 'ID' }],
    ['a token without the audience', { aud: 'account', typ: 'Bearer' }],
  ])('%s is rejected', async (_which, claims) => {
    const { keycloak, config, iss } = await open();
    expect(await bearerOf(config, await keycloak.sign({ iss, sub: 'u', azp: 'shop-web', ...claims }))).toMatch(
      /audience/,
    );
  });

  test('a refresh token, which the realm signs for itself, is rejected', async () => {
    const { config, iss } = await open();
    const token = await new SignJWT({ typ: 'Refresh', azp: 'shop-web' })
      .setProtectedHeader({ alg: 'HS512', kid: 'own' })
      .setIssuer(iss)
      .setAudience(['shop-api'])
      .setSubject('u')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('x'.repeat(64)));
    expect(await bearerOf(config, token)).toEqual(expect.any(String));
  });
});

describe('Google', () => {
  const open = async () => {
    const google = await provider('/oauth2/v3/certs');
    return { google, config: await recipe('Google', { 'https://www.googleapis.com': google.origin }) };
  };
  const claims = { sub: '110169484474386276334', azp: '1234-web.apps.googleusercontent.com', at_hash: 'h' };

  test.each(['https://accounts.google.com', 'accounts.google.com'])('an ID token of %s', async (iss) => {
    const { google, config } = await open();
    for (const aud of ['1234-web.apps.googleusercontent.com', '1234-ios.apps.googleusercontent.com']) {
      const token = await google.sign({ ...claims, iss, aud, email: 'ann@shop.example', hd: 'shop.example' });
      expect(await bearerOf(config, token)).toMatchObject({ subject: claims.sub, issuer: iss, scopes: [], roles: [] });
    }
  });

  test('an ID token for another application is rejected, and so is an access token', async () => {
    const { google, config } = await open();
    const token = await google.sign({ ...claims, iss: 'https://accounts.google.com', aud: 'other.apps' });
    expect(await bearerOf(config, token)).toMatch(/audience/);
    expect(await bearerOf(config, 'ya29.a0AfB_byC')).toEqual(expect.any(String));
  });

  test('the policy tells employees by the domain that Google vouches for', async () => {
    const { config } = await open();
    const { employee } = config.authorization?.policies ?? {};
    const of = (more: object) => employee?.({ identity: { claims: more } } as never);
    expect([of({ hd: 'shop.example' }), of({ email: 'eve@shop.example' }), of({ hd: 'evil.example' })]).toEqual([
      ...[true, false, false],
    ]);
    expect(employee?.({ identity: null } as never)).toBe(false);
  });
});

describe('client credentials', () => {
  test('a token of the grant, which has no sub, is its client; a user of that name is another caller', async () => {
    const key = makeKey('key-1', 'RS256');
    const server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/oauth2/jwks') {
        response.end(JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: key.kid }] }));
        return;
      }
      // RFC 6749, section 4.4.2: the client authenticates with its id and secret.
      const form = new URLSearchParams(await text(request));
      const [client, secret] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      if (form.get('grant_type') !== 'client_credentials' || secret !== 'of the job') {
        response.writeHead(401).end('{"error":"invalid_client"}');
        return;
      }
      const now = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({ client_id: client, scope: form.get('scope') })
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'at+jwt' })
        .setIssuer(origin)
        .setAudience('https://api.shop.example')
        .setExpirationTime(now + 300)
        .sign(key.privateKey);
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 300 }));
    });
    const { origin, stop } = await listen(server);
    onTestFinished(stop);
    const config = await recipe('Client credentials', { 'https://login.shop.example': origin });
    const granted = await fetch(`${origin}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('job:of the job').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
    });
    const { access_token: token } = (await granted.json()) as { access_token: string };
    const job = (await bearerOf(config, token)) as Identity;
    expect(job).toMatchObject({ subject: 'job', issuer: origin, scopes: ['read', 'write'] });
    const user = await signWith(key, { iss: origin, aud: 'https://api.shop.example', sub: 'job' });
    expect(((await bearerOf(config, user)) as Identity).key).not.toBe(job.key);
  });
});

describe('oauth2-proxy in front', () => {
  /** Signs users in by a cookie, and replaces what clients write into its headers, as oauth2-proxy does. */
  async function startProxy(upstream: string): Promise<string> {
    const server = createServer(async (request, response) => {
      const user = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
      if (user === undefined) {
        response.writeHead(302, { location: '/oauth2/start' }).end();
        return;
      }
      const passed: IncomingHttpHeaders = { ...request.headers };
      for (const name of ['x-forwarded-user', 'x-forwarded-email', 'connection', 'content-length']) delete passed[name];
      const forwarded = await fetch(`${upstream}${request.url}`, {
        method: 'POST',
        headers: { ...(passed as Record<string, string>), 'x-forwarded-user': user, 'x-forwarded-for': '192.0.2.1' },
        body: await text(request),
      });
      response.writeHead(forwarded.status, { 'content-type': 'application/json' }).end(await forwarded.text());
    });
    const { origin, stop } = await listen(server);
    onTestFinished(stop);
    return origin;
  }

  const body = JSON.stringify({ query: '{ user }' });
  const sent = { 'content-type': 'application/json', 'x-forwarded-user': 'admin' };

  test('the user of the session is the caller, whatever the client writes into the header', async () => {
    const served = await serve(await recipe('oauth2-proxy in front', { '10.0.0.5': '127.0.0.1' }));
    const proxy = await startProxy(served.origin);
    const headers = { ...sent, cookie: 'session=ann' };
    const response = await fetch(`${proxy}/graphql`, { method: 'POST', headers, body });
    expect(await response.json()).toEqual({ data: { user: 'ann' } });
    const { status } = await fetch(`${proxy}/graphql`, { method: 'POST', headers: sent, body, redirect: 'manual' });
    expect(status).toBe(302);
  });

  test('beside the proxy, the header is ignored by every transport', async () => {
    const served = await serve(await recipe('oauth2-proxy in front', {}));
    const outcomes = await served.everywhere({ 'x-forwarded-user': 'admin' }, '{ closed user }');
    expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ closed: null, user: null })));
  });
});

test('every recipe of the page has its test here', () => {
  const section = /^## Recipes$(.*?)^#{1,2} /ms.exec(page)?.[1] ?? '';
  expect([...section.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)).toEqual([
    ...['Auth0', 'Amazon Cognito', 'Microsoft Entra ID, many tenants', 'Keycloak', 'Google'],
    ...['Client credentials', 'oauth2-proxy in front'],
  ]);
});
