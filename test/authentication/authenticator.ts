// Authenticator under test: with a configuration as a file would give it, a clock to set, and the log as it is written.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import { authentication } from '../../gateway/config/authentication.ts';
import type { Authenticated } from '../../gateway/policy/authentication/authenticated.ts';
import { AuthenticationError } from '../../gateway/policy/authentication/authentication-error.ts';
import { type Authenticator, createAuthenticator } from '../../gateway/policy/authentication/authenticator.ts';
import type { DevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';

export interface Subject {
  authenticator: Authenticator;
  clock: { now: number };
  log: Record<string, unknown>[];
  /** Presents these headers, as a client that connects directly to the gateway. */
  present(headers: Record<string, string>): Promise<Authenticated | null>;
  bearer(token: string): Promise<Authenticated | null>;
  /** The rejection of a token; fails where it is accepted. */
  rejection(token: string): Promise<AuthenticationError>;
}

export function startAuthenticator(
  config: z.input<typeof authentication>,
  { development }: { development?: DevelopmentKey } = {},
): Subject {
  const clock = { now: Date.now() };
  const log: Record<string, unknown>[] = [];
  const lines = new Writable({
    write(line, _encoding, done) {
      log.push(JSON.parse(String(line)));
      done();
    },
  });
  const authenticator = createAuthenticator(authentication.parse(config), {
    log: pino({ level: 'debug', base: null }, lines),
    development,
    now: () => clock.now,
  });
  onTestFinished(() => authenticator.close());
  const present = async (headers: Record<string, string>) =>
    authenticator.authenticate({ headers, fromTrustedProxy: false });
  return {
    authenticator,
    clock,
    log,
    present,
    bearer: (token) => present({ authorization: `Bearer ${token}` }),
    rejection: (token) => rejectionOf(() => present({ authorization: `Bearer ${token}` })),
  };
}

/** The AuthenticationError that something ends with, thrown or rejected. */
export async function rejectionOf(act: () => unknown): Promise<AuthenticationError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AuthenticationError) return error;
    throw error;
  }
  throw new Error('It was not rejected.');
}
