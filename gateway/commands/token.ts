// `concierge token`: prints a development token, and nothing else: TOKEN=$(concierge token --sub u1).
import { resolve } from 'node:path';
import { loadClients } from '../client-views/load-clients.ts';
import { composeViews } from '../composed-views.ts';
import { openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { isProduction } from '../config/environment.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { duration, milliseconds } from '../config/values.ts';
import { didYouMean } from '../did-you-mean.ts';
import { fetchSchemas } from '../introspected-schemas.ts';
import { mintDevelopmentToken, openDevelopmentKey } from '../policy/authentication/development-key.ts';
import { scopesOf } from '../start-warnings.ts';
import { isExpected } from './describe-error.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface TokenOptions extends Overrides {
  sub: string;
  /** Scopes, separated by spaces. */
  scope: string;
  role: string[];
  /** A duration, such as "12h". */
  expires: string;
  json?: boolean;
}

/** Output with `--json`. */
export interface TokenOutput {
  version: 1;
  token: string;
  /** Scopes of the token that nothing in the graph requires. */
  unusedScopes: string[];
}

export async function token({ sub, scope, role, expires, json = false, ...overrides }: TokenOptions): Promise<void> {
  if (isProduction()) {
    throw new ConfigError(
      'There are no development tokens where NODE_ENV is "production". Get one from your issuer (see ' +
        'docs/authentication.md).',
    );
  }
  if (sub === '') throw wrongUsage('--sub is empty: give the id of a user');
  const lifetime = readDuration(expires);
  const { config, folder } = await loadConfig(overrides);
  const key = await openDevelopmentKey(folder);
  const scopes = scope.split(/\s+/).filter((each) => each !== '');
  const minted = await mintDevelopmentToken(key, { subject: sub, scopes, roles: role, expires: lifetime });
  const required = scopes.length === 0 ? null : await requiredScopes(config, folder);
  const unusedScopes = required ? scopes.filter((each) => !required.has(each)) : [];
  for (const each of unusedScopes) {
    const near = didYouMean(each, required ?? []);
    console.error(`warning: nothing in the graph requires the scope ${each}${near || '.'}`);
  }
  const output: TokenOutput = { version: 1, token: minted, unusedScopes };
  console.log(json ? JSON.stringify(output, null, 2) : minted);
}

/** Scopes that fields, types, clients and the gateway's own functions require; null where the graph cannot be composed. */
async function requiredScopes(written: CheckedConfig, folder: string): Promise<ReadonlySet<string> | null> {
  try {
    const { config } = await fetchSchemas(written, folder, { offline: true });
    const composition = openComposition(config, folder);
    try {
      const graph = composition.compose();
      const clients = [...(await loadClients(resolve(folder, config.clients.folder))).values()];
      const graphs = [graph, ...composeViews(composition, graph, clients).map((view) => view.graph)];
      const ofClients = clients.flatMap(({ definition }) => definition.access?.scopes ?? []);
      const own = [...(config.explain?.scopes ?? []), ...(config.faults?.scopes ?? [])];
      return new Set([...scopesOf(graphs), ...ofClients, ...own]);
    } finally {
      await composition.close();
    }
  } catch (error) {
    // A token is needed all the same: `concierge validate` has the reasons.
    if (isExpected(error)) return null;
    throw error;
  }
}

/** Converts to milliseconds. */
function readDuration(text: string): number {
  const read = duration.safeParse(text);
  if (read.success) return milliseconds(read.data);
  throw wrongUsage(`--expires is "${text}": give a duration such as "30m" or "12h"`);
}
