// Header forwarding to subgraphs: the caller's identity and address, and the client's headers on the allow-list.
import type { IncomingHttpHeaders } from 'node:http';
import type { ClaimPath } from '../../config/claims.ts';
import { ConfigError } from '../../config/config-error.ts';
import { type ForwardConfig, type ForwardingConfig, identityHeaders } from '../../config/forwarding.ts';
import { neverForwardedReason } from '../../config/headers.ts';
import type { Authenticated } from '../authentication/authenticated.ts';
import { addressValue, claimOf, headerValue } from './header-value.ts';
import { SignedIdentity } from './signed-identity.ts';

export interface ForwardedRequest {
  headers: IncomingHttpHeaders;
  authenticated: Authenticated | null;
  /** The client's address, behind the trusted proxies. */
  address: string;
}

/** Headers that one request forwards. */
export interface ForwardedHeaders {
  /** Names in lower case and values in turn, always in the same order. Must not be changed. */
  headersFor(subgraph: string): readonly string[];
  /**
   * Equal for requests that forward the same to the subgraph. Unlike the headers themselves it stays the same when a
   * signed identity is renewed.
   */
  keyFor(subgraph: string): string;
  /**
   * Whether some of them identify the caller: the token, a claim, a signed identity, a cookie or another credential.
   */
  carriesCredentials(subgraph: string): boolean;
}

export interface Forwarding {
  /** Synchronous, unless an identity has to be signed first. Called once for each request. */
  prepare(request: ForwardedRequest): ForwardedHeaders | Promise<ForwardedHeaders>;
}

const nothing: readonly string[] = Object.freeze([]);
const nothingForwarded: ForwardedHeaders = {
  headersFor: () => nothing,
  keyFor: () => '',
  carriesCredentials: () => false,
};

/** @throws ConfigError where an allow-list contains a header that clients must not be able to set. */
export function createForwarding(config: ForwardingConfig, now: () => number = Date.now): Forwarding {
  const reserved = identityHeaders(config);
  const common = createSection(config.forward, reserved, now);
  const own = new Map<string, Section | undefined>();
  for (const [subgraph, { forward }] of Object.entries(config.subgraphs)) {
    if (forward) own.set(subgraph, createSection(forward, reserved, now));
  }
  const all = [common, ...own.values()].filter((section) => section !== undefined);
  if (all.length === 0) return { prepare: () => nothingForwarded };
  // Not every subgraph has an entry in the configuration: a supergraph has its own list of them.
  const sectionOf: SectionOf = (subgraph) => (own.has(subgraph) ? own.get(subgraph) : common);
  const signers = all.flatMap(({ signer }) => signer ?? []);
  return {
    prepare(request) {
      const { authenticated } = request;
      if (!authenticated || signers.length === 0) return new Prepared(sectionOf, request, new Map());
      const prepared = (statements: readonly string[]) =>
        new Prepared(
          sectionOf,
          request,
          new Map(signers.map((signer, index) => [signer, statements[index] as string])),
        );
      const statements = signers.map((signer) => signer.for(authenticated));
      return statements.every((statement) => typeof statement === 'string')
        ? prepared(statements)
        : Promise.all(statements).then(prepared);
    },
  };
}

/** Compiled `forward` section. Subgraphs without one of their own share the common one, and its lists. */
interface Section {
  token: boolean;
  headers: readonly string[];
  claims: readonly (readonly [header: string, claim: ClaimPath])[];
  /** Header for the client's address. */
  clientAddress: string | undefined;
  signer: SignedIdentity | undefined;
}

type SectionOf = (subgraph: string) => Section | undefined;

/** Undefined where nothing is forwarded. */
function createSection(
  { token, headers, claims, clientAddress, signed }: ForwardConfig,
  reserved: ReadonlySet<string>,
  now: () => number,
): Section | undefined {
  // The configuration is validated as well; but a gap here would let clients impersonate any user.
  const never = headers.find((header) => reserved.has(header) || neverForwardedReason(header) !== undefined);
  if (never !== undefined) throw new ConfigError(`The header ${never} cannot be forwarded from clients.`);
  const entries = Object.entries(claims);
  if (!token && headers.length === 0 && entries.length === 0 && !signed && !clientAddress) return undefined;
  const signer = signed && new SignedIdentity(signed, now);
  return { token, headers: [...new Set(headers)], claims: entries, clientAddress, signer };
}

class Prepared implements ForwardedHeaders {
  readonly #sectionOf: SectionOf;
  readonly #request: ForwardedRequest;
  readonly #statements: ReadonlyMap<SignedIdentity, string>;
  readonly #lists = new Map<Section, readonly string[]>();
  readonly #keys = new Map<Section, string>();

  constructor(sectionOf: SectionOf, request: ForwardedRequest, statements: ReadonlyMap<SignedIdentity, string>) {
    this.#sectionOf = sectionOf;
    this.#request = request;
    this.#statements = statements;
  }

  headersFor(subgraph: string): readonly string[] {
    const section = this.#sectionOf(subgraph);
    if (!section) return nothing;
    let list = this.#lists.get(section);
    if (!list) {
      const statement = section.signer && this.#statements.get(section.signer);
      list = unsigned(section, this.#request);
      if (section.signer && statement !== undefined) list = [...list, section.signer.header, statement];
      this.#lists.set(section, list);
    }
    return list;
  }

  keyFor(subgraph: string): string {
    const section = this.#sectionOf(subgraph);
    if (!section) return '';
    let key = this.#keys.get(section);
    if (key === undefined) {
      const { authenticated } = this.#request;
      const signed = section.signer &&
        authenticated && [authenticated.identity.key, section.signer.content(authenticated)];
      key = JSON.stringify([unsigned(section, this.#request), signed ?? null]);
      this.#keys.set(section, key);
    }
    return key;
  }

  carriesCredentials(subgraph: string): boolean {
    const section = this.#sectionOf(subgraph);
    if (!section) return false;
    const sent = this.headersFor(subgraph).filter((_, index) => index % 2 === 0);
    const ofIdentity = new Set([...section.claims.map(([header]) => header), section.signer?.header]);
    return sent.some((name) => isCredentialHeader(name) || ofIdentity.has(name));
  }
}

/** Names of headers on an allow-list by which subgraphs identify callers. */
const credentialName =
  /(^|[-_])(cookie|auth|authorization|authentication|token|session|session-?id|sid|credentials?|secret|api-?key|jwt|assertion)([-_]|$)/;

/** Whether a header field carries credentials, by its name. */
export function isCredentialHeader(name: string): boolean {
  return name === 'authorization' || credentialName.test(name);
}

/** All headers but the signed identity. */
function unsigned(section: Section, { headers, authenticated, address }: ForwardedRequest): string[] {
  const list: string[] = [];
  if (section.token && authenticated?.token) list.push('authorization', `Bearer ${authenticated.token}`);
  const ofConnection = connectionOptions(headers.connection);
  for (const name of section.headers) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value === undefined || ofConnection.includes(name)) continue;
    const text = Array.isArray(value) ? value.join(', ') : value;
    // Clients send an empty one before sign-in. It counts as none, and is not forwarded.
    if (name === 'authorization' && text.trim() === '') continue;
    // Node's parser admits nothing else; the check holds for headers from any other source.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) list.push(name, text);
  }
  if (authenticated) {
    for (const [name, claim] of section.claims) {
      const value = headerValue(claimOf(authenticated.identity, claim));
      if (value !== undefined) list.push(name, value);
    }
  }
  const ofAddress = section.clientAddress === undefined ? undefined : addressValue(section.clientAddress, address);
  if (section.clientAddress !== undefined && ofAddress !== undefined) list.push(section.clientAddress, ofAddress);
  return list;
}

/** Names in the client's Connection header, which are not forwarded (RFC 9110, section 7.6.1). */
function connectionOptions(connection: string | undefined): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return nothing;
  return connection.toLowerCase().split(/[\s,]+/);
}
