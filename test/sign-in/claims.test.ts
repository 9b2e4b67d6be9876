// Scopes and roles below claims whose names have dots, and claims that only look like some.
import { expect, test } from 'vitest';
import { startAuthenticator } from '../authentication/authenticator.ts';
import { startIssuer } from '../authentication/issuer.ts';
import { serve, statusOf } from './served.ts';

type Path = string | string[];

const namespace = 'https://shop.example/claims';

test.each<[claims: Record<string, unknown>, scopes: string | Path[]]>([
  [{ [namespace]: { scopes: ['read'] } }, [[namespace, 'scopes']]],
  [{ [namespace]: { scopes: ['read'] } }, `${namespace}.scopes`],
  [{ [namespace]: { scopes: ['read'] } }, ['other', `${namespace}.scopes`]],
  [{ resource_access: { 'shop.web': { roles: ['read'] } } }, 'resource_access.shop.web.roles'],
  [{ resource_access: { 'shop.web': { roles: ['read'] } } }, [['resource_access', 'shop.web', 'roles']]],
  [{ 'a.b.c': 'write read' }, 'a.b.c'],
  [{ a: { 'b.c': 'read' } }, 'a.b.c'],
  [{ 'a.b': { d: 'no' }, a: { b: { c: 'read' } } }, 'a.b.c'],
  [{ 'a.b': { c: 'read' }, a: { b: { c: 'no' } } }, 'a.b.c'],
  [{ 'a.b.c': 'read', 'a.b': { c: 'no' } }, 'a.b.c'],
  [{ a: ['no', 'read'] }, 'a.1'],
])('%j has the scope at %j', async (claims, scopes) => {
  const issuer = await startIssuer();
  const gateway = await serve({
    authentication: { jwt: [{ issuer: issuer.name, jwks: issuer.jwks, claims: { scopes } }] },
  });
  const outcomes = await gateway.everywhere({ authorization: `Bearer ${await issuer.sign(claims)}` }, '{ read }');
  expect(statusOf(outcomes)).toBe(200);
  for (const { data } of outcomes) expect(data).toEqual({ read: 'with the scope' });
});

test.each<[claims: Record<string, unknown>, scopes: Path[]]>([
  [{ scope: 'read' }, [['scope', 'length']]],
  [{ [namespace]: { scopes: ['read'] } }, [namespace]],
  [{ [namespace]: { scopes: ['read'] } }, [['https://shop', 'example/claims', 'scopes']]],
  [{ 'a.b': 'read' }, [['a', 'b']]],
  [{ a: { b: 'read' } }, [['a.b']]],
  [{ a: 'read' }, ['a.', '.a', '.', '..', 'a..b']],
  [JSON.parse('{"__proto__":{"scope":"read"}}'), ['scope', 'constructor', 'toString', 'hasOwnProperty.name']],
  [JSON.parse('{"a":{"__proto__":{"b":"read"}}}'), ['a.b', 'a.constructor.name', 'a.__proto__.__proto__']],
])('%j has no scope at %j', async (claims, scopes) => {
  const issuer = await startIssuer();
  const { bearer } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, claims: { scopes } }] });
  expect((await bearer(await issuer.sign(claims)))?.identity.scopes).toEqual([]);
});

test('a claim of any name can be forwarded', async () => {
  const issuer = await startIssuer();
  for (const path of [[namespace, 'org.id'], `${namespace}.org.id`]) {
    const gateway = await serve({
      authentication: { jwt: [{ issuer: issuer.name, jwks: issuer.jwks }] },
      forward: { claims: { 'x-user': path } },
    });
    const authorization = `Bearer ${await issuer.sign({ [namespace]: { 'org.id': 'acme' } })}`;
    expect((await gateway.post({ authorization }, '{ user }')).data).toEqual({ user: 'acme' });
  }
});

test('a path that no token has had is in the log once, with the claims that are there', async () => {
  const issuer = await startIssuer();
  const claims = { subject: ['sub', 'uid'], scopes: ['scope', 'scp', 'permisions'], roles: ['groups', namespace] };
  const { bearer, log } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks, claims }] });
  for (const jti of ['1', '2', '3']) {
    await bearer(
      await issuer.sign({ jti, permissions: ['read'], groups: ['staff'], [namespace]: { roles: ['staff'] } }),
    );
  }
  const names = ['sub', 'iat', 'exp', 'iss', 'jti', 'permissions', 'groups', namespace];
  const none = {
    level: 20,
    issuer: issuer.name,
    claims: names,
    msg: 'no token of the issuer has had this claim so far',
  };
  expect(log).toMatchObject([
    { ...none, claim: 'uid' },
    { ...none, claim: 'permisions' },
    { level: 20, claim: namespace, names: ['roles'], msg: 'this claim is an object: give a path to a text or list' },
  ]);
});
