// Public keys at a URL: how often they are fetched, and the outcome when they cannot be.
import { expect, test } from 'vitest';
import { type Subject, startAuthenticator } from './authenticator.ts';
import { freePort, type Issuer, type Mode, makeKey, signWith, startIssuer } from './issuer.ts';

const minute = 60_000;

function authenticatorFor(issuer: Issuer, keySets = {}): Subject {
  return startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: issuer.jwks }], keySets });
}

/** A token that lasts longer than any test's clock goes, different each time: none is cached already. */
let serial = 0;
const lasting = (issuer: Issuer, key = issuer.keys[0]!) =>
  signWith(key, { iss: issuer.name, jti: String(serial++), exp: Math.floor(Date.now() / 1000) + 1e6 });

test('keys are fetched once for all that wait', async () => {
  const issuer = await startIssuer();
  const { bearer } = authenticatorFor(issuer);
  await Promise.all(Array.from({ length: 50 }, async () => bearer(await lasting(issuer))));
  await bearer(await lasting(issuer));
  expect(issuer.keyFetches()).toBe(1);
});

test('a flood of unknown keys causes two fetches per cooldown, whatever their ids are', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, rejection } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  const flood = async (name: string) => {
    const reject = async (kid: string) => {
      const { message } = await rejection(await lasting(issuer, { ...issuer.keys[0]!, kid }));
      expect(message).toBe('The token is signed with an unknown key.');
    };
    await Promise.all(Array.from({ length: 30 }, (_, index) => reject(`${name}-${index}`)));
    for (let index = 30; index < 35; index++) await reject(`${name}-${index}`);
  };
  await flood('first');
  expect(issuer.keyFetches()).toBe(3);
  await flood('second');
  expect(issuer.keyFetches()).toBe(3);
  clock.now += minute / 2;
  await flood('third');
  await flood('fourth');
  expect(issuer.keyFetches()).toBe(5);
});

test('an unknown key that comes again and again causes one fetch per cooldown, and leaves one for a rotation', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, rejection } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  const invented = () => lasting(issuer, { ...issuer.keys[0]!, kid: 'invented' });
  for (let attempt = 0; attempt < 5; attempt++) expect((await rejection(await invented())).status).toBe(401);
  expect(issuer.keyFetches()).toBe(2);
  issuer.keys = [makeKey('second'), ...issuer.keys];
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  expect(issuer.keyFetches()).toBe(3);
  clock.now += minute / 2;
  expect((await rejection(await invented())).status).toBe(401);
  expect(issuer.keyFetches()).toBe(4);
});

test('a key that is published right after a fetch is found by its first token', async () => {
  const issuer = await startIssuer();
  const { bearer } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  issuer.keys = [makeKey('second'), ...issuer.keys];
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  issuer.keys = [makeKey('third'), ...issuer.keys];
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  expect(issuer.keyFetches()).toBe(3);
});

test('a new key is found when its first token comes, and the old one is dropped', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, rejection } = authenticatorFor(issuer);
  const old = issuer.keys[0]!;
  await bearer(await lasting(issuer));
  issuer.keys = [makeKey('second', 'RS256')];
  clock.now += minute / 2;
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  expect(issuer.keyFetches()).toBe(2);
  expect((await rejection(await lasting(issuer, old))).message).toBe('The token is signed with an unknown key.');
});

test('keys are refreshed when they are old, in the background', async () => {
  const issuer = await startIssuer();
  const { bearer, clock } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  clock.now += 11 * minute;
  issuer.mode = 'hanging';
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  expect(await bearer(await lasting(issuer))).not.toBeNull();
  await expect.poll(() => issuer.keyFetches()).toBe(2);
});

test('keys that are very old are fetched before a token is accepted', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, rejection } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  const withdrawn = issuer.keys[0]!;
  issuer.keys = [makeKey('second')];
  clock.now += 21 * minute;
  expect((await rejection(await lasting(issuer, withdrawn))).status).toBe(401);
});

test.each<Mode>(['down', 'nonsense', 'endless'])(
  'old keys stay in use while new ones cannot be had: %s',
  async (mode) => {
    const issuer = await startIssuer();
    const { bearer, clock, log } = authenticatorFor(issuer);
    await bearer(await lasting(issuer));
    issuer.mode = mode;
    for (let hours = 1; hours < 5; hours++) {
      clock.now += 60 * minute;
      expect(await bearer(await lasting(issuer))).not.toBeNull();
      expect(await bearer(await lasting(issuer))).not.toBeNull();
      await expect.poll(() => issuer.keyFetches()).toBe(1 + hours);
    }
    const reported = () => log.filter(({ msg }) => String(msg).startsWith('keys of an issuer'));
    await expect.poll(reported).toHaveLength(1);
    expect(reported()[0]).toMatchObject({ level: 40, msg: expect.stringContaining('the old ones stay in use') });
  },
);

test('the end of an outage is logged, and new keys are there', async () => {
  const issuer = await startIssuer();
  const { bearer, clock, log, rejection } = authenticatorFor(issuer);
  await bearer(await lasting(issuer));
  await issuer.stop();
  clock.now += minute / 2;
  // An unknown key while the issuer is down: no reason to sign any caller out.
  const rotated = makeKey('second');
  expect(await rejection(await lasting(issuer, rotated))).toMatchObject({
    status: 503,
    challenge: null,
    extensions: { code: 'AUTHENTICATION_UNAVAILABLE' },
  });
  const again = await startIssuer({ key: rotated, port: Number(new URL(issuer.name).port) });
  clock.now += minute / 2;
  expect(await bearer(await lasting(again))).not.toBeNull();
  expect(log.map(({ msg }) => msg)).toContain('keys of an issuer are available again');
});

test('while there were never any keys, no token is called invalid', async () => {
  const port = await freePort();
  const name = `http://127.0.0.1:${port}`;
  const key = makeKey('first');
  const { bearer, clock, log, rejection } = startAuthenticator({ jwt: [{ issuer: name, jwks: `${name}/jwks` }] });
  const token = await signWith(key, { iss: name });
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(await rejection(token)).toMatchObject({
      status: 503,
      message: 'The credentials cannot be verified now. Try again later.',
      extensions: { code: 'AUTHENTICATION_UNAVAILABLE', http: { status: 503, headers: {} } },
    });
  }
  expect(log.filter(({ level }) => level === 40)).toHaveLength(1);
  const issuer = await startIssuer({ key, port });
  clock.now += 1000;
  expect((await bearer(token))?.identity.subject).toBe('u1');
  expect(issuer.keyFetches()).toBe(1);
});

test('keys are fetched at start, and a set that cannot be fetched is a warning that delays no token later', async () => {
  const port = await freePort();
  const name = `http://127.0.0.1:${port}`;
  const key = makeKey('first');
  const { authenticator, bearer, log } = startAuthenticator({ jwt: [{ issuer: name, jwks: `${name}/jwks` }] });
  authenticator.start();
  await expect.poll(() => log).toHaveLength(1);
  expect(log[0]).toMatchObject({
    level: 40,
    url: `${name}/jwks`,
    msg: 'keys of an issuer cannot be fetched; its tokens cannot be verified',
  });
  const issuer = await startIssuer({ key, port });
  expect((await bearer(await signWith(key, { iss: name })))?.identity.subject).toBe('u1');
  expect(issuer.keyFetches()).toBe(1);
  const later = startAuthenticator({ jwt: [{ issuer: name, jwks: `${name}/jwks` }] });
  later.authenticator.start();
  await expect.poll(() => issuer.keyFetches()).toBe(2);
  expect((await later.bearer(await signWith(key, { iss: name })))?.identity.subject).toBe('u1');
  expect(issuer.keyFetches()).toBe(2);
});

test('an issuer that does not respond is waited for up to the time-out', async () => {
  const issuer = await startIssuer();
  issuer.mode = 'hanging';
  const { rejection } = authenticatorFor(issuer, { timeout: '50ms' });
  expect((await rejection(await lasting(issuer))).status).toBe(503);
});

test('a byte order mark before the keys is skipped; keys in another encoding are none', async () => {
  const issuer = await startIssuer();
  issuer.mode = 'latin';
  expect((await authenticatorFor(issuer).rejection(await lasting(issuer))).status).toBe(503);
  issuer.mode = 'marked';
  expect(await authenticatorFor(issuer).bearer(await lasting(issuer))).not.toBeNull();
});

test('a redirect is not followed', async () => {
  const issuer = await startIssuer();
  const { rejection } = startAuthenticator({ jwt: [{ issuer: issuer.name, jwks: `${issuer.name}/moved` }] });
  expect((await rejection(await lasting(issuer))).status).toBe(503);
  expect(issuer.keyFetches()).toBe(0);
});
