// Who asks, as it was found out, and until when that holds.
import type { Identity } from '../../config/context.ts';

export interface Authenticated {
  identity: Identity;
  /** The token that was verified, as the client sent it; null for API keys and for users that a proxy names. */
  token: string | null;
  /** When it ends, in milliseconds since 1970; null for what has no end. Tolerance for clocks is added already. */
  expires: number | null;
}
