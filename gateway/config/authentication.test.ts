// Configuration sections `authentication` and `forward`, and their messages.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { authentication } from './authentication.ts';
import { checked } from './checked.ts';
import { forward } from './forwarding.ts';

const sections = z.strictObject({ authentication: authentication.prefault({}), forward: forward.prefault({}) });

/** The message that rejects the configuration, without its heading. */
function rejection(config: unknown): string {
  try {
    checked(sections, config, 'gateway.config.ts');
  } catch (error) {
    const [, ...lines] = (error as Error).message.split('\n');
    return lines.map((line) => line.trim()).join('\n');
  }
  throw new Error('the configuration was accepted');
}

const issuer = 'https://login.example';
const jwks = `${issuer}/jwks.json`;
const secret = 'a secret of more than thirty-two characters';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const x25519 = generateKeyPairSync('x25519');
const spki = { type: 'spki', format: 'pem' } as const;
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const hash = `sha256:${'0a'.repeat(32)}`;

const jwt = (mistaken: object) => ({ authentication: { jwt: [{ issuer, ...mistaken }] } });
const keys = (...list: object[]) => ({ authentication: { apiKeys: { keys: list } } });

const onlyOne = 'give one of jwks, key and secret, and only one';
const publicKey = 'give a public key as PEM text or as a JWK';
const fullAddress = 'give a full address with http:// or https:// and without credentials';

test.each<[string, unknown, string]>([
  ['an issuer without keys', jwt({}), `authentication.jwt[0].jwks is missing: ${onlyOne}`],
  ['an issuer with keys and a secret', jwt({ jwks, secret }), `authentication.jwt[0].jwks is "${jwks}": ${onlyOne}`],
  [
    'the algorithm none',
    jwt({ jwks, algorithms: ['none'] }),
    'authentication.jwt[0].algorithms[0] is "none": give one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ' +
      'ES512, EdDSA, Ed25519, HS256, HS384, HS512',
  ],
  [
    'HS256 with public keys',
    jwt({ jwks, algorithms: ['RS256', 'HS256'] }),
    'authentication.jwt[0].algorithms[1] is "HS256": HS algorithms need a `secret`; with public keys give RS, PS, ES or EdDSA',
  ],
  [
    'RS256 with a secret',
    jwt({ secret, algorithms: ['HS256', 'RS256'] }),
    'authentication.jwt[0].algorithms[1] is "RS256": with a `secret` give HS256, HS384 or HS512',
  ],
  [
    'an algorithm that the key is not for',
    jwt({ key: rsa.publicKey.export(spki), algorithms: ['RS256', 'ES256'] }),
    'authentication.jwt[0].algorithms[1] is "ES256": with this key give RS256, RS384, RS512, PS256, PS384, PS512',
  ],
  [
    'a key that is none',
    jwt({ key: 'MIIB' }),
    `authentication.jwt[0].key is ***: ${publicKey}: it cannot be read as PEM text or as a JWK`,
  ],
  [
    'a private key',
    jwt({ key: rsa.privateKey.export(pkcs8) }),
    `authentication.jwt[0].key is ***: ${publicKey}: it is a private key; give the public one`,
  ],
  [
    'a private JWK',
    jwt({ key: rsa.privateKey.export({ format: 'jwk' }) }),
    `authentication.jwt[0].key is ***: ${publicKey}: it is a private key; give the public one`,
  ],
  [
    'an RSA key that is too short',
    jwt({ key: short.publicKey.export(spki) }),
    `authentication.jwt[0].key is ***: ${publicKey}: an RSA key has at least 2048 bits`,
  ],
  [
    'a key that signs nothing',
    jwt({ key: x25519.publicKey.export(spki) }),
    `authentication.jwt[0].key is ***: ${publicKey}: it is of a kind that signs no tokens; take RSA, EC or Ed25519`,
  ],
  [
    'a secret that is too short',
    jwt({ secret: 'hunter2' }),
    'authentication.jwt[0].secret is ***: give a text of at least 32 characters, such as `openssl rand -base64 48` prints',
  ],
  [
    'an address with credentials',
    jwt({ jwks: 'https://me:hunter2@login.example/' }),
    `authentication.jwt[0].jwks is "https://***@login.example/": ${fullAddress}`,
  ],
  [
    'an address that is none',
    jwt({ jwks: 'login.example' }),
    `authentication.jwt[0].jwks is "login.example": ${fullAddress}`,
  ],
  [
    "the gateway's own name",
    jwt({ issuer: 'api-key', jwks }),
    'authentication.jwt[0].issuer is "api-key": api-key, header, concierge-development, identify are the gateway\'s own; take another name',
  ],
  [
    'an issuer that is there twice',
    {
      authentication: {
        jwt: [
          { issuer, jwks },
          { issuer, secret },
        ],
      },
    },
    `authentication.jwt[1].issuer is "${issuer}": this issuer is listed twice`,
  ],
  [
    'an issuer of tenants without audience and tenants',
    jwt({ issuer: `${issuer}/{tenant}/v2.0`, jwks }),
    'authentication.jwt[0].audience is missing: an issuer with {tenant} needs one: its keys sign tokens for the services of every tenant\n' +
      'authentication.jwt[0].tenants is missing: list the tenants, such as ["acme"], or give "*" for all of them',
  ],
  ...[
    'https://{tenant}.example/',
    '{tenant}',
    'https://login.example/a-{tenant}',
    'https://login.example/{org}/{tenant}',
  ].map((name): [string, unknown, string] => [
    `the issuer ${name}`,
    jwt({ issuer: name, jwks, tenants: '*', audience: 'a' }),
    `authentication.jwt[0].issuer is "${name}": write {tenant} once, as a whole segment of the path: ` +
      '"https://login.example/{tenant}/v2.0"',
  ]),
  [
    'a key set for each tenant',
    jwt({ issuer: `${issuer}/{tenant}/v2.0`, tenants: '*', audience: 'a', jwks: `${issuer}/{tenant}/keys` }),
    `authentication.jwt[0].jwks is "${issuer}/{tenant}/keys": the tenants of an issuer share one key set: give its address ` +
      'without placeholders',
  ],
  [
    'no tenants',
    jwt({ issuer: `${issuer}/{tenant}/v2.0`, tenants: [], audience: 'a', jwks }),
    'authentication.jwt[0].tenants is []: list the tenants, such as ["acme"], or give "*" for all of them',
  ],
  [
    'a tenant that no issuer names',
    jwt({ issuer: `${issuer}/{tenant}/v2.0`, tenants: ['acme', 'a/b'], audience: 'a', jwks }),
    'authentication.jwt[0].tenants[1] is "a/b": give a tenant as it stands in "iss": letters, digits, ".", "_", "~" and "-"; or "*" in place of the list, for all of them',
  ],
  [
    'tenants of an issuer that has none',
    jwt({ jwks, tenants: '*' }),
    'authentication.jwt[0].tenants is "*": only an issuer with {tenant} in its path has tenants',
  ],
  [
    'claims of an audience that is not there',
    jwt({ jwks, audienceClaims: ['client_id'] }),
    'authentication.jwt[0].audienceClaims is ["client_id"]: they are compared with `audience`: give it too',
  ],
  [
    'a subject that is no claim',
    jwt({ jwks, claims: { subject: [] } }),
    'authentication.jwt[0].claims.subject is []: give at least one claim, such as "sub"',
  ],
  [
    'a path of numbers',
    jwt({ jwks, claims: { roles: 7 } }),
    'authentication.jwt[0].claims.roles is 7: give the name of a claim, such as "sub", or a path to one, such as ' +
      '"realm_access.roles"; a path as a list stands in a list of its own: [["https://shop.example/claims", "roles"]]',
  ],
  [
    'invalid tokens that are accepted',
    jwt({ jwks, onInvalidToken: 'accept', expiry: 'never' }),
    'authentication.jwt[0].expiry is "never": give "required" or "optional"\n' +
      'authentication.jwt[0].onInvalidToken is "accept": give "reject" or "anonymous"',
  ],
  [
    'a key in place of its hash',
    keys({ name: 'a', hash: 'hunter2' }),
    'authentication.apiKeys.keys[0].hash is ***: give "sha256:" and 64 hexadecimal digits, as `concierge api-key` prints them',
  ],
  [
    'two keys of one name and hash',
    keys({ name: 'a', hash }, { name: 'a', hash: hash.replace('a', 'A') }),
    'authentication.apiKeys.keys[1].hash is ***: another key has this hash',
  ],
  ['no keys', keys(), 'authentication.apiKeys.keys is []: give at least one key, or a file'],
  [
    'a header that is none',
    { authentication: { identityHeader: { name: 'x user' } } },
    'authentication.identityHeader.name is "x user": give the name of a header, such as "x-user-id"',
  ],
  [
    'a limit that no token passes',
    { authentication: { maxTokenBytes: 10 } },
    'authentication.maxTokenBytes is 10: give bytes as a whole number from 256 to 65536',
  ],
  [
    'a signature without a secret',
    { forward: { signed: {} } },
    'forward.signed.secret is missing: give one of secret and key, and only one',
  ],
  [
    'a signature with a public key',
    { forward: { signed: { key: rsa.publicKey.export(spki) } } },
    'forward.signed.key is ***: give a private key as PEM text or as a JWK: it is no private key',
  ],
  [
    'a claim in a header of the connection',
    { forward: { claims: { connection: 'sub' } } },
    'forward.claims.connection is "sub": connection cannot be set: it concerns one connection only (RFC 9110, 7.6.1)',
  ],
  [
    'a statement in the header of a claim',
    { forward: { claims: { 'x-who': 'sub' }, signed: { header: 'x-who', secret } } },
    'forward.signed.header is "x-who": `claims` sets it already',
  ],
  [
    'a claim in a header that is none',
    { forward: { claims: { 'x user': 'sub' } } },
    'forward.claims["x user"]: give the name of a header, such as "x-user-id"',
  ],
])('%s is rejected, and no secret is shown', (_problem, config, message) => {
  expect(rejection(config)).toBe(message);
});

test('an invalid section is shown without its secrets', () => {
  const config = { authentication: { jwt: [{ issuer, secret: 'hunter2', clockTolerance: -1 }], colour: 'red' } };
  expect(rejection(config)).not.toContain('hunter2');
  expect(rejection({ authentication: [{ secret: 'hunter2' }] })).toBe(
    'authentication is [{"secret":"***"}]: give an object such as { jwt: [{ issuer: "https://login.example", ' +
      'jwks: "https://login.example/jwks.json" }] }',
  );
});

test('defaults are strict', () => {
  expect(sections.parse({ authentication: { jwt: [{ issuer, jwks }] } })).toEqual({
    authentication: {
      jwt: [
        {
          issuer,
          jwks,
          algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
          clockTolerance: '5s',
          expiry: 'required',
          onInvalidToken: 'reject',
          claims: { subject: ['sub'], scopes: ['scope', 'scp'], roles: ['roles'] },
        },
      ],
      keySets: { maxAge: '10m', cooldown: '30s', timeout: '5s' },
      maxTokenBytes: 8192,
      tokenCache: { max: 10_000, maxAge: '60s' },
      identifyTimeout: '5s',
      development: { users: [] },
    },
    forward: { token: false, headers: [], claims: {} },
  });
});

test("a key's algorithms are those of its type", () => {
  const algorithms = (written: object) =>
    sections.parse({ authentication: { jwt: [{ issuer, ...written }] } }).authentication.jwt[0]?.algorithms;
  expect(algorithms({ key: rsa.publicKey.export(spki) })).toEqual(['RS256', 'PS256']);
  expect(algorithms({ key: p384.publicKey.export({ format: 'jwk' }) })).toEqual(['ES384']);
  expect(algorithms({ secret })).toEqual(['HS256']);
});
