// Issuers with one name for each tenant and one key set for all of them.
import { beforeEach, expect, test } from 'vitest';
import { type Issuer, makeKey, signWith, startIssuer } from '../authentication/issuer.ts';
import { type Headers, type Served, serve, statusOf } from './served.ts';

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
});

const pattern = 'https://login.example/{tenant}/v2.0';
const nameOf = (tenant: string) => `https://login.example/${tenant}/v2.0`;

function served(tenants: '*' | string[], more: { issuer: string; jwks: string }[] = [], forward = {}): Promise<Served> {
  return serve({
    authentication: { jwt: [{ issuer: pattern, tenants, jwks: issuer.jwks, audience: 'shop' }, ...more] },
    forward: { claims: { 'x-user': 'tenant' }, ...forward },
  });
}

async function token(iss: string, claims = {}): Promise<Headers> {
  return { authorization: `Bearer ${await issuer.sign({ iss, aud: 'shop', ...claims })}` };
}

test('a token of a listed tenant is accepted by every transport, and the tenant is a claim', async () => {
  const gateway = await served(['acme', 'zen.example']);
  for (const tenant of ['acme', 'zen.example']) {
    const headers = await token(nameOf(tenant), { tenant: 'another', tid: 'another' });
    const outcomes = await gateway.everywhere(headers, '{ user closed }');
    expect(statusOf(outcomes)).toBe(200);
    for (const { data } of outcomes) expect(data).toEqual({ user: tenant, closed: 'to some' });
  }
});

test('a token of a tenant that is not listed is rejected', async () => {
  const gateway = await served(['acme']);
  for (const tenant of ['evil', 'ACME', 'acme2', 'acm']) {
    const outcomes = await gateway.everywhere(await token(nameOf(tenant)));
    expect(statusOf(outcomes)).toBe(401);
    for (const { message } of outcomes) expect(message).toContain('The token is of a tenant that is not accepted.');
  }
});

test('with "*" every tenant is accepted', async () => {
  const gateway = await served('*');
  expect((await gateway.post(await token(nameOf('anyone')), '{ user }')).data).toEqual({ user: 'anyone' });
});

test('an issuer whose name does not have the pattern has no tenant, also with "*"', async () => {
  const gateway = await served('*');
  for (const iss of [
    pattern,
    nameOf(''),
    nameOf('a/b'),
    nameOf('..'),
    nameOf('.'),
    nameOf('a%2fb'),
    nameOf('a?b'),
    nameOf('a#b'),
    nameOf('a b'),
    nameOf('a\nb'),
    nameOf('a'.repeat(257)),
    `${nameOf('acme')}/`,
    'https://login.example/acme/v1.0',
    'https://login.example.evil/acme/v2.0',
    'https://login.example//v2.0',
    'https://login.example/v2.0',
    'http://login.example/acme/v2.0',
  ]) {
    const { status, message } = await gateway.post(await token(iss));
    expect([iss, status, message]).toEqual([iss, 401, 'The token is of an unknown issuer.']);
  }
});

test('a tenant changes neither the keys nor the audience', async () => {
  const gateway = await served('*');
  const foreign = await signWith(makeKey('first'), { iss: nameOf('acme'), aud: 'shop' });
  expect((await gateway.post({ authorization: `Bearer ${foreign}` })).message).toBe('The token has a wrong signature.');
  const another = await token(nameOf('acme'), { aud: 'billing' });
  expect((await gateway.post(another)).message).toBe('The token is meant for another audience.');
});

test('one subject of two tenants is two callers', async () => {
  const gateway = await served('*', [], { claims: {} });
  const mine = async (tenant: string) => (await gateway.post(await token(nameOf(tenant)), '{ mine }')).data?.mine;
  const first = await mine('acme');
  expect(await mine('acme')).toBe(first);
  expect(await mine('zen')).not.toBe(first);
});

test('an issuer with its own name takes precedence over a pattern, with its own keys', async () => {
  const own = await startIssuer({ key: makeKey('own') });
  const gateway = await served('*', [{ issuer: nameOf('acme'), jwks: own.jwks }]);
  const signed = await signWith(own.keys[0]!, { iss: nameOf('acme') });
  expect((await gateway.post({ authorization: `Bearer ${signed}` }, '{ closed }')).data).toEqual({ closed: 'to some' });
  expect((await gateway.post(await token(nameOf('acme')))).status).toBe(401);
});
