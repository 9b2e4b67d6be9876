// End of a caller's credentials, for connections that outlive a request: a token or an API key expires, an API key is
// withdrawn, or a token is revoked at the endpoint that introspects it.
import type { Authenticated, Revalidation } from '../policy/authentication/authenticated.ts';

/** Maximum delay of a Node timer, in milliseconds; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export type CredentialsEnd = 'expired' | 'keyExpired' | 'revoked' | 'withdrawn';

/** Message to the client, without its first words. */
export const endReasons: Readonly<Record<CredentialsEnd, string>> = {
  expired: 'token has expired',
  keyExpired: 'API key has expired',
  revoked: 'token is no longer valid',
  withdrawn: 'API key is no longer valid',
};

/**
 * Calls `onEnd` once, at once where the credentials have ended already.
 * @param now milliseconds since 1970.
 * @returns stops the watch.
 */
export function watchCredentials(
  authenticated: Authenticated | null,
  onEnd: (end: CredentialsEnd) => void,
  now: () => number = Date.now,
): () => void {
  const { expires = null, withdrawn, revalidation } = authenticated ?? {};
  let timer: NodeJS.Timeout | undefined;
  let revalidating: NodeJS.Timeout | undefined;
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    clearTimeout(timer);
    clearTimeout(revalidating);
    withdrawn?.removeEventListener('abort', onWithdrawn);
  };
  const end = (how: CredentialsEnd) => {
    stop();
    onEnd(how);
  };
  const onWithdrawn = () => end('withdrawn');
  const check = (at: number) => {
    const left = at - now();
    // Only API keys can be withdrawn.
    if (left <= 0) end(withdrawn ? 'keyExpired' : 'expired');
    else timer = setTimeout(check, Math.min(left, MAX_TIMER_MS), at);
  };
  const revalidate = (caller: Authenticated, { interval, isValid }: Revalidation) => {
    if (isStopped) return;
    revalidating = setTimeout(
      () => {
        isValid(caller).then((valid) => {
          if (valid) revalidate(caller, { interval, isValid });
          else if (!isStopped) end('revoked');
        });
      },
      Math.min(interval, MAX_TIMER_MS),
    );
  };
  if (withdrawn?.aborted) {
    onWithdrawn();
    return stop;
  }
  withdrawn?.addEventListener('abort', onWithdrawn);
  if (expires !== null) check(expires);
  if (authenticated && revalidation) revalidate(authenticated, revalidation);
  return stop;
}
