// Authenticated caller: its identity, and the time until which the authentication is valid.
import type { Identity } from '../../config/context.ts';
import type { Priority } from '../../config/overload.ts';

export interface Authenticated {
  identity: Identity;
  /** The verified token, as the client sent it; null for API keys and for identities from a proxy's header. */
  token: string | null;
  /** What the token names as its audience, where that is not its `aud`. */
  audience?: unknown;
  /** Expiry in milliseconds since 1970, including the clock tolerance; null without expiry. */
  expires: number | null;
  /** Whether it is served before or after others under overload; absent where its client decides. */
  priority?: Priority | undefined;
  /** Aborted when the credentials are withdrawn, where the gateway learns of it. */
  withdrawn?: AbortSignal;
  /** Verifies credentials again that were withdrawn without notice; of tokens that an endpoint has introspected. */
  revalidation?: Revalidation;
}

export interface Revalidation {
  /** Milliseconds after which a result is out of date. */
  interval: number;
  /** False where they are invalid now, or have other rights; true also while that cannot be verified. Never rejects. */
  isValid(authenticated: Authenticated): Promise<boolean>;
}
