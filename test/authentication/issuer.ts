// Issuer of tokens: a real HTTP server with its public keys and an introspection endpoint, which can go down, hang, and
// rotate its keys, and counts its requests.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

export interface IssuerKey {
  kid: string;
  alg: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** `marked` has a byte order mark before its JSON, `latin` bytes that are not UTF-8 in it. */
export type Mode = 'up' | 'marked' | 'latin' | 'down' | 'hanging' | 'nonsense' | 'endless';

export interface Issuer {
  /** As its tokens name it, and its URL. */
  name: string;
  jwks: string;
  introspection: string;
  /** How often its keys were fetched. */
  keyFetches(): number;
  /** Requests to its introspection endpoint: bodies, and the Authorization headers. */
  questions: { body: URLSearchParams; authorization: string | undefined }[];
  mode: Mode;
  keys: IssuerKey[];
  /** Active tokens of its introspection, with their responses. */
  tokens: Map<string, Record<string, unknown>>;
  /** Signs with the first key: these claims over issuer, subject u1 and an end in an hour. */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

export function makeKey(kid: string, alg = 'ES256'): IssuerKey {
  if (alg === 'ES256') return { kid, alg, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  if (alg === 'EdDSA') return { kid, alg, ...generateKeyPairSync('ed25519') };
  return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
}

/** Signs with any key, as that key's owner would: an hour from `now`, unless the claims have other times. */
export function signWith(
  key: IssuerKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  now = Date.now(),
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const payload = { sub: 'u1', iat: seconds, exp: seconds + 3600, ...claims };
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/**
 * Starts an issuer, which stops when the test is over, or as `later` says. `port` is for one that comes up where
 * another was expected.
 */
export async function startIssuer({
  key = makeKey('first'),
  port = 0,
  later = onTestFinished as (stop: () => Promise<void>) => void,
} = {}): Promise<Issuer> {
  let fetches = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.url === '/jwks') {
      fetches += 1;
      result(response, issuer.mode, {
        keys: issuer.keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg })),
      });
    } else if (request.url === '/moved') {
      response.writeHead(302, { location: '/jwks' }).end();
    } else {
      const requested = new URLSearchParams(body);
      issuer.questions.push({ body: requested, authorization: request.headers.authorization });
      result(response, issuer.mode, issuer.tokens.get(requested.get('token') ?? '') ?? { active: false });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const name = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  later(stop);
  const issuer: Issuer = {
    name,
    jwks: `${name}/jwks`,
    introspection: `${name}/introspect`,
    keyFetches: () => fetches,
    questions: [],
    mode: 'up',
    keys: [key],
    tokens: new Map(),
    sign: (claims = {}, header = {}) => signWith(issuer.keys[0]!, { iss: name, ...claims }, header),
    stop,
  };
  return issuer;
}

/** A port without a server, where an issuer can be started later. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function result(response: ServerResponse, mode: Mode, body: unknown): void {
  if (mode === 'hanging') return;
  response.writeHead(mode === 'down' ? 500 : 200, { 'content-type': 'application/json' });
  if (mode === 'endless') {
    const more = () => {
      while (response.write(' '.repeat(65_536)));
    };
    response.on('drain', more).on('error', () => {});
    more();
  } else if (mode === 'marked' || mode === 'latin') {
    const text = JSON.stringify({ ...(body as object), note: 'é' });
    response.end(mode === 'marked' ? `\ufeff${text}` : Buffer.from(text, 'latin1'));
  } else {
    response.end(mode === 'nonsense' ? '<html>Welcome</html>' : JSON.stringify(body));
  }
}
