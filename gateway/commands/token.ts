// `concierge token`: prints a development token, and nothing else: TOKEN=$(concierge token --sub u1).
import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.ts';
import { isProduction } from '../config/environment.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { duration, milliseconds } from '../config/values.ts';
import { mintDevelopmentToken, openDevelopmentKey } from '../policy/authentication/development-key.ts';

export interface TokenOptions extends Overrides {
  sub: string;
  /** Scopes, separated by spaces. */
  scope: string;
  role: string[];
  /** A duration, such as "12h". */
  expires: string;
}

export async function token({ sub, scope, role, expires, ...overrides }: TokenOptions): Promise<void> {
  if (isProduction()) {
    throw new ConfigError(
      'There are no development tokens where NODE_ENV is "production". Get one from your issuer (see ' +
        'docs/authentication.md).',
    );
  }
  if (sub === '') throw new ConfigError('--sub is empty: give the id of a user');
  const lifetime = readDuration(expires);
  const { folder } = await loadConfig(overrides);
  const key = await openDevelopmentKey(folder);
  const scopes = scope.split(/\s+/).filter((each) => each !== '');
  console.log(await mintDevelopmentToken(key, { subject: sub, scopes, roles: role, expires: lifetime }));
}

/** Converts to milliseconds. */
function readDuration(text: string): number {
  const read = duration.safeParse(text);
  if (read.success) return milliseconds(read.data);
  const message = `--expires is "${text}": give a duration such as "30m" or "12h"`;
  console.error(message);
  throw new CommanderError(2, 'concierge.token', message);
}
