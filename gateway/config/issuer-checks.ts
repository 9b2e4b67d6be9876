// Checks of token issuers: tenants, audiences, and the algorithms that fit a key.
import { algorithmsFor, readPublicKey, type WrittenKey } from './keys.ts';
import { isTenantPattern, tenantPlaceholder } from './tenants.ts';
import { isHttpUrl } from './values.ts';

export const symmetric = ['HS256', 'HS384', 'HS512'] as const;
export const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
const defaultAlgorithms: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

type Algorithm = (typeof symmetric | typeof asymmetric)[number];

export const tenantMessage = 'list the tenants, such as ["acme"], or give "*" for all of them';

type Problem = (path: (string | number)[], message: string) => void;

export function checkTenants(
  {
    issuer,
    tenants,
    audience,
    jwks,
  }: { issuer: string; tenants?: unknown; audience?: unknown; jwks?: string | undefined },
  problem: Problem,
): void {
  if (!isTenantPattern(issuer)) {
    if (tenants !== undefined) problem(['tenants'], 'only an issuer with {tenant} in its path has tenants');
    return;
  }
  const segments = issuer.split('/');
  const isWhole = segments.indexOf(tenantPlaceholder) > 2 && !isTenantPattern(issuer.replace(tenantPlaceholder, ''));
  if (!isHttpUrl(issuer) || !isWhole) {
    problem(['issuer'], 'write {tenant} once, as a whole segment of the path: "https://login.example/{tenant}/v2.0"');
  }
  if (audience === undefined) {
    problem(['audience'], 'an issuer with {tenant} needs one: its keys sign tokens for the services of every tenant');
  }
  if (tenants === undefined) problem(['tenants'], tenantMessage);
  if (jwks !== undefined && isTenantPattern(jwks)) {
    problem(['jwks'], 'the tenants of an issuer share one key set: give its address without placeholders');
  }
}

export function checkAudienceClaims(
  { audience, audienceClaims: ofAudience }: { audience?: unknown; audienceClaims?: unknown },
  problem: Problem,
): void {
  if (ofAudience !== undefined && audience === undefined) {
    problem(['audienceClaims'], 'they are compared with `audience`: give it too');
  }
}

export function isSymmetric(algorithm: string): boolean {
  return algorithm.startsWith('HS');
}

/** Reports keys that cannot be read, and algorithms that do not fit the key. */
export function checkKey(key: WrittenKey, algorithms: readonly string[] | undefined, problem: Problem): void {
  try {
    const fitting = algorithmsFor(readPublicKey(key));
    const unfit = algorithms?.findIndex((one) => !isSymmetric(one) && !fitting.includes(one)) ?? -1;
    if (unfit !== -1) problem(['algorithms', unfit], `with this key give ${fitting.join(', ')}`);
  } catch (error) {
    problem(['key'], `give a public key as PEM text or as a JWK: ${(error as Error).message}`);
  }
}

/** Default algorithms of an issuer. */
export function defaultAlgorithmsOf({
  key,
  secret,
}: {
  key?: string | Record<string, unknown>;
  secret?: string;
}): Algorithm[] {
  if (secret !== undefined) return ['HS256'];
  if (key === undefined) return [...defaultAlgorithms];
  const fitting = algorithmsFor(readPublicKey(key));
  const defaults = defaultAlgorithms.filter((one) => fitting.includes(one));
  return defaults.length > 0 ? defaults : (fitting.slice(0, 1) as Algorithm[]);
}
