// For whom something is counted: the identity that asks, or the network of the address where nobody has signed in.
import type { Identity } from '../../config/context.ts';
import { networkOf } from '../client-address.ts';

export interface Caller {
  /** Null where nobody has signed in. */
  identity: Identity | null;
  /** The client's address, behind the trusted proxies. */
  address: string;
  /** The client (frontend) by its name, if it is one the gateway knows; else null. */
  client: string | null;
  /** The rate plan that the client's configuration names. The identity's own goes before it. */
  ratePlan?: string | null;
  /** Whether the plan lifts limits for the caller: the client's access rules let its identity in. */
  holdsPlan?: boolean;
}

/** Differs between any two callers that are counted apart. */
export function callerKey({ identity, address }: Pick<Caller, 'identity' | 'address'>): string {
  return identity ? `identity:${identity.key}` : addressKey(address);
}

/** One subscriber has a whole IPv6 network (/64), and would otherwise count anew with each of its addresses. */
export function addressKey(address: string): string {
  return `address:${networkOf(address)}`;
}
