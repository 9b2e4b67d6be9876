// On which header fields of a client answers depend: what caches on the way have to know, and whose answers they must not
// give to anybody else.
import type { ForwardingConfig } from '../../config/forwarding.ts';

export interface Varying {
  /** Whether one of these subgraphs is told who is asking: then its answers are that one's, whatever the schema says. */
  receiveIdentity(subgraphs: readonly string[]): boolean;
  /**
   * The value of `Vary` (RFC 9110, section 12.5.5) for an answer made from these subgraphs' answers.
   * @param own whether it is for one identity only.
   */
  vary(subgraphs: readonly string[], own: boolean): string;
}

/** Names of the header fields by which requests say who the caller is. */
export function credentialHeaders({ authentication }: Pick<ForwardingConfig, 'authentication'>): string[] {
  const named = [authentication.apiKeys?.header, authentication.identityHeader?.name];
  return ['Authorization', ...named.filter((name) => name !== undefined)];
}

export function createVarying(config: ForwardingConfig): Varying {
  const { forward, subgraphs: configured } = config;
  const sectionOf = (subgraph: string) => configured[subgraph]?.forward ?? forward;
  const credentials = credentialHeaders(config);
  return {
    receiveIdentity: (subgraphs) =>
      subgraphs.map(sectionOf).some(({ token, claims, signed }) => token || signed || Object.keys(claims).length > 0),
    vary: (subgraphs, own) => {
      const names = ['Accept', ...(own ? credentials : []), ...subgraphs.flatMap((name) => sectionOf(name).headers)];
      return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].join(', ');
    },
  };
}
