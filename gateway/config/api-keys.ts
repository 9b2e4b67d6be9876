// API keys of a configuration: the header that carries them, and the hash, owner and rights of each.
import { z } from 'zod';
import { headerName } from './headers.ts';
import { nonEmpty, roleList, scopeList } from './values.ts';

const apiKey = z.strictObject({
  /** Name of the key's owner; becomes the subject. */
  name: nonEmpty('give a name such as "warehouse"'),
  /** SHA-256 of the key; `concierge api-key` prints a new key with its hash. */
  hash: z
    .string('give "sha256:" and 64 hexadecimal digits')
    .regex(/^sha256:[0-9a-f]{64}$/i, 'give "sha256:" and 64 hexadecimal digits, as `concierge api-key` prints them'),
  scopes: scopeList.default([]),
  roles: roleList.default([]),
  /** Name of a plan in `rateLimits.plans`. */
  ratePlan: nonEmpty('give the name of a rate plan').optional(),
});

export const apiKeys = z
  .strictObject({
    header: headerName.default('x-api-key'),
    // Bounded, because every key is compared with each one that a client sends.
    keys: z.array(apiKey).min(1, 'give at least one key').max(1000, 'give at most 1000 keys'),
  })
  .superRefine(({ keys }, context) => {
    for (const [index, { name, hash }] of keys.entries()) {
      const problem = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['keys', index, path], message });
      const before = keys.slice(0, index);
      if (before.some((other) => other.name === name)) problem('name', 'another key has this name');
      if (before.some((other) => other.hash.toLowerCase() === hash.toLowerCase())) {
        problem('hash', 'another key has this hash');
      }
    }
  });

export type ApiKeysConfig = z.output<typeof apiKeys>;
