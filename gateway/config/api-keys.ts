// API keys of a configuration and of a file beside it: the header that carries them, and the hash, owner, rights and
// expiry of each.
import { z } from 'zod';
import { nearOrKnown } from '../did-you-mean.ts';
import { headerName } from './headers.ts';
import { priority } from './overload.ts';
import { duration, filePath, nonEmpty, roleList, scopeList } from './values.ts';

const expiryMessage = 'give a time with its zone, such as "2027-01-31T00:00:00Z"';

const apiKey = z.strictObject({
  /**
   * Name of the key's owner; becomes the subject. Two keys may have one name, while a new one replaces an old one.
   * Required.
   * @example 'warehouse'
   */
  name: nonEmpty('give a name such as "warehouse"'),
  /**
   * SHA-256 of the key; `concierge api-key` prints a new key with its hash. Required.
   * @example 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
   */
  hash: z
    .string('give "sha256:" and 64 hexadecimal digits')
    .regex(/^sha256:[0-9a-f]{64}$/i, 'give "sha256:" and 64 hexadecimal digits, as `concierge api-key` prints them'),
  /**
   * Scopes of the key's owner. Default: none.
   * @example ['orders:read']
   */
  scopes: scopeList.default([]),
  /**
   * Roles of the key's owner. Default: none.
   * @example ['support']
   */
  roles: roleList.default([]),
  /**
   * Name of a plan in `rateLimits.plans`. Default: none.
   * @example 'partner'
   */
  ratePlan: nonEmpty('give the name of a rate plan').optional(),
  /**
   * Whether its requests are rejected before or after those of others while the gateway is overloaded: `low`, `normal`
   * or `high`. Default: that of the client, or `normal`.
   * @example 'high'
   */
  priority: priority.optional(),
  /**
   * Time from which the key is rejected. Default: none.
   * @example '2027-01-31T00:00:00Z'
   */
  expires: z.iso.datetime({ offset: true, error: expiryMessage }).optional(),
});

export type ApiKeyConfig = z.output<typeof apiKey>;

/** Bounded, because every key is compared with each one that a client sends. */
export const MAX_API_KEYS = 1000;

const keyList = z.array(apiKey).max(MAX_API_KEYS, `give at most ${MAX_API_KEYS} keys`);

export const apiKeys = z
  .strictObject({
    /**
     * Header that carries the key. Default: `x-api-key`.
     * @example 'x-shop-key'
     */
    header: headerName.default('x-api-key'),
    /**
     * The keys, by their hashes. Default: none.
     * @example [{ name: 'warehouse', hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }]
     */
    keys: keyList.default([]),
    /**
     * JSON file with further keys, which is read again when it changes: `{ "keys": [{ "name": …, "hash": … }] }`.
     * Default: none.
     * @example '/run/secrets/api-keys.json'
     */
    file: filePath.optional(),
    /**
     * Interval at which the file is read. In milliseconds, or as text such as "30s". Default: 5 s.
     * @example '30s'
     */
    fileInterval: duration.default('5s'),
  })
  .superRefine(({ keys, file }, context) => {
    if (keys.length === 0 && file === undefined) {
      context.addIssue({ code: 'custom', path: ['keys'], message: 'give at least one key, or a file' });
    }
    for (const problem of keyProblems(keys)) context.addIssue({ code: 'custom', ...problem });
  });

/** Content of `apiKeys.file`. */
export const apiKeysFile = z.strictObject(
  {
    /**
     * The keys, by their hashes. Required.
     * @example [{ name: 'warehouse', hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }]
     */
    keys: keyList,
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'give an object such as { "keys": [{ "name": …, "hash": … }] }' : undefined,
  },
);

export type ApiKeysConfig = z.output<typeof apiKeys>;

interface KeyProblem {
  path: (string | number)[];
  message: string;
}

/**
 * Problems of keys beside each other. @param plans the names of rate plans; undefined where they are checked elsewhere.
 */
export function keyProblems(keys: readonly ApiKeyConfig[], plans?: ReadonlySet<string>): KeyProblem[] {
  const byName = Map.groupBy(keys, ({ name }) => name);
  const hashes = new Set<string>();
  return keys.flatMap((key, index) => {
    const { name, hash, ratePlan } = key;
    const problems: KeyProblem[] = [];
    const problem = (field: string, message: string) => problems.push({ path: ['keys', index, field], message });
    const [first, second] = byName.get(name) as [ApiKeyConfig, ApiKeyConfig?];
    if (key !== first && key !== second) problem('name', 'two other keys have this name');
    else if (rights(key) !== rights(first))
      problem('name', 'another key of this name has other rights: give both the same');
    if (hashes.has(hash.toLowerCase())) problem('hash', 'another key has this hash');
    hashes.add(hash.toLowerCase());
    if (ratePlan !== undefined && plans && !plans.has(ratePlan)) {
      problem('ratePlan', unknownPlan(ratePlan, plans));
    }
    return problems;
  });
}

/** The message about a plan that does not exist. */
export function unknownPlan(name: string, plans: Iterable<string>): string {
  return `there is no such plan in rateLimits.plans${nearOrKnown(name, plans)}`;
}

/** Keys of one name are of one identity. */
function rights({ scopes, roles, ratePlan, priority: own }: ApiKeyConfig): string {
  return JSON.stringify([[...scopes].sort(), [...roles].sort(), ratePlan, own]);
}
