// Caller that rate limits count for: its identity, or the network of its address for anonymous callers.
import type { Identity } from '../../config/context.ts';
import { networkOf } from '../client-address.ts';

export interface Caller {
  /** Null for anonymous callers. */
  identity: Identity | null;
  /** The client's address, behind the trusted proxies. */
  address: string;
  /** Name of the client (frontend), if the gateway knows it; else null. */
  client: string | null;
  /** Rate plan in the client's configuration. That of the identity takes precedence. */
  ratePlan?: string | null;
  /** What the callers of its tenant are counted as together; without it, the caller is counted by itself. */
  tenantKey?: string | null;
  /** Whether the plan replaces the general limits for the caller: the client's access rules allow its identity. */
  holdsPlan?: boolean;
}

/** Differs between any two callers that are counted separately. */
export function callerKey({
  identity,
  address,
  tenantKey,
}: Pick<Caller, 'identity' | 'address' | 'tenantKey'>): string {
  if (tenantKey) return tenantKey;
  return identity ? `identity:${identity.key}` : addressKey(address);
}

/** Key of the network: a subscriber has a whole IPv6 network (/64), and could use a new address for each request. */
export function addressKey(address: string): string {
  return `address:${networkOf(address)}`;
}
