// Configuration section `redis`: one node, a node found by Sentinel, or a cluster, shared by all instances of the gateway;
// mounted by `config.ts`.
import { z } from 'zod';
import { subgraphTls } from './tls.ts';
import { whole } from './values.ts';

/** Credentials of one connection; without a user name, those of the default user. */
export interface RedisCredentials {
  username?: string | undefined;
  password: string;
}

/** Called for each new connection, so that credentials may rotate. */
export type RedisCredentialsFunction = () => RedisCredentials | Promise<RedisCredentials>;

const addressMessage =
  'give an address such as "redis://127.0.0.1:6379" (or rediss:// for TLS), or the path of a socket';
const addressesMessage = `${addressMessage}; a list of addresses with \`cluster\` or \`sentinel\``;
const prefixMessage = 'give letters, digits, "-" and "_"';
const text = (message: string) => z.string(message).min(1, message);
/** URL of a Redis, or the path of its socket. */
export const redisAddressText = z.string(addressMessage).refine(isRedisAddress, { error: addressMessage });

const sentinelSection = z.strictObject(
  {
    /**
     * Name of the master, as Sentinel is configured. Required.
     * @example 'mymaster'
     */
    name: text('give the name of the master, such as "mymaster"'),
    /**
     * User name of the Sentinels themselves. Default: none.
     * @example 'sentinel'
     */
    username: text('give a user name').optional(),
    /**
     * Password of the Sentinels themselves. Default: none.
     * @example env('SENTINEL_PASSWORD')
     */
    password: text('give a password').optional(),
  },
  'give an object such as { name: "mymaster" }',
);

export const redisSection = z
  .strictObject(
    {
      /**
       * URL, or path of a Unix socket. With `cluster`, one node or several, from which the others are found; with `sentinel`,
       * the Sentinels. Environment: REDIS_URL. Required.
       * @example 'redis://127.0.0.1:6379'
       */
      url: z.union([redisAddressText, z.array(redisAddressText).min(1, addressesMessage)], addressesMessage),
      /**
       * Whether it is a Redis Cluster. Default: false.
       * @example true
       */
      cluster: z.boolean('give true or false').default(false),
      /**
       * Sentinel, which knows the master. Default: none.
       * @example { name: 'mymaster' }
       */
      sentinel: sentinelSection.optional(),
      /**
       * User name. Default: that of the URL, else the default user.
       * @example 'gateway'
       */
      username: text('give a user name').optional(),
      /**
       * Password. Default: that of the URL, else none.
       * @example env('REDIS_PASSWORD')
       */
      password: text('give a password').optional(),
      /**
       * Returns the user name and the password for each new connection, such as a token that expires. Default: none.
       * @example async () => ({ username: 'gateway', password: await token() })
       */
      credentials: z
        .custom<RedisCredentialsFunction>(
          (value) => typeof value === 'function',
          'give a function: async () => ({ username, password })',
        )
        .optional(),
      /**
       * Authorities and client certificate, where the URL has rediss://. Files that change are used for new connections.
       * Default: the authorities that Node trusts.
       * @example { ca: 'tls/redis-ca.pem', cert: 'tls/gateway.pem', key: 'tls/gateway-key.pem' }
       */
      tls: subgraphTls.optional(),
      /**
       * Number of the database. Default: that of the URL, else 0. A cluster has none but 0.
       * @example 1
       */
      database: whole('give a whole number from 0 to 1000', 0, 1000).optional(),
      /**
       * Prefix of every key, so that several gateways can use one Redis. Default: `concierge`.
       * @example 'shop'
       */
      prefix: z
        .string(prefixMessage)
        .regex(/^[A-Za-z0-9_-]+$/, prefixMessage)
        .default('concierge'),
    },
    'give an object such as { url: "redis://127.0.0.1:6379" }',
  )
  .superRefine((config, context) => {
    for (const [path, message] of problemsOf(config)) context.addIssue({ code: 'custom', path: [path], message });
  });

/** A checked `redis` section. */
export type RedisConfig = z.output<typeof redisSection>;

/** The addresses of a section. */
export function redisAddresses({ url }: Pick<RedisConfig, 'url'>): readonly string[] {
  return typeof url === 'string' ? [url] : url;
}

/** The number of the database in a URL's path; undefined without one. */
export function databaseOf(url: string): number | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname.slice(1) : '';
  return /^\d+$/.test(path) ? Number(path) : undefined;
}

function problemsOf(config: RedisConfig): [path: string, message: string][] {
  const { cluster, sentinel, username, password, credentials, tls, database } = config;
  const urls = redisAddresses(config);
  const problems: [string, string][] = [];
  if (cluster && sentinel) problems.push(['sentinel', 'a cluster finds its masters by itself: remove one of the two']);
  if (urls.length > 1 && !cluster && !sentinel) {
    problems.push(['url', 'several addresses are those of a cluster or of Sentinels: set `cluster` or `sentinel`']);
  }
  const secure = urls.filter((url) => /^rediss:/i.test(url)).length;
  if (secure > 0 && secure < urls.length) problems.push(['url', 'give rediss:// for all addresses, or for none']);
  if (tls && secure === 0) problems.push(['tls', 'the URL has no TLS: give rediss://, or remove this']);
  if ((cluster || sentinel) && urls.some((url) => url.startsWith('/'))) {
    problems.push(['url', 'a cluster and Sentinels have addresses such as "redis://127.0.0.1:6379", and no sockets']);
  }
  const databases = [database, ...urls.map(databaseOf)].filter((each) => each !== undefined);
  if (cluster && databases.some((each) => each !== 0)) {
    problems.push([database ? 'database' : 'url', 'a Redis Cluster has one database, 0: use `prefix` in its place']);
  }
  if (credentials && (username !== undefined || password !== undefined)) {
    problems.push(['credentials', 'give the function, or `username` and `password`']);
  }
  if (username !== undefined && password === undefined) problems.push(['password', 'a user needs a password']);
  return problems;
}

function isRedisAddress(given: string): boolean {
  return given.startsWith('/') || (/^rediss?:\/\//i.test(given) && URL.canParse(given));
}
