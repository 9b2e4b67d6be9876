// `Vary` and privacy of responses by the forwarding configuration: the request header fields that responses depend on,
// for downstream caches.
import type { ForwardConfig, ForwardingConfig } from '../../config/forwarding.ts';
import { isCredentialHeader } from './forwarding.ts';

export interface Varying {
  /**
   * Whether one of these subgraphs receives the caller's identity, credentials or address: its responses are private
   * then, whatever the schema declares.
   */
  receiveIdentity(subgraphs: readonly string[]): boolean;
  /**
   * The value of `Vary` (RFC 9110, section 12.5.5) for a response made from the responses of these subgraphs; `*` where
   * one of them receives the client's address, which no header field of the request has.
   * @param own whether the response is private to one identity.
   */
  vary(subgraphs: readonly string[], own: boolean): string;
}

/** Names of the header fields that identify the caller of a request. */
export function credentialHeaders({ authentication }: Pick<ForwardingConfig, 'authentication'>): string[] {
  const named = [authentication.apiKeys?.header, authentication.identityHeader?.name];
  // `identify` may read any header field.
  if (authentication.identify) named.push('*');
  return ['Authorization', ...named.filter((name) => name !== undefined)];
}

export function createVarying(config: ForwardingConfig): Varying {
  const { forward, subgraphs: configured } = config;
  const sectionOf = (subgraph: string) => configured[subgraph]?.forward ?? forward;
  const credentials = credentialHeaders(config);
  const sections = [forward, ...Object.values(configured).flatMap((subgraph) => subgraph.forward ?? [])];
  const withIdentity = new Set(sections.filter(sendsIdentity));
  return {
    receiveIdentity: (subgraphs) => subgraphs.some((subgraph) => withIdentity.has(sectionOf(subgraph))),
    vary: (subgraphs, own) => {
      if (subgraphs.some((name) => sectionOf(name).clientAddress !== undefined)) return '*';
      const names = ['Accept', ...(own ? credentials : []), ...subgraphs.flatMap((name) => sectionOf(name).headers)];
      return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].join(', ');
    },
  };
}

function sendsIdentity({ token, headers, claims, signed, clientAddress }: ForwardConfig): boolean {
  const isOfCaller = token || signed !== undefined || clientAddress !== undefined || Object.keys(claims).length > 0;
  return isOfCaller || headers.some(isCredentialHeader);
}
