// `concierge usage --keys`: when each API key was last used, for replacing one.
import { resolve } from 'node:path';
import type { ApiKeyConfig } from '../config/api-keys.ts';
import type { CheckedConfig } from '../config/config.ts';
import { readKeyFile } from '../policy/authentication/api-key-file.ts';
import { API_KEY_ID_DIGITS, apiKeyId } from '../policy/authentication/api-keys.ts';
import { countOf, keyUse, type UsageRecord, usageBounds } from '../telemetry/usage/usage-record.ts';

export interface KeyLine {
  name: string;
  /** Beginning of the key's hash. */
  id: string;
  /** Null for a key that does not expire. */
  expires: string | null;
  /** Whether the configuration or its file has the key. */
  configured: boolean;
  /** Requests in the retention period. */
  count: number;
  /** Null for a key that was not used in the retention period. */
  lastSeen: string | null;
}

/** Keys of the configuration, and those that were used and are in it no more. @throws ConfigError */
export function keyLines(config: CheckedConfig, folder: string, records: readonly UsageRecord[]): KeyLine[] {
  const used = new Map(
    records
      .filter(({ coordinates }) => coordinates.includes(keyUse))
      .map((record) => [`${record.client} ${record.version}`, record] as const),
  );
  const line = (name: string, id: string, expires: string | null, configured: boolean): KeyLine => {
    const record = used.get(`${name} ${id}`);
    used.delete(`${name} ${id}`);
    return {
      ...{ name, id, expires, configured },
      ...{ count: record ? countOf(record) : 0, lastSeen: record?.lastSeen ?? null },
    };
  };
  const known = configuredKeys(config, folder).map(({ name, hash, expires }) =>
    line(name, apiKeyId(hash), expires ?? null, true),
  );
  return [...known, ...[...used.values()].map(({ client, version }) => line(client, version, null, false))];
}

export function keyTable(lines: readonly KeyLine[]): string {
  if (lines.length === 0) return 'There are no API keys.';
  const width = Math.max(...lines.map(({ name }) => name.length));
  return lines
    .map(({ name, id, expires, configured, count, lastSeen }) => {
      const use =
        lastSeen === null
          ? `no requests in the last ${usageBounds.keepDays} days`
          : `${count} request${count === 1 ? '' : 's'}, last on ${lastSeen}`;
      const state = configured ? (expires === null ? '' : `, expires ${expires}`) : ', not configured';
      return `${name.padEnd(width)}  ${id.padEnd(API_KEY_ID_DIGITS)}  ${use}${state}`;
    })
    .join('\n');
}

function configuredKeys({ authentication: { apiKeys }, rateLimits }: CheckedConfig, folder: string): ApiKeyConfig[] {
  if (!apiKeys) return [];
  const plans = new Set(Object.keys(rateLimits.plans));
  return apiKeys.file === undefined
    ? apiKeys.keys
    : readKeyFile({ path: resolve(folder, apiKeys.file), others: apiKeys.keys, plans }).keys;
}
